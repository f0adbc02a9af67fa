/* The way out: posts by HTTP, several at once, to the public internet alone. */
#pragma once

#include "base/str.h"

enum { WEBHOOK_POST_HEADERS_MAX = 12 };

struct webhook_post {
    struct arena *mem; /* for its answer; lives until it is done */
    const char *url;
    const char *target; /* path and query, sent just so */
    const char
        *headers[WEBHOOK_POST_HEADERS_MAX]; /* "Name: value", ended by NULL; Host among them */
    struct span body;                       /* without text (p NULL): it is a GET */
    /* what became of it; texts are in mem */
    int code;                  /* of the answer; 0: none came */
    const char *answer;        /* its beginning as UTF-8, or NULL */
    const char *fault;         /* why none came, or NULL */
    struct webhook_post *next; /* the set's own */
};

struct webhook_post_limits {
    int64_t timeout_ms; /* for each, from name look-up to the answer's end */
    size_t answer_max;  /* bytes of an answer that are kept */
    bool allows_local;
};

/* Posts on their way, several at once. No redirect is followed, no proxy asked, no address but a
 * public one connected to, whatever its name has come to stand for; an answer beyond 64 KiB is cut
 * off. Threads: one owner. */
struct webhook_post_set;
struct webhook_post_set *webhook_post_set_make(const struct webhook_post_limits *limits);
/* Breaks off what is on its way. */
void webhook_post_set_free(struct webhook_post_set *set);
/* Sends one off; borrowed until webhook_post_set_next gives it back. */
void webhook_post_set_add(struct webhook_post_set *set, struct webhook_post *post);
/* How many are on their way. */
size_t webhook_post_set_count(const struct webhook_post_set *set);
/* Lets them go on, for at most wait_ms where nothing happens. */
void webhook_post_set_work(struct webhook_post_set *set, int wait_ms);
/* One that is done, or NULL. */
struct webhook_post *webhook_post_set_next(struct webhook_post_set *set);
