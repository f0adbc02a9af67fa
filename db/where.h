/* WHERE clauses from constant fragments: lists with free filters, every value bound. */
#pragma once

#include "db/db.h"

enum { WHERE_ARGS_MAX = 128 };

struct where { /* text in cx->mem; pass text with args, count to db_query_args */
    struct str text;
    struct db_arg args[WHERE_ARGS_MAX];
    size_t count;
};

/* Starts with a whole constant statement head ("SELECT ... WHERE tenant_id = ?") and its values. */
void where_start(struct where *w, struct ctx *cx, const char *head, const struct db_arg *args,
                 size_t count);
/* Appends a constant fragment (" AND status = ?") and the value for its single '?'; DB_NONE for
 * none. */
void where_add(struct where *w, const char *fragment, struct db_arg value);
