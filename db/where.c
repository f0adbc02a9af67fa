#include "db/where.h"

#include <assert.h>
#include <string.h>

void where_start(struct where *w, struct ctx *cx, const char *head, const struct db_arg *args,
                 size_t count)
{
    assert(count <= WHERE_ARGS_MAX);
    w->text = str_new(cx->mem);
    str_add(&w->text, head);
    w->count = 0;
    for (size_t i = 0; i < count; i++)
        if (args[i].type != DB_TYPE_NONE)
            w->args[w->count++] = args[i];
}

void where_add(struct where *w, const char *fragment, struct db_arg value)
{
    str_add(&w->text, fragment);
    if (value.type == DB_TYPE_NONE)
        return;
    assert(w->count < WHERE_ARGS_MAX);
    w->args[w->count++] = value;
}
