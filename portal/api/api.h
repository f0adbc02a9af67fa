/* The licensing protocol's side of a request: what the pipeline found out before a handler runs. */
#pragma once

#include "licensing/signing_key.h"
#include "licensing/snapshot.h"
#include "licensing/token.h"
#include "portal/http/req.h"

enum { API_VERSION_OLDEST = 2, API_VERSION_NEWEST = 8 }; /* the minor number: 1.2 to 1.8 */

/* What the long form of every path begins with. */
#define API_ACCOUNTS "/v1/accounts/"

enum api_role { /* whom a credential speaks for */
                API_NOBODY,
                API_STAFF,   /* admin, developer, sales, support, read-only: see token->kind */
                API_USER,    /* a customer's person */
                API_PRODUCT, /* rows of one product */
                API_LICENCE  /* one licence, by its key or an activation token */
};

struct api { /* in cx->mem; rq->portal while a request is served */
    int version;
    char request_id[ID_TEXT_SIZE];
    const struct signing_entry *keys; /* NULL where there is no account */
    const char *account;              /* its id as text */
    struct arena *mem;
    json_t *body;     /* an object with lowerCamelCase names; NULL where none was sent */
    const char *type; /* of the answer, where it is no document; else NULL */
    bool wants_json;  /* application/json instead of JSON:API's type */
    enum api_role role;
    enum token_kind kind; /* the role as section 2.6 knows it; a licence key's: TOKEN_ACTIVATION */
    const struct token *token;      /* NULL with a licence key */
    const struct snapshot *licence; /* the bearer of role API_LICENCE */
    struct id bearer_id;            /* zero for nobody and the tenant's own tokens */
    /* of a row that NEED_PASSWORD, unchecked; NULL where another credential was sent */
    const char *email, *password;
};

struct api *api_of(const struct req *rq);
/* The n-th variable of the resource's path, in the long form (after the account's) as in the short.
 */
const char *api_arg(const struct req *rq, unsigned n);

#define API_ROLE(kind) (1U << (kind)) /* sets of roles; who may do what: api_permission.h */
/* The bearer's scope, for statements; what api_sees says of one licence. */
struct licence_scope;
void api_scope_of(const struct api *api, struct licence_scope *out);
/* Whether a licence is within the bearer's scope. */
bool api_sees(const struct api *api, const struct snapshot *licence);
/* The licence that a path names by id or key, within the bearer's scope: else ERR_NOT_FOUND. */
bool api_find_licence(struct req *rq, const char *text, const struct snapshot **out) MUST_CHECK;

/* The machine that a path names by id or fingerprint, with its licence, within the bearer's scope.
 */
struct machine;
bool api_find_machine(struct req *rq, const char *text, struct machine **out,
                      const struct snapshot **licence) MUST_CHECK;

/* Kinds for requests that are not in shape (400, no code); source tells where. */
extern const struct err_kind ERR_API_MISSING, ERR_API_TYPE, ERR_API_BLANK, ERR_API_UNKNOWN,
    ERR_API_CHOICE, ERR_API_DEEP, ERR_API_LENGTH;
