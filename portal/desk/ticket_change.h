/* The frame of every change of a ticket; for this folder. */
#pragma once

#include "db/event.h"
#include "portal/desk/ticket.h"

/* ticket_to_event_json where text or tags are known already: they are not asked for (NULL: they
 * are). text and tags are borrowed. */
bool ticket_snapshot(struct ctx *cx, const struct ticket *t, const char *text, json_t *tags,
                     json_t **out) MUST_CHECK;

/* Begins a transaction, writes the ticket's row first (so that two changes of one ticket queue up,
 * and collide on Galera), and reads it as the viewer may see it. Fails with ERR_NOT_FOUND, and with
 * ERR_DENIED for a participant who only reads, ERR_TICKET_MERGED. False: nothing is open. */
bool ticket_change_start(struct ctx *cx, struct id id, struct ticket **before) MUST_CHECK;
/* The same of a ticket that may be merged. */
bool ticket_change_start_any(struct ctx *cx, struct id id, struct ticket **before) MUST_CHECK;
/* The same for acts of staff and rules alone: ERR_DENIED for a customer. */
bool ticket_change_start_staff(struct ctx *cx, struct id id, struct ticket **before) MUST_CHECK;
/* Emits an event with both snapshots (and extra's members); the change stays open. */
bool ticket_change_emit(struct ctx *cx, enum event_kind kind, const struct ticket *before,
                        const json_t *extra) MUST_CHECK;
/* Emits the event with both snapshots (and extra's members), and commits. False: rolled back. */
bool ticket_change_finish(struct ctx *cx, enum event_kind kind, const struct ticket *before,
                          const json_t *extra) MUST_CHECK;
/* Ends a change that turned out to be none. */
bool ticket_change_nothing(struct ctx *cx) MUST_CHECK;
/* Rolls back; returns false. */
bool ticket_change_undo(struct ctx *cx);
/* A thread line inside the open change: what changed, from, to (plain texts; NULL is null). */
bool ticket_change_line(struct ctx *cx, struct id id, bool is_public, const char *what,
                        const char *from, const char *to) MUST_CHECK;
/* Sets the state inside the open change, with its instants and the due time. *changed is false when
 * it is set already. */
bool ticket_change_status(struct ctx *cx, const struct ticket *t, const char *status,
                          bool *changed) MUST_CHECK;
/* The same for what a customer says by mail, which the system passes on: where it opens a solved or
 * closed ticket, the customer disputes the solution. */
bool ticket_change_status_customers(struct ctx *cx, const struct ticket *t, const char *status,
                                    bool *changed) MUST_CHECK;
