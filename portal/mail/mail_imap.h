/* A mailbox on another server, by IMAP (libcurl). */
#pragma once

#include "base/err.h"
#include "base/str.h"
#include "portal/mail/mail_inbox.h"

enum { MAIL_IMAP_UIDS_MAX = 500, MAIL_IMAP_TIMEOUT_MS = 60000 };

extern const struct err_kind ERR_MAIL_IMAP; /* the server does not answer as it should */

struct mail_imap; /* one connection. Threads: one owner. */
/* Nothing is connected to yet. box and password are borrowed. Owned, free with mail_imap_free. */
struct mail_imap *mail_imap_make(const struct mail_inbox *box, const char *password);
/* Addresses of the public internet alone. */
void mail_imap_guard(struct mail_imap *imap);
/* For whoever waits: signs in and opens the folder. What is wrong in English for translation
 * (static; NULL: nothing), with what the server said behind it (in mem). */
const char *mail_imap_look(struct mail_imap *imap, struct arena *mem, const char **detail);
void mail_imap_free(struct mail_imap *imap);

struct mail_imap_look {
    int64_t uid_validity, uid_next;
    int64_t uids[MAIL_IMAP_UIDS_MAX]; /* the smallest first */
    size_t count;
};
/* The mails after a UID, or (after < 0) those that are unread. Fails: ERR_MAIL_IMAP. */
bool mail_imap_search(struct err *err, struct mail_imap *imap, int64_t after,
                      struct mail_imap_look *out) MUST_CHECK;
/* One mail's bytes, in mem. Fails: ERR_MAIL_IMAP, ERR_MAIL_SIZE. */
bool mail_imap_fetch(struct err *err, struct mail_imap *imap, struct arena *mem, int64_t uid,
                     struct span *out) MUST_CHECK;
/* It is kept by us: marked as seen, or moved to the box's done_folder. */
bool mail_imap_done(struct err *err, struct mail_imap *imap, int64_t uid) MUST_CHECK;
/* It stays there: flagged and unseen, for somebody to look at. */
bool mail_imap_leave(struct err *err, struct mail_imap *imap, int64_t uid) MUST_CHECK;
