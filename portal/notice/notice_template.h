/* Words of mails: the tenant's own where there are some and they work, else the shipped ones. */
#pragma once

#include "db/db.h"
#include "portal/notice/notice_kind.h"

enum { NOTICE_SUBJECT_MAX = 200, NOTICE_BODY_MAX = 8000 };

/* What stands for a {name}; NULL: it has no value here. */
struct notice_fact {
    const char *name, *value;
};
/* Fills in the names. False, with the name in *fault, for one that is not among the facts or has no
 * value. In mem. */
bool notice_template_fill(struct arena *mem, const char *template, const struct notice_fact *facts,
                          size_t count, const char **out, const char **fault);

/* The names that a kind's mails know, in the order of the page that tells them. */
extern const char *const NOTICE_NAMES[];
extern const size_t NOTICE_NAME_COUNT;
bool notice_template_knows(enum notice_kind kind, const char *name);

struct notice_template { /* a row; in cx->mem */
    const char *subject, *body;
    const char *fault; /* why it was not used last time; "" */
    bool is_own;       /* the tenant's; else the shipped ones */
};
bool notice_template_get(struct ctx *cx, const struct lang *lang, enum notice_kind kind,
                         struct notice_template *out) MUST_CHECK;
/* Staff with RIGHT_SETTINGS. Fails: ERR_DENIED; ERR_INVALID at "subject" or "body": empty, too
 * long, a name that the kind does not know (in err.arg), no {link}. */
bool notice_template_set(struct ctx *cx, const struct lang *lang, enum notice_kind kind,
                         const char *subject, const char *body) MUST_CHECK;
bool notice_template_reset(struct ctx *cx, const struct lang *lang,
                           enum notice_kind kind) MUST_CHECK;

/* The filled-in words. The tenant's own ones that cannot be filled in are noted and passed over:
 * *fault says why then, else NULL. is_kept: the fault is written down (the first of its kind:
 * *is_new). */
struct notice_filled {
    const char *subject, *body;
    const char *fault;
    bool is_new_fault;
};
bool notice_template_write(struct ctx *cx, const struct lang *lang, enum notice_kind kind,
                           const struct notice_fact *facts, size_t count,
                           struct notice_filled *out) MUST_CHECK;
