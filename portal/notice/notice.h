/* Notices: who was told what, on the page of notices and by mail, as each person chose. */
#pragma once

#include "base/json.h"
#include "db/db.h"
#include "portal/notice/notice_kind.h"

enum {
    NOTICE_LIST_MAX = 100,
    NOTICE_KEPT_DAYS = 90,
    NOTICE_WINDOW_SECONDS = 120, /* unless the tenant set another */
    NOTICE_GATHER_SECONDS = 300, /* how far apart mails about many changes at once are */
    NOTICE_NO_HOUR = -1
};

struct notice_new {
    enum notice_kind kind;
    struct id event_id;
    struct id person_id;                         /* zero: somebody without an account, at: */
    const char *address;                         /* "" or NULL for persons */
    struct id ticket_id, licence_id, message_id; /* zero: none */
    const char *actor_name;                      /* NULL: nobody */
    const json_t *data;                          /* borrowed; NULL: none */
    bool is_quiet;                               /* on the page alone, whatever was chosen */
    int64_t gathered_at; /* one of many that began then: they share a mail; 0: none */
};
/* Adds it where its person wants to be told, in the caller's transaction. A mail that tells it is
 * due after the tenant's window, at the hour of the digest, or when the quiet hours end. */
bool notice_add(struct ctx *cx, const struct notice_new *what) MUST_CHECK;

struct notice { /* a row, in cx->mem */
    struct id id, person_id, ticket_id, licence_id, message_id;
    enum notice_kind kind;
    const char *actor_name;
    const json_t *data;
    int64_t read_at, created_at; /* 0: not read */
    /* joined: of the ticket, else "" */
    const char *number, *subject;
    const char *text; /* of the answer or note, if this reader may read it; else "" */
};
/* The viewer's own that he may (still) see, the newest first. */
bool notice_list(struct ctx *cx, unsigned limit, struct notice **out, size_t *count) MUST_CHECK;
bool notice_count_unread(struct ctx *cx, int64_t *out) MUST_CHECK;
/* The viewer has read a ticket's notices, or all; *changed (or NULL) is how many were new. */
bool notice_read_ticket(struct ctx *cx, struct id ticket_id, int64_t *changed) MUST_CHECK;
bool notice_read_news(struct ctx *cx, struct id announcement_id) MUST_CHECK;
bool notice_read_all(struct ctx *cx) MUST_CHECK;

/* --- what a person chose --- */

struct notice_choice {
    bool by_mail, in_portal;
};
struct notice_habit {
    int64_t digest_hour; /* of the local day: one mail for all; NOTICE_NO_HOUR: at once */
    int64_t quiet_from, quiet_until; /* hours without mails; NOTICE_NO_HOUR: none */
};
/* By kind; of the person himself, or for the system. */
bool notice_choices(struct ctx *cx, struct id person_id,
                    struct notice_choice out[NOTICE_KIND_COUNT]) MUST_CHECK;
bool notice_choose(struct ctx *cx, struct id person_id, enum notice_kind kind,
                   struct notice_choice choice) MUST_CHECK;
bool notice_habit_get(struct ctx *cx, struct id person_id, struct notice_habit *out) MUST_CHECK;
/* Fails: ERR_INVALID hours that are none, or one end of the quiet hours without the other. */
bool notice_habit_set(struct ctx *cx, struct id person_id,
                      const struct notice_habit *habit) MUST_CHECK;
/* No further mails to an address without an account. */
bool notice_stop_address(struct ctx *cx, const char *address) MUST_CHECK;

/* Pure but for the zone's file. When a mail may go that is ready at `at`. */
int64_t notice_due(const struct notice_habit *habit, const char *zone_name, int64_t at);

/* --- how the tenant sends --- */

struct mail_setting {
    const char *sender_name;    /* "": the tenant's name */
    const char *sender_address; /* "": the installation's, mail.sender */
    int64_t window_seconds;     /* changes within it become one mail */
};
bool notice_setting_get(struct ctx *cx, struct mail_setting *out) MUST_CHECK;
/* Staff with RIGHT_SETTINGS. Fails: ERR_DENIED; ERR_INVALID at "sender_address", "sender_name",
 * "window_seconds". */
bool notice_setting_set(struct ctx *cx, const struct mail_setting *setting) MUST_CHECK;

/* --- for the jobs role --- */
bool notice_purge(struct ctx *cx, unsigned limit, int64_t *removed) MUST_CHECK;
/* Columns and joins of a notice, for this folder. */
extern const char NOTICE_SELECT[];
void notice_rows(struct ctx *cx, struct db_rows *rows, struct notice **out, size_t *count);
