/* Lists of options that fields choose from. */
#pragma once

#include "db/ctx.h"

enum {
    OPTION_CODE_MAX = 32,
    OPTION_LABEL_MAX = 100,
    OPTION_VALUES_MAX = 200, /* of a list */
    OPTION_LISTS_MAX = 100
};

struct option_value {
    const char *code; /* small letters, digits and underscores */
    const char *label, *label_zh;
    bool is_retired; /* stays where it is, nobody chooses it any more */
};

struct option_list { /* in cx->mem */
    struct id id;    /* zero: a new one */
    const char *code, *label, *label_zh;
    struct option_value *values; /* in their order */
    size_t value_count;
    size_t field_count; /* that choose from it */
};

extern const struct err_kind ERR_OPTION_LIST_USED;
extern const struct err_kind ERR_OPTION_VALUE_GONE; /* a list without a value that it had */

/* Small letters, digits and underscores, at most OPTION_CODE_MAX, a letter first. */
bool option_list_is_code(const char *text);
bool option_list_all(struct ctx *cx, struct option_list **out, size_t *count) MUST_CHECK;
/* Fails: ERR_NOT_FOUND. */
bool option_list_get(struct ctx *cx, struct id id, struct option_list **out) MUST_CHECK;
/* Adds a list, or replaces its labels and values; a value that records may have is retired, never
 * dropped: ERR_OPTION_VALUE_GONE otherwise. Fails: ERR_DENIED without the right to the settings;
 * ERR_INVALID with the source; ERR_CONFLICT a code that is taken. Emits option_list.changed. */
bool option_list_save(struct ctx *cx, struct option_list *list) MUST_CHECK;
/* Fails: ERR_OPTION_LIST_USED while a field chooses from it. */
bool option_list_remove(struct ctx *cx, struct id id) MUST_CHECK;
