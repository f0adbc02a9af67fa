/* Signing in against whoever plants cookies, bends addresses and lies about where he is. */
#include "portal/account/session.h"
#include "portal/oidc/oidc_provider.h"
#include "tests/portal/pages/test_portal.h"

#include <string.h>

#define PLANTED "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define FORM    "email=anna%40marlow.example&password=correct+horse+battery"

static struct browser *open_anna(void **state)
{
    struct browser *b = browser_open(test_ctx(state));

    browser_person(b, "Anna Keller", "anna@marlow.example");
    return b;
}

/* Session fixation: the cookie that somebody else knows leads to nobody after signing in. */
static void a_planted_session_is_not_taken_along(void **state)
{
    struct browser *b = open_anna(state);
    struct browser *thief = browser_open(b->cx);

    b->cookie = thief->cookie = "gh_session=" PLANTED;
    assert_int_equal(browser_get(b, "/login"), 200);
    assert_int_equal(browser_post(b, "/login", FORM), 303);
    assert_string_not_equal(b->cookie, thief->cookie);
    assert_int_equal(browser_get(b, "/account"), 200);
    assert_int_equal(browser_get(thief, "/account"), 303);
}

/* The same with a session that has a row, made by the thief himself. */
static void a_session_of_somebody_else_is_not_taken_along(void **state)
{
    struct browser *b = open_anna(state);
    struct browser *thief = browser_open(b->cx);

    browser_get(thief, "/login");
    browser_post(thief, "/login", "email=anna%40marlow.example&password=wrong");
    b->cookie = thief->cookie;
    assert_int_equal(browser_get(b, "/login"), 200);
    assert_int_equal(browser_post(b, "/login", FORM), 303);
    assert_string_not_equal(b->cookie, thief->cookie);
    assert_int_equal(browser_get(thief, "/account"), 303);
}

static void a_planted_device_is_nobody_and_taken_away(void **state)
{
    struct browser *b = open_anna(state);

    b->device = "gh_device=" PLANTED "." PLANTED;
    assert_int_equal(browser_get(b, "/account"), 303);
    assert_string_equal(b->device, "");
    b->device = "gh_device=" PLANTED "." PLANTED;
    assert_int_equal(browser_get(b, "/login"), 200);
    assert_int_equal(browser_post(b, "/login", FORM), 303);
    assert_int_equal(test_i64(b->cx, "SELECT COUNT(*) FROM remembered WHERE tenant_id = ?",
                              DB_ID(b->cx->tenant_id)),
                     0);
}

static const char *const AWAY[] = {
    "https%3A%2F%2Fevil.example%2F",
    "%2F%2Fevil.example%2F",
    "%2F%5Cevil.example",
    "%5C%5Cevil.example",
    "javascript%3Aalert%281%29",
    "evil.example",
    "%2F%2F%2Fevil.example",
    "%2F+%2Fevil.example",
};
/* With signs that no address has: the form is refused as a whole. */
static const char *const BROKEN[] = {"%2F%09%2Fevil.example", "%2F%0d%0aLocation%3A%20x"};

/* A path of this site and nothing else. */
static void stays_here(struct browser *b)
{
    const char *to = browser_location(b);

    assert_int_equal(to[0], '/');
    assert_true(to[1] != '/' && to[1] != '\\');
    assert_null(strstr(to, "evil.example"));
}

static void no_next_leads_away_from_this_site(void **state)
{
    struct browser *b = open_anna(state);
    struct arena *mem = b->cx->mem;

    for (size_t i = 0; i < COUNT(AWAY); i++) {
        b->cookie = "";
        assert_int_equal(browser_get(b, arena_printf(mem, "/login?next=%s", AWAY[i])), 200);
        assert_true(browser_shows(b, "name=\"next\" value=\"/\""));
        assert_int_equal(browser_post(b, "/login", arena_printf(mem, "%s&next=%s", FORM, AWAY[i])),
                         303);
        stays_here(b);
        /* signed in already */
        assert_int_equal(browser_get(b, arena_printf(mem, "/login?next=%s", AWAY[i])), 303);
        stays_here(b);
        /* showing again who one is */
        assert_int_equal(browser_get(b, "/account/confirm"), 200);
        assert_int_equal(
            browser_post(b, "/account/confirm",
                         arena_printf(mem, "password=correct+horse+battery&next=%s", AWAY[i])),
            303);
        stays_here(b);
    }
}

static void a_next_that_would_split_the_answer_is_refused(void **state)
{
    struct browser *b = open_anna(state);

    for (size_t i = 0; i < COUNT(BROKEN); i++) {
        assert_int_equal(browser_get(b, arena_printf(b->cx->mem, "/login?next=%s", BROKEN[i])),
                         200);
        assert_true(browser_shows(b, "name=\"next\" value=\"/\""));
        assert_int_equal(
            browser_post(b, "/login", arena_printf(b->cx->mem, "%s&next=%s", FORM, BROKEN[i])),
            422);
        assert_string_equal(browser_location(b), "");
    }
}

static void no_next_leads_away_after_the_second_step_or_sign_on(void **state)
{
    struct browser *b = open_anna(state);
    struct arena *mem = b->cx->mem;

    test_sql(b->cx, "UPDATE credential SET totp_sealed = 'x' WHERE tenant_id = ?",
             DB_ID(b->cx->tenant_id));
    for (size_t i = 0; i < COUNT(AWAY); i++) {
        b->cookie = "";
        browser_get(b, "/login");
        assert_int_equal(browser_post(b, "/login", arena_printf(mem, "%s&next=%s", FORM, AWAY[i])),
                         303);
        stays_here(b);
        assert_int_equal(browser_get(b, arena_printf(mem, "/login/code?next=%s", AWAY[i])), 200);
        assert_true(browser_shows(b, "name=\"next\" value=\"/\""));
        assert_int_equal(browser_get(b, arena_printf(mem, "/login/sso?next=%s", AWAY[i])), 200);
        assert_true(browser_shows(b, "name=\"next\" value=\"/\""));
    }
}

/* What a request says of its host is never repeated. */
static void a_made_up_host_is_answered_by_nobody_and_repeated_nowhere(void **state)
{
    struct browser *b = open_anna(state);
    const char *host = b->host;

    b->host = "evil.example";
    assert_int_equal(browser_get(b, "/login"), 404);
    assert_false(browser_shows(b, "evil.example"));
    b->host = arena_printf(b->cx->mem, "%s\r\nX-Forwarded-Host: evil.example", host);
    assert_int_equal(browser_get(b, "/login"), 200);
    assert_false(browser_shows(b, "evil.example"));
    assert_int_equal(browser_get(b, "/account"), 303);
    stays_here(b);
}

/* The provider is down while somebody wants to sign in by it. */
static void a_provider_that_is_down_gets_a_page_that_leads_to_the_password(void **state)
{
    struct browser *b = open_anna(state);
    const struct oidc_provider_draft draft = {.name = "Marlow",
                                              .issuer = "https://sso.invalid",
                                              .client_id = "gatehouse",
                                              .audience = "both",
                                              .is_enabled = true};
    struct id id;

    test_ok(b->cx, oidc_provider_add(b->cx, &draft, &id));
    assert_int_equal(browser_get(b, "/login"), 200);
    assert_true(browser_shows(b, "Sign in with Marlow"));
    assert_int_equal(
        browser_post(b, arena_printf(b->cx->mem, "/login/sso/%s", id_text(b->cx->mem, id)), ""),
        503);
    assert_true(browser_shows(b, "does not answer. Sign in with your password"));
    assert_true(browser_shows(b, "href=\"/login\""));
    assert_int_equal(test_i64(b->cx,
                              "SELECT COUNT(*) FROM event WHERE tenant_id = ? "
                              "AND name = 'sso.refused' AND data LIKE '%OIDC_DOWN%'",
                              DB_ID(b->cx->tenant_id)),
                     1);
}

/* Which customers have a provider of their own is nobody's business but theirs. */
static void an_organisations_provider_is_reached_by_its_addresses_alone(void **state)
{
    struct browser *b = open_anna(state);
    const struct oidc_provider_draft draft = {.name = "Marlow",
                                              .issuer = "https://sso.invalid",
                                              .client_id = "gatehouse",
                                              .audience = "customer",
                                              .is_enabled = true};
    struct id organisation = make_organisation(b->cx, "C-9", "Marlow"), id;

    test_ok(b->cx, oidc_provider_add(b->cx, &draft, &id));
    test_sql(b->cx, "UPDATE oidc_provider SET organisation_id = ? WHERE tenant_id = ?",
             DB_ID(organisation), DB_ID(b->cx->tenant_id));
    test_sql(b->cx,
             "INSERT INTO oidc_domain (tenant_id, id, provider_id, domain, challenge, proven, "
             "proven_how, proven_at, created_at) VALUES (?, ?, ?, 'marlow.test', 'x', "
             "'marlow.test', 'staff', NOW(), NOW())",
             DB_ID(b->cx->tenant_id), DB_ID(ctx_new_id(b->cx)), DB_ID(id));
    assert_int_equal(browser_get(b, "/login"), 200);
    assert_false(browser_shows(b, "Sign in with"));
    assert_int_equal(browser_post(b, "/login", "email=ben@elsewhere.test&password="), 422);
    assert_true(browser_shows(b, "Enter your password."));
    assert_false(browser_shows(b, "Sign in with your organisation"));
    assert_int_equal(browser_post(b, "/login", "email=ben@marlow.test&password=wrong"), 422);
    assert_true(browser_shows(b, "Sign in with your organisation"));
    assert_int_equal(browser_post(b, "/login", "email=ben@marlow.test&password="), 503);
    assert_true(browser_shows(b, "does not answer. Sign in with your password"));
}

/* No page of signing in may be put into a frame or kept by a cache. */
static void its_pages_are_neither_framed_nor_kept(void **state)
{
    static const char *const PAGES[] = {"/login", "/login/forgot", "/login/link", "/signup"};
    struct browser *b = open_anna(state);

    for (size_t i = 0; i < COUNT(PAGES); i++) {
        assert_int_equal(browser_get(b, PAGES[i]), 200);
        assert_string_equal(wire_header(&b->wire, "X-Frame-Options"), "DENY");
        assert_non_null(
            strstr(wire_header(&b->wire, "Content-Security-Policy"), "frame-ancestors 'none'"));
        assert_non_null(strstr(wire_header(&b->wire, "Cache-Control"), "no-store"));
    }
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_planted_session_is_not_taken_along),
        cmocka_unit_test(a_session_of_somebody_else_is_not_taken_along),
        cmocka_unit_test(a_planted_device_is_nobody_and_taken_away),
        cmocka_unit_test(no_next_leads_away_from_this_site),
        cmocka_unit_test(a_next_that_would_split_the_answer_is_refused),
        cmocka_unit_test(no_next_leads_away_after_the_second_step_or_sign_on),
        cmocka_unit_test(a_made_up_host_is_answered_by_nobody_and_repeated_nowhere),
        cmocka_unit_test(a_provider_that_is_down_gets_a_page_that_leads_to_the_password),
        cmocka_unit_test(an_organisations_provider_is_reached_by_its_addresses_alone),
        cmocka_unit_test(its_pages_are_neither_framed_nor_kept),
    };

    return browser_group_run("sign_in_faults", TESTS, COUNT(TESTS));
}
