/* What a ticket is about: the tenant's own topics, or the defaults. */
#pragma once

#include "db/ctx.h"

enum {
    TICKET_TOPIC_LABEL_MAX = 100,
    TICKET_TOPIC_HINT_MAX = 200,
    TICKET_TOPIC_BODY_MAX = 4000,
    TICKET_TOPIC_NOTICE_MAX = 500,
    TICKET_TOPICS_MAX = 50
};

enum ticket_topic_type {
    TICKET_TOPIC_QUESTION,
    TICKET_TOPIC_FAULT,
    TICKET_TOPIC_FEEDBACK,
    TICKET_TOPIC_COMPLAINT,
    TICKET_TOPIC_REPAIR,
    TICKET_TOPIC_TRAINING,
    TICKET_TOPIC_TYPES
};

struct ticket_topic { /* in cx->mem or static */
    const char *code;
    const char *label; /* English of the defaults is translated; a tenant's own is shown as it is */
    const char *hint;
    const char *icon;
    int level; /* its urgency */
    enum ticket_topic_type type;
    const char *label_zh, *hint_zh; /* a tenant's own; "": as in English */
    const char *body, *body_zh;     /* what the text begins with; "": nothing */
    const char *notice, *notice_zh; /* above the form */
    bool is_staffs;                 /* customers cannot choose it */
    const char *article; /* NULL, or the number of the article that stands for a ticket */
    bool is_active;
};

extern const struct err_kind ERR_TICKET_TOPIC_ARTICLE; /* there is an article, and no ticket */
extern const struct err_kind ERR_TICKET_TOPIC_LAST;    /* no topic would take a ticket */

const char *ticket_topic_type_name(enum ticket_topic_type type);
const char *ticket_topic_type_label(enum ticket_topic_type type); /* English */
bool ticket_topic_type_parse(const char *name, enum ticket_topic_type *out) MUST_CHECK;

/* The active ones in order. */
bool ticket_topic_list(struct ctx *cx, const struct ticket_topic **out, size_t *count) MUST_CHECK;
/* *out is NULL for a code that is none of them. */
bool ticket_topic_find(struct ctx *cx, const char *code,
                       const struct ticket_topic **out) MUST_CHECK;
/* Whether the viewer can file under it. */
bool ticket_topic_is_open(const struct ctx *cx, const struct ticket_topic *topic);
/* One that the viewer may file under. Fails: ERR_INVALID no such topic, or not his;
 * ERR_TICKET_TOPIC_ARTICLE. */
bool ticket_topic_get(struct ctx *cx, const char *code, const struct ticket_topic **out) MUST_CHECK;
/* For what nobody chose a topic for: the wanted one if it takes tickets, else the first that does.
 */
bool ticket_topic_default(struct ctx *cx, const char *wanted, const char **code) MUST_CHECK;

/* --- settings --- */

/* All, also those that are off. */
bool ticket_topic_all(struct ctx *cx, const struct ticket_topic **out, size_t *count) MUST_CHECK;
/* Adds one, or changes the one of that code; the tenant's defaults become rows of its own first.
 * Fails: ERR_DENIED; ERR_INVALID with the source; ERR_CONFLICT a new one whose code is taken;
 * ERR_TICKET_TOPIC_LAST. Emits topic.changed. */
bool ticket_topic_save(struct ctx *cx, const struct ticket_topic *topic, bool is_new) MUST_CHECK;
bool ticket_topic_move(struct ctx *cx, const char *code, bool is_up) MUST_CHECK;
