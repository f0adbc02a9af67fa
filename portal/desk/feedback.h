/* Feedback from installed software: a ticket with the licence that the program has shown. */
#pragma once

#include "portal/desk/ticket.h"

enum {
    FEEDBACK_AN_HOUR = 20, /* of one licence */
    FEEDBACK_DIAGNOSTICS_MAX = 128 * 1024
};

struct feedback_new { /* absent text is NULL, absent ids are zero */
    struct id licence_id, organisation_id, machine_id; /* verified by the caller */
    const char *licence_key;                           /* masked wherever it is */
    const char *subject;                               /* NULL: the beginning of the text */
    const char *text, *topic, *version;
    const char *name, *phone, *email; /* of whoever sits there */
    const char *diagnostics;          /* goes with the ticket as a file */
    const char *request_key;          /* the same one of the same licence files once */
};

struct feedback { /* in cx->mem */
    struct ticket *ticket;
    const char *token; /* of a link to it: follow_link.h */
    size_t removed;    /* secrets that were masked */
    bool is_repeated;
};

/* Files it, as the system, with source "program". Secrets in text and diagnostics are masked before
 * anything is stored. Fails: ERR_LIMITED; ERR_INVALID as ticket_create. */
bool feedback_file(struct ctx *cx, const char *storage_path, const struct feedback_new *what,
                   struct feedback *out) MUST_CHECK;
