/* What the role `jobs` does again and again, each kind in a run of its own. */
#pragma once

#include "base/clock.h"
#include "portal/app.h"

/* Rules have a thread of their own: slow ones must not keep the audit trail waiting. So have the
 * receivers of webhooks, the mail server, and mails that come in. */
enum loop_kind {
    LOOP_RULES,
    LOOP_CHORES,
    LOOP_WEBHOOKS,
    LOOP_MAIL,
    LOOP_MAIL_IN,
    LOOP_MAILBOX,
    LOOP_BULK,
    LOOP_COUNT
};

enum { WORK_TICK_MS = 100, WORK_MAX = 64 };

struct work {
    const char *name;
    enum loop_kind loop;
    int64_t every_us;
    /* One run; cx has no tenant yet. *has_more asks for the next at once. */
    bool (*work)(struct ctx *cx, struct app *app, bool *has_more);
};
extern const struct work WORK[];
extern const size_t WORK_COUNT; /* at most WORK_MAX */
