/* Products, policies, entitlements and groups as clients send them: the shape of their attributes.
 * What the values have to be is the domain's to check. */
#pragma once

#include "licensing/entitlement.h"
#include "licensing/licence_group.h"
#include "licensing/policy.h"
#include "licensing/product.h"
#include "portal/api/api_input.h"

struct catalogue_input { /* how a resource is read */
    int version;         /* of the protocol: names of attributes differ */
    bool is_new;         /* what is required is, and what is fixed once may be given */
    bool is_lenient;     /* members that are not known are left alone, not refused: an import */
};

/* The request's data: attributes and relationships, an object without members where they are
 * absent and may be. */
bool catalogue_input_open(struct req *rq, const char *type, bool is_new,
                          struct api_object *attributes,
                          struct api_object *relationships) MUST_CHECK;

/* Each writes what is given into what is there. */
bool catalogue_input_product(const struct api_object *in, const struct catalogue_input *how,
                             struct product *p) MUST_CHECK;
bool catalogue_input_policy(const struct api_object *in, const struct catalogue_input *how,
                            struct policy *p) MUST_CHECK;
bool catalogue_input_entitlement(const struct api_object *in, const struct catalogue_input *how,
                                 struct entitlement *e) MUST_CHECK;
bool catalogue_input_group(const struct api_object *in, const struct catalogue_input *how,
                           struct licence_group *g) MUST_CHECK;

/* What an attribute of a policy is called in that version. */
struct policy_attribute;
const char *catalogue_input_policy_name(const struct policy_attribute *a, int version);
