/* Approvals and time entries over /api/v1. */
#include "portal/account/request_answer.h"
#include "portal/account/role.h"
#include "portal/desk/hours.h"
#include "tests/http/shop_tests.h"

#include <string.h>

struct office { /* Priya asks, Dan decides; both administrators of the desk */
    struct id priya, dan;
    const char *priyas, *dans;
};

static struct office open_office(struct shop *s)
{
    struct office o = {.priya = make_person(s->cx, "Priya", "priya@vendor.test"),
                       .dan = make_person(s->cx, "Dan", "dan@vendor.test")};

    test_ok(s->cx, role_add_presets(s->cx));
    test_ok(s->cx, role_staff_set(s->cx, o.priya, "administrator", (struct id){{0}}, NULL));
    test_ok(s->cx, role_staff_set(s->cx, o.dan, "administrator", (struct id){{0}}, NULL));
    o.priyas = shop_token(s->cx, TOKEN_ADMIN, o.priya);
    o.dans = shop_token(s->cx, TOKEN_USER, o.dan);
    return o;
}

static struct site_answer post(struct shop *s, const char *token, const char *path,
                               const char *body)
{
    return site_call(s->cx, token, "POST", path, "", body);
}

static const char *id_in(struct shop *s, const struct site_answer *a)
{
    return json_get_text(shop_data(s->cx, a), "id", "");
}

static const char *asking(struct shop *s, struct id approver, const char *kind, const char *more)
{
    return arena_printf(
        s->cx->mem, "{\"kind\":\"%s\",\"question\":\"Ten per cent off?\",\"approver_id\":\"%s\"%s}",
        kind, id_text(s->cx->mem, approver), more);
}

void shop_an_approval_is_asked_for_and_decided_once(void **state)
{
    struct shop s = shop_open(state);
    struct office o = open_office(&s);
    const char *id = shop_file(&s, o.priyas, "New tills", s.organisation_id);
    const char *path = arena_printf(s.cx->mem, "/api/v1/tickets/%s/approvals", id), *one, *decide;
    struct site_answer a = post(&s, o.priyas, path, "{\"kind\":\"discount\"}");

    shop_says(&a, 422, "\"pointer\":\"/question\"");
    a = post(&s, o.priyas, path, asking(&s, o.dan, "odd", ""));
    shop_says(&a, 422, "be one of: ticket, order, discount, activation.");
    a = post(&s, o.priyas, path, asking(&s, o.dan, "discount", ",\"days\":366"));
    shop_says(&a, 422, "0–365");
    a = post(&s, o.priyas, path, asking(&s, s.person_id, "discount", ""));
    shop_says(&a, 422, "\"pointer\":\"/approver_id\"");
    a = post(&s, o.priyas, path, asking(&s, o.priya, "discount", ""));
    shop_says(&a, 422, "APPROVAL_OWN");
    a = post(&s, shop_token(s.cx, TOKEN_ADMIN, (struct id){{0}}), path,
             asking(&s, o.dan, "discount", ""));
    shop_says(&a, 403, "PERSON_NEEDED");
    a = post(&s, o.priyas, path, asking(&s, o.dan, "discount", ",\"days\":3"));
    shop_says(&a, 201, "\"state\":\"waiting\"");
    one = arena_printf(s.cx->mem, "/api/v1/approvals/%s", id_in(&s, &a));
    decide = arena_printf(s.cx->mem, "%s/decide", one);
    a = post(&s, o.priyas, path, asking(&s, o.dan, "discount", ""));
    shop_says(&a, 409, "APPROVAL_OPEN");
    a = shop_get(s.cx, o.priyas, "/api/v1/approvals");
    shop_says(&a, 200, "\"data\":[]");
    a = shop_get(s.cx, o.dans, "/api/v1/approvals");
    shop_says(&a, 200, "\"may_decide\":true");
    a = shop_get(s.cx, shop_token(s.cx, TOKEN_USER, s.person_id), "/api/v1/approvals");
    shop_says(&a, 403, "FORBIDDEN");
    a = post(&s, o.priyas, decide, "{\"is_approved\":true}");
    shop_says(&a, 403, "FORBIDDEN");
    a = post(&s, o.dans, decide, "{}");
    shop_says(&a, 422, "\"pointer\":\"/is_approved\"");
    a = post(&s, o.dans, decide, "{\"is_approved\":false}");
    shop_says(&a, 422, "MEMBER_MISSING");
    a = post(&s, o.dans, decide, "{\"is_approved\":false,\"opinion\":\"Five will do.\"}");
    shop_says(&a, 200, "\"state\":\"refused\"");
    a = post(&s, o.dans, decide, "{\"is_approved\":true}");
    shop_says(&a, 409, "APPROVAL_OVER");
    a = shop_get(s.cx, o.priyas, path);
    shop_says(&a, 200, "Five will do.");
    a = shop_get(s.cx, o.priyas, one);
    shop_says(&a, 200, "\"decided_name\":\"Dan\"");
}

void shop_an_approval_is_not_shown_without_its_ticket(void **state)
{
    struct shop s = shop_open(state);
    struct office o = open_office(&s);
    const char *id = shop_file(&s, o.priyas, "New tills", s.organisation_id), *one;
    struct site_answer a =
        post(&s, o.priyas, arena_printf(s.cx->mem, "/api/v1/tickets/%s/approvals", id),
             asking(&s, o.dan, "ticket", ""));

    shop_says(&a, 201, "waiting");
    one = arena_printf(s.cx->mem, "/api/v1/approvals/%s", id_in(&s, &a));
    a = shop_get(s.cx, shop_token(s.cx, TOKEN_SALES, (struct id){{0}}), one);
    shop_says(&a, 404, "NOT_FOUND"); /* no desk: no ticket is seen */
    a = post(&s, shop_token(s.cx, TOKEN_SALES, (struct id){{0}}),
             arena_printf(s.cx->mem, "%s/decide", one), "{\"is_approved\":true}");
    shop_says(&a, 404, "NOT_FOUND");
}

void shop_time_is_kept_counted_and_taken_back(void **state)
{
    static const struct {
        const char *body, *says;
    } CASES[] = {
        {"{}", "MEMBER_MISSING"},
        {"{\"minutes\":0}", "a whole number of 1 to 1440, or there is a cost"},
        {"{\"minutes\":2000}", "0–1440"},
        {"{\"minutes\":5,\"done_on\":\"tomorrow\"}", "a day like 2026-11-22"},
        {"{\"minutes\":5,\"done_on\":\"2126-11-22\"}", "not one to come"},
        {"{\"minutes\":5,\"cost\":{\"minor\":5}}", "an object of two"},
        {"{\"minutes\":5,\"cost\":{\"minor\":5,\"currency\":\"AUD\"}}", "currency, which is"},
    };
    struct shop s = shop_open(state);
    struct office o = open_office(&s);
    const char *id = shop_file(&s, o.priyas, "New tills", s.organisation_id);
    const char *path = arena_printf(s.cx->mem, "/api/v1/tickets/%s/time-entries", id), *reverse;
    struct site_answer a;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        a = post(&s, o.priyas, path, CASES[i].body);
        shop_says(&a, 422, CASES[i].says);
    }
    a = post(&s, o.priyas, path, "{\"minutes\":90,\"is_billable\":true,\"note\":\"On the phone\"}");
    shop_says(&a, 201, "\"minutes\":90");
    reverse = arena_printf(s.cx->mem, "/api/v1/time-entries/%s/reverse", id_in(&s, &a));
    a = shop_get(s.cx, o.priyas, path);
    shop_says(&a, 200, "On the phone");
    a = shop_get(s.cx, o.priyas,
                 site_path(s.cx, "/api/v1/organisations/%s/hours", s.organisation_id));
    shop_says(&a, 200, "\"billed_minutes\":90");
    a = post(&s, o.priyas, reverse, NULL);
    shop_says(&a, 200, "\"is_reversal\":true");
    a = post(&s, o.priyas, reverse, NULL);
    shop_says(&a, 409, "HOURS_REVERSED");
}

/* Anna may look at orders, and hours are bought; Tom may not. */
void shop_hours_are_for_those_who_see_orders(void **state)
{
    struct shop s = shop_open(state);
    const char *anna = shop_token(s.cx, TOKEN_USER, s.person_id);
    struct id tom = make_person(s.cx, "Tom Field", "tom@shop.test");
    const char *path = site_path(s.cx, "/api/v1/organisations/%s/hours", s.organisation_id);
    struct site_answer a = shop_get(s.cx, anna, path);

    shop_says(&a, 200, "\"left_minutes\":0");
    make_membership(s.cx, tom, s.organisation_id, RIGHT_TICKET_OWN);
    a = shop_get(s.cx, shop_token(s.cx, TOKEN_USER, tom), path);
    shop_says(&a, 403, "FORBIDDEN");
    a = shop_get(s.cx, anna, site_path(s.cx, "/api/v1/organisations/%s/hours", s.other_id));
    shop_says(&a, 404, "NOT_FOUND");
}

/* --- once for each key --- */

static struct site_answer post_key(struct shop *s, const char *token, const char *path,
                                   const char *key, const char *body)
{
    return site_call(s->cx, token, "POST", path,
                     arena_printf(s->cx->mem, "Idempotency-Key: %s\r\n", key), body);
}

void shop_a_repeat_with_the_same_key_does_nothing_more(void **state)
{
    static const char BODY[] = "{\"minutes\":30}", OTHER[] = "{\"minutes\":31}";
    struct shop s = shop_open(state);
    struct office o = open_office(&s);
    const char *id = shop_file(&s, o.priyas, "New tills", s.organisation_id), *first;
    const char *path = arena_printf(s.cx->mem, "/api/v1/tickets/%s/time-entries", id);
    struct site_answer a = post_key(&s, o.priyas, path, "k1", "{\"minutes\":0}");

    shop_says(&a, 422, "MEMBER_INVALID");
    a = post_key(&s, o.priyas, path, "k1", BODY); /* what was refused is not kept */
    shop_says(&a, 201, "\"minutes\":30");
    assert_null(strstr(a.head, "Idempotency-Replayed"));
    first = id_in(&s, &a);
    a = post_key(&s, o.priyas, path, "k1", BODY);
    shop_says(&a, 201, first);
    assert_non_null(strstr(a.head, "Idempotency-Replayed: true"));
    a = post_key(&s, o.priyas, path, "k1", OTHER);
    shop_says(&a, 409, "IDEMPOTENCY_KEY_USED");
    a = post_key(&s, o.dans, path, "k1", OTHER); /* another's key is another key */
    shop_says(&a, 201, "\"minutes\":31");
    test_sql(s.cx, "UPDATE request_answer SET created_at = '2020-01-01' WHERE tenant_id = ?",
             DB_ID(s.cx->tenant_id));
    a = post_key(&s, o.priyas, path, "k1", BODY);
    shop_says(&a, 201, "\"minutes\":30");
    assert_string_not_equal(id_in(&s, &a), first);
}

void shop_a_kept_answer_has_its_place_and_goes_in_time(void **state)
{
    static const char VIEW[] = "{\"name\":\"Fires\",\"q\":\"fire\"}";
    struct shop s = shop_open(state);
    struct office o = open_office(&s);
    const char *members =
        site_path(s.cx, "/api/v1/organisations/%s/memberships", s.organisation_id);
    struct site_answer a = post_key(&s, o.priyas, "/api/v1/views", "v1", VIEW);
    int64_t removed = 0;

    shop_says(&a, 201, "Fires");
    a = post_key(&s, o.priyas, "/api/v1/views", "v1", VIEW);
    assert_non_null(strstr(a.head, "Location: /api/v1/views/"));
    a = shop_get(s.cx, o.priyas, "/api/v1/views");
    assert_int_equal(json_array_size(shop_data(s.cx, &a)), 1);
    a = post_key(&s, o.priyas, members, "m1",
                 "{\"email\":\"rosa@shop.test\",\"rights\":[\"order\"]}");
    shop_says(&a, 201, "rosa@shop.test");
    a = post_key(&s, o.priyas, members, "m2",
                 "{\"email\":\"rosa@shop.test\",\"rights\":[\"order\"]}");
    shop_says(&a, 201, "rosa@shop.test"); /* who is there already is brought in */
    test_sql(s.cx, "UPDATE request_answer SET created_at = '2020-01-01' WHERE tenant_id = ?",
             DB_ID(s.cx->tenant_id));
    test_ok(s.cx, request_answer_purge(s.cx, 100, &removed));
    assert_true(removed >= 2);
}

void shop_two_answers_to_one_call_cannot_be_kept(void **state)
{
    struct shop s = shop_open(state);
    const struct request_answer answer = {.status = 201, .location = "", .body = "{}"};
    struct request_answer *kept;
    struct request_call call;

    request_answer_call(s.cx, "POST", "/api/v1/views", "k", span_of("{}"), &call);
    test_ok(s.cx, request_answer_keep(s.cx, &call, &answer));
    assert_false(request_answer_keep(s.cx, &call, &answer));
    assert_ptr_equal(s.cx->err.kind, &ERR_CONFLICT);
    err_clear(&s.cx->err);
    test_ok(s.cx, request_answer_find(s.cx, &call, &kept));
    assert_string_equal(kept->body, "{}");
}
