/* Macros: texts with variables that the desk answers with, and what they set. */
#pragma once

#include "portal/desk/saved_view.h"

enum { MACRO_NAME_MAX = 60, MACRO_BODY_MAX = 4000, MACRO_MAX = 300 };

struct macro { /* a record, in cx->mem */
    struct id id;
    const char *name;
    const char *language; /* "en" "zh"; "": any */
    const char *body;     /* with {variables}; "": only sets */
    bool is_note;         /* the text is an internal note */
    const char *status;   /* to set; "": as it is */
    int64_t level;        /* 0: as it is */
    bool takes_it;        /* assigns whoever uses it */
    const char *tag;      /* to add; "": none */
    enum saved_view_scope scope;
    struct id owner_id, team_id;
    const char *owner_name, *team_name;
    bool may_change; /* the owner's, and those with RIGHT_SETTINGS */
};

extern const struct err_kind ERR_MACRO_VARIABLE; /* a {variable} that is none */
extern const struct err_kind ERR_MACRO_EMPTY;    /* neither a text nor anything to set */
extern const struct err_kind ERR_MACRO_MANY;

/* For staff with RIGHT_DESK: ERR_DENIED for others. One that somebody does not have is not there.
 */
bool macro_list(struct ctx *cx, struct macro **out, size_t *count) MUST_CHECK; /* by name */
bool macro_get(struct ctx *cx, struct id id, struct macro **out) MUST_CHECK;
/* A zero id makes a new one, which m->id then names. Fails: ERR_INVALID at "name", "body",
 * "status", "level", "tag", "scope"; ERR_MACRO_VARIABLE and ERR_MACRO_EMPTY at "body"; ERR_DENIED
 * for another's; ERR_MACRO_MANY. */
bool macro_save(struct ctx *cx, struct macro *m) MUST_CHECK;
bool macro_remove(struct ctx *cx, struct id id) MUST_CHECK;

/* The text for one ticket. A variable that has no value there leaves a gap that everybody sees and
 * that ticket_reply does not send: see ticket_gap.h. */
bool macro_fill(struct ctx *cx, const struct macro *m, const struct ticket *t,
                const char **out) MUST_CHECK;
/* Sets what the macro sets but the state, which goes with the answer; all or nothing. */
bool macro_apply(struct ctx *cx, const struct macro *m, struct id ticket_id) MUST_CHECK;
