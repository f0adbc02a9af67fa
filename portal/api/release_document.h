/* Releases, their files and what they need, as resource objects (section 3.13). */
#pragma once

#include "licensing/artefact.h"
#include "portal/api/api_resource.h"

void release_document_write(struct str *s, const struct api *api, const struct release *release);
void release_document_artefact(struct str *s, const struct api *api,
                               const struct artefact *artefact);
struct release_constraint { /* an entitlement that a release needs */
    struct id id, release_id, entitlement_id;
};
void release_document_constraint(struct str *s, const struct api *api,
                                 const struct release_constraint *constraint);
