/* The thread of a ticket: replies, notes and lines that tell what changed. */
#pragma once

#include "portal/desk/attachment.h"
#include "portal/desk/ticket.h"

enum { TICKET_THREAD_MAX = 500 };

struct message { /* a record, in cx->mem */
    struct id id;
    struct id ticket_id;
    const char *kind; /* "reply" "note" "event" */
    bool is_public;
    const char *author; /* "customer" "staff" "script" "system" */
    struct id author_id;
    const char *author_name; /* "" for the system */
    const char *source;      /* "portal" "desk" "mail" "api" "program" "rule" */
    const char *body;        /* "" for an event line */
    const json_t *data;      /* an event line: {"change":"status","from":..,"to":..} */
    int64_t created_at;
    int64_t edited_at; /* 0: it says what it always said */
    struct attachment **files;
    size_t file_count;
};

/* Everything of the thread that the viewer may read, oldest first, with files; the latest
 * TICKET_THREAD_MAX. A customer gets public rows only. Fails: ERR_NOT_FOUND. */
bool ticket_thread(struct ctx *cx, struct id ticket_id, struct message ***out,
                   size_t *count) MUST_CHECK;
/* The same of a ticket that the viewer has got, without asking again whether he sees it. */
bool ticket_thread_of(struct ctx *cx, const struct ticket *t, struct message ***out,
                      size_t *count) MUST_CHECK;

struct participant {
    struct id person_id;
    const char *name;
    bool can_reply;
};
/* People beside the filer and the tracking engineer, of a ticket that the viewer has got. Adding
 * needs to see the ticket; a customer adds colleagues of the ticket's organisation, staff anybody
 * of it. Fails: ERR_NOT_FOUND, ERR_INVALID not a member. */
bool ticket_thread_participants(struct ctx *cx, const struct ticket *t, struct participant **out,
                                size_t *count) MUST_CHECK;
bool ticket_thread_add_participant(struct ctx *cx, struct id ticket_id, struct id person_id,
                                   bool can_reply) MUST_CHECK;
bool ticket_thread_remove_participant(struct ctx *cx, struct id ticket_id,
                                      struct id person_id) MUST_CHECK;

/* Inserts a message row inside the open transaction; for this folder. */
struct message_new {
    struct id ticket_id;
    const char *kind;
    bool is_public;
    const char *body;
    const json_t *data;
    const char *source;
};
bool ticket_thread_insert(struct ctx *cx, const struct message_new *what, struct id *id) MUST_CHECK;
