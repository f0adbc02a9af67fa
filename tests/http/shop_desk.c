/* Changes of many tickets, saved views and macros over /api/v1. */
#include "base/clock.h"
#include "portal/account/role.h"
#include "portal/desk/macro.h"
#include "portal/desk/ticket_bulk.h"
#include "tests/http/shop_tests.h"

#include <string.h>

/* A token of Priya's, who is an administrator of the desk. */
static const char *priyas_token(struct shop *s, struct id *priya)
{
    *priya = make_person(s->cx, "Priya", "priya@vendor.test");
    test_ok(s->cx, role_add_presets(s->cx));
    test_ok(s->cx, role_staff_set(s->cx, *priya, "administrator", (struct id){{0}}, NULL));
    return shop_token(s->cx, TOKEN_ADMIN, *priya);
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

/* As the jobs role, at the time that the server has. */
static void work(struct ctx *cx)
{
    const struct viewer was = cx->viewer;
    const struct id tenant = cx->tenant_id;
    const int64_t now = cx->now;
    bool worked = true;

    cx->viewer = (struct viewer){.kind = VIEWER_SYSTEM};
    cx->now = clock_now();
    for (int i = 0; worked && i < 20; i++) {
        test_ok(cx, ticket_bulk_work(cx, &worked));
        cx->tenant_id = tenant;
    }
    cx->viewer = was;
    cx->now = now;
}

static const char *bulk_of(struct shop *s, const char *id, const char *rest)
{
    return arena_printf(s->cx->mem, "/api/v1/bulk/%s%s", id, rest);
}

void shop_many_tickets_are_changed_and_set_back(void **state)
{
    struct shop s = shop_open(state);
    struct id priya;
    const char *token = priyas_token(&s, &priya), *bulk, *undo, *body;
    const char *one = shop_file(&s, token, "Printer on fire", s.organisation_id);
    const char *two = shop_file(&s, token, "No paper", s.other_id);
    struct site_answer a;

    body = arena_printf(s.cx->mem, "{\"tickets\":[\"%s\",\"%s\"],\"level\":3,\"tag\":\"batch\"}",
                        one, two);
    a = post(&s, token, "/api/v1/bulk", body);
    shop_says(&a, 201, "\"state\":\"ready\"");
    shop_says(&a, 201, "\"preview\":{\"changes\":2,\"same\":0,\"refused\":0,\"reasons\":[]}");
    bulk = id_in(&s, &a);
    a = site_call(s.cx, token, "PATCH", bulk_of(&s, bulk, ""), "",
                  "{\"level\":1,\"topic\":\"odd\"}");
    shop_says(&a, 422, "be one of: fault");
    a = site_call(s.cx, token, "PATCH", bulk_of(&s, bulk, ""), "", "{\"q\":\"printer\"}");
    shop_says(&a, 422, "MEMBER_UNKNOWN"); /* what was chosen stays chosen */
    a = site_call(s.cx, token, "PATCH", bulk_of(&s, bulk, ""), "", "{\"tag\":\"batch\"}");
    shop_says(&a, 200, "\"set\":{\"tag\":\"batch\"}");
    a = post(&s, token, bulk_of(&s, bulk, "/undo"), NULL);
    shop_says(&a, 409, "BULK_UNDO");
    a = post(&s, token, bulk_of(&s, bulk, "/start"), NULL);
    shop_says(&a, 200, "\"state\":\"running\"");
    a = post(&s, token, bulk_of(&s, bulk, "/start"), NULL);
    shop_says(&a, 409, "BULK_STATE");
    work(s.cx);
    a = shop_get(s.cx, token, bulk_of(&s, bulk, ""));
    shop_says(&a, 200, "\"state\":\"done\"");
    shop_says(&a, 200, "\"changed\":2");
    a = shop_get(s.cx, token, arena_printf(s.cx->mem, "/api/v1/tickets/%s/tags", two));
    shop_says(&a, 200, "batch");
    a = post(&s, token, bulk_of(&s, bulk, "/undo"), NULL);
    shop_says(&a, 201, "\"undo_of\":\"");
    undo = id_in(&s, &a);
    assert_string_not_equal(undo, bulk);
    a = post(&s, token, bulk_of(&s, undo, "/cancel"), NULL);
    shop_says(&a, 200, "\"state\":\"cancelled\"");
    a = shop_get(s.cx, token, "/api/v1/bulk");
    shop_says(&a, 200, undo);
}

void shop_a_change_of_many_says_what_is_missing(void **state)
{
    static const struct {
        const char *body, *says;
    } CASES[] = {
        {"{\"level\":3}", "Exactly one of tickets, view and q"},
        {"{\"q\":\"fire\",\"view\":\"unassigned\",\"level\":3}",
         "Exactly one of tickets, view and q"},
        {"{\"tickets\":[],\"level\":3}", "BULK_NONE"},
        {"{\"q\":\"nothing\",\"level\":3}", "\"pointer\":\"/q\""},
        {"{\"tickets\":[7],\"level\":3}", "a list of at most 1000 ids"},
        {"{\"view\":\"odd\",\"level\":3}", "the id of a view or the name of a queue"},
        {"{\"q\":\"nope:1\",\"level\":3}", "QUERY_FIELD"},
        {"{\"q\":\"fire\",\"number\":\"999\"}", "LINK_TICKET"},
        {"{\"q\":\"fire\",\"status\":\"odd\"}", "be one of: open, waiting, solved, closed."},
        {"{\"q\":\"fire\"}", "BULK_EMPTY"},
    };
    struct shop s = shop_open(state);
    struct id priya;
    const char *token = priyas_token(&s, &priya);
    struct site_answer a;

    shop_file(&s, token, "Printer on fire", s.organisation_id);
    for (size_t i = 0; i < COUNT(CASES); i++) {
        a = post(&s, token, "/api/v1/bulk", CASES[i].body);
        shop_says(&a, 422, CASES[i].says);
    }
    a = shop_get(s.cx, token, "/api/v1/bulk");
    shop_says(&a, 200, "\"data\":[]"); /* nothing of them stays */
    a = post(&s, shop_token(s.cx, TOKEN_ADMIN, (struct id){{0}}), "/api/v1/bulk",
             "{\"q\":\"fire\",\"level\":3}");
    shop_says(&a, 403, "PERSON_NEEDED");
}

static void views_are_anothers(struct shop *s, const char *view)
{
    struct id dan = make_person(s->cx, "Dan", "dan@vendor.test");
    const char *dans;
    struct site_answer a;

    test_ok(s->cx, role_staff_set(s->cx, dan, "agent", (struct id){{0}}, NULL));
    dans = shop_token(s->cx, TOKEN_SUPPORT, dan);
    a = shop_get(s->cx, dans, view);
    shop_says(&a, 404, "NOT_FOUND");
    a = site_call(s->cx, dans, "DELETE", view, "", NULL);
    shop_says(&a, 404, "NOT_FOUND");
    a = post(s, dans, "/api/v1/views", "{\"name\":\"All\",\"q\":\"fire\",\"scope\":\"all\"}");
    shop_says(&a, 422, "for who is in a team, and all for who may change the settings");
}

void shop_views_are_kept_run_and_removed(void **state)
{
    struct shop s = shop_open(state);
    struct id priya;
    const char *token = priyas_token(&s, &priya), *view, *next;
    struct site_answer a = post(&s, token, "/api/v1/views", "{\"q\":\"fire\"}");

    shop_says(&a, 422, "\"pointer\":\"/name\"");
    a = post(&s, token, "/api/v1/views", "{\"name\":\"Fires\",\"q\":\"nope:1\"}");
    shop_says(&a, 422, "\"pointer\":\"/q\"");
    a = post(&s, token, "/api/v1/views", "{\"name\":\"Fires\",\"q\":\"fire\",\"sort\":\"odd\"}");
    shop_says(&a, 422, "be one of: due, updated, created.");
    a = post(&s, token, "/api/v1/views",
             "{\"name\":\"Fires\",\"q\":\"fire\",\"columns\":[\"odd\"]}");
    shop_says(&a, 422, "\"pointer\":\"/columns\"");
    a = post(&s, shop_token(s.cx, TOKEN_ADMIN, (struct id){{0}}), "/api/v1/views",
             "{\"name\":\"Fires\",\"q\":\"fire\"}");
    shop_says(&a, 403, "PERSON_NEEDED");
    shop_file(&s, token, "Printer on fire", s.organisation_id);
    shop_file(&s, token, "Scales on fire", s.organisation_id);
    shop_file(&s, token, "No paper", s.organisation_id);
    a = post(&s, token, "/api/v1/views",
             "{\"name\":\"Fires\",\"q\":\"fire\",\"columns\":[\"subject\",\"status\"]}");
    shop_says(&a, 201, "\"count\":2");
    view = arena_printf(s.cx->mem, "/api/v1/views/%s", id_in(&s, &a));
    a = site_call(s.cx, token, "PATCH", view, "", "{\"name\":\"All fires\",\"is_pinned\":false}");
    shop_says(&a, 200, "\"columns\":[\"subject\",\"status\"]"); /* what is not named stays */
    shop_says(&a, 200, "\"is_pinned\":false");
    a = shop_get(s.cx, token, arena_printf(s.cx->mem, "%s/tickets?limit=1", view));
    shop_says(&a, 200, "on fire");
    next = strstr(a.body, "\"next\":\"");
    assert_non_null(next);
    next += strlen("\"next\":\"");
    a = shop_get(s.cx, token,
                 arena_printf(s.cx->mem, "%s/tickets?limit=1&after=%.*s", view,
                              (int)strcspn(next, "\""), next));
    shop_says(&a, 200, "on fire");
    a = shop_get(s.cx, token, arena_printf(s.cx->mem, "%s/tickets?after=odd", view));
    shop_says(&a, 400, "PARAMETER_INVALID");
    views_are_anothers(&s, view);
    a = shop_get(s.cx, token, "/api/v1/views");
    shop_says(&a, 200, "All fires");
    a = site_call(s.cx, token, "DELETE", view, "", NULL);
    assert_int_equal(a.status, 204);
    a = shop_get(s.cx, token, view);
    shop_says(&a, 404, "NOT_FOUND");
}

static struct id make_macro(struct ctx *cx, struct id priya, const char *name, const char *text)
{
    const struct viewer was = cx->viewer;
    struct macro m = {.name = name,
                      .language = "",
                      .body = text,
                      .status = "waiting",
                      .tag = "asked",
                      .takes_it = true};

    cx->viewer = (struct viewer){.kind = VIEWER_STAFF, .person_id = priya, .rights = RIGHT_STAFF};
    test_ok(cx, macro_save(cx, &m));
    cx->viewer = was;
    return m.id;
}

void shop_a_macro_is_kept_changed_and_removed(void **state)
{
    static const struct {
        const char *body, *says;
    } CASES[] = {
        {"{\"text\":\"Hello\"}", "\"pointer\":\"/name\""},
        {"{\"name\":\"\",\"text\":\"Hello\"}", "one line of 1 to 60 characters"},
        {"{\"name\":\"a\"}", "MACRO_EMPTY"},
        {"{\"name\":\"a\",\"text\":\"{nothing}\"}", "\"pointer\":\"/text\""},
        {"{\"name\":\"a\",\"text\":\"b\",\"status\":\"odd\"}", "be one of: open, waiting"},
        {"{\"name\":\"a\",\"text\":\"b\",\"scope\":\"odd\"}", "be one of: own, team, all."},
    };
    struct shop s = shop_open(state);
    struct id priya;
    const char *token = priyas_token(&s, &priya), *macro;
    struct site_answer a;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        a = post(&s, token, "/api/v1/macros", CASES[i].body);
        shop_says(&a, 422, CASES[i].says);
    }
    a = post(&s, shop_token(s.cx, TOKEN_ADMIN, (struct id){{0}}), "/api/v1/macros",
             "{\"name\":\"a\",\"text\":\"b\"}");
    shop_says(&a, 403, "PERSON_NEEDED");
    a = post(&s, token, "/api/v1/macros",
             "{\"name\":\"Ask\",\"text\":\"Still?\",\"status\":\"waiting\",\"tag\":\"asked\"}");
    shop_says(&a, 201, "\"tag\":\"asked\"");
    macro = arena_printf(s.cx->mem, "/api/v1/macros/%s", id_in(&s, &a));
    a = site_call(s.cx, token, "PATCH", macro, "", "{\"tag\":null,\"level\":2}");
    shop_says(&a, 200, "\"tag\":null");
    shop_says(&a, 200, "\"status\":\"waiting\",\"level\":2");
    a = site_call(s.cx, token, "DELETE", macro, "", NULL);
    assert_int_equal(a.status, 204);
    a = shop_get(s.cx, token, macro);
    shop_says(&a, 404, "NOT_FOUND");
}

void shop_a_macro_is_looked_at_and_applied(void **state)
{
    struct shop s = shop_open(state);
    struct id priya, ask, gap, mute;
    const char *token = priyas_token(&s, &priya), *id, *base;
    struct site_answer a;

    ask = make_macro(s.cx, priya, "Ask", "About {subject}: does it still burn?");
    gap = make_macro(s.cx, priya, "Gap", "In {city}?");
    mute = make_macro(s.cx, priya, "Mute", "");
    id = shop_file(&s, token, "Printer on fire", s.organisation_id);
    base = arena_printf(s.cx->mem, "/api/v1/tickets/%s/macros/%%s", id);
    a = shop_get(s.cx, token, "/api/v1/macros");
    shop_says(&a, 200, "\"name\":\"Mute\"");
    a = shop_get(s.cx, token, site_path(s.cx, "/api/v1/macros/%s", ask));
    shop_says(&a, 200, "About {subject}");
    a = shop_get(s.cx, token, site_path(s.cx, base, ask));
    shop_says(&a, 200, "About Printer on fire: does it still burn?");
    a = post(&s, token, site_path(s.cx, base, gap), "{}");
    shop_says(&a, 422, "TEXT_GAP");
    a = shop_get(s.cx, token, arena_printf(s.cx->mem, "/api/v1/tickets/%s", id));
    shop_says(&a, 200, "\"status\":\"open\""); /* all of it or nothing */
    a = post(&s, token, site_path(s.cx, base, gap), "{\"text\":\"In York?\"}");
    shop_says(&a, 200, "\"status\":\"waiting\"");
    shop_says(&a, 200, "\"name\":\"Priya\"");
    a = shop_get(s.cx, token, arena_printf(s.cx->mem, "/api/v1/tickets/%s/messages", id));
    shop_says(&a, 200, "In York?");
    id = shop_file(&s, token, "Scales", s.organisation_id);
    base = arena_printf(s.cx->mem, "/api/v1/tickets/%s/macros/%%s", id);
    a = post(&s, token, site_path(s.cx, base, mute), "{}");
    shop_says(&a, 200, "\"status\":\"waiting\"");
    a = shop_get(s.cx, token, arena_printf(s.cx->mem, "/api/v1/tickets/%s/tags", id));
    shop_says(&a, 200, "asked");
    a = post(&s, token, site_path(s.cx, base, s.person_id), "{}");
    shop_says(&a, 404, "NOT_FOUND");
}
