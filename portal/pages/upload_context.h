/* Files that come with a form, kept when the form has to be shown again. */
#pragma once

#include "portal/desk/attachment.h"
#include "portal/http/form.h"

/* Where uploaded bytes lie. */
const char *upload_context_storage(struct req *rq);
/* Stores the form's files, before any transaction, and adds those of an earlier try (the fields
 * "kept", each signed for this session, so that nobody names bytes that are not his). */
bool upload_context_store(struct req *rq, const struct form *form, struct attachment_file **files,
                          size_t *count) MUST_CHECK;
/* For a form that is shown again: stores what came, and adds "kept": [{"value","name","size"}] and
 * "has_kept" to the page's context. Files that cannot be stored are left out. */
void upload_context_keep(struct req *rq, const struct form *form, json_t *context);
