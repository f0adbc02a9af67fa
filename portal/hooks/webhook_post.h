/* The way out: posts by HTTP, several at once, to the public internet alone. */
#pragma once

#include "base/str.h"

enum { WEBHOOK_POST_HEADERS_MAX = 12 };

struct webhook_post {
    const char *url;
    const char *target; /* path and query, sent just so */
    const char
        *headers[WEBHOOK_POST_HEADERS_MAX]; /* "Name: value", ended by NULL; Host among them */
    struct span body;
    /* what became of it */
    int code;           /* of the answer; 0: none came */
    const char *answer; /* its beginning as UTF-8, or NULL; in mem */
    const char *fault;  /* why none came, or NULL; in mem */
};

struct webhook_post_limits {
    int64_t timeout_ms; /* for each, from name look-up to the answer's end */
    size_t answer_max;  /* bytes of an answer that are kept */
    bool allows_local;
};

/* Posts them all at once and waits for the last. No redirect is followed, no proxy asked, no
 * address but a public one connected to, whatever its name has come to stand for; an answer beyond
 * 64 KiB is cut off. */
void webhook_post_all(struct arena *mem, const struct webhook_post_limits *limits,
                      struct webhook_post *posts, size_t count);
