/* What a file carries beside its own resource (section 7.3). */
#pragma once

#include "licensing/component.h"
#include "licensing/entitlement.h"
#include "licensing/product.h"
#include "portal/api/api_document.h"

struct licence_group;
struct user;

enum { API_INCLUDED_USERS_MAX = 1000 };

struct api_included {
    struct ctx *cx;
    bool has_licence, has_entitlements, has_product, has_policy, has_owner, has_users, has_group,
        has_components, has_machine_owner;
    /* filled by api_included_load */
    struct entitlement *entitlements;
    size_t entitlement_count;
    struct component *components;
    size_t component_count;
    struct product *product;
    struct policy *policy;
    struct licence_group *group; /* the machine's in its file, else the licence's */
    struct user *owner, *machine_owner;
    struct user *users; /* the owner and the others; those included already are not repeated */
    size_t user_count;
    struct api_links entitlement_links, component_links, user_links;
};

/* Reads what is asked for. machine NULL: a licence's file. */
bool api_included_load(struct api_included *in, const struct snapshot *licence,
                       const struct machine *machine) MUST_CHECK;
/* The resource itself, with the linkage of what is included. */
void api_included_licence(struct str *s, const struct api *api, const struct api_included *in,
                          const struct snapshot *licence, int64_t now);
void api_included_machine(struct str *s, const struct api *api, const struct api_included *in,
                          const struct machine *machine);
/* The items of "included". */
void api_included_write(struct str *s, const struct api *api, const struct api_included *in,
                        const struct snapshot *licence, int64_t now);
void api_included_entitlement(struct str *s, const struct api *api, const struct entitlement *e);
