/* From an event to those who are told of it. */
#pragma once

#include "db/event.h"

/* Adds the notices of an event of a ticket, or of licence.ending; others are passed over. Never a
 * note to a customer; nobody is told what he did himself, but that his ticket has arrived. In the
 * caller's transaction, the system looking. */
bool notice_event_tell(struct ctx *cx, const struct event *event) MUST_CHECK;
