/* Changing many tickets at once: chosen, looked at beforehand, done in the background one by one,
 * and undone where nobody changed a ticket since. */
#pragma once

#include "portal/desk/saved_view.h"

enum {
    TICKET_BULK_MAX = 20000,
    TICKET_BULK_PAGE = 200, /* tickets looked at, or rows listed, in one go */
    TICKET_BULK_BATCH = 50, /* tickets that one step of the work changes */
    TICKET_BULK_LIST_MAX = 50,
    TICKET_BULK_REASONS_MAX = 10,
    TICKET_BULK_KEPT_DAYS = 90
};

#define TICKET_BULK_JOB "ticket.bulk"

extern const struct err_kind ERR_TICKET_BULK_NONE;   /* no ticket is chosen */
extern const struct err_kind ERR_TICKET_BULK_EMPTY;  /* nothing is to be set */
extern const struct err_kind ERR_TICKET_BULK_STATE;  /* it is started already, or over */
extern const struct err_kind ERR_TICKET_BULK_OTHERS; /* somebody else chose the tickets */
extern const struct err_kind ERR_TICKET_BULK_UNDO;   /* nothing of it can be undone */
extern const struct err_kind ERR_TICKET_BULK_LEFT;   /* a row: changed again since then */
extern const struct err_kind ERR_TICKET_BULK_RIGHT;  /* the starter's right was taken away */

enum ticket_bulk_state {
    TICKET_BULK_CHOSEN, /* the tickets are; what is to be done is not said yet */
    TICKET_BULK_READY,  /* looked at, not started */
    TICKET_BULK_RUNNING,
    TICKET_BULK_DONE,
    TICKET_BULK_CANCELLED,
    TICKET_BULK_STOPPED, /* the starter lost his right */
    TICKET_BULK_STATES
};

struct ticket_bulk_act { /* absent texts are NULL */
    struct ticket_values values;
    const char *tag, *untag;
    const char *text; /* a public answer with {variables} as in macros, sent with values.status */
    const char *merge_number;
    bool even_apart; /* merge those of other customers too */
};

struct ticket_bulk { /* a record, in cx->mem */
    struct id id, starter_id, undo_of, undone_by;
    const char *starter_name;
    const char *origin; /* "" where single ones were ticked */
    const char *act;    /* JSON */
    enum ticket_bulk_state state;
    int64_t total;
    bool is_cut;
    int64_t created_at, started_at, ended_at;
    /* of its rows */
    int64_t waiting, changed, same, refused, left;
};

/* All for staff with RIGHT_DESK: ERR_DENIED for others. Somebody else's is not there, but for those
 * with RIGHT_SETTINGS: they look, cancel, and undo in their own name. */

/* What is chosen: single tickets (what of them the viewer sees), or all of a queue, a saved view or
 * a search line, up to TICKET_BULK_MAX. Fails: ERR_TICKET_BULK_NONE; what the search fails with. */
struct ticket_bulk_choice {
    const struct id *ids;
    size_t id_count;
    enum ticket_view view;            /* TICKET_VIEW_COUNT: none */
    const struct ticket_query *query; /* or NULL */
    const char *origin;               /* what the reader calls it */
};
bool ticket_bulk_choose(struct ctx *cx, const struct ticket_bulk_choice *choice,
                        struct id *id) MUST_CHECK;
/* Says what is to be done, as often as one likes before it is started. Fails:
 * ERR_TICKET_BULK_EMPTY; ERR_INVALID at "status", "topic", "team", "assignee", "tag", "untag";
 * ERR_TICKET_LINK at "number"; ERR_TICKET_BULK_STATE; ERR_TICKET_BULK_OTHERS, as it runs in the
 * name and the reach of the starter. */
bool ticket_bulk_say(struct ctx *cx, struct id id, const struct ticket_bulk_act *act) MUST_CHECK;
bool ticket_bulk_is_own(const struct ctx *cx, const struct ticket_bulk *bulk);
bool ticket_bulk_get(struct ctx *cx, struct id id, struct ticket_bulk **out) MUST_CHECK;
bool ticket_bulk_list(struct ctx *cx, struct ticket_bulk **out, size_t *count) MUST_CHECK;

/* What would become of the tickets now. */
struct ticket_bulk_preview {
    int64_t changes, same, refused;
    struct {
        const char *reason; /* English */
        int64_t count;
    } reasons[TICKET_BULK_REASONS_MAX];
    size_t reason_count;
};
bool ticket_bulk_look(struct ctx *cx, const struct ticket_bulk *bulk,
                      struct ticket_bulk_preview *out) MUST_CHECK;

/* Fail: ERR_TICKET_BULK_STATE; starting also ERR_TICKET_BULK_OTHERS. What is done already stays
 * done when it is cancelled. */
bool ticket_bulk_start(struct ctx *cx, struct id id) MUST_CHECK;
bool ticket_bulk_cancel(struct ctx *cx, struct id id) MUST_CHECK;
/* Starts a change that sets back the fields that this one set; answers and merges stay. A ticket
 * that was changed since is left alone. Fails: ERR_TICKET_BULK_UNDO. */
bool ticket_bulk_undo(struct ctx *cx, struct id id, struct id *undo) MUST_CHECK;

struct ticket_bulk_row {
    struct id ticket_id;
    const char *number, *subject;
    const char *state;  /* "refused" "left" */
    const char *reason; /* English */
};
/* Those that were not changed though they should have been, at most TICKET_BULK_PAGE. */
bool ticket_bulk_rows(struct ctx *cx, struct id id, struct ticket_bulk_row **out,
                      size_t *count) MUST_CHECK;

/* --- for the jobs role --- */
/* One step of one change that is under way; *worked is false when there is none. */
bool ticket_bulk_work(struct ctx *cx, bool *worked) MUST_CHECK;
bool ticket_bulk_purge(struct ctx *cx, unsigned limit, int64_t *removed) MUST_CHECK;
