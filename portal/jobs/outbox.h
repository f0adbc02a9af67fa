/* The outbox: events that wait for the tenants' rules, taken one by one after their commit. */
#pragma once

#include "db/event.h"
#include "scripts/script_run.h"

enum { OUTBOX_BATCH = 20, OUTBOX_TRIES_MAX = 4, OUTBOX_DEPTH_MAX = 4 };

/* Claims events that are due, of any tenant, and runs their rules. Each run's trace and effects are
 * one transaction; a rule that ran on an event already is passed over, so an event that comes twice
 * has its effects once. What the machine did wrong comes again later, what a rule did wrong does
 * not: its effects are dropped, the object is flagged, other rules go on. engine NULL (rules are
 * off): the events wait. *worked is how many were claimed. mem is reset between events. */
bool outbox_work(struct ctx *cx, const struct script_engine *engine, unsigned *worked) MUST_CHECK;
