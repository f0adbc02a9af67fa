#include "tests/http/validation_site.h"

#include "base/clock.h"

#include <string.h>

struct licence_answer validation_site_ask(const struct machine_site *s, const struct licence *l,
                                          const char *scope)
{
    const char *more = scope == NULL ? "" : arena_printf(s->cx->mem, ",\"scope\":{%s}", scope);

    return licence_site_post(
        s->cx, "/v1/licenses/actions/validate-key", NULL,
        arena_printf(s->cx->mem, "{\"meta\":{\"key\":\"%s\"%s}}", l->key, more));
}

void validation_site_is(const struct machine_site *s, const struct licence *l, const char *scope,
                        const char *code, bool is_valid)
{
    struct licence_answer a = validation_site_ask(s, l, scope);

    if (a.status != 200 || strcmp(licence_site_text(&a, "meta/code"), code) != 0)
        print_error("scope {%s}: %s\n", scope != NULL ? scope : "", a.body);
    assert_int_equal(a.status, 200);
    assert_string_equal(licence_site_text(&a, "meta/code"), code);
    assert_int_equal(json_is_true(licence_site_at(&a, "meta/valid")), is_valid);
}

struct licence *validation_site_licence(struct machine_site *s, const struct policy *draft)
{
    struct policy p = *draft;

    p.id = (struct id){0}; /* a policy of its own */
    return machine_site_licence(s, &p);
}

struct licence *validation_site_ended(struct machine_site *s, const struct policy *draft)
{
    struct policy p = *draft;
    struct licence *l;

    p.id = (struct id){0};
    test_ok(s->cx,
            licence_issue(s->cx,
                          &(struct licence_draft){.policy_id = licensing_add_policy(s->cx, &p)->id,
                                                  .expires_at = clock_now() - CLOCK_DAY},
                          &l));
    return l;
}

void validation_site_change(const struct machine_site *s, const struct licence *l,
                            const char *attributes)
{
    struct licence_answer a = machine_site_ask(
        s, "PATCH", arena_printf(s->cx->mem, "/v1/policies/%s", id_text(s->cx->mem, l->policy_id)),
        s->admin,
        arena_printf(s->cx->mem, "{\"data\":{\"type\":\"policies\",\"attributes\":{%s}}}",
                     attributes));

    if (a.status != 200)
        print_error("%s\n", a.body);
    assert_int_equal(a.status, 200);
}

void validation_site_machines(const struct machine_site *s, const struct licence *l, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        licensing_machine(s->cx, l->id, arena_printf(s->cx->mem, "m%u", i));
}

struct machine *validation_site_owned(const struct machine_site *s, const struct licence *l,
                                      const char *fingerprint, struct id owner_id)
{
    struct machine_draft draft = licensing_draft(l->id, fingerprint);
    struct machine *m;

    draft.owner_id = owner_id;
    test_ok(s->cx, machine_add(s->cx, &draft, &m));
    return m;
}

void validation_site_heard(const struct machine_site *s, const struct machine *m, int64_t ago_s)
{
    test_sql(s->cx, "UPDATE machine SET last_heartbeat_at = ? WHERE tenant_id = ? AND id = ?",
             DB_TIME(clock_now() - ago_s * CLOCK_SECOND), DB_ID(s->cx->tenant_id), DB_ID(m->id));
}
