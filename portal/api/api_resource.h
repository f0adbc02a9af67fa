/* JSON:API resource objects: what each has around its attributes and relationships. */
#pragma once

#include "portal/api/api_value.h"

enum { API_PATH_MAX = 128 }; /* of /v1/accounts/ID/TYPE/ID */

struct api_resource { /* one on its way into a document; made by api_resource_of */
    const struct api *api;
    const char *type;
    struct id id;
    size_t path_len;
    char path[API_PATH_MAX]; /* as in links.self, which each relationship's link begins with */
};

struct api_links { /* the members of a to-many relationship, where a document tells them */
    const char *type;
    const struct id *ids;
    size_t count;
};

struct api_resource api_resource_of(const struct api *api, const char *type, struct id id);
/* In this order: open, attributes, relationships, the relationships beside the account, close. */
void api_resource_open(struct str *s, const struct api_resource *of);
void api_resource_relationships(struct str *s, const struct api_resource *of);
void api_resource_to_one(struct str *s, const struct api_resource *of, const char *name,
                         const char *type, struct id id); /* zero: null */
void api_resource_to_many(struct str *s, const struct api_resource *of, const char *name,
                          const struct api_links *links); /* NULL: not told */
/* The beginning of a relationship, with its link; the caller goes on and closes it. */
void api_resource_related(struct str *s, const struct api_resource *of, const char *name);
void api_resource_close(struct str *s, const struct api_resource *of);
void api_resource_id(struct str *s, struct id id);
void api_resource_account(struct str *s, const struct api *api); /* the relationship */
/* The path of a resource, as in its links.self. */
void api_resource_path(struct str *s, const struct api *api, const char *type, struct id id);
const char *api_resource_self(const struct api *api, const char *type, struct id id);
