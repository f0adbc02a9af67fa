/* Products, policies and groups within a bearer's scope: what is not in it is not found (1.5). */
#pragma once

#include "licensing/licence_group.h"
#include "licensing/policy.h"
#include "licensing/product.h"
#include "portal/api/api.h"

/* What a path names: a product by id or code, the others by id. */
bool catalogue_scope_product(struct req *rq, const char *text, struct product **out) MUST_CHECK;
bool catalogue_scope_policy(struct req *rq, const char *text, struct policy **out) MUST_CHECK;
bool catalogue_scope_group(struct req *rq, const char *text, struct licence_group **out) MUST_CHECK;

/* The same for lists. A licence without a group has no group to list: *is_none then. */
void catalogue_scope_products(const struct api *api, struct product_filter *filter);
void catalogue_scope_policies(const struct api *api, struct policy_filter *filter);
bool catalogue_scope_groups(struct req *rq, struct id *only_id, bool *is_none) MUST_CHECK;
