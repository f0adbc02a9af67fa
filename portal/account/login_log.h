/* Who signed in or tried to, and who is here now: for those who look after accounts. */
#pragma once

#include "base/config.h"
#include "db/db.h"

enum { LOGIN_LOG_PAGE = 50, LOGIN_LOG_EXPORT_MAX = 20000, LOGIN_LOG_ONLINE_MAX = 500 };

struct login_log_filter { /* NULL, 0 and zero: any */
    const char *account;  /* part of the address that was typed, or of the person's name */
    const char *address;  /* the beginning of where it came from */
    const char *outcome;  /* "wrong" … of login_event */
    int64_t from, until;  /* instants, until excluded */
    struct id before_id;  /* the last one of the page before */
    unsigned limit;
};

struct login_log_row { /* in cx->mem */
    struct id id;
    int64_t at;
    const char *email;  /* as it was typed */
    const char *person; /* "" for nobody */
    const char *address;
    const char *outcome; /* "ok" "wrong" "locked" "disabled" "throttled" "half" "logout" … */
};

/* Newest first. Both need RIGHT_SETTINGS: ERR_DENIED else. */
bool login_log_list(struct ctx *cx, const struct login_log_filter *filter,
                    struct login_log_row **out, size_t *count) MUST_CHECK;

struct login_log_online { /* a live session of somebody */
    const char *person, *email, *address, *agent;
    bool is_staff;
    int64_t created_at, used_at;
};
/* Last used first, at most LOGIN_LOG_ONLINE_MAX. */
bool login_log_online(struct ctx *cx, const struct config *config, struct login_log_online **out,
                      size_t *count) MUST_CHECK;
