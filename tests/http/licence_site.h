/* The licence service on a real socket over the tests' database. */
#pragma once

#include "base/config.h"
#include "base/json.h"
#include "licensing/token.h"
#include "tests/licensing/licensing_make.h"

struct licence_answer {
    int status;
    const char *head; /* status line and headers as they came */
    const char *body;
    size_t body_len;    /* it may have NULs where it is no JSON */
    const json_t *json; /* the body, or NULL where it is empty or another type */
};

struct licence_ask {    /* NULL: none */
    const char *method; /* "GET" */
    const char *path;
    const char *auth;    /* Authorization's value */
    const char *headers; /* further lines, each ended by \r\n */
    const char *body;
    bool is_unsigned; /* the answer need not be signed */
    bool is_raw;      /* what a request that cannot be read is told: nothing but the document */
};

/* Set-up and tear-down of a group. */
int licence_site_start(void **state);
/* With other settings than most tests want. */
int licence_site_start_with(void **state, void (*change)(struct config *config));
int licence_site_stop(void **state);
/* Makes cx's tenant reachable by its host name, with a sealed token secret. */
void licence_site_open(struct ctx *cx);
const char *licence_site_host(struct ctx *cx);
/* Asks, and checks what every answer has: one Date, a digest of the body, a signature by the
 * tenant's key over target, host, date and digest, and one request id. */
struct licence_answer licence_site_ask(struct ctx *cx, const struct licence_ask *ask);
/* The short ways. */
struct licence_answer licence_site_get(struct ctx *cx, const char *path, const char *auth);
struct licence_answer licence_site_post(struct ctx *cx, const char *path, const char *auth,
                                        const char *body);
/* The status and the whole answer, unchecked: for threads. */
int licence_site_raw(struct ctx *cx, const struct licence_ask *ask, const char **text);
/* The same of another server over the same database. */
int licence_site_raw_at(struct ctx *cx, unsigned port, const struct licence_ask *ask,
                        const char **text);
/* Whether a whole answer is signed by the tenant's newest key. */
bool licence_site_is_signed(struct ctx *cx, const struct licence_ask *ask, const char *text);
const char *licence_site_header(struct ctx *cx, const struct licence_answer *a, const char *name);
size_t licence_site_header_count(const struct licence_answer *a, const char *name);
/* A value by its path of members and indexes: "errors/0/code"; NULL where there is none. */
const json_t *licence_site_at(const struct licence_answer *a, const char *path);
const char *licence_site_text(const struct licence_answer *a, const char *path);
/* Fails unless the answer is that status with that code ("": none) and pointer (NULL: any). */
void licence_site_refused(const struct licence_answer *a, int status, const char *code,
                          const char *pointer);
/* "License KEY", "Bearer TOKEN". */
const char *licence_site_key_auth(struct ctx *cx, const struct licence *l);
const char *licence_site_token_auth(struct ctx *cx, const struct token_draft *draft);
