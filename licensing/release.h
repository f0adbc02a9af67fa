/* Releases: which versions and files of a product a licence may use. */
#pragma once

#include "licensing/snapshot.h"

/* Whether there is a published release of that version that the licence may use (section 3.13). */
bool release_find_version(struct ctx *cx, const struct snapshot *licence, const char *version,
                          bool *is_known) MUST_CHECK;
/* The same for an uploaded artefact by its checksum; *version is its release's, or NULL. */
bool release_find_checksum(struct ctx *cx, const struct snapshot *licence, const char *checksum,
                           bool *is_known, const char **version) MUST_CHECK;
