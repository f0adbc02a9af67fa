/* What a tenant wants its desk to do by itself: closing, thanks, the time to answer a dispatch. */
#pragma once

#include "db/ctx.h"

enum {
    DESK_FLOW_DAYS_MAX = 365,
    DESK_FLOW_REMIND_MAX = 30,
    DESK_FLOW_WORDS_MAX = 4000, /* characters of a list of phrases */
    DESK_FLOW_MINUTES_MAX = 30 * 24 * 60,
    DESK_FLOW_TRASH_MAX = 3650,
    /* What a tenant that never saved the page has. */
    DESK_FLOW_CLOSE_DAYS = 14,
    DESK_FLOW_REMIND_DAYS = 3,
    DESK_FLOW_TRASH_DAYS = 30
};

struct desk_flow {               /* in cx->mem or static */
    int64_t close_days;          /* a solved ticket is closed after so many; 0: never */
    int64_t remind_days;         /* a mail so many days before; 0: none */
    const char *thanks, *beside; /* phrases, one a line; never NULL when read */
    int64_t dispatch_minutes;    /* of working time to answer a dispatch; 0: no limit */
    int64_t trash_days;          /* what lies in the bin goes for good after so many; 0: never */
    bool is_shipped;             /* read: nobody has saved it yet */
};
struct desk_flow_topic {
    const char *topic; /* its code */
    int64_t close_days;
};

/* The tenant's, or what is without a row: DESK_FLOW_*_DAYS, the shipped words. */
bool desk_flow_get(struct ctx *cx, struct desk_flow *out) MUST_CHECK;
/* Topics with a time of their own, by code. */
bool desk_flow_topics(struct ctx *cx, struct desk_flow_topic **out, size_t *count) MUST_CHECK;
/* Puts all of it in place of what is; a list of phrases that is NULL is the shipped one. Staff with
 * RIGHT_SETTINGS, or the system. Fails: ERR_DENIED; ERR_INVALID at "close_days", "remind_days" (not
 * before the close), "thanks", "beside", "dispatch_minutes",
 * "trash_days", "topic". Emits flow.changed. */
bool desk_flow_set(struct ctx *cx, const struct desk_flow *flow,
                   const struct desk_flow_topic *topics, size_t count) MUST_CHECK;
