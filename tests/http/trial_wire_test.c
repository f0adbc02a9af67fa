/* Trials over the wire (POST /v1/trials, D-11). */
#include "licensing/trial.h"
#include "tests/http/licence_site.h"

#include <stdlib.h>
#include <string.h>

enum { TRIALS_AN_HOUR = 6 };

static void with_limits(struct config *config)
{
    config->licensing_trials = TRIALS_AN_HOUR;
}

static int start(void **state)
{
    return licence_site_start_with(state, with_limits);
}

struct world {
    struct ctx *cx;
    struct id product_id;
    struct policy *trial, *full;
};

static struct world open_site(void **state, bool is_open)
{
    struct world w = {.cx = test_ctx(state)};
    struct policy draft = licensing_policy(w.cx);

    licence_site_open(w.cx);
    w.product_id = draft.product_id;
    draft.is_floating = false;
    draft.max_machines = 1;
    w.trial = licensing_add_policy(w.cx, &draft);
    w.full = licensing_add_policy(w.cx, &draft);
    test_ok(w.cx, trial_terms_set(w.cx, &(struct trial_terms){.product_id = w.product_id,
                                                              .policy_id = w.trial->id,
                                                              .days = TRIAL_DAYS,
                                                              .is_open = is_open}));
    return w;
}

static const char *body(struct world *w, struct id product_id, const char *fingerprint)
{
    return arena_printf(w->cx->mem,
                        "{\"data\":{\"type\":\"trials\",\"attributes\":{\"fingerprint\":\"%s\","
                        "\"name\":\"Till\"},\"relationships\":{\"product\":{\"data\":{\"type\":"
                        "\"products\",\"id\":\"%s\"}}}}}",
                        fingerprint, id_text(w->cx->mem, product_id));
}

static struct licence_answer ask(struct world *w, const char *auth, const char *fingerprint)
{
    return licence_site_post(w->cx, "/v1/trials", auth, body(w, w->product_id, fingerprint));
}

static const char *product_auth(struct world *w)
{
    return licence_site_token_auth(
        w->cx, &(struct token_draft){.kind = TOKEN_PRODUCT, .product_id = w->product_id});
}

static void D11_a_program_begins_its_trial_and_finds_it_again(void **state)
{
    struct world w = open_site(state, true);
    struct licence_answer a = ask(&w, NULL, "till-1");
    const char *key = licence_site_text(&a, "data/attributes/key");
    struct licence_answer b;

    assert_int_equal(a.status, 201);
    assert_string_equal(licence_site_text(&a, "data/type"), "licenses");
    assert_string_equal(licence_site_text(&a, "included/0/type"), "machines");
    assert_string_equal(licence_site_text(&a, "included/0/attributes/fingerprint"), "till-1");
    assert_true(json_is_true(licence_site_at(&a, "meta/gatehouse/trial/isNew")));
    assert_string_equal(licence_site_header(w.cx, &a, "Location"),
                        licence_site_text(&a, "data/links/self"));
    b = ask(&w, NULL, "till-1");
    assert_int_equal(b.status, 200);
    assert_string_equal(licence_site_text(&b, "data/attributes/key"), key);
    assert_string_equal(licence_site_text(&b, "data/attributes/expiry"),
                        licence_site_text(&a, "data/attributes/expiry"));
    assert_true(json_is_false(licence_site_at(&b, "meta/gatehouse/trial/isNew")));
    b = licence_site_post(w.cx, "/v1/licenses/actions/validate-key", NULL,
                          arena_printf(w.cx->mem,
                                       "{\"meta\":{\"key\":\"%s\",\"scope\":{\"fingerprint\":"
                                       "\"till-1\"}}}",
                                       key));
    assert_string_equal(licence_site_text(&b, "meta/code"), "VALID");
    assert_true(json_is_true(licence_site_at(&b, "meta/gatehouse/isTrial")));
    assert_int_equal(json_integer_value(licence_site_at(&b, "meta/gatehouse/noticeDays")), 30);
}

static void D11_a_bought_trial_validates_on_without_another_activation(void **state)
{
    struct world w = open_site(state, true);
    struct licence_answer a = ask(&w, NULL, "till-1");
    const char *key = licence_site_text(&a, "data/attributes/key");
    struct licence *l;

    test_ok(w.cx, licence_find_key(w.cx, key, &l));
    test_ok(w.cx, trial_turn(w.cx, l->id, w.full->id, "paid", &l));
    a = ask(&w, NULL, "till-1"); /* whoever knows a fingerprint gets no bought key */
    licence_site_refused(&a, 422, "TRIAL_CONVERTED", "/data/attributes/fingerprint");
    a = ask(&w, product_auth(&w), "till-1");
    assert_int_equal(a.status, 200);
    assert_string_equal(licence_site_text(&a, "data/attributes/key"), key);
    assert_true(json_is_true(licence_site_at(&a, "meta/gatehouse/trial/isConverted")));
    assert_true(json_is_null(licence_site_at(&a, "data/attributes/expiry")));
}

static void D11_trials_that_are_not_open_need_a_token_of_the_product(void **state)
{
    struct world w = open_site(state, false);
    struct policy other = licensing_policy(w.cx);
    struct licence_answer a = ask(&w, NULL, "till-1");

    licence_site_refused(&a, 401, "TOKEN_MISSING", NULL);
    a = ask(&w, licence_site_key_auth(w.cx, licensing_licence(w.cx, NULL)), "till-1");
    licence_site_refused(&a, 403, "", NULL);
    a = ask(&w, product_auth(&w), "till-1");
    assert_int_equal(a.status, 201);
    a = licence_site_post(w.cx, "/v1/trials", product_auth(&w),
                          body(&w, other.product_id, "till-1"));
    licence_site_refused(&a, 422, "PRODUCT_NOT_FOUND", "/data/relationships/product");
    w.product_id = other.product_id;
    a = ask(&w, licence_site_token_auth(w.cx, &(struct token_draft){.kind = TOKEN_ADMIN}),
            "till-1");
    licence_site_refused(&a, 422, "TRIAL_NOT_ALLOWED", "/data/relationships/product");
}

static void D11_what_is_not_in_shape_is_refused_where_it_is(void **state)
{
    static const struct {
        const char *body, *pointer;
    } CASES[] = {
        {"{}", "/data"},
        {"{\"data\":{\"type\":\"trials\",\"attributes\":{}}}", "/data/attributes/fingerprint"},
        {"{\"data\":{\"type\":\"machines\",\"attributes\":{\"fingerprint\":\"a\"}}}", "/data/type"},
        {"{\"data\":{\"type\":\"trials\",\"attributes\":{\"fingerprint\":\"a\",\"days\":99}}}",
         "/data/attributes/days"},
        {"{\"data\":{\"type\":\"trials\",\"attributes\":{\"fingerprint\":\"a\"}}}",
         "/data/relationships"},
    };
    struct world w = open_site(state, true);
    const char *auth = product_auth(&w);

    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct licence_answer a = licence_site_post(w.cx, "/v1/trials", auth, CASES[i].body);

        licence_site_refused(&a, 400, "", CASES[i].pointer);
    }
}

static void D11_an_address_begins_so_many_trials_an_hour(void **state)
{
    struct world w = open_site(state, true);
    struct licence_answer a;

    for (int i = 0; i < TRIALS_AN_HOUR; i++) {
        a = ask(&w, NULL, arena_printf(w.cx->mem, "till-%d", i));
        assert_int_equal(a.status, 201);
        assert_string_equal(licence_site_header(w.cx, &a, "X-RateLimit-Window"), "1h");
        assert_string_equal(licence_site_header(w.cx, &a, "X-RateLimit-Limit"), "6");
    }
    a = licence_site_ask(w.cx, &(struct licence_ask){.method = "POST",
                                                     .path = "/v1/trials",
                                                     .body = body(&w, w.product_id, "till-9"),
                                                     .is_unsigned = true});
    licence_site_refused(&a, 429, "TOO_MANY_REQUESTS", NULL);
    assert_string_equal(licence_site_header(w.cx, &a, "Retry-After"), "600");
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(D11_a_program_begins_its_trial_and_finds_it_again),
        cmocka_unit_test(D11_a_bought_trial_validates_on_without_another_activation),
        cmocka_unit_test(D11_trials_that_are_not_open_need_a_token_of_the_product),
        cmocka_unit_test(D11_what_is_not_in_shape_is_refused_where_it_is),
        cmocka_unit_test(D11_an_address_begins_so_many_trials_an_hour),
    };

    return test_group_run_around("trial_wire", TESTS, COUNT(TESTS), start, licence_site_stop);
}
