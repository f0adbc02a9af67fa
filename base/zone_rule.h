/* The rule at the end of a zone file, for times after its last transition (POSIX TZ, RFC 8536). */
#pragma once

#include "base/attr.h"

enum { ZONE_RULE_MAX = 80 };

enum zone_day_kind {
    ZONE_DAY_MONTH,    /* M3.2.0: the second Sunday of March */
    ZONE_DAY_NO_LEAP,  /* J60: 1..365, the leap day not counted */
    ZONE_DAY_ZERO_BASE /* 59: 0..365, the leap day counted */
};

struct zone_day {
    enum zone_day_kind kind;
    int month, week, weekday; /* ZONE_DAY_MONTH: week 5 is the last */
    int day;                  /* the others */
    int32_t time;             /* seconds after that day's midnight, local time before the change */
};

struct zone_rule {
    int32_t standard; /* seconds east of UTC */
    int32_t summer;
    bool has_summer;
    struct zone_day begins; /* of summer time */
    struct zone_day ends;
};

/* "GMT0BST,M3.5.0/1,M10.5.0" or "CST-8". */
bool zone_rule_parse(const char *text, struct zone_rule *out) MUST_CHECK;
/* Seconds east of UTC at an instant (in seconds since 1970 UTC). */
int32_t zone_rule_offset(const struct zone_rule *rule, int64_t seconds);
