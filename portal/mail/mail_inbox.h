/* How a tenant receives mail: its address, what becomes of whose mails, and the mailbox. */
#pragma once

#include "base/clock.h"
#include "base/config.h"
#include "db/db.h"

enum { MAIL_INBOX_EVERY_SECONDS = 30, MAIL_INBOX_PASSWORD_MAX = 500 };

struct mail_inbox {
    struct id tenant_id;
    const char *address;                       /* "" : the installation's (mail.inbound) */
    const char *unknown_sender, *known_sender; /* "ticket" "tray" */
    int64_t hourly;                            /* mails of one sender in an hour */
    const char *host;                          /* "" : no mailbox */
    int64_t port;
    const char *tls; /* "always" "starttls" "never" */
    const char *login, *folder, *done_folder;
    bool is_paused;
    bool is_guarded; /* set by staff: only the public internet is connected to */
    struct span sealed;
    int64_t checked_at; /* 0: not yet */
    int64_t uid_validity, last_uid;
    const char *last_fault;
    struct id lease;
};

/* The address that the tenant receives mail at; "" where it receives none. In cx->mem. */
bool mail_inbox_address(struct ctx *cx, const struct config *config, const char **out) MUST_CHECK;
/* Absent: the defaults. */
bool mail_inbox_get(struct ctx *cx, struct mail_inbox *out) MUST_CHECK;
/* Sets all of it; password NULL: as it was. A mailbox that is another is read from its unread
 * mails on. Needs RIGHT_SETTINGS. Fails: ERR_INVALID with the field. */
bool mail_inbox_set(struct ctx *cx, const struct mail_inbox *what, const char *password) MUST_CHECK;

/* --- for the jobs role --- */
bool mail_inbox_claim(struct ctx *cx, unsigned limit, int64_t lease_us, struct mail_inbox **out,
                      size_t *count) MUST_CHECK;
bool mail_inbox_password(struct ctx *cx, const struct mail_inbox *box, const char **out) MUST_CHECK;
/* All up to that mail is kept. Fails: ERR_CONFLICT the lease was lost. */
bool mail_inbox_progress(struct ctx *cx, const struct mail_inbox *box, int64_t uid_validity,
                         int64_t last_uid) MUST_CHECK;
/* The look is over; fault "" : it went well. */
bool mail_inbox_settle(struct ctx *cx, const struct mail_inbox *box, const char *fault) MUST_CHECK;

/* What the mailbox's password is sealed for. In mem. */
const char *mail_inbox_context(struct arena *mem, struct id tenant_id);
