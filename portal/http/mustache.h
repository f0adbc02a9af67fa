/* Mustache: text compiled to a row of nodes, and drawn with a context. For template.c alone. */
#pragma once

#include "base/json.h"
#include "portal/http/lang.h"

enum mustache_type {
    MUSTACHE_TEXT,
    MUSTACHE_VALUE,
    MUSTACHE_RAW,
    MUSTACHE_SECTION,
    MUSTACHE_INVERTED,
    MUSTACHE_PARTIAL
};

enum { MUSTACHE_NESTING_MAX = 32, MUSTACHE_PATH_MAX = 8 };

struct mustache;

struct mustache_node {
    enum mustache_type type;
    bool is_line_start;          /* a partial's indentation comes before it */
    bool is_standalone;          /* PARTIAL alone on its line: text is its indentation */
    uint16_t path_count;         /* 0 is the implicit iterator "." */
    uint32_t line;               /* for messages */
    size_t end;                  /* SECTION, INVERTED: the node after the body */
    struct span text;            /* TEXT, PARTIAL */
    const char *name;            /* PARTIAL */
    const char *const *path;     /* the parts of a dotted name */
    const struct mustache *into; /* PARTIAL: set by who links; NULL draws nothing */
};

struct mustache { /* Threads: read-only once linked. */
    const char *name;
    struct mustache_node *nodes;
    size_t count;
};

struct mustache_dialect {
    const struct lang *lang; /* {{#t}} is translated into it; NULL: t is a name like others */
    bool is_strict;          /* raw values only by names in _html, and plain names */
};

/* Compiles a text into mem. Fails with ERR_INVALID: "name.html:12: what is wrong". */
bool mustache_parse(struct arena *mem, struct err *err, const char *name, struct span text,
                    const struct mustache_dialect *dialect, struct mustache **out) MUST_CHECK;

/* Draws into out. Partials nested too deep, and what goes beyond a very large number of steps, is
 * left out: only a template that includes itself without end comes there. */
void mustache_draw(const struct mustache *m, const json_t *context, struct str *out);
