/* Licences and machines as resource objects, as the request's API version shows them. */
#pragma once

#include "licensing/machine.h"
#include "portal/api/api_resource.h"

/* entitlements, components: the linkage of that relationship, where the document tells it. */
void api_document_licence(struct str *s, const struct api *api, const struct snapshot *licence,
                          int64_t now, const struct api_links *entitlements);
struct api_licence_links {
    const struct api_links *entitlements, *users; /* NULL: not told */
};
void api_document_licence_linked(struct str *s, const struct api *api,
                                 const struct snapshot *licence, int64_t now,
                                 const struct api_licence_links *links);
/* is_created: the answer to the machine's creation, which version 1.2 shows without a heartbeat. */
void api_document_machine(struct str *s, const struct api *api, const struct machine *machine,
                          bool is_created, const struct api_links *components);
/* ,"gatehouse":{..} of a meta object: what the protocol has no place for. Nothing where there is
 * nothing to say, or no licence. */
void api_document_extra(struct str *s, const struct snapshot *licence, int64_t now);
