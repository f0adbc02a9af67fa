/* The report on satisfaction: answers of surveys beside how many were asked, and return visits. */
#pragma once

#include "portal/desk/report.h"
#include "portal/desk/survey.h"

enum { REPORT_PEOPLE_MAX = 200 };

struct report_content_of { /* of one engineer; id zero: tickets of nobody */
    const char *name;      /* "": nobody */
    int64_t answers, low, score_sum;
};

struct report_content {
    int64_t solved;   /* tickets whose present solution is of the period: each was asked */
    int64_t answered; /* of these, with an answer to that solution */
    int64_t scores[SURVEY_SCORE_MAX]; /* answers given in the period, by score from 1 */
    struct report_content_of *people; /* the same by engineer; in cx->mem */
    size_t people_count;
    int64_t visits_due;                  /* planned for days of the period */
    int64_t visits_done;                 /* of these, with an outcome */
    int64_t visits_late;                 /* of these, open though their day is over */
    int64_t content, unhappy, unreached; /* outcomes of those done */
};

/* Fails: ERR_DENIED, as all reports. */
bool report_content(struct ctx *cx, const struct report_period *period,
                    struct report_content *out) MUST_CHECK;
