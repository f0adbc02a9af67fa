/* Releases and their files as pages show them. */
#pragma once

#include "licensing/artefact.h"
#include "portal/http/page.h"

/* version, name or null, product, channel and state (chips), at, notes_html or null. A new
 * reference; false where the notes cannot be read. */
bool release_json_row(struct req *rq, const struct release *r, json_t **out) MUST_CHECK;
/* [{"name","size","place" or null,"checksum","sha256","signature" or null,"href" or null,"id"}] of
 * a release; base: what the path of a file begins with. A new reference. */
bool release_json_files(struct req *rq, const struct release_reader *by, struct id release_id,
                        const char *base, json_t **out) MUST_CHECK;
/* Sends the bytes. Fails: ERR_NOT_FOUND where they are not here. */
bool release_json_send(struct req *rq, const struct artefact *a) MUST_CHECK;
