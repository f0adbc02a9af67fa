/* Policies, groups and what is attached to policies, as resource objects. (Products:
 * api_bearer.h; entitlements: api_included.h.) */
#pragma once

#include "licensing/entitlement_policy.h"
#include "licensing/licence_group.h"
#include "licensing/policy.h"
#include "portal/api/api.h"

void api_catalogue_policy(struct str *s, const struct api *api, const struct policy *p);
void api_catalogue_group(struct str *s, const struct api *api, const struct licence_group *g);
void api_catalogue_join(struct str *s, const struct api *api, const struct entitlement_join *j);
