#include "tests/http/machine_site.h"

struct machine_site machine_site_open(void **state, void (*prepare)(struct policy *draft))
{
    struct machine_site s = {.cx = test_ctx(state)};

    licence_site_open(s.cx);
    s.policy = licensing_policy(s.cx);
    if (prepare != NULL)
        prepare(&s.policy);
    s.policy = *licensing_add_policy(s.cx, &s.policy);
    s.licence = machine_site_licence(&s, NULL);
    s.key = licence_site_key_auth(s.cx, s.licence);
    s.admin = licence_site_token_auth(s.cx, &(struct token_draft){.kind = TOKEN_ADMIN});
    return s;
}

struct licence *machine_site_licence(struct machine_site *s, const struct policy *draft)
{
    struct id policy_id = draft == NULL ? s->policy.id : licensing_add_policy(s->cx, draft)->id;
    struct licence *l;

    test_ok(s->cx, licence_issue(s->cx, &(struct licence_draft){.policy_id = policy_id}, &l));
    return l;
}

void machine_site_own(struct machine_site *s, struct id owner_id)
{
    test_ok(s->cx,
            licence_issue(s->cx,
                          &(struct licence_draft){.policy_id = s->policy.id, .owner_id = owner_id},
                          &s->licence));
    s->key = licence_site_key_auth(s->cx, s->licence);
}

const char *machine_site_body(struct ctx *cx, struct id licence_id, const char *fingerprint,
                              const char *more, const char *relations)
{
    struct str quoted = str_new(cx->mem);

    str_json(&quoted, fingerprint);
    return arena_printf(cx->mem,
                        "{\"data\":{\"type\":\"machines\",\"attributes\":{\"fingerprint\":%s%s},"
                        "\"relationships\":{\"license\":{\"data\":{\"type\":\"licenses\","
                        "\"id\":\"%s\"}}%s}}}",
                        quoted.p, more, id_text(cx->mem, licence_id), relations);
}

const char *machine_site_relation(struct ctx *cx, const char *name, const char *type, struct id id)
{
    return arena_printf(cx->mem, ",\"%s\":{\"data\":{\"type\":\"%s\",\"id\":\"%s\"}}", name, type,
                        id_text(cx->mem, id));
}

struct licence_answer machine_site_ask(const struct machine_site *s, const char *method,
                                       const char *path, const char *auth, const char *body)
{
    return licence_site_ask(
        s->cx, &(struct licence_ask){.method = method, .path = path, .auth = auth, .body = body});
}

struct licence_answer machine_site_add(const struct machine_site *s, const char *fingerprint)
{
    return machine_site_make(s, s->key, fingerprint, "", "");
}

struct licence_answer machine_site_make(const struct machine_site *s, const char *auth,
                                        const char *fingerprint, const char *more,
                                        const char *relations)
{
    return machine_site_ask(s, "POST", "/v1/machines", auth,
                            machine_site_body(s->cx, s->licence->id, fingerprint, more, relations));
}

const char *machine_site_path(const struct machine_site *s, const struct licence_answer *a,
                              const char *type, const char *rest)
{
    return arena_printf(s->cx->mem, "/v1/%s/%s%s", type, licence_site_text(a, "data/id"), rest);
}

const char *machine_site_verdict(const struct machine_site *s, const char *fingerprint)
{
    struct str scope = str_new(s->cx->mem);
    struct licence_answer a;

    if (fingerprint != NULL) {
        str_add(&scope, ",\"scope\":{\"fingerprint\":");
        str_json(&scope, fingerprint);
        str_char(&scope, '}');
    }
    str_add(&scope, "");
    a = machine_site_ask(s, "POST", "/v1/licenses/actions/validate-key", NULL,
                         arena_printf(s->cx->mem, "{\"meta\":{\"key\":\"%s\"%s}}", s->licence->key,
                                      fingerprint == NULL ? "" : scope.p));
    return licence_site_text(&a, "meta/code");
}

struct licence_answer machine_site_part(const struct machine_site *s, const char *auth,
                                        const char *type, const char *machine_id,
                                        const char *attributes)
{
    return machine_site_ask(
        s, "POST", arena_printf(s->cx->mem, "/v1/%s", type), auth,
        arena_printf(s->cx->mem,
                     "{\"data\":{\"type\":\"%s\",\"attributes\":%s,\"relationships\":{\"machine\":{"
                     "\"data\":{\"type\":\"machines\",\"id\":\"%s\"}}}}}",
                     type, attributes, machine_id));
}
