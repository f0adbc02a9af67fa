#include "base/clock.h"
#include "portal/account/credential.h"
#include "portal/account/domain_claim.h"
#include "portal/account/login.h"
#include "portal/account/membership.h"
#include "portal/account/person_link.h"
#include "portal/account/session.h"
#include "portal/account/signup.h"
#include "portal/account/signup_domain.h"
#include "portal/account/signup_wait.h"
#include "tests/support/test.h"

#include <string.h>

#define GOOD "correct horse battery"

static void set_rule(struct ctx *cx, enum signup_mode mode, bool approves)
{
    struct sign_in_rule rule;

    test_ok(cx, sign_in_rule_get(cx, &rule));
    rule.signup = mode;
    rule.signup_approves = approves;
    test_ok(cx, sign_in_rule_set(cx, &rule));
}

/* A tenant with an organisation whose mail domain is known. */
static struct ctx *with_marlow(void **state, struct id *marlow)
{
    struct ctx *cx = test_ctx(state);

    *marlow = make_organisation(cx, "C-1", "Marlow Grocers");
    make_organisation(cx, "C-2", "Bracken Books");
    test_ok(cx, signup_domain_add(cx, "Marlow.example", "C-1"));
    return cx;
}

static const char *link_for(struct ctx *cx, const char *email)
{
    const char *token;

    test_ok(cx, signup_make(cx, email, &token));
    return token;
}

static bool note_person(struct ctx *cx, struct id person_id, void *arg)
{
    (void)cx;
    *(struct id *)arg = person_id;
    return true;
}

static const char *hash_of_good(struct ctx *cx)
{
    char *hash = arena_alloc(cx->mem, CRYPTO_PASSWORD_TEXT_SIZE);

    test_ok(cx, credential_hash(cx, GOOD, hash));
    return hash;
}

static bool follow(struct ctx *cx, const char *token, struct id *person_id)
{
    const struct signup_spec spec = {.full_name = "Anna Keller",
                                     .organisation_name = "Marlow",
                                     .note = "I keep the tills.",
                                     .language = "en",
                                     .password_hash = hash_of_good(cx),
                                     .then = note_person,
                                     .arg = person_id};
    bool ok;

    test_as_nobody(cx);
    ok = signup_use(cx, token, &spec);
    test_as_system(cx);
    return ok;
}

static int64_t people(struct ctx *cx)
{
    return test_i64(cx, "SELECT COUNT(*) FROM person WHERE tenant_id = ?", DB_ID(cx->tenant_id));
}

static size_t organisations_of(struct ctx *cx, struct id person_id)
{
    struct membership *list;
    size_t count;

    test_ok(cx, membership_list_of_person(cx, person_id, &list, &count));
    return count;
}

/* What somebody without an organisation has: no organisation to look through and no right. */
static void sees_nothing(struct ctx *cx, struct id person_id, struct id of)
{
    struct viewer viewer;

    test_ok(cx, membership_viewer(cx, person_id, of, &viewer));
    assert_true(id_is_zero(viewer.organisation_id));
    assert_int_equal(viewer.rights, 0);
    assert_int_equal(organisations_of(cx, person_id), 0);
}

/* Each mode: an address that was not confirmed is nobody, whatever it asks. */
static void an_unconfirmed_address_is_nobody_in_every_mode(void **state)
{
    struct id marlow;
    struct ctx *cx = with_marlow(state, &marlow);

    for (int mode = 0; mode < SIGNUP_MODE_COUNT; mode++)
        for (int approves = 0; approves < 2; approves++) {
            const struct login_try attempt = {
                .email = "anna@marlow.example", .password = GOOD, .address = "192.0.2.1"};
            struct id person_id;
            const char *token;

            set_rule(cx, (enum signup_mode)mode, approves == 1);
            test_sql(cx, "DELETE FROM signup WHERE tenant_id = ?", DB_ID(cx->tenant_id));
            token = link_for(cx, "anna@marlow.example");
            assert_int_equal(token != NULL, mode == SIGNUP_DOMAIN || mode == SIGNUP_OPEN);
            assert_int_equal(people(cx), 0);
            test_refused(cx, login_check(cx, &attempt, &person_id), &ERR_LOGIN_REFUSED);
            test_refused(cx, follow(cx, "0123456789abcdef", &person_id), &ERR_PERSON_LINK_OVER);
            assert_int_equal(people(cx), 0);
            assert_int_equal(test_i64(cx, "SELECT COUNT(*) FROM membership WHERE tenant_id = ?",
                                      DB_ID(cx->tenant_id)),
                             0);
        }
}

static void off_and_invited_make_no_links_for_anybody(void **state)
{
    struct id marlow;
    struct ctx *cx = with_marlow(state, &marlow);

    set_rule(cx, SIGNUP_OFF, false);
    assert_null(link_for(cx, "anna@marlow.example"));
    set_rule(cx, SIGNUP_INVITED, false);
    assert_null(link_for(cx, "anna@marlow.example"));
    assert_null(link_for(cx, "somebody@elsewhere.example"));
}

static void a_known_domain_joins_with_the_least_right(void **state)
{
    struct id marlow, anna;
    struct ctx *cx = with_marlow(state, &marlow);
    struct membership *list;
    struct person *person;
    size_t count;

    set_rule(cx, SIGNUP_DOMAIN, false);
    assert_null(link_for(cx, "somebody@elsewhere.example"));
    assert_null(link_for(cx, "somebody@sub.marlow.example"));
    test_ok(cx, follow(cx, link_for(cx, "anna@marlow.example"), &anna));
    test_ok(cx, membership_list_of_person(cx, anna, &list, &count));
    assert_int_equal(count, 1);
    assert_true(id_equal(list[0].organisation_id, marlow));
    assert_int_equal(list[0].rights, RIGHT_TICKET_OWN);
    test_ok(cx, person_get(cx, anna, &person));
    assert_true(person->is_verified);
}

static void a_known_domain_waits_where_staff_approve(void **state)
{
    struct id marlow, anna;
    struct ctx *cx = with_marlow(state, &marlow);
    struct signup_wait *list;
    size_t count;

    set_rule(cx, SIGNUP_DOMAIN, true);
    test_ok(cx, follow(cx, link_for(cx, "anna@marlow.example"), &anna));
    sees_nothing(cx, anna, marlow);
    test_ok(cx, signup_wait_list(cx, &list, &count));
    assert_int_equal(count, 1);
    assert_string_equal(list[0].suggested_code, "C-1");
    assert_string_equal(list[0].organisation_name, "Marlow");
    assert_string_equal(list[0].note, "I keep the tills.");
}

static void whom_no_domain_places_waits_in_the_open_mode(void **state)
{
    struct id marlow, anna, stranger;
    struct ctx *cx = with_marlow(state, &marlow);
    int64_t waiting;

    set_rule(cx, SIGNUP_OPEN, false);
    test_ok(cx, follow(cx, link_for(cx, "x@elsewhere.example"), &stranger));
    sees_nothing(cx, stranger, marlow);
    test_ok(cx, follow(cx, link_for(cx, "anna@marlow.example"), &anna));
    assert_int_equal(organisations_of(cx, anna), 1);
    test_ok(cx, signup_wait_count(cx, &waiting));
    assert_int_equal(waiting, 1);
}

static void a_link_is_looked_at_freely_and_followed_once(void **state)
{
    struct id marlow, anna;
    struct ctx *cx = with_marlow(state, &marlow);
    const char *first, *second, *email;

    set_rule(cx, SIGNUP_OPEN, true);
    first = link_for(cx, "anna@marlow.example");
    second = link_for(cx, "anna@marlow.example");
    for (int i = 0; i < 3; i++) {
        test_ok(cx, signup_find(cx, first, &email));
        assert_string_equal(email, "anna@marlow.example");
    }
    test_ok(cx, follow(cx, first, &anna));
    test_refused(cx, follow(cx, first, &anna), &ERR_PERSON_LINK_OVER);
    test_refused(cx, follow(cx, second, &anna), &ERR_PERSON_LINK_OVER);
    assert_int_equal(people(cx), 1);
}

static void a_link_ends_with_its_time_and_with_the_rule(void **state)
{
    struct id marlow, anna;
    struct ctx *cx = with_marlow(state, &marlow);
    const char *token, *email;

    set_rule(cx, SIGNUP_DOMAIN, false);
    token = link_for(cx, "anna@marlow.example");
    set_rule(cx, SIGNUP_INVITED, false);
    test_refused(cx, follow(cx, token, &anna), &ERR_SIGNUP_CLOSED);
    assert_int_equal(people(cx), 0);
    set_rule(cx, SIGNUP_DOMAIN, false);
    cx->now += SIGNUP_HOURS * CLOCK_HOUR - 1;
    test_ok(cx, signup_find(cx, token, &email));
    cx->now += 1;
    test_refused(cx, signup_find(cx, token, &email), &ERR_PERSON_LINK_OVER);
}

static void an_address_gets_a_few_links_an_hour(void **state)
{
    struct id marlow;
    struct ctx *cx = with_marlow(state, &marlow);

    set_rule(cx, SIGNUP_OPEN, true);
    for (int i = 0; i < SIGNUP_HOURLY; i++)
        assert_non_null(link_for(cx, "anna@marlow.example"));
    assert_null(link_for(cx, "anna@marlow.example"));
    assert_non_null(link_for(cx, "ben@marlow.example"));
    cx->now += CLOCK_HOUR;
    assert_non_null(link_for(cx, "anna@marlow.example"));
}

static void the_row_has_the_hash_alone(void **state)
{
    struct id marlow;
    struct ctx *cx = with_marlow(state, &marlow);

    set_rule(cx, SIGNUP_OPEN, true);
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM signup WHERE tenant_id = ? "
                              "AND token_hash = UNHEX(SHA2(?, 256))",
                              DB_ID(cx->tenant_id), DB_TEXT(link_for(cx, "a@marlow.example"))),
                     1);
}

static void another_tenants_link_makes_nobody(void **state)
{
    struct id marlow, anna;
    struct ctx *here = with_marlow(state, &marlow);
    struct ctx *there = with_marlow(state, &marlow);
    const char *token;

    set_rule(here, SIGNUP_OPEN, false);
    set_rule(there, SIGNUP_OPEN, false);
    token = link_for(here, "anna@marlow.example");
    test_refused(there, follow(there, token, &anna), &ERR_PERSON_LINK_OVER);
    test_ok(here, follow(here, token, &anna));
}

/* --- those who wait --- */

static struct id waiting(struct ctx *cx, struct id *person_id)
{
    struct signup_wait *list;
    size_t count;

    set_rule(cx, SIGNUP_OPEN, true);
    test_ok(cx, follow(cx, link_for(cx, "anna@marlow.example"), person_id));
    test_ok(cx, signup_wait_list(cx, &list, &count));
    assert_int_equal(count, 1);
    return list[0].id;
}

static void staff_accept_to_an_organisation_once(void **state)
{
    struct id marlow, anna, told, id;
    struct ctx *cx = with_marlow(state, &marlow);
    int64_t count;

    id = waiting(cx, &anna);
    test_as_staff(cx, ctx_new_id(cx), RIGHT_CUSTOMERS);
    test_refused(cx, signup_wait_accept(cx, id, "C-9", &told), &ERR_NOT_FOUND);
    test_ok(cx, signup_wait_accept(cx, id, "C-2", &told));
    assert_true(id_equal(told, anna));
    test_refused(cx, signup_wait_accept(cx, id, "C-1", &told), &ERR_SIGNUP_WAIT_OVER);
    test_refused(cx, signup_wait_decline(cx, id, &told), &ERR_SIGNUP_WAIT_OVER);
    assert_int_equal(organisations_of(cx, anna), 1);
    test_ok(cx, signup_wait_count(cx, &count));
    assert_int_equal(count, 0);
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM event WHERE tenant_id = ? "
                              "AND name IN ('signup.waits', 'signup.decided')",
                              DB_ID(cx->tenant_id)),
                     2);
}

static void who_is_declined_is_switched_off_and_signed_out(void **state)
{
    static const struct config CONFIG = {.session_hours = 12, .session_idle_minutes = 60};
    const struct session_visit visit = {.config = &CONFIG, .address = "192.0.2.1"};
    struct id marlow, anna, told, id;
    struct ctx *cx = with_marlow(state, &marlow);
    struct session *session;
    struct person *person;

    id = waiting(cx, &anna);
    test_ok(cx, session_load(cx, &visit, &session));
    test_ok(cx, session_sign_in(cx, &visit, session, anna));
    test_as_staff(cx, ctx_new_id(cx), RIGHT_CUSTOMERS);
    test_ok(cx, signup_wait_decline(cx, id, &told));
    test_ok(cx, person_get(cx, anna, &person));
    assert_true(person->is_disabled);
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM session WHERE tenant_id = ?", DB_ID(cx->tenant_id)), 0);
}

static void who_was_given_an_organisation_meanwhile_waits_no_longer(void **state)
{
    struct id marlow, anna, told, id;
    struct ctx *cx = with_marlow(state, &marlow);
    struct person *person;

    id = waiting(cx, &anna);
    make_membership(cx, anna, marlow, RIGHT_TICKET_OWN | RIGHT_ADMIN);
    test_as_staff(cx, ctx_new_id(cx), RIGHT_CUSTOMERS);
    test_refused(cx, signup_wait_decline(cx, id, &told), &ERR_SIGNUP_WAIT_OVER);
    test_ok(cx, person_get(cx, anna, &person));
    assert_false(person->is_disabled);
}

static void only_staff_for_customers_see_and_decide(void **state)
{
    struct id marlow, anna, told, id;
    struct ctx *cx = with_marlow(state, &marlow);
    struct signup_wait *list;
    size_t count;

    id = waiting(cx, &anna);
    test_as_staff(cx, ctx_new_id(cx), RIGHT_DESK);
    test_refused(cx, signup_wait_list(cx, &list, &count), &ERR_DENIED);
    test_as_staff(cx, ctx_new_id(cx), RIGHT_CUSTOMERS_READ | RIGHT_ALL_OF(MODULE_CUSTOMERS));
    test_ok(cx, signup_wait_list(cx, &list, &count));
    test_refused(cx, signup_wait_accept(cx, id, "C-1", &told), &ERR_DENIED);
    test_refused(cx, signup_wait_decline(cx, id, &told), &ERR_DENIED);
    test_as_customer(cx, anna, marlow, RIGHT_ADMIN);
    test_refused(cx, signup_wait_list(cx, &list, &count), &ERR_DENIED);
}

static bool accept_it(struct ctx *cx, void *arg)
{
    struct id told;

    return signup_wait_accept(cx, *(struct id *)arg, "C-1", &told);
}

static void a_fault_while_deciding_leaves_him_waiting(void **state)
{
    struct id marlow, anna, id;
    struct ctx *cx = with_marlow(state, &marlow);

    id = waiting(cx, &anna);
    test_failures(test_again(cx), accept_it, &id, NULL);
    assert_int_equal(organisations_of(cx, anna), 1);
}

/* --- domains and invitations --- */

static void a_domain_is_one_organisations_and_no_public_one(void **state)
{
    static const char *const BAD[] = {
        "", "marlow", ".marlow.example", "marlow..example", "a b.c", "marlow.example."};
    struct id marlow;
    struct ctx *cx = with_marlow(state, &marlow);
    struct signup_domain *list;
    size_t count;

    for (size_t i = 0; i < COUNT(BAD); i++)
        test_refused(cx, signup_domain_add(cx, BAD[i], "C-1"), &ERR_SIGNUP_DOMAIN_NAME);
    test_refused(cx, signup_domain_add(cx, "gmail.com", "C-1"), &ERR_SIGNUP_DOMAIN_PUBLIC);
    test_refused(cx, signup_domain_add(cx, "MARLOW.example", "C-2"), &ERR_SIGNUP_DOMAIN_TAKEN);
    test_refused(cx, signup_domain_add(cx, "gusu.example", "C-9"), &ERR_NOT_FOUND);
    test_as_staff(cx, ctx_new_id(cx), RIGHT_CUSTOMERS);
    test_refused(cx, signup_domain_add(cx, "gusu.example", "C-1"), &ERR_DENIED);
    test_as_system(cx);
    test_ok(cx, signup_domain_list(cx, &list, &count));
    assert_int_equal(count, 1);
    assert_string_equal(list[0].domain, "marlow.example");
    test_ok(cx, signup_domain_remove(cx, list[0].id));
    set_rule(cx, SIGNUP_DOMAIN, false);
    assert_null(link_for(cx, "anna@marlow.example"));
}

/* What an organisation has shown for its provider counts where the provider makes accounts. */
static void a_domain_shown_for_sign_on_counts_where_it_joins(void **state)
{
    struct id marlow, found, provider;
    struct ctx *cx = with_marlow(state, &marlow);

    provider = ctx_new_id(cx);
    test_sql(cx,
             "INSERT INTO oidc_provider (tenant_id, id, organisation_id, name, issuer, client_id, "
             "joins, created_at, updated_at) VALUES (?, ?, ?, 'M', 'https://x', 'c', TRUE, ?, ?)",
             DB_ID(cx->tenant_id), DB_ID(provider), DB_ID(marlow), DB_TIME(cx->now),
             DB_TIME(cx->now));
    test_sql(cx,
             "INSERT INTO oidc_domain (tenant_id, id, provider_id, domain, challenge, proven, "
             "created_at) VALUES (?, ?, ?, 'shop.example', REPEAT('a', 32), 'shop.example', ?)",
             DB_ID(cx->tenant_id), DB_ID(ctx_new_id(cx)), DB_ID(provider), DB_TIME(cx->now));
    test_ok(cx, signup_organisation_of(cx, "a@shop.example", &found));
    assert_true(id_equal(found, marlow));
    test_sql(cx, "UPDATE oidc_provider SET joins = FALSE WHERE tenant_id = ?",
             DB_ID(cx->tenant_id));
    test_ok(cx, signup_organisation_of(cx, "a@shop.example", &found));
    assert_true(id_is_zero(found));
}

static bool invite(struct ctx *cx, struct id organisation_id, const char *email)
{
    const struct person_spec spec = {.full_name = "Ben", .email = email};
    const struct membership_spec member = {.organisation_id = organisation_id,
                                           .rights = RIGHT_TICKET_OWN};
    struct person *person;
    const char *token;

    return person_link_invite(cx, &spec, &member, &person, &token);
}

static void customers_invite_nobody_where_it_is_off(void **state)
{
    struct id marlow;
    struct ctx *cx = with_marlow(state, &marlow);
    struct id boss = make_person(cx, "Boss", "boss@marlow.example");

    make_membership(cx, boss, marlow, RIGHT_ADMIN);
    set_rule(cx, SIGNUP_OFF, true);
    test_as_customer(cx, boss, marlow, RIGHT_ADMIN | RIGHT_TICKET_OWN);
    test_refused(cx, invite(cx, marlow, "ben@marlow.example"), &ERR_PERSON_LINK_INVITES);
    test_as_system(cx);
    test_ok(cx, invite(cx, marlow, "ben@marlow.example"));
    set_rule(cx, SIGNUP_INVITED, true);
    test_as_customer(cx, boss, marlow, RIGHT_ADMIN | RIGHT_TICKET_OWN);
    test_ok(cx, invite(cx, marlow, "cleo@marlow.example"));
}

static bool has_record(const char *name, const char *text)
{
    return strcmp(name, "_gatehouse.gusu.example") == 0 &&
           strncmp(text, "gatehouse-verification=", 23) == 0 && strlen(text) > 40;
}

static bool has_none(const char *name, const char *text)
{
    (void)name;
    (void)text;
    return false;
}

static void an_administrator_shows_a_domain_to_be_the_organisations(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id own = make_organisation(cx, "C-1", "Gusu"),
              other = make_organisation(cx, "C-2", "Ha");
    struct id anna = make_person(cx, "Anna", "anna@gusu.example");
    struct domain_claim *list;
    struct id first;
    size_t count;

    test_as_customer(cx, anna, own, RIGHT_TICKET_ALL);
    test_refused(cx, domain_claim_add(cx, "gusu.example"), &ERR_DENIED);
    test_as_customer(cx, anna, own, RIGHT_ADMIN);
    test_refused(cx, domain_claim_add(cx, "gmail.com"), &ERR_SIGNUP_DOMAIN_PUBLIC);
    test_ok(cx, domain_claim_add(cx, "@Gusu.example"));
    test_refused(cx, domain_claim_add(cx, "gusu.example"), &ERR_SIGNUP_DOMAIN_TAKEN);
    test_ok(cx, domain_claim_list(cx, &list, &count));
    assert_int_equal(count, 1);
    assert_non_null(list[0].challenge);
    first = list[0].id;
    cx->viewer.reads_only = RIGHT_ADMIN; /* who only looks changes nothing */
    test_ok(cx, domain_claim_list(cx, &list, &count));
    test_refused(cx, domain_claim_add(cx, "suzhou.example"), &ERR_DENIED);
    test_refused(cx, domain_claim_prove(cx, first, has_record), &ERR_DENIED);
    test_refused(cx, domain_claim_remove(cx, first), &ERR_DENIED);
    cx->viewer.reads_only = 0;
    test_refused(cx, domain_claim_prove(cx, first, has_none), &ERR_DOMAIN_CLAIM_PROOF);
    test_as_customer(cx, anna, other, RIGHT_ADMIN);
    test_refused(cx, domain_claim_prove(cx, first, has_record), &ERR_NOT_FOUND);
    test_refused(cx, domain_claim_remove(cx, first), &ERR_NOT_FOUND);
    test_ok(cx, domain_claim_add(cx, "gusu.example")); /* naming one blocks nobody */
    test_as_customer(cx, anna, own, RIGHT_ADMIN);
    test_ok(cx, domain_claim_prove(cx, first, has_record));
    test_ok(cx, domain_claim_list(cx, &list, &count));
    assert_int_equal(count, 1);
    assert_null(list[0].challenge);
    test_as_customer(cx, anna, other, RIGHT_ADMIN);
    test_ok(cx, domain_claim_list(cx, &list, &count));
    test_refused(cx, domain_claim_prove(cx, list[0].id, has_record), &ERR_SIGNUP_DOMAIN_TAKEN);
    test_as_customer(cx, anna, own, RIGHT_ADMIN);
    test_ok(cx, domain_claim_remove(cx, first));
    test_ok(cx, domain_claim_list(cx, &list, &count));
    assert_int_equal(count, 0);
    test_ok(cx, domain_claim_add(cx, "gusu.example"));
    test_as_system(cx);
    test_ok(cx, signup_domain_add(cx, "gusu.example", "C-1"));
    test_as_customer(cx, anna, own, RIGHT_ADMIN);
    test_ok(cx, domain_claim_list(cx, &list, &count));
    assert_int_equal(count, 1); /* staff know it: it stands there once, and confirmed */
    assert_null(list[0].challenge);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(an_administrator_shows_a_domain_to_be_the_organisations),
        cmocka_unit_test(an_unconfirmed_address_is_nobody_in_every_mode),
        cmocka_unit_test(off_and_invited_make_no_links_for_anybody),
        cmocka_unit_test(a_known_domain_joins_with_the_least_right),
        cmocka_unit_test(a_known_domain_waits_where_staff_approve),
        cmocka_unit_test(whom_no_domain_places_waits_in_the_open_mode),
        cmocka_unit_test(a_link_is_looked_at_freely_and_followed_once),
        cmocka_unit_test(a_link_ends_with_its_time_and_with_the_rule),
        cmocka_unit_test(an_address_gets_a_few_links_an_hour),
        cmocka_unit_test(the_row_has_the_hash_alone),
        cmocka_unit_test(another_tenants_link_makes_nobody),
        cmocka_unit_test(staff_accept_to_an_organisation_once),
        cmocka_unit_test(who_is_declined_is_switched_off_and_signed_out),
        cmocka_unit_test(who_was_given_an_organisation_meanwhile_waits_no_longer),
        cmocka_unit_test(only_staff_for_customers_see_and_decide),
        cmocka_unit_test(a_fault_while_deciding_leaves_him_waiting),
        cmocka_unit_test(a_domain_is_one_organisations_and_no_public_one),
        cmocka_unit_test(a_domain_shown_for_sign_on_counts_where_it_joins),
        cmocka_unit_test(customers_invite_nobody_where_it_is_off),
    };

    return test_group_run("signup", TESTS, COUNT(TESTS));
}
