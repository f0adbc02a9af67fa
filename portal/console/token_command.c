/* Commands about API tokens; a new tenant's first token and key. */
#include "base/clock.h"
#include "base/crypto.h"
#include "base/parse.h"
#include "licensing/licence.h"
#include "licensing/product.h"
#include "licensing/signing_key.h"
#include "licensing/token.h"
#include "portal/account/person.h"
#include "portal/console/console.h"

#include <string.h>

enum { TOKEN_DAYS_MAX = 36500, TOKENS_A_PAGE = 100 };

bool console_tenant_keys(struct ctx *cx, const char **token, const char **public_key)
{
    const struct token_draft draft = {.kind = TOKEN_ADMIN, .name = "first"};
    struct signing_key *key;
    struct token *made;

    if (!signing_key_create(cx, &key) || !token_add(cx, &draft, &made))
        return false;
    *token = made->text;
    *public_key = crypto_hex(cx->mem, key->public_key, sizeof key->public_key);
    return true;
}

static bool parse_kind(const char *role, enum token_kind *out)
{
    for (int i = 0; i < TOKEN_KIND_COUNT; i++) {
        if (strcmp(TOKEN_ROLE_NAMES[i], role) == 0) {
            *out = (enum token_kind)i;
            return true;
        }
    }
    return false;
}

/* --product takes an id or a code. */
static bool find_product(struct ctx *cx, const char *name, struct id *out)
{
    struct product *product = NULL;
    struct id id;

    if (id_parse(name, &id) ? !product_get(cx, id, &product)
                            : !product_find_code(cx, name, &product))
        return false;
    if (product == NULL)
        return err_set(&cx->err, &ERR_NOT_FOUND, "product %s", name);
    *out = product->id;
    return true;
}

/* --licence takes an id, a key or a serial. */
static bool find_licence(struct ctx *cx, const char *name, struct id *out)
{
    struct licence *l;
    struct id id;
    bool ok = id_parse(name, &id) && licence_get(cx, id, &l);

    for (int i = 0; !ok && i < 2; i++) {
        if (cx->err.kind != NULL && cx->err.kind != &ERR_NOT_FOUND)
            return false;
        err_clear(&cx->err);
        ok = i == 0 ? licence_find_key(cx, name, &l) : licence_find_serial(cx, name, &l);
    }
    if (ok)
        *out = l->id;
    return ok;
}

static bool find_user(struct ctx *cx, const char *email, struct id *out)
{
    struct person *p;

    if (!person_find_by_email(cx, email, &p))
        return false;
    if (p == NULL)
        return err_set(&cx->err, &ERR_NOT_FOUND, "person %s", email);
    *out = p->id;
    return true;
}

struct bearer { /* whose a token is: at most one */
    struct id product_id, licence_id, person_id;
};

static bool find_bearer(struct console *co, struct ctx *cx, struct bearer *out)
{
    const char *product = console_option(co, "--product");
    const char *licence = console_option(co, "--licence");
    const char *user = console_option(co, "--user");

    return (product == NULL || find_product(cx, product, &out->product_id)) &&
           (licence == NULL || find_licence(cx, licence, &out->licence_id)) &&
           (user == NULL || find_user(cx, user, &out->person_id));
}

static json_t *token_to_json(struct ctx *cx, const struct token *t)
{
    struct id bearer = !id_is_zero(t->licence_id)   ? t->licence_id
                       : !id_is_zero(t->product_id) ? t->product_id
                                                    : t->person_id;
    char created[CLOCK_ISO_SIZE];
    char expires[CLOCK_ISO_SIZE] = "";

    clock_iso(t->created_at, created);
    if (t->expires_at != 0)
        clock_iso(t->expires_at, expires);
    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s}", "id", id_text(cx->mem, t->id), "kind",
                     TOKEN_KIND_NAMES[t->kind], "name", t->name != NULL ? t->name : "", "bearer",
                     id_is_zero(bearer) ? "" : id_text(cx->mem, bearer), "created", created,
                     "expires", expires);
}

/* --- create --- */

static bool create_token(struct console *co, struct ctx *cx, enum token_kind kind, int64_t days,
                         json_t **out)
{
    struct token_draft draft = {.kind = kind, .name = console_option(co, "--name")};
    struct bearer bearer = {.product_id = {{0}}};
    struct token *token;

    if (!console_tenant(co, cx) || !find_bearer(co, cx, &bearer))
        return false;
    draft.product_id = bearer.product_id;
    draft.licence_id = bearer.licence_id;
    draft.person_id = bearer.person_id;
    draft.expires_at = days != 0 ? cx->now + days * CLOCK_DAY : 0;
    if (!token_add(cx, &draft, &token))
        return false;
    *out = json_own(cx->mem, token_to_json(cx, token));
    json_object_set_new(*out, "token", json_string(token->text));
    return true;
}

/* A token of a role needs its bearer, and no other. */
static bool check_bearer(struct console *co, enum token_kind kind)
{
    static const struct {
        enum token_kind kind;
        const char *option, *sentence;
    } NEEDS[] = {
        {TOKEN_PRODUCT, "--product", "a product token needs --product, and only it."},
        {TOKEN_ACTIVATION, "--licence", "a licence's token needs --licence, and only it."},
        {TOKEN_USER, "--user", "a user's token needs --user, and only it."},
    };

    for (size_t i = 0; i < COUNT(NEEDS); i++)
        if ((console_option(co, NEEDS[i].option) != NULL) != (NEEDS[i].kind == kind)) {
            console_misuse(co, NEEDS[i].sentence);
            return false;
        }
    return true;
}

int token_create_command(struct console *co)
{
    static const char *const KNOWN[] = {"--tenant", "--role", "--product", "--licence",
                                        "--user",   "--name", "--days",    NULL};
    const char *role = console_option(co, "--role");
    const char *days_text = console_option(co, "--days");
    enum token_kind kind = TOKEN_ADMIN;
    int64_t days = 0;
    struct ctx cx;
    json_t *out;
    int code = CONSOLE_DONE;

    if (!console_options(co, KNOWN))
        return CONSOLE_USAGE;
    if (role == NULL || !parse_kind(role, &kind))
        return console_misuse(
            co,
            "token create needs --role admin, developer, sales-agent, support-agent, "
            "read-only, product, license or user.");
    if (days_text != NULL && !parse_i64(days_text, 1, TOKEN_DAYS_MAX, &days))
        return console_misuse(co, "--days is a whole number from 1.");
    if (!check_bearer(co, kind))
        return CONSOLE_USAGE;
    if (!console_open(co, &cx))
        return CONSOLE_REFUSED;
    if (create_token(co, &cx, kind, days, &out))
        console_print(co, out);
    else
        code = console_fail(co, &cx.err);
    console_close(co, &cx);
    return code;
}

/* --- list and revoke --- */

static bool list_tokens(struct console *co, struct ctx *cx, json_t *out)
{
    struct token_filter filter = {.scope = {.is_all = true}};
    struct licence_page page = {.limit = TOKENS_A_PAGE, .is_ascending = true};
    struct bearer bearer = {.product_id = {{0}}};
    struct token *list;
    size_t count = TOKENS_A_PAGE;
    int64_t total;

    if (!console_tenant(co, cx) || !find_bearer(co, cx, &bearer))
        return false;
    filter.product_id = bearer.product_id;
    filter.licence_id = bearer.licence_id;
    filter.person_id = bearer.person_id;
    while (count == TOKENS_A_PAGE) {
        if (!token_page(cx, &filter, &page, &list, &count, &total))
            return false;
        for (size_t i = 0; i < count; i++) {
            json_array_append_new(out, token_to_json(cx, &list[i]));
            page.after = list[i].id;
        }
    }
    return true;
}

int token_list_command(struct console *co)
{
    static const char *const KNOWN[] = {"--tenant", "--product", "--licence", "--user", NULL};
    static const char *const MEMBERS[] = {"id", "kind", "name", "bearer", "expires", NULL};
    struct ctx cx;
    json_t *list;
    int code = CONSOLE_DONE;

    if (!console_options(co, KNOWN))
        return CONSOLE_USAGE;
    if (!console_open(co, &cx))
        return CONSOLE_REFUSED;
    list = json_own(cx.mem, json_array());
    if (list_tokens(co, &cx, list))
        console_print_list(co, list, MEMBERS);
    else
        code = console_fail(co, &cx.err);
    console_close(co, &cx);
    return code;
}

int token_revoke_command(struct console *co)
{
    static const char *const KNOWN[] = {"--tenant", NULL};
    const char *word = console_word(co, 0);
    struct ctx cx;
    struct id id;
    int code = CONSOLE_DONE;

    if (!console_options(co, KNOWN))
        return CONSOLE_USAGE;
    if (word == NULL || !id_parse(word, &id))
        return console_misuse(co, "token revoke needs a token's ID; token list shows them.");
    if (!console_open(co, &cx))
        return CONSOLE_REFUSED;
    if (console_tenant(co, &cx) && token_revoke(&cx, id))
        console_print(co, json_own(cx.mem, json_pack("{s:s,s:b}", "id", word, "revoked", 1)));
    else
        code = console_fail(co, &cx.err);
    console_close(co, &cx);
    return code;
}
