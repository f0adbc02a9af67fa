/* JSON through Jansson: ownership by arena, and getters that forgive what is absent. */
#pragma once

#include "base/err.h"
#include "base/str.h"

#include <jansson.h>

/* Hands a reference to the arena, which gives it up at its reset; returns it. NULL (a json_pack
 * that failed) aborts: it is a mistake of ours. */
json_t *json_own(struct arena *mem, json_t *json);

/* Parses a whole text, strictly: no duplicate members, no trailing text, valid UTF-8, at most 64
 * deep. In mem. False sets ERR_MALFORMED with the line and column in the operator's text. */
bool json_read(struct arena *mem, struct err *err, const char *text, size_t len,
               json_t **out) MUST_CHECK;
/* Compact text in mem; members in the order they were set. */
const char *json_write(struct arena *mem, const json_t *json);

/* The member's value, or the given one when it is absent, null or of another type. Text is borrowed
 * until the object changes. */
const char *json_get_text(const json_t *object, const char *key, const char *otherwise);
int64_t json_get_i64(const json_t *object, const char *key, int64_t otherwise);
bool json_get_bool(const json_t *object, const char *key, bool otherwise);

/* A JSON string, or null for NULL; for "o" in json_pack. */
json_t *json_text(const char *text);
