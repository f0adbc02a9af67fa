/* Reports over tickets: the rows of a period, and the figures made of them. */
#pragma once

#include "db/where.h"
#include "portal/desk/ticket.h"

enum { REPORT_ROWS_MAX = 20000 };

struct report_period { /* instants; until is not part of it */
    int64_t from, until;
};

struct report_row { /* a ticket filed in the period; in cx->mem, absent text is "" */
    struct id id, assignee_id, team_id;
    const char *number, *subject, *topic, *status;
    enum ticket_category category;
    int level;
    const char *organisation, *reporter, *assignee, *team;
    const char *city, *store, *site, *product, *version;
    int64_t created_at, first_answer_at, resolved_at; /* 0: not yet */
    int64_t minutes;                                  /* entered as spent on it */
    int reopened; /* how often it went from solved or closed back to work */
};

extern const struct err_kind ERR_REPORT_TOO_LARGE;

/* Conditions of every report, on ticket t: ticket_visible as the desk sees. Fails: ERR_DENIED for
 * all but the system and staff with RIGHT_REPORTS, who needs no RIGHT_DESK for figures. */
bool report_visible(struct ctx *cx, struct where *w) MUST_CHECK;
/* The service report: all that was filed in the period, oldest first. Fails: ERR_DENIED;
 * ERR_REPORT_TOO_LARGE beyond REPORT_ROWS_MAX. */
bool report_rows(struct ctx *cx, const struct report_period *period, struct report_row **out,
                 size_t *count) MUST_CHECK;

/* Of count values the smallest that at least percent of a hundred do not exceed (nearest rank).
 * Sorts them. 0 when there are none. Pure. */
int64_t report_percentile(int64_t *values, size_t count, unsigned percent);

struct report_figures { /* of an engineer, or of a team */
    struct id id;       /* zero: nobody, or no team */
    const char *name;
    int64_t taken;    /* filed in the period and his now */
    int64_t solved;   /* of these, solved or closed now */
    int64_t reopened; /* of these, opened again after they were solved */
    int64_t answered; /* of these, with an answer of staff */
    /* From filing to the first answer, and to the solution; us around the clock. */
    int64_t answer_median, answer_90, solve_median, solve_90;
};

/* One for each engineer or each team, the most tickets first; those of nobody last. Pure but for
 * cx->mem. */
void report_figures_of(struct ctx *cx, const struct report_row *rows, size_t count, bool by_team,
                       struct report_figures **out, size_t *figure_count);
