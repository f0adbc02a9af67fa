/* Views of the desk: a search line that somebody named, his own, his team's or everybody's. */
#pragma once

#include "portal/desk/ticket_column.h"
#include "portal/desk/ticket_list.h"

enum { SAVED_VIEW_NAME_MAX = 60, SAVED_VIEW_MAX = 100, SAVED_VIEW_PINS_MAX = 12 };

enum saved_view_scope { SAVED_VIEW_OWN, SAVED_VIEW_TEAM, SAVED_VIEW_ALL, SAVED_VIEW_SCOPES };

struct saved_view { /* a record, in cx->mem */
    struct id id;
    const char *name;
    const char *query; /* see ticket_query.h */
    enum ticket_sort sort;
    const char *columns; /* as ticket_column_read takes them; "": the list as it comes */
    enum saved_view_scope scope;
    struct id owner_id, team_id;
    const char *owner_name, *team_name; /* "" for none */
    bool is_pinned;                     /* by the viewer */
    bool may_change;                    /* the owner's, and those with RIGHT_SETTINGS */
};

extern const struct err_kind ERR_SAVED_VIEW_PINS; /* as many are pinned as the list has room for */
extern const struct err_kind ERR_SAVED_VIEW_MANY;

const char *saved_view_scope_name(enum saved_view_scope scope); /* "own" "team" "all" */
bool saved_view_scope_parse(const char *name, enum saved_view_scope *out) MUST_CHECK;

/* All that follow are for staff with RIGHT_DESK: ERR_DENIED for others. A view that somebody does
 * not have is not there: ERR_NOT_FOUND. */
bool saved_view_list(struct ctx *cx, struct saved_view **out,
                     size_t *count) MUST_CHECK; /* by name */
bool saved_view_get(struct ctx *cx, struct id id, struct saved_view **out) MUST_CHECK;
/* Keeps v->name, query, sort, scope and columns (given as ticket_column_settle takes them; NULL:
 * none); a zero id makes a new one, pinned for its maker, which v->id
 * then names. A team's view is of the maker's team. Fails: ERR_INVALID at "name"; what
 * ticket_query_parse and ticket_column_settle fail with; ERR_DENIED for another's; ERR_INVALID at
 * "scope" without a team, or for everybody without RIGHT_SETTINGS; ERR_SAVED_VIEW_MANY. */
bool saved_view_save(struct ctx *cx, struct saved_view *v) MUST_CHECK;
bool saved_view_remove(struct ctx *cx, struct id id) MUST_CHECK;
/* Puts it beside the viewer's queues, or takes it away. Fails: ERR_SAVED_VIEW_PINS. */
bool saved_view_pin(struct ctx *cx, struct id id, bool is_pinned) MUST_CHECK;
/* Whether the viewer may give something to those; *team_id is his team's where it is for that, else
 * zero. Fails: ERR_INVALID at "scope". */
bool saved_view_scope_check(struct ctx *cx, enum saved_view_scope scope,
                            struct id *team_id) MUST_CHECK;
/* The search line in the tenant's time zone. */
bool saved_view_query(struct ctx *cx, const char *text, struct ticket_query **out) MUST_CHECK;
/* How many tickets are in it, up to TICKET_COUNTS_CAP. */
bool saved_view_count(struct ctx *cx, const struct saved_view *v, int64_t *out) MUST_CHECK;
