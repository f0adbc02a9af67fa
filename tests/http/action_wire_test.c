/* Actions on licences over the wire (checklist L). */
#include "base/clock.h"
#include "tests/http/licence_site.h"

#include <stdatomic.h>
#include <string.h>

struct site {
    struct ctx *cx;
    const char *admin;
};

static struct site open_site(void **state)
{
    struct site s = {.cx = test_ctx(state)};

    licence_site_open(s.cx);
    s.admin = licence_site_token_auth(s.cx, &(struct token_draft){.kind = TOKEN_ADMIN});
    return s;
}

static struct licence_answer act(const struct site *s, const struct licence *l, const char *action,
                                 const char *auth, const char *body)
{
    return licence_site_post(
        s->cx,
        arena_printf(s->cx->mem, "/v1/licenses/%s/actions/%s", id_text(s->cx->mem, l->id), action),
        auth, body);
}

static int64_t when(const struct licence_answer *a, const char *attribute)
{
    int64_t at;
    const json_t *text = json_object_get(licence_site_at(a, "data/attributes"), attribute);

    assert_true(json_is_string(text) && clock_parse_iso(json_string_value(text), &at));
    return at;
}

static int64_t uses(const struct licence_answer *a)
{
    return json_integer_value(licence_site_at(a, "data/attributes/uses"));
}

static void L06_L07_suspending_twice_is_refused_and_reinstating_ends_it(void **state)
{
    struct site s = open_site(state);
    struct licence *l = licensing_licence(s.cx, NULL);
    struct licence_answer a = act(&s, l, "reinstate", s.admin, NULL);

    licence_site_refused(&a, 422, "", "/data/attributes/suspended");
    a = act(&s, l, "suspend", licence_site_key_auth(s.cx, l), NULL);
    licence_site_refused(&a, 403, "", NULL);
    a = act(&s, l, "suspend", s.admin, NULL);
    assert_true(json_is_true(licence_site_at(&a, "data/attributes/suspended")));
    assert_string_equal(licence_site_text(&a, "data/attributes/status"), "SUSPENDED");
    a = act(&s, l, "suspend", s.admin, NULL);
    licence_site_refused(&a, 422, "", "/data/attributes/suspended");
    a = licence_site_get(s.cx, "/v1/me", licence_site_key_auth(s.cx, l));
    licence_site_refused(&a, 403, "LICENSE_SUSPENDED", NULL); /* at once, on this node */
    a = act(&s, l, "reinstate", s.admin, NULL);
    assert_int_equal(a.status, 200);
}

static void L03_L05_a_renewal_counts_by_the_calendar(void **state)
{
    struct site s = open_site(state);
    struct policy draft = licensing_policy(s.cx);
    struct licence_answer a;
    struct licence *l;

    draft.duration_seconds = 31556952; /* a year */
    test_ok(s.cx, licence_issue(s.cx,
                                &(struct licence_draft){
                                    .policy_id = licensing_add_policy(s.cx, &draft)->id,
                                    .expires_at = INT64_C(1740787200000000)}, /* 2025-03-01 */
                                &l));
    a = act(&s, l, "renew", s.admin, NULL);
    assert_string_equal(licence_site_text(&a, "data/attributes/expiry"),
                        "2026-03-01T00:00:00.000Z");
    a = act(&s, licensing_licence(s.cx, NULL), "renew", s.admin, NULL);
    licence_site_refused(&a, 422, "", NULL);
    draft = licensing_policy(s.cx);
    draft.duration_seconds = 86400;
    draft.expiration_basis = POLICY_FROM_FIRST_USE;
    a = act(&s, licensing_licence(s.cx, &draft), "renew", s.admin, NULL);
    licence_site_refused(&a, 422, "EXPIRY_MISSING", "/data/attributes/expiry");
}

static struct licence_answer renew(const struct site *s, enum policy_renewal basis,
                                   int64_t expires_at)
{
    struct policy draft = licensing_policy(s->cx);
    struct licence *l;

    draft.duration_seconds = 30 * 86400;
    draft.renewal = basis;
    test_ok(s->cx, licence_issue(
                       s->cx,
                       &(struct licence_draft){.policy_id = licensing_add_policy(s->cx, &draft)->id,
                                               .is_suspended = true,
                                               .expires_at = expires_at},
                       &l));
    return act(s, l, "renew", s->admin, NULL);
}

static void expect_about(int64_t at, int64_t expected)
{
    assert_true(at > expected - CLOCK_MINUTE && at < expected + CLOCK_MINUTE);
}

static void L04_a_renewal_counts_from_now_or_from_the_end(void **state)
{
    struct site s = open_site(state);
    int64_t now = clock_now(); /* the server's clock decides */
    int64_t past = now - 100 * CLOCK_DAY;
    int64_t future = now + 5 * CLOCK_DAY;
    struct licence_answer a = renew(&s, POLICY_FROM_NOW, future);

    expect_about(when(&a, "expiry"), clock_add_duration(now, INT64_C(30) * 86400));
    a = renew(&s, POLICY_FROM_NOW_IF_EXPIRED, past);
    expect_about(when(&a, "expiry"), clock_add_duration(now, INT64_C(30) * 86400));
    assert_true(json_is_true(licence_site_at(&a, "data/attributes/suspended")));
    a = renew(&s, POLICY_FROM_NOW_IF_EXPIRED, future);
    expect_about(when(&a, "expiry"), clock_add_duration(future, INT64_C(30) * 86400));
    a = renew(&s, POLICY_FROM_EXPIRY, past);
    expect_about(when(&a, "expiry"), clock_add_duration(past, INT64_C(30) * 86400));
}

static const char *status_of(const struct site *s, const struct licence *l)
{
    struct licence_answer a = licence_site_get(
        s->cx, arena_printf(s->cx->mem, "/v1/licenses/%s", id_text(s->cx->mem, l->id)), s->admin);

    return licence_site_text(&a, "data/attributes/status");
}

static void L21_the_status_follows_the_dates(void **state)
{
    struct site s = open_site(state);
    struct policy draft = licensing_policy(s.cx);
    struct id policy_id = licensing_add_policy(s.cx, &draft)->id;
    int64_t now = clock_now(); /* the server's clock decides */
    static const struct {
        int age_days, left_days; /* left 0: it never ends */
        const char *status;
    } CASES[] = {
        {1, 0, "ACTIVE"},    {1, 4, "ACTIVE"},    {1, 2, "EXPIRING"}, {1, -1, "EXPIRED"},
        {91, 0, "INACTIVE"}, {91, 2, "EXPIRING"}, {89, 0, "ACTIVE"},
    };

    for (size_t i = 0; i < COUNT(CASES); i++) {
        int64_t left = CASES[i].left_days * CLOCK_DAY;
        struct licence *l;

        s.cx->now = now - CASES[i].age_days * CLOCK_DAY;
        test_ok(s.cx,
                licence_issue(s.cx,
                              &(struct licence_draft){.policy_id = policy_id,
                                                      .expires_at = left == 0 ? 0 : now + left},
                              &l));
        assert_string_equal(status_of(&s, l), CASES[i].status);
    }
}

static void L01_L02_a_check_in_ends_being_overdue(void **state)
{
    struct site s = open_site(state);
    struct policy draft = licensing_policy(s.cx);
    struct licence_answer a;
    struct licence *l;
    const char *ask;

    draft.is_strict = false;
    draft.require_check_in = true;
    draft.check_in_interval = POLICY_DAY;
    draft.check_in_count = 1;
    l = licensing_licence(s.cx, &draft); /* issued by the tests' clock: long ago */
    ask = arena_printf(s.cx->mem, "{\"meta\":{\"key\":\"%s\"}}", l->key);
    a = licence_site_post(s.cx, "/v1/licenses/actions/validate-key", NULL, ask);
    assert_string_equal(licence_site_text(&a, "meta/code"), "OVERDUE");
    a = act(&s, l, "check-in", licence_site_key_auth(s.cx, l), NULL);
    assert_int_equal(a.status, 200);
    assert_int_equal(when(&a, "nextCheckIn") - when(&a, "lastCheckIn"), CLOCK_DAY);
    assert_true(when(&a, "lastCheckIn") > clock_now() - CLOCK_MINUTE);
    a = licence_site_post(s.cx, "/v1/licenses/actions/validate-key", NULL, ask);
    assert_string_equal(licence_site_text(&a, "meta/code"), "VALID");
    a = act(&s, licensing_licence(s.cx, NULL), "check-in", s.admin, NULL);
    licence_site_refused(&a, 422, "", NULL);
}

static void L09_L10_L11_L12_uses_are_counted_within_their_limit(void **state)
{
    struct site s = open_site(state);
    struct policy draft = licensing_policy(s.cx);
    struct licence_answer a;
    struct licence *l;
    const char *key;

    draft.max_uses = 7;
    draft.expiration_basis = POLICY_FROM_FIRST_USE;
    draft.duration_seconds = 86400;
    l = licensing_licence(s.cx, &draft);
    key = licence_site_key_auth(s.cx, l);
    a = act(&s, l, "increment-usage", key, NULL);
    assert_int_equal(uses(&a), 1);
    assert_int_equal(strlen(licence_site_text(&a, "data/attributes/expiry")), 24);
    a = act(&s, l, "increment-usage", key, "{\"meta\":{\"increment\":5}}");
    assert_int_equal(uses(&a), 6);
    a = act(&s, l, "increment-usage", key, "{\"meta\":{\"increment\":2}}");
    licence_site_refused(&a, 422, "USES_LIMIT_EXCEEDED", "/data/attributes/uses");
    a = act(&s, l, "increment-usage", key, "{\"meta\":{\"increment\":\"x\"}}");
    licence_site_refused(&a, 400, "", "/meta/increment");
    a = act(&s, l, "increment-usage", key, "{\"meta\":{\"increment\":-1}}");
    licence_site_refused(&a, 400, "", "/meta/increment");
    a = act(&s, l, "increment-usage", key, "{\"meta\":{\"increment\":2147483648}}");
    licence_site_refused(&a, 400, "", "/meta/increment");
    a = act(&s, l, "increment-usage", key, "{\"meta\":{\"decrement\":1}}");
    licence_site_refused(&a, 400, "", "/meta/decrement");
    a = act(&s, l, "decrement-usage", key, NULL);
    licence_site_refused(&a, 403, "", NULL);
    a = act(&s, l, "reset-usage", key, NULL);
    licence_site_refused(&a, 403, "", NULL);
    a = act(&s, l, "decrement-usage", s.admin, "{\"meta\":{\"decrement\":2}}");
    assert_int_equal(uses(&a), 4);
    a = act(&s, l, "decrement-usage", s.admin, "{\"meta\":{\"decrement\":5}}");
    licence_site_refused(&a, 422, "USES_INVALID", "/data/attributes/uses");
    a = act(&s, l, "reset-usage", s.admin, NULL);
    assert_int_equal(uses(&a), 0);
}

struct race {
    struct licence *licence;
    atomic_uint counted, refused, others;
};

static void use(struct ctx *cx, unsigned index, void *arg)
{
    struct race *race = arg;
    const char *text;
    int status = licence_site_raw(
        cx,
        &(struct licence_ask){.method = "POST",
                              .path =
                                  arena_printf(cx->mem, "/v1/licenses/%s/actions/increment-usage",
                                               id_text(cx->mem, race->licence->id)),
                              .auth = licence_site_key_auth(cx, race->licence)},
        &text);

    (void)index;
    atomic_fetch_add(status == 200   ? &race->counted
                     : status == 422 ? &race->refused
                                     : &race->others,
                     1);
}

static void L13_twenty_parallel_uses_of_ten_count_exactly_ten(void **state)
{
    struct site s = open_site(state);
    struct policy draft = licensing_policy(s.cx);
    struct race race = {0};

    draft.max_uses = 10;
    race.licence = licensing_licence(s.cx, &draft);
    test_threads(s.cx, 20, use, &race);
    assert_int_equal(atomic_load(&race.counted), 10);
    assert_int_equal(atomic_load(&race.refused), 10);
    assert_int_equal(atomic_load(&race.others), 0);
}

static void L08_C27_a_revoked_licence_is_gone_with_its_machines(void **state)
{
    struct site s = open_site(state);
    struct licence *l = licensing_licence(s.cx, NULL);
    struct machine *m = licensing_machine(s.cx, l->id, "fp");
    struct licence_ask ask = {.method = "DELETE",
                              .path = arena_printf(s.cx->mem, "/v1/licenses/%s/actions/revoke",
                                                   id_text(s.cx->mem, l->id)),
                              .auth = licence_site_key_auth(s.cx, l)};
    struct licence_answer a = licence_site_ask(s.cx, &ask);

    licence_site_refused(&a, 403, "", NULL);
    ask.auth = s.admin;
    assert_int_equal(licence_site_ask(s.cx, &ask).status, 204);
    a = licence_site_get(
        s.cx, arena_printf(s.cx->mem, "/v1/licenses/%s", id_text(s.cx->mem, l->id)), s.admin);
    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
    a = licence_site_get(
        s.cx, arena_printf(s.cx->mem, "/v1/machines/%s", id_text(s.cx->mem, m->id)), s.admin);
    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
}

static void every_action_is_told_by_its_wires_name(void **state)
{
    struct site s = open_site(state);
    struct policy draft = licensing_policy(s.cx);
    struct licence *l;
    static const struct {
        const char *action, *event;
    } CASES[] = {
        {"check-in", "license.checked-in"},
        {"renew", "license.renewed"},
        {"suspend", "license.suspended"},
        {"reinstate", "license.reinstated"},
        {"increment-usage", "license.usage.incremented"},
        {"decrement-usage", "license.usage.decremented"},
        {"reset-usage", "license.usage.reset"},
        {"check-out", "license.checked-out"},
    };

    draft.duration_seconds = 86400;
    draft.require_check_in = true;
    draft.check_in_interval = POLICY_WEEK;
    draft.check_in_count = 1;
    l = licensing_licence(s.cx, &draft);
    for (size_t i = 0; i < COUNT(CASES); i++) {
        enum event_kind kind;
        const char *name;

        assert_int_equal(act(&s, l, CASES[i].action, s.admin, NULL).status, 200);
        name = test_text(s.cx,
                         "SELECT name FROM event WHERE tenant_id = ? AND subject_id = ? "
                         "ORDER BY id DESC LIMIT 1",
                         DB_ID(s.cx->tenant_id), DB_ID(l->id));
        assert_true(event_parse(name, &kind));
        assert_string_equal(event_wire_name(kind), CASES[i].event);
    }
}

static void A26_people_act_on_what_they_own(void **state)
{
    struct site s = open_site(state);
    struct policy draft = licensing_policy(s.cx);
    struct id owner = make_person(s.cx, "Owner", "owner@example.com");
    struct id guest = make_person(s.cx, "Guest", "guest@example.com");
    const char *owner_auth = licence_site_token_auth(
        s.cx, &(struct token_draft){.kind = TOKEN_USER, .person_id = owner});
    const char *guest_auth = licence_site_token_auth(
        s.cx, &(struct token_draft){.kind = TOKEN_USER, .person_id = guest});
    struct licence_answer a;
    struct licence *l;

    test_ok(s.cx, licence_issue(
                      s.cx,
                      &(struct licence_draft){.policy_id = licensing_add_policy(s.cx, &draft)->id,
                                              .owner_id = owner},
                      &l));
    licensing_user(s.cx, l->id, guest);
    a = act(&s, l, "increment-usage", owner_auth, NULL);
    assert_int_equal(a.status, 200);
    a = act(&s, l, "increment-usage", guest_auth, NULL); /* a licensee may look, not act */
    licence_site_refused(&a, 403, "", NULL);
    a = act(&s, l, "validate", guest_auth, NULL);
    assert_int_equal(a.status, 200);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(L06_L07_suspending_twice_is_refused_and_reinstating_ends_it),
        cmocka_unit_test(L03_L05_a_renewal_counts_by_the_calendar),
        cmocka_unit_test(L01_L02_a_check_in_ends_being_overdue),
        cmocka_unit_test(L09_L10_L11_L12_uses_are_counted_within_their_limit),
        cmocka_unit_test(L13_twenty_parallel_uses_of_ten_count_exactly_ten),
        cmocka_unit_test(L08_C27_a_revoked_licence_is_gone_with_its_machines),
        cmocka_unit_test(L04_a_renewal_counts_from_now_or_from_the_end),
        cmocka_unit_test(L21_the_status_follows_the_dates),
        cmocka_unit_test(every_action_is_told_by_its_wires_name),
        cmocka_unit_test(A26_people_act_on_what_they_own),
    };

    return test_group_run_around("action_wire", TESTS, COUNT(TESTS), licence_site_start,
                                 licence_site_stop);
}
