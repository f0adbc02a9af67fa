/* Errors: one sentence for the person, one line for the operator. */
#pragma once

#include "base/attr.h"

enum err_class { /* decides the HTTP status, in one table in portal/http/reply.c */
                 ERR_CLASS_INVALID,
                 ERR_CLASS_MALFORMED,
                 ERR_CLASS_LOGIN,
                 ERR_CLASS_DENIED,
                 ERR_CLASS_NOT_FOUND,
                 ERR_CLASS_GONE,
                 ERR_CLASS_CONFLICT,
                 ERR_CLASS_TOO_LARGE,
                 ERR_CLASS_TIMEOUT,
                 ERR_CLASS_LIMITED,
                 ERR_CLASS_BUSY,
                 ERR_CLASS_INTERNAL,
                 ERR_CLASS_COUNT
};

struct arena;

struct err_kind { /* a named constant beside the code that raises it */
    enum err_class class;
    const char *code; /* the API's word: "MACHINE_LIMIT_EXCEEDED" */
    const char *text; /* the person's sentence, in English; the key for translation */
};

struct err {
    const struct err_kind *kind; /* NULL while all is well */
    const char *source;          /* static: form field or JSON pointer at fault, or NULL */
    const char *where;           /* static: "machine.c:88" */
    char arg[64];                /* fills {} in the sentence */
    char oper[400];              /* for the log: ids, numbers, library messages */
    struct err *more;            /* what else is wrong with the same input (err_also), or NULL */
};

extern const struct err_kind ERR_INVALID;   /* input that cannot be accepted as it is */
extern const struct err_kind ERR_MALFORMED; /* a request that cannot be read */
extern const struct err_kind ERR_LOGIN;     /* nobody is signed in */
extern const struct err_kind ERR_DENIED;    /* signed in, but not allowed */
extern const struct err_kind ERR_NOT_FOUND; /* not there, or not this tenant's */
extern const struct err_kind ERR_CONFLICT;  /* somebody else changed it */
extern const struct err_kind ERR_TOO_LARGE;
extern const struct err_kind ERR_LIMITED;  /* too many requests */
extern const struct err_kind ERR_BUSY;     /* try again: deadlock, time-out, database away */
extern const struct err_kind ERR_INTERNAL; /* our fault */

/* Records a failure and returns false. The first failure stays: a later one is dropped, so that
 * cleaning up cannot hide the cause. The format makes the operator's text. */
#define err_set(err, kind, ...) err_record((err), (kind), NULL, ERR_WHERE, __VA_ARGS__)
/* The same with the form field or JSON pointer at fault; source is static or lives as long as err.
 */
#define err_set_at(err, kind, source, ...) \
    err_record((err), (kind), (source), ERR_WHERE, __VA_ARGS__)
bool err_record(struct err *err, const struct err_kind *kind, const char *source, const char *where,
                const char *fmt, ...) PRINTF(5, 6);
/* For checks that go on to tell all that is wrong with one input: the first is recorded as by
 * err_set_at, each further one is kept in mem behind it, unless it is told already (same code and
 * source). Returns false. */
#define err_also(err, mem, kind, source, ...) \
    err_append((err), (mem), (kind), (source), ERR_WHERE, __VA_ARGS__)
bool err_append(struct err *err, struct arena *mem, const struct err_kind *kind, const char *source,
                const char *where, const char *fmt, ...) PRINTF(6, 7);
/* Fills the {} of the sentence of the failure recorded last; cut to what fits, at a character. */
void err_arg(struct err *err, const char *arg);
void err_clear(struct err *err);

#define ERR_TEXT_OF(x) #x
#define ERR_TEXT(x)    ERR_TEXT_OF(x)
#define ERR_WHERE      __FILE__ ":" ERR_TEXT(__LINE__) /* the build maps it to the path in the tree */
