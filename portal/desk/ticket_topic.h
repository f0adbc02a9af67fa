/* What a ticket is about: the tenant's own topics, or the defaults. */
#pragma once

#include "db/ctx.h"

struct ticket_topic { /* in cx->mem or static */
    const char *code;
    const char *label; /* English of the defaults is translated; a tenant's own is shown as it is */
    const char *hint;
    const char *icon;
    int level; /* of a new ticket */
};

/* The active ones in order. */
bool ticket_topic_list(struct ctx *cx, const struct ticket_topic **out, size_t *count) MUST_CHECK;
/* *out is NULL for a code that is none of them. */
bool ticket_topic_find(struct ctx *cx, const char *code,
                       const struct ticket_topic **out) MUST_CHECK;
