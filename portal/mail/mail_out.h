/* Mail that goes out: queued in the transaction of what it tells, sent by the jobs role. */
#pragma once

#include "base/clock.h"
#include "db/db.h"

enum {
    MAIL_TRIES_MAX = 14,
    MAIL_KEPT_DAYS = 30,
    MAIL_TICKET_KEPT_DAYS = 400, /* of a ticket's mails */
    MAIL_SUBJECT_MAX = 200,      /* characters; the rest is cut */
    MAIL_TEXT_MAX = 256 * 1024,
    MAIL_LIST_MAX = 100
};

extern const struct err_kind ERR_MAIL_ADDRESS, ERR_MAIL_TEXT_GONE;

struct mail_draft {
    const char *kind;    /* "account.reset": what it is about, for staff and figures */
    struct id person_id; /* zero: nobody we know */
    const char *to_address, *to_name;
    const char *from_name;
    const char *from_address; /* NULL or "": the installation's, config mail.sender */
    const char *subject;
    const char *text;         /* plain, lines ended by \n; kept sealed until it is sent, as are: */
    const char *html;         /* the same for programs that show it, or NULL */
    const char *reply_to;     /* or NULL, as these: */
    const char *references;   /* Message-IDs in <>, the nearest last */
    const char *stop_url;     /* where mails of this kind are stopped (RFC 8058) */
    struct id ticket_id;      /* whose page shows the mail; zero: none */
    const struct id *mail_id; /* NULL: a new one */
};
/* Queues a mail, inside the caller's transaction if one is open. Needs cx->master. Fails:
 * ERR_MAIL_ADDRESS. */
bool mail_out_add(struct ctx *cx, const struct mail_draft *draft, struct id *id) MUST_CHECK;

struct mail_out {
    struct id tenant_id, id;
    const char *kind, *to_address, *to_name, *from_name, *from_address, *subject;
    const char *status; /* "WAITING" "SENT" "DEAD" */
    int attempts;
    const char *last_fault;
    int64_t due_at, sent_at, created_at;
    struct id lease;
    struct span sealed;
    bool is_rich;
    int64_t opened_at, bounced_at; /* its link was followed; it came back: 0 if not, as we know */
    const char *bounce;            /* why it came back */
};
/* The tenant's latest, staff with RIGHT_SETTINGS or the system. status NULL: any. */
bool mail_out_list(struct ctx *cx, const char *status, unsigned limit, struct mail_out **out,
                   size_t *count) MUST_CHECK;
bool mail_out_count(struct ctx *cx, const char *status, int64_t *out) MUST_CHECK;
/* A dead one is tried anew. Fails: ERR_NOT_FOUND, ERR_MAIL_TEXT_GONE. */
bool mail_out_retry(struct ctx *cx, struct id id) MUST_CHECK;

/* A ticket's mails, the latest first: staff with RIGHT_DESK or the system. */
bool mail_out_of_ticket(struct ctx *cx, struct id ticket_id, unsigned limit, struct mail_out **out,
                        size_t *count) MUST_CHECK;
/* Whoever it was for has followed its link; the first time counts. Another ticket's is passed over.
 */
bool mail_out_opened(struct ctx *cx, struct id ticket_id, struct id mail_id) MUST_CHECK;

/* --- for the jobs role --- */
bool mail_out_claim(struct ctx *cx, unsigned limit, int64_t lease_us, struct mail_out **out,
                    size_t *count) MUST_CHECK;
struct mail_content { /* what was sealed; absent is NULL */
    const char *text, *html, *reply_to, *references, *stop_url;
};
/* The content of a claimed one, opened; in cx->mem. */
bool mail_out_content(struct ctx *cx, const struct mail_out *mail,
                      struct mail_content *out) MUST_CHECK;
struct mail_outcome {
    bool is_sent;
    bool is_final;     /* trying again would not help */
    const char *fault; /* why it was not sent */
};
/* Writes what became of a try: sent and its text forgotten, again after a growing pause, or dead.
 * Fails: ERR_CONFLICT the lease was lost. */
bool mail_out_settle(struct ctx *cx, const struct mail_out *mail,
                     const struct mail_outcome *outcome) MUST_CHECK;
int64_t mail_out_pause(int attempts); /* a minute, three times as long each time, at most 4 hours */
bool mail_out_purge(struct ctx *cx, unsigned limit, int64_t *removed) MUST_CHECK;
