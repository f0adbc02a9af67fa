/* Staff accounts: who works here, with which role; made, changed and removed by those who may. */
#pragma once

#include "db/db.h"

enum { STAFF_LIST_MAX = 500, STAFF_TITLE_MAX = 100, STAFF_CHOICES_MAX = 100 };

extern const struct err_kind ERR_STAFF_SELF;   /* one's own account, its role or its end */
extern const struct err_kind ERR_STAFF_LAST;   /* nobody would be left who may change accounts */
extern const struct err_kind ERR_STAFF_IN_USE; /* see staff_uses */

struct staff_account { /* a record, in cx->mem; absent text is "" */
    struct id person_id;
    const char *full_name, *email, *phone, *title;
    struct id role_id, team_id;
    const char *role_name, *team_name;
    const char *started_on; /* "2021-09-01", the first day of service; NULL: not kept */
    bool is_disabled;
    int64_t locked_until;  /* 0: not locked */
    int64_t last_login_at; /* 0: never */
};

struct staff_choice { /* a role or a team to choose from */
    struct id id;
    const char *name;
};

struct staff_draft {
    const char *full_name, *email, *phone, *title;
    const char *started_on; /* NULL: not kept */
    struct id role_id;
    struct id team_id;         /* zero: none */
    const char *password_hash; /* NULL: none (new), unchanged (change) */
    bool is_disabled;
};

/* All need RIGHT_SETTINGS: ERR_DENIED else. */
/* By name; search is part of a name, an address or a title, NULL for all. */
bool staff_list(struct ctx *cx, const char *search, struct staff_account **out,
                size_t *count) MUST_CHECK;
bool staff_get(struct ctx *cx, struct id person_id, struct staff_account **out) MUST_CHECK;
bool staff_roles(struct ctx *cx, struct staff_choice **out, size_t *count) MUST_CHECK;
bool staff_teams(struct ctx *cx, struct staff_choice **out, size_t *count) MUST_CHECK;

/* Fails: ERR_PERSON_EMAIL, ERR_PERSON_TAKEN, ERR_INVALID with the field, ERR_ROLE_UNKNOWN. */
bool staff_add(struct ctx *cx, const struct staff_draft *draft, struct id *out) MUST_CHECK;
/* Likewise, and ERR_NOT_FOUND, ERR_STAFF_SELF, ERR_STAFF_LAST. A disabled one's sessions end. */
bool staff_change(struct ctx *cx, struct id person_id, const struct staff_draft *draft) MUST_CHECK;

/* Of two who take each other's right away, the second one waits here and finds nobody left: called
 * first, within a transaction. */
bool staff_lock_roles(struct ctx *cx) MUST_CHECK;
/* ERR_STAFF_LAST when nobody would be left who may change accounts and roles: called last. */
bool staff_check_keepers(struct ctx *cx) MUST_CHECK;

struct staff_uses {    /* what still hangs on an account */
    int64_t sessions;  /* open at this moment */
    int64_t tickets;   /* tracked or filed */
    int64_t licences;  /* issued, or owned */
    int64_t customers; /* looked after */
    int64_t messages;  /* written in tickets */
};
bool staff_uses(struct ctx *cx, struct id person_id, struct staff_uses *out) MUST_CHECK;
/* Removes a mistaken account for good. Fails: ERR_STAFF_IN_USE, ERR_STAFF_SELF, ERR_STAFF_LAST,
 * ERR_NOT_FOUND. Emits person.updated. */
bool staff_remove(struct ctx *cx, struct id person_id) MUST_CHECK;
