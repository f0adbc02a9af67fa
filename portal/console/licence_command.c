/* Commands about API tokens; a new tenant's first token and key. */
#include "base/crypto.h"
#include "licensing/product.h"
#include "licensing/signing_key.h"
#include "licensing/token.h"
#include "portal/console/console.h"

#include <string.h>

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

static bool create_token(struct console *co, struct ctx *cx, enum token_kind kind, json_t **out)
{
    const char *product = console_option(co, "--product");
    struct token_draft draft = {.kind = kind, .name = console_option(co, "--name")};
    struct token *token;

    if (!console_tenant(co, cx) ||
        (product != NULL && !find_product(cx, product, &draft.product_id)) ||
        !token_add(cx, &draft, &token))
        return false;
    *out = json_own(cx->mem, json_pack("{s:s,s:s,s:s}", "id", id_text(cx->mem, token->id), "kind",
                                       TOKEN_KIND_NAMES[token->kind], "token", token->text));
    return true;
}

int token_create_command(struct console *co)
{
    static const char *const KNOWN[] = {"--tenant", "--role", "--product", "--name", NULL};
    const char *role = console_option(co, "--role");
    enum token_kind kind = TOKEN_ADMIN;
    struct ctx cx;
    json_t *out;
    int code = CONSOLE_DONE;

    if (!console_options(co, KNOWN))
        return CONSOLE_USAGE;
    if (role == NULL || !parse_kind(role, &kind) || kind == TOKEN_USER || kind == TOKEN_ACTIVATION)
        return console_misuse(
            co,
            "token create needs --role admin, developer, sales, support, read-only or product.");
    if (kind == TOKEN_PRODUCT && console_option(co, "--product") == NULL)
        return console_misuse(co, "a product token needs --product.");
    if (!console_open(co, &cx))
        return CONSOLE_REFUSED;
    if (create_token(co, &cx, kind, &out))
        console_print(co, out);
    else
        code = console_fail(co, &cx.err);
    console_close(co, &cx);
    return code;
}
