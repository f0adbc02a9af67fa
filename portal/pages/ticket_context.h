/* Tickets as the templates show them, for customers' pages and the desk. New references. */
#pragma once

#include "portal/desk/attachment.h"
#include "portal/desk/filing.h"
#include "portal/desk/ticket_list.h"
#include "portal/desk/ticket_status.h"
#include "portal/desk/ticket_topic.h"
#include "portal/field/custom_field_words.h"
#include "portal/http/form.h"
#include "portal/http/page.h"

struct ticket_words { /* the tenant's words, read once a page */
    const struct ticket_status *statuses;
    size_t status_count;
    const struct ticket_topic *topics;
    size_t topic_count;
    const struct field_set *fields; /* the tenant's own of tickets; NULL where not read */
    bool is_staff;                  /* staff words for states, internal lines in the thread */
};

/* States; topics too where the page shows them. */
bool ticket_context_words(struct req *rq, bool with_topics, struct ticket_words *out) MUST_CHECK;
/* The fields too: for a ticket's page, whose panels tell of them. A thread reads them itself. */
bool ticket_context_fields(struct req *rq, struct ticket_words *words) MUST_CHECK;
/* The state as parts/chip takes it. */
json_t *ticket_context_chip(struct req *rq, const struct ticket_words *words,
                            const struct ticket *t);
struct message;
/* Who wrote a message; a rule and the system have no name of their own. */
const char *ticket_context_author(struct req *rq, const struct message *m);
const char *ticket_context_topic(struct req *rq, const struct ticket_words *words,
                                 const char *code);
const char *ticket_context_status(struct req *rq, const struct ticket_words *words,
                                  const char *code);
/* A moment as files have it, in the reader's zone: "2026-11-22 09:30"; "" for 0. */
const char *ticket_context_minute(struct req *rq, int64_t us);
/* When the next answer is due: {"chip": parts/deadline or null, "text", "time"}; null when nothing
 * is promised. */
json_t *ticket_context_due(struct req *rq, const struct ticket *t);
/* The solution's promise: {"due": as above or null, "paused": since when the customer is asked}. */
json_t *ticket_context_solve(struct req *rq, const struct ticket *t);
/* A row of the customers' table. */
json_t *ticket_context_row(struct req *rq, const struct ticket_words *words,
                           const struct ticket *t);
/* The thread as parts/message takes it, and all its files as parts/file does. */
bool ticket_context_thread(struct req *rq, const struct ticket_words *words, const struct ticket *t,
                           json_t **out, json_t **files) MUST_CHECK;
json_t *ticket_context_file(struct req *rq, const struct attachment *a);
/* Product, serial, seats and validity for the side panels; null without a licence. */
json_t *ticket_context_licence(struct req *rq, const struct filing_licence *l);
