/* Reads JSON from outside: strict, bounded, in place. */
#ifndef GATEHOUSE_JSON_H
#define GATEHOUSE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GHC_JSON_DEPTH_MAX = 32, GHC_JSON_NODES_MAX = 200000 };
#define GHC_JSON_NONE UINT32_MAX

enum ghc_json_type {
    GHC_JSON_NULL,
    GHC_JSON_FALSE,
    GHC_JSON_TRUE,
    GHC_JSON_NUMBER,
    GHC_JSON_TEXT,
    GHC_JSON_ARRAY,
    GHC_JSON_OBJECT
};

/* Nodes lie in the order of the text. An object's children are name, value, name, value. */
struct ghc_json_node {
    enum ghc_json_type type;
    uint32_t start, len; /* within the text; a text's without its quotes */
    uint32_t after;      /* the first node that is not below this one */
};
struct ghc_json {
    const char *text; /* borrowed */
    struct ghc_json_node *nodes;
    uint32_t count, room;
};

/* Fails on anything but one whole value of RFC 8259 in valid UTF-8 within the bounds. */
bool ghc_json_parse(struct ghc_json *j, const char *text, size_t len);
void ghc_json_free(struct ghc_json *j);
/* A member; GHC_JSON_NONE when there is none, more than one, or this is no object. */
uint32_t ghc_json_get(const struct ghc_json *j, uint32_t object, const char *name);
/* By a path of names and indexes from the top; GHC_JSON_NONE. */
uint32_t ghc_json_at(const struct ghc_json *j, const char *path);
uint32_t ghc_json_below(const struct ghc_json *j, uint32_t from, const char *path);
bool ghc_json_is(const struct ghc_json *j, uint32_t node, enum ghc_json_type type);
/* Decodes; false when it is no text, does not fit, or holds a zero byte. */
bool ghc_json_text(const struct ghc_json *j, uint32_t node, char *out, size_t size);
/* The same into memory of its own; free it. */
bool ghc_json_copy(const struct ghc_json *j, uint32_t node, char **out);
bool ghc_json_equals(const struct ghc_json *j, uint32_t node, const char *text);
bool ghc_json_integer(const struct ghc_json *j, uint32_t node, int64_t *out);

#endif
