/* Mail that comes in: kept first, read afterwards, and wherever it fails it waits in the tray. */
#pragma once

#include "base/clock.h"
#include "db/db.h"

enum {
    MAIL_IN_BYTES_MAX = 64 * 1024 * 1024,
    MAIL_IN_TRIES_MAX = 6,
    MAIL_IN_LIST_MAX = 100,
    MAIL_IN_REASON_MAX = 32
};

extern const struct err_kind ERR_MAIL_SIZE; /* larger than MAIL_IN_BYTES_MAX: told to the sender */

/* Below storage.path: apart from what is swept there. In mem. */
const char *mail_in_folder(struct arena *mem, const char *storage_path);

/* Keeps a mail of cx's tenant: its bytes on disk, synced, then its row. Only after this has
 * succeeded may whoever brought it forget it. The same bytes again are the same mail. Fails:
 * ERR_MAIL_SIZE, ERR_STORE_FULL, ERR_BUSY; then nothing is taken over. */
bool mail_in_keep(struct ctx *cx, const char *storage_path, const char *route, struct span raw,
                  struct id *id) MUST_CHECK;

struct mail_in { /* a record, in cx->mem; absent text is "" */
    struct id tenant_id, id;
    const char *hash;
    int64_t bytes;
    const char *route;  /* "pipe" "spool" "imap" */
    const char *state;  /* "NEW" "DONE" "PARKED" "IGNORED" "READ" */
    const char *reason; /* why it is parked, or what became of it: mail_route.h */
    const char *sender, *sender_name, *subject, *message_id;
    struct id ticket_id; /* where it is, or seems to belong */
    struct id thread_id; /* the message of the ticket's thread */
    const char *ticket_number;
    int attempts;
    const char *last_fault;
    int64_t created_at;
    struct id lease;
};

/* --- the tray: staff with RIGHT_DESK and the system --- */
/* The latest in that state, before the one given (zero: from the newest). */
bool mail_in_list(struct ctx *cx, const char *state, struct id before, unsigned limit,
                  struct mail_in **out, size_t *count) MUST_CHECK;
bool mail_in_count(struct ctx *cx, const char *state, int64_t *out) MUST_CHECK;
bool mail_in_get(struct ctx *cx, struct id id, struct mail_in **out) MUST_CHECK;
/* The mails of one ticket, oldest first. */
bool mail_in_of_ticket(struct ctx *cx, struct id ticket_id, struct mail_in **out,
                       size_t *count) MUST_CHECK;
/* Opens the mail as it came; owned, close it. */
bool mail_in_open(struct ctx *cx, const char *storage_path, const struct mail_in *mail, int *fd,
                  int64_t *bytes) MUST_CHECK;

/* --- what became of it --- */
struct mail_fate {
    const char *state, *reason;
    const char *sender, *sender_name, *subject, *message_id; /* NULL: as they are */
    struct id ticket_id, thread_id;
};
/* Writes it, by whoever looks, inside the caller's transaction. Fails: ERR_CONFLICT: it is in
 * another state than `from` by now. */
bool mail_in_settle(struct ctx *cx, const struct mail_in *mail,
                    const struct mail_fate *fate) MUST_CHECK;

/* --- for the jobs role --- */
bool mail_in_claim(struct ctx *cx, unsigned limit, int64_t lease_us, struct mail_in **out,
                   size_t *count) MUST_CHECK;
/* The machine was at fault: again later, and after MAIL_IN_TRIES_MAX tries into the tray. */
bool mail_in_postpone(struct ctx *cx, const struct mail_in *mail, const char *fault) MUST_CHECK;
/* Removes files that no row speaks of, of one of STORE_FOLDERS folders. */
bool mail_in_sweep(struct ctx *cx, const char *storage_path, unsigned folder,
                   unsigned *removed) MUST_CHECK;

/* --- senders whose mails are put aside --- */
bool mail_in_is_ignored(struct ctx *cx, const char *address, bool *out) MUST_CHECK;
/* Ignoring puts aside what of him is parked; the opposite parks it again. */
bool mail_in_ignore(struct ctx *cx, const char *address) MUST_CHECK;
bool mail_in_unignore(struct ctx *cx, const char *address) MUST_CHECK;
