#include "portal/oidc/oidc_domain.h"
#include "portal/oidc/oidc_txt.h"
#include "tests/support/test.h"

#include <string.h>

static struct id add_provider(struct ctx *cx)
{
    const struct oidc_provider_draft draft = {.name = "Marlow",
                                              .issuer = "https://sso.example.com",
                                              .client_id = "gatehouse",
                                              .is_enabled = true};
    struct id id;

    test_ok(cx, oidc_provider_add(cx, &draft, &id));
    return id;
}

static struct oidc_domain the_domain(struct ctx *cx, struct id provider)
{
    struct oidc_domain *list;
    size_t count;

    test_ok(cx, oidc_domain_list(cx, provider, &list, &count));
    assert_int_equal(count, 1);
    return list[0];
}

static bool covers(struct ctx *cx, struct id provider, const char *email)
{
    bool out;

    test_ok(cx, oidc_domain_covers(cx, provider, email, &out));
    return out;
}

static const char *asked_name, *asked_text;

static bool is_there(const char *name, const char *text)
{
    asked_name = name;
    asked_text = text;
    return true;
}

static bool is_absent(const char *name, const char *text)
{
    (void)name;
    (void)text;
    return false;
}

static void a_domain_counts_once_its_record_is_found(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id provider = add_provider(cx);
    struct oidc_domain domain;

    test_ok(cx, oidc_domain_add(cx, provider, "Marlow.Example"));
    domain = the_domain(cx, provider);
    assert_string_equal(domain.name, "marlow.example");
    assert_false(covers(cx, provider, "anna@marlow.example"));
    test_refused(cx, oidc_domain_prove(cx, provider, domain.id, is_absent), &ERR_OIDC_DOMAIN_PROOF);
    test_ok(cx, oidc_domain_prove(cx, provider, domain.id, is_there));
    assert_string_equal(asked_name, OIDC_DOMAIN_LABEL "marlow.example");
    assert_string_equal(asked_text,
                        arena_printf(cx->mem, OIDC_DOMAIN_VALUE "%s", domain.challenge));
    assert_true(covers(cx, provider, "anna@marlow.example"));
    assert_false(covers(cx, provider, "anna@sub.marlow.example"));
    assert_false(covers(cx, provider, "anna@evilmarlow.example"));
    assert_false(covers(cx, provider, "no address"));
    assert_string_equal(the_domain(cx, provider).proven_how, "dns");
    test_ok(cx, oidc_domain_remove(cx, provider, domain.id));
    assert_false(covers(cx, provider, "anna@marlow.example"));
}

static void of_two_who_name_a_domain_the_first_to_show_it_has_it(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id first = add_provider(cx), second = add_provider(cx);

    test_ok(cx, oidc_domain_add(cx, first, "marlow.example"));
    test_ok(cx, oidc_domain_add(cx, second, "marlow.example"));
    test_refused(cx, oidc_domain_add(cx, second, "marlow.example"), &ERR_OIDC_DOMAIN_TAKEN);
    test_ok(cx, oidc_domain_trust(cx, first, the_domain(cx, first).id));
    test_refused(cx, oidc_domain_prove(cx, second, the_domain(cx, second).id, is_there),
                 &ERR_OIDC_DOMAIN_TAKEN);
}

static void what_is_no_domain_is_refused(void **state)
{
    static const char *const BAD[] = {"",      "marlow",  ".example",    "a..b",
                                      "-a.de", "a b.com", "@marlow.com", "ma_rlow.com"};
    struct ctx *cx = test_ctx(state);
    struct id provider = add_provider(cx);

    for (size_t i = 0; i < COUNT(BAD); i++)
        test_refused(cx, oidc_domain_add(cx, provider, BAD[i]), &ERR_OIDC_DOMAIN_NAME);
}

static void an_administrator_trusts_nothing_and_sees_no_others(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id provider = add_provider(cx); /* the tenant's */
    struct id marlow = make_organisation(cx, "C-1", "Marlow");
    struct id domain;

    test_ok(cx, oidc_domain_add(cx, provider, "marlow.example"));
    domain = the_domain(cx, provider).id;
    test_as_customer(cx, make_person(cx, "Boss", "boss@marlow.example"), marlow, RIGHT_ADMIN);
    test_refused(cx, oidc_domain_add(cx, provider, "other.example"), &ERR_NOT_FOUND);
    test_refused(cx, oidc_domain_prove(cx, provider, domain, is_there), &ERR_NOT_FOUND);
    test_refused(cx, oidc_domain_trust(cx, provider, domain), &ERR_DENIED);
    provider = add_provider(cx); /* the organisation's */
    test_ok(cx, oidc_domain_add(cx, provider, "marlow.example"));
    test_refused(cx, oidc_domain_trust(cx, provider, the_domain(cx, provider).id), &ERR_DENIED);
}

/* --- answers of the DNS --- */

/* One TXT record with these counted pieces, for a question about "a.b". */
static size_t txt_answer(uint8_t *out, const char *pieces, size_t len)
{
    static const uint8_t HEAD[] = {0, 1, 0x81, 0x80, 0, 1,    0,  1, 0,  0, 0, 0, 1, 'a', 1, 'b',
                                   0, 0, 16,   0,    1, 0xc0, 12, 0, 16, 0, 1, 0, 0, 0,   60};

    memcpy(out, HEAD, sizeof HEAD);
    out[sizeof HEAD] = (uint8_t)(len >> 8);
    out[sizeof HEAD + 1] = (uint8_t)len;
    memcpy(out + sizeof HEAD + 2, pieces, len);
    return sizeof HEAD + 2 + len;
}

static void a_record_is_read_whole_and_from_its_pieces(void **state)
{
    uint8_t answer[128];
    size_t len;

    (void)state;
    len = txt_answer(answer, "\005hello", 6);
    assert_true(oidc_txt_read(answer, len, "hello"));
    assert_false(oidc_txt_read(answer, len, "hell"));
    assert_false(oidc_txt_read(answer, len, "hello!"));
    for (size_t cut = 0; cut < len; cut++)
        assert_false(oidc_txt_read(answer, cut, "hello"));
    len = txt_answer(answer, "\003hel\002lo", 7);
    assert_true(oidc_txt_read(answer, len, "hello"));
    len = txt_answer(answer, "\377hello", 6); /* a count beyond the record */
    assert_false(oidc_txt_read(answer, len, "hello"));
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_domain_counts_once_its_record_is_found),
        cmocka_unit_test(of_two_who_name_a_domain_the_first_to_show_it_has_it),
        cmocka_unit_test(what_is_no_domain_is_refused),
        cmocka_unit_test(an_administrator_trusts_nothing_and_sees_no_others),
        cmocka_unit_test(a_record_is_read_whole_and_from_its_pieces),
    };

    return test_group_run("oidc_domain", TESTS, COUNT(TESTS));
}
