/* Tables that staff edit and rules read (table tenant_list): "city_team" has a team by city. */
#pragma once

#include "base/json.h"
#include "db/db.h"

enum {
    VALUE_LIST_NAME_MAX = 64,
    VALUE_LIST_ITEM_MAX = 100,
    VALUE_LIST_VALUE_MAX = 200,
    VALUE_LIST_ITEMS_MAX = 2000
};

/* Sets one item; NULL takes it away. Needs RIGHT_RULES. Fails: ERR_INVALID too long or empty. */
bool value_list_set(struct ctx *cx, const char *name, const char *item,
                    const char *value) MUST_CHECK;
/* The whole list as {item: value}; an empty object when there is none. */
bool value_list_get(struct ctx *cx, const char *name, json_t **out) MUST_CHECK;
