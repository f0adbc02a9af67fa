/* The trail of what was done: who, when, from where, before and after. */
#pragma once

#include "db/db.h"

enum { AUDIT_PAGE = 50, AUDIT_EXPORT_MAX = 20000, AUDIT_WHAT_MAX = 64 };

struct audit_filter {     /* NULL, 0 and zero: any */
    const char *what;     /* the beginning of an event's name: "person.", "person.login" */
    const char *who;      /* part of the actor's name or address */
    const char *address;  /* the beginning of where the actor was */
    struct id subject_id; /* what it is about */
    int64_t from, until;  /* instants, until excluded */
    struct id before_id;  /* the last one of the page before */
    unsigned limit;
};

struct audit_row { /* in cx->mem */
    struct id id;
    const char *name;
    struct id subject_id;
    const char *about; /* the name of the person that it is about; "" for anything else */
    int64_t at;
    const char *actor_kind;               /* "staff" … (struct event) */
    const char *actor_name, *actor_email; /* "" when it is no person of the tenant */
    const char *address;                  /* "" where nobody asked from anywhere, or erased */
    const char *data;                     /* JSON text; NULL: none, or erased */
    bool is_erased;
};

/* Newest first. Needs RIGHT_SETTINGS: ERR_DENIED else. */
bool audit_list(struct ctx *cx, const struct audit_filter *filter, struct audit_row **out,
                size_t *count) MUST_CHECK;
