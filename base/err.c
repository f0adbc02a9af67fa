#include "base/err.h"

#include "base/arena.h"
#include "base/utf8.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const struct err_kind ERR_INVALID = {ERR_CLASS_INVALID, "INVALID",
                                     "Something in what you sent cannot be accepted."};
const struct err_kind ERR_MALFORMED = {ERR_CLASS_MALFORMED, "BAD_REQUEST",
                                       "The request cannot be read."};
const struct err_kind ERR_LOGIN = {ERR_CLASS_LOGIN, "UNAUTHORIZED", "Please sign in first."};
const struct err_kind ERR_DENIED = {ERR_CLASS_DENIED, "FORBIDDEN",
                                    "Your account does not have the right to do this."};
const struct err_kind ERR_NOT_FOUND = {ERR_CLASS_NOT_FOUND, "NOT_FOUND",
                                       "There is nothing here, or you cannot see it."};
const struct err_kind ERR_CONFLICT = {
    ERR_CLASS_CONFLICT, "CONFLICT",
    "Somebody else changed this in the meantime. Load it again and repeat your change."};
const struct err_kind ERR_TOO_LARGE = {ERR_CLASS_TOO_LARGE, "TOO_LARGE",
                                       "What you sent is too large."};
const struct err_kind ERR_LIMITED = {ERR_CLASS_LIMITED, "TOO_MANY_REQUESTS",
                                     "Too many requests. Wait a moment and try again."};
const struct err_kind ERR_BUSY = {ERR_CLASS_BUSY, "BUSY",
                                  "The service is busy. Try again in a moment."};
const struct err_kind ERR_INTERNAL = {
    ERR_CLASS_INTERNAL, "INTERNAL_ERROR",
    "Something failed on our side. It has been recorded; try again later."};

static void fill(struct err *err, const struct err_kind *kind, const char *source,
                 const char *where, const char *fmt, va_list args) PRINTF(5, 0);

static void fill(struct err *err, const struct err_kind *kind, const char *source,
                 const char *where, const char *fmt, va_list args)
{
    err->kind = kind;
    err->source = source;
    err->where = where;
    err->arg[0] = '\0';
    vsnprintf(err->oper, sizeof err->oper, fmt, args);
    err->oper[utf8_prefix(err->oper, sizeof err->oper - 1)] = '\0';
}

bool err_record(struct err *err, const struct err_kind *kind, const char *source, const char *where,
                const char *fmt, ...)
{
    va_list args;

    assert(kind != NULL);
    if (err->kind != NULL)
        return false;
    va_start(args, fmt);
    fill(err, kind, source, where, fmt, args);
    va_end(args);
    return false;
}

static bool is_told(const struct err *err, const struct err_kind *kind, const char *source)
{
    const char *told = err->source != NULL ? err->source : "";

    return strcmp(err->kind->code, kind->code) == 0 &&
           strcmp(told, source != NULL ? source : "") == 0;
}

bool err_append(struct err *err, struct arena *mem, const struct err_kind *kind, const char *source,
                const char *where, const char *fmt, ...)
{
    va_list args;

    while (err->kind != NULL) {
        if (is_told(err, kind, source))
            return false;
        if (err->more == NULL)
            err->more = arena_new(mem, struct err);
        err = err->more;
    }
    va_start(args, fmt);
    fill(err, kind, source, where, fmt, args);
    va_end(args);
    return false;
}

/* An argument that is there stays: it is the first failure's, and the caller's was dropped. */
void err_arg(struct err *err, const char *arg)
{
    size_t len;

    if (err->arg[0] != '\0')
        return;
    len = utf8_prefix(arg, sizeof err->arg - 1);
    memcpy(err->arg, arg, len);
    err->arg[len] = '\0';
}

void err_clear(struct err *err)
{
    memset(err, 0, sizeof *err);
}
