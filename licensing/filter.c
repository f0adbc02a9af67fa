#include "licensing/filter.h"

void filter_page(struct where *w, const struct licence_page *page, const struct filter_order *order)
{
    if (!id_is_zero(page->after))
        where_add(w, page->is_ascending ? order->after_up : order->after_down, DB_ID(page->after));
    where_add(w, page->is_ascending ? order->order_up : order->order_down, DB_INT(page->limit));
    where_add(w, " OFFSET ?", DB_INT(page->offset));
}

/* $."key": quotes and backslashes in it stand for themselves. */
static const char *path_of(struct ctx *cx, const char *key)
{
    struct str s = str_new(cx->mem);

    str_add(&s, "$.\"");
    for (; *key != '\0'; key++) {
        if (*key == '"' || *key == '\\')
            str_char(&s, '\\');
        str_char(&s, *key);
    }
    str_char(&s, '"');
    return s.p;
}

void filter_metadata(struct where *w, struct ctx *cx, const char *extract,
                     const struct filter_metadata *metadata)
{
    for (size_t i = 0; i < metadata->count; i++) {
        where_add(w, extract, DB_TEXT(path_of(cx, metadata->pairs[i].key)));
        where_add(w, " = ?", DB_TEXT(metadata->pairs[i].value));
    }
}
