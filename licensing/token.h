/* API tokens and whom they speak for (licensing protocol section 2). */
#pragma once

#include "base/crypto.h"
#include "db/db.h"

enum { TOKEN_NAME_MAX = 255, TOKEN_USER_DAYS = 14 };

enum token_kind {
    TOKEN_ADMIN,
    TOKEN_DEVELOPER,
    TOKEN_SALES,
    TOKEN_SUPPORT,
    TOKEN_READ_ONLY,
    TOKEN_USER,
    TOKEN_PRODUCT,
    TOKEN_ACTIVATION,
    TOKEN_KIND_COUNT
};
extern const char *const TOKEN_KIND_NAMES[TOKEN_KIND_COUNT]; /* "admin-token" */
extern const char *const TOKEN_ROLE_NAMES[TOKEN_KIND_COUNT]; /* "admin": for the command line */

struct token { /* a record: open, lives in cx->mem */
    struct id id;
    enum token_kind kind;
    const char *text; /* only as made by token_add: shown once, NULL ever after */
    const char *name; /* or NULL */
    struct id person_id, product_id, licence_id; /* the bearer; zero but one, or all zero */
    int64_t expires_at;                          /* 0: never */
    int64_t max_activations, activations;        /* max 0: no limit */
    int64_t max_deactivations, deactivations;
    int64_t created_at, updated_at;
    bool is_bearer_banned; /* the person (or no longer lets in at all), or the licence's owner */
};

struct token_draft {
    enum token_kind kind;
    const char *name;
    struct id person_id, product_id, licence_id;
    int64_t expires_at;
    int64_t max_activations, max_deactivations;
};

/* A new token; its text is in (*out)->text this once. Opens the tenant's token secret with
 * cx->master. The tenant's own (admin and the like) may have no bearer. Emits token.issued. */
bool token_add(struct ctx *cx, const struct token_draft *draft, struct token **out) MUST_CHECK;
/* The token of a text, or NULL: unknown or revoked. Whether it has expired is the caller's
 * question. secret: the tenant's token secret. */
bool token_find(struct ctx *cx, const uint8_t secret[CRYPTO_HASH_SIZE], const char *text,
                struct token **out) MUST_CHECK;
/* Whose tokens somebody may know: all zero for those of nobody; several join. */
struct token_scope {
    bool is_all;
    struct id token_id;   /* this one */
    struct id person_id;  /* a person's */
    struct id licence_id; /* a licence's */
    struct id product_id; /* a product's, its licences' and those of customers with one of them */
};
struct token_filter { /* zero: any */
    struct token_scope scope;
    struct id bearer_id;                         /* of any kind */
    struct id person_id, licence_id, product_id; /* the bearer */
    bool has_person, has_licence, has_product;   /* one that is a person, a licence, a product */
    bool is_own;                                 /* without those of users and licences */
    bool has_kind;
    enum token_kind kind;
};

/* Fails with ERR_NOT_FOUND for what is revoked or out of scope. */
bool token_get(struct ctx *cx, struct id id, const struct token_scope *scope,
               struct token **out) MUST_CHECK;
struct licence_page;
bool token_page(struct ctx *cx, const struct token_filter *filter, const struct licence_page *page,
                struct token **out, size_t *count, int64_t *total) MUST_CHECK;
/* A new text instead of the old one, which ends at once; what had an end gets a new one, two weeks
 * from now. Emits token.regenerated. */
bool token_regenerate(struct ctx *cx, struct id id, struct token **out) MUST_CHECK;
/* Emits token.revoked. */
bool token_revoke(struct ctx *cx, struct id id) MUST_CHECK;
/* All of a person but one (zero: none). Within the caller's transaction or alone. */
bool token_revoke_person(struct ctx *cx, struct id person_id, struct id but) MUST_CHECK;
/* Opens the tenant's token secret. */
bool token_secret_open(struct ctx *cx, uint8_t out[CRYPTO_HASH_SIZE]) MUST_CHECK;
/* What a tenant's token secret is sealed for: crypto_seal's context. */
const char *token_secret_context(struct arena *mem, struct id tenant_id);
