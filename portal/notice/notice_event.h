/* From an event to those who are told of it. */
#pragma once

#include "db/event.h"

/* Adds the notices of an event of a ticket, or of licence.ending; others are passed over. Never a
 * note to a customer; nobody is told what he did himself, but that his ticket has arrived. In the
 * caller's transaction, the system looking. */
bool notice_event_tell(struct ctx *cx, const struct event *event) MUST_CHECK;

/* --- for rules --- */

enum {
    NOTICE_RULE_TEXT_MAX = 2000, /* characters */
    NOTICE_RULE_HOURLY = 500     /* of a tenant: what rules tell whomever */
};

enum notice_who { NOTICE_WHO_ENGINEER, NOTICE_WHO_TEAM, NOTICE_WHO_REPORTER, NOTICE_WHO_CUSTOMERS };
/* "engineer", "team", "reporter", "customers". */
bool notice_event_who(const char *name, enum notice_who *out);
bool notice_event_is_customer(enum notice_who who);

/* Tells what a rule says about a ticket: the tracking engineer (or the team, where there is none),
 * the team, whoever reported, or all of the customer's side, each as he chose. Fails: ERR_INVALID
 * no text, or one too long; ERR_LIMITED the tenant's rules told too much in an hour. */
bool notice_event_rule(struct ctx *cx, struct id ticket_id, enum notice_who who,
                       const char *text) MUST_CHECK;
