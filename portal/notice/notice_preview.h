/* Words of a mail, filled in with what is really there: the latest ticket, or licence. */
#pragma once

#include "portal/http/format.h"
#include "portal/notice/notice_template.h"

struct notice_sample {
    const struct format *format;
    const char *base; /* where our pages are */
    const char *tenant_name, *person_name;
};
struct notice_preview {
    bool has_data; /* false: there is no such ticket or licence that the viewer may see */
    const char *subject, *body;
    const char *fault; /* the {name} that has no value, or is unknown; NULL: all is well */
};
bool notice_preview_make(struct ctx *cx, const struct notice_sample *sample, enum notice_kind kind,
                         const char *subject, const char *body,
                         struct notice_preview *out) MUST_CHECK;
