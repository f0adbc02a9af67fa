/* Surveys: one answer of the customer for each time that a ticket was solved, by a signed link or
 * in the portal. Reading the link answers nothing: mail scanners open links too. */
#pragma once

#include "portal/desk/ticket.h"

enum {
    SURVEY_SCORE_MIN = 1,
    SURVEY_SCORE_MAX = 5,
    SURVEY_SCORE_LOW = 2, /* up to here somebody must look */
    SURVEY_COMMENT_MAX = 2000,
    SURVEY_MAC_BYTES = 16,
    SURVEY_TOKEN_BYTES = 16 + 8 + SURVEY_MAC_BYTES /* ticket, solution's instant, MAC */
};

extern const struct err_kind ERR_SURVEY_ANSWERED; /* for this solution it was said already */
extern const struct err_kind ERR_SURVEY_OVER;     /* not solved (any more), or solved anew */

struct survey { /* in cx->mem */
    int score;
    const char *comment; /* "": none */
    int64_t answered_at;
};

/* The token of a solved ticket's link, /survey/TOKEN: for the mail that tells of the solution. Of a
 * ticket that the viewer has got. NULL when it is not solved, or without cx->master. In cx->mem. */
const char *survey_token(struct ctx *cx, const struct ticket *t);
/* The ticket that a token is for; whoever asks. Fails: ERR_NOT_FOUND a token that we did not sign;
 * ERR_SURVEY_OVER. */
bool survey_open(struct ctx *cx, const char *token, struct ticket **out) MUST_CHECK;
/* What was answered for the present solution of a ticket that the viewer has got; *out is NULL when
 * nothing was. */
bool survey_find(struct ctx *cx, const struct ticket *t, struct survey **out) MUST_CHECK;

/* An answer. The low ones put the ticket under review, with a note. Never staff: ERR_DENIED. Fails:
 * ERR_INVALID score or comment; ERR_SURVEY_ANSWERED; ERR_SURVEY_OVER; ERR_NOT_FOUND. Emits
 * ticket.updated with {"survey":{"score"}}. */
bool survey_answer(struct ctx *cx, struct id ticket_id, int64_t score,
                   const char *comment) MUST_CHECK; /* as the customer that looks */
bool survey_answer_link(struct ctx *cx, const char *token, int64_t score,
                        const char *comment) MUST_CHECK;
