/* Announcements: what a tenant tells many people at once, whom, from when to when, and who has
 * read it. */
#pragma once

#include "db/db.h"
#include "db/where.h"

enum {
    ANNOUNCEMENT_TITLE_MAX = 200, /* characters */
    ANNOUNCEMENT_BODY_MAX = 10000,
    ANNOUNCEMENT_CODES_MAX = 500, /* organisations of one */
    ANNOUNCEMENT_LIST_MAX = 100,
    ANNOUNCEMENT_LANGUAGES_MAX = 8
};

enum announcement_audience {
    ANNOUNCEMENT_EVERYBODY, /* also visitors who are not signed in */
    ANNOUNCEMENT_CUSTOMERS,
    ANNOUNCEMENT_ORGANISATIONS, /* the named ones */
    ANNOUNCEMENT_PRODUCT,       /* organisations with a licence of it */
    ANNOUNCEMENT_STAFF,
    ANNOUNCEMENT_AUDIENCES
};
const char *announcement_audience_name(enum announcement_audience audience);
bool announcement_audience_parse(const char *name, enum announcement_audience *out) MUST_CHECK;

extern const struct err_kind ERR_ANNOUNCEMENT_CODE;  /* {}: no organisation of that code */
extern const struct err_kind ERR_ANNOUNCEMENT_CLASH; /* changed since it was read */

struct announcement_text {
    const char *language, *title, *body; /* body: Markdown */
};

struct announcement { /* a record, in cx->mem */
    struct id id;     /* zero: a new one */
    enum announcement_audience audience;
    struct id product_id;
    const char *codes; /* customer codes of the organisations, one a line */
    bool is_outage;
    const char *topic; /* "": any */
    bool by_mail, is_published;
    int64_t show_from, show_until; /* 0: at once; 0: for good */
    struct announcement_text texts[ANNOUNCEMENT_LANGUAGES_MAX];
    size_t text_count;
    int64_t version;
    /* read only */
    int64_t told_at, read_count;
};

/* --- readers --- */

/* The only rule of who sees which, as a WHERE fragment on announcement a for cx->viewer: published,
 * of this moment, and for him. Staff see those for customers too. */
void announcement_visible(struct ctx *cx, struct where *w);

struct announcement_seen { /* as one reader sees it; in cx->mem */
    struct id id;
    const char *title, *body; /* in his language, else the tenant's, else any */
    bool is_outage, is_read;
    int64_t show_from;
};
enum announcement_which {
    ANNOUNCEMENT_ALL,     /* the newest first */
    ANNOUNCEMENT_UNREAD,  /* the same, not read yet */
    ANNOUNCEMENT_OUTAGES, /* those that are going on, of a topic or of all */
};
/* topic: for outages; NULL: whichever. At most limit. */
bool announcement_list(struct ctx *cx, enum announcement_which which, const char *topic,
                       const char *language, unsigned limit, struct announcement_seen **out,
                       size_t *count) MUST_CHECK;
/* Fails: ERR_NOT_FOUND, also for one that is for others. A person's receipt is kept. */
bool announcement_read(struct ctx *cx, struct id id, const char *language,
                       struct announcement_seen **out) MUST_CHECK;

/* --- staff with rights to knowledge --- */

/* All but removed ones, the newest first, without bodies. */
bool announcement_all(struct ctx *cx, struct announcement ***out, size_t *count) MUST_CHECK;
bool announcement_get(struct ctx *cx, struct id id, struct announcement **out) MUST_CHECK;
/* Adds (a zero id is filled in) or changes. Fails: ERR_DENIED; ERR_NOT_FOUND;
 * ERR_ANNOUNCEMENT_CLASH; ERR_INVALID at "title" (none at all, too long), "body", "product",
 * "until" (before from); ERR_ANNOUNCEMENT_CODE at "codes". Emits announcement.changed. */
bool announcement_save(struct ctx *cx, struct announcement *a) MUST_CHECK;
bool announcement_remove(struct ctx *cx, struct id id) MUST_CHECK;

struct announcement_reader {
    const char *name, *organisation;
    int64_t read_at;
};
/* Who has read it, the latest first; at most limit: colleagues, and of the customers those whom the
 * viewer may see. */
bool announcement_readers(struct ctx *cx, struct id id, unsigned limit,
                          struct announcement_reader **out, size_t *count) MUST_CHECK;

/* --- for the jobs role --- */

/* One that is due and that not everybody of its audience was told of; *out is NULL without one. */
bool announcement_untold(struct ctx *cx, struct announcement **out) MUST_CHECK;
/* The next persons of its audience that have not been told. Inside a transaction, which holds the
 * announcement until it ends. announcement_told notes the last of them; a zero id: all are told. */
bool announcement_next_people(struct ctx *cx, const struct announcement *a, unsigned limit,
                              struct id **out, size_t *count) MUST_CHECK;
bool announcement_told(struct ctx *cx, struct id id, struct id last) MUST_CHECK;
