/* Lists of machines with their filters and pages, machines' relations, owners and groups. */
#include "base/clock.h"
#include "tests/http/machine_site.h"

#include <string.h>

static size_t rows(const struct licence_answer *a)
{
    return json_array_size(licence_site_at(a, "data"));
}

static struct licence_answer list(const struct machine_site *s, const char *query)
{
    return licence_site_get(s->cx, arena_printf(s->cx->mem, "/v1/machines?%s", query), s->admin);
}

/* Fails unless the list has just the machines named, newest first: "b,a". */
static void expect(const struct machine_site *s, const char *query, const char *names)
{
    struct licence_answer a = list(s, query);
    struct str found = str_new(s->cx->mem);

    str_add(&found, "");
    for (size_t i = 0; i < rows(&a); i++)
        str_fmt(
            &found, "%s%s", i > 0 ? "," : "",
            licence_site_text(&a, arena_printf(s->cx->mem, "data/%zu/attributes/fingerprint", i)));
    if (a.status != 200 || strcmp(found.p, names) != 0)
        fail_msg("%s: %d, \"%s\" instead of \"%s\"", query, a.status, found.p, names);
}

static void make_kept(struct policy *p)
{
    p->cull = POLICY_KEEP_DEAD;
    p->require_heartbeat = true;
}

struct town {
    struct machine_site site;
    struct licence *other; /* of another product */
    struct id owner, user, stranger, group;
};

static void add_group(struct town *t)
{
    struct ctx *cx = t->site.cx;

    t->group = id_make(cx->now);
    test_sql(cx,
             "INSERT INTO licence_group (tenant_id, id, name, max_machines, created_at, "
             "updated_at) VALUES (?, ?, 'Group', 2, ?, ?)",
             DB_ID(cx->tenant_id), DB_ID(t->group), DB_TIME(cx->now), DB_TIME(cx->now));
}

/* a: owned by the user, in the group, dead; b: never heard; x: of another product. */
static struct town open_town(void **state)
{
    struct town t = {.site = machine_site_open(state, make_kept)};
    struct machine_site *s = &t.site;
    struct ctx *cx = s->cx;
    const char *relations;

    t.owner = make_person(cx, "Owner", "owner@example.com");
    t.user = make_person(cx, "User", "user@example.com");
    t.stranger = make_person(cx, "Stranger", "stranger@example.com");
    add_group(&t);
    machine_site_own(s, t.owner);
    licensing_user(cx, s->licence->id, t.user);
    t.other = licensing_licence(cx, NULL);
    relations = arena_printf(cx->mem, "%s%s", machine_site_relation(cx, "owner", "users", t.user),
                             machine_site_relation(cx, "group", "groups", t.group));
    assert_int_equal(machine_site_make(s, s->admin, "a",
                                       ",\"hostname\":\"pos-1\",\"ip\":\"10.0.0.1\","
                                       "\"metadata\":{\"tier\":\"gold\",\"seats_left\":7}",
                                       relations)
                         .status,
                     201);
    assert_int_equal(machine_site_add(s, "b").status, 201);
    licensing_machine(cx, t.other->id, "x");
    test_sql(cx,
             "UPDATE machine SET last_heartbeat_at = '2020-01-01', created_at = '2026-01-01' "
             "WHERE tenant_id = ? AND fingerprint = 'a'",
             DB_ID(cx->tenant_id));
    test_sql(cx,
             "UPDATE machine SET created_at = '2020-01-01' WHERE tenant_id = ? "
             "AND fingerprint = 'x'",
             DB_ID(cx->tenant_id));
    return t;
}

static const char *query_of(const struct town *t, const char *name, struct id id)
{
    return arena_printf(t->site.cx->mem, "%s=%s", name, id_text(t->site.cx->mem, id));
}

static void each_filter_finds_its_machines(void **state)
{
    struct town t = open_town(state);
    const struct machine_site *s = &t.site;

    expect(s, "", "b,a,x");
    expect(s, "order=asc", "x,a,b");
    expect(s, "fingerprint=a", "a");
    expect(s, "fingerprint=A", "");
    expect(s, "hostname=pos-1", "a");
    expect(s, "ip=10.0.0.1", "a");
    expect(s, "status=dead", "a");
    expect(s, "status=ALIVE", "b,x");
    expect(s, "status=resting", "");
    expect(s, query_of(&t, "license", s->licence->id), "b,a");
    expect(s, query_of(&t, "product", t.other->product_id), "x");
    expect(s, query_of(&t, "policy", s->policy.id), "b,a");
    expect(s, query_of(&t, "owner", t.user), "a");
    expect(s, query_of(&t, "owner", t.owner), "");
    expect(s, query_of(&t, "user", t.user), "b,a");
    expect(s, query_of(&t, "user", t.owner), "b,a");
    expect(s, query_of(&t, "user", t.stranger), "");
    expect(s, query_of(&t, "group", t.group), "a");
    expect(s, query_of(&t, "group", t.user), "");
    expect(s, "license=not-an-id", "");
    expect(s, arena_printf(s->cx->mem, "key=%s", t.other->key), "x");
    expect(s, "metadata[tier]=gold", "a");
    expect(s, "metadata[seats_left]=7&metadata[tier]=gold", "a");
    expect(s, "metadata[tier]=silver", "");
    expect(s, "colour=red", "b,a,x");
}

static void each_bearer_lists_what_it_may_see(void **state)
{
    struct town t = open_town(state);
    const struct machine_site *s = &t.site;
    struct ctx *cx = s->cx;
    const struct {
        struct token_draft token;
        size_t sees;
    } cases[] = {
        {{.kind = TOKEN_READ_ONLY}, 3},
        {{.kind = TOKEN_PRODUCT, .product_id = t.other->product_id}, 1},
        {{.kind = TOKEN_USER, .person_id = t.user}, 2},
        {{.kind = TOKEN_USER, .person_id = t.stranger}, 0},
        {{.kind = TOKEN_ACTIVATION, .licence_id = t.other->id}, 1},
    };
    struct licence_answer a;

    for (size_t i = 0; i < COUNT(cases); i++) {
        a = licence_site_get(cx, "/v1/machines", licence_site_token_auth(cx, &cases[i].token));
        assert_int_equal(a.status, 200);
        assert_int_equal(rows(&a), cases[i].sees);
    }
    a = licence_site_get(cx, "/v1/machines", NULL);
    licence_site_refused(&a, 401, "TOKEN_MISSING", NULL);
    a = licence_site_get(
        cx,
        arena_printf(cx->mem, "/v1/machines?product=%s", id_text(cx->mem, s->licence->product_id)),
        licence_site_key_auth(cx, t.other));
    assert_int_equal(rows(&a), 0);
}

/* The same fingerprint on two licences: each bearer finds its own. */
static void a_fingerprint_is_looked_up_within_the_bearers_scope(void **state)
{
    struct town t = open_town(state);
    struct ctx *cx = t.site.cx;
    struct machine *older = licensing_machine(cx, t.other->id, "b");
    const char *product = licence_site_token_auth(
        cx, &(struct token_draft){.kind = TOKEN_PRODUCT, .product_id = t.site.licence->product_id});
    const char *user =
        licence_site_token_auth(cx, &(struct token_draft){.kind = TOKEN_USER, .person_id = t.user});
    const char *licence_id = id_text(cx->mem, t.site.licence->id);
    struct licence_answer a;

    test_sql(cx, "UPDATE machine SET created_at = '2019-01-01' WHERE tenant_id = ? AND id = ?",
             DB_ID(cx->tenant_id), DB_ID(older->id));
    a = licence_site_get(cx, "/v1/machines/b", t.site.admin);
    assert_string_equal(licence_site_text(&a, "data/id"), id_text(cx->mem, older->id));
    a = licence_site_get(cx, "/v1/machines/b", product);
    assert_string_equal(licence_site_text(&a, "data/relationships/license/data/id"), licence_id);
    a = licence_site_get(cx, "/v1/machines/b", user);
    assert_string_equal(licence_site_text(&a, "data/relationships/license/data/id"), licence_id);
    a = licence_site_get(cx, "/v1/machines/b", t.site.key);
    assert_string_equal(licence_site_text(&a, "data/relationships/license/data/id"), licence_id);
    a = licence_site_get(cx, "/v1/machines/x", product);
    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
}

static void pages_of_machines_are_numbered_or_follow_a_cursor(void **state)
{
    struct town t = open_town(state);
    struct licence_answer a = list(&t.site, "page[number]=2&page[size]=2");

    assert_int_equal(rows(&a), 1);
    assert_int_equal(json_integer_value(licence_site_at(&a, "links/meta/pages")), 2);
    assert_int_equal(json_integer_value(licence_site_at(&a, "links/meta/count")), 3);
    a = list(&t.site, "page[cursor]=&page[size]=2");
    assert_int_equal(rows(&a), 2);
    a = licence_site_get(t.site.cx, licence_site_text(&a, "links/next"), t.site.admin);
    assert_int_equal(rows(&a), 1);
    assert_true(json_is_null(licence_site_at(&a, "links/next")));
    a = list(&t.site, "limit=101");
    licence_site_refused(&a, 400, "", NULL);
    assert_string_equal(licence_site_text(&a, "errors/0/source/parameter"), "limit");
}

static void a_licences_machines_are_its_own(void **state)
{
    struct town t = open_town(state);
    struct ctx *cx = t.site.cx;
    const char *path =
        arena_printf(cx->mem, "/v1/licenses/%s/machines", id_text(cx->mem, t.site.licence->id));
    struct licence_answer a = licence_site_get(cx, path, t.site.key);

    assert_int_equal(rows(&a), 2);
    a = licence_site_get(cx, arena_printf(cx->mem, "%s?status=dead", path), t.site.key);
    assert_int_equal(rows(&a), 1);
    a = licence_site_get(cx,
                         arena_printf(cx->mem, "%s?%s", path, query_of(&t, "license", t.other->id)),
                         t.site.admin);
    assert_int_equal(rows(&a), 0);
    a = licence_site_get(cx, arena_printf(cx->mem, "%s/a", path), t.site.key);
    assert_string_equal(licence_site_text(&a, "data/attributes/fingerprint"), "a");
    a = licence_site_get(cx, arena_printf(cx->mem, "%s/x", path), t.site.admin);
    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
}

/* --- relations --- */

static void a_machine_leads_to_what_it_belongs_to(void **state)
{
    struct town t = open_town(state);
    struct ctx *cx = t.site.cx;
    struct licence_answer a = licence_site_get(cx, "/v1/machines/a/product", t.site.admin);

    assert_string_equal(licence_site_text(&a, "data/type"), "products");
    a = licence_site_get(cx, "/v1/machines/a/product", t.site.key);
    licence_site_refused(&a, 403, "", NULL);
    a = licence_site_get(cx, "/v1/machines/a/license", t.site.key);
    assert_string_equal(licence_site_text(&a, "data/id"), id_text(cx->mem, t.site.licence->id));
    a = licence_site_get(cx, "/v1/machines/a/owner", t.site.admin);
    assert_string_equal(licence_site_text(&a, "data/id"), id_text(cx->mem, t.user));
    a = licence_site_get(cx, "/v1/machines/b/owner", t.site.admin);
    assert_int_equal(a.status, 200);
    assert_true(json_is_null(licence_site_at(&a, "data")));
    a = licence_site_get(cx, "/v1/machines/a/owner", t.site.key);
    licence_site_refused(&a, 403, "", NULL);
    a = licence_site_get(cx, "/v1/machines/a/group", t.site.key);
    assert_string_equal(licence_site_text(&a, "data/id"), id_text(cx->mem, t.group));
    a = licence_site_get(cx, "/v1/machines/b/group", t.site.admin);
    assert_true(json_is_null(licence_site_at(&a, "data")));
}

static struct licence_answer put(const struct town *t, const char *path, const char *auth,
                                 const char *type, struct id id)
{
    const char *data = id_is_zero(id)
                           ? "null"
                           : arena_printf(t->site.cx->mem, "{\"type\":\"%s\",\"id\":\"%s\"}", type,
                                          id_text(t->site.cx->mem, id));

    return machine_site_ask(&t->site, "PUT", path, auth,
                            arena_printf(t->site.cx->mem, "{\"data\":%s}", data));
}

static void a_machine_changes_hands(void **state)
{
    struct town t = open_town(state);
    struct ctx *cx = t.site.cx;
    static const char PATH[] = "/v1/machines/b/owner";
    struct licence_answer a = put(&t, PATH, t.site.admin, "users", t.owner);

    assert_int_equal(a.status, 200);
    assert_string_equal(licence_site_text(&a, "data/relationships/owner/data/id"),
                        id_text(cx->mem, t.owner));
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM event WHERE tenant_id = ? "
                              "AND name = 'machine.owner_changed'",
                              DB_ID(cx->tenant_id)),
                     1);
    a = put(&t, PATH, t.site.admin, "users", t.stranger);
    licence_site_refused(&a, 422, "OWNER_INVALID", "/data/relationships/owner");
    a = put(&t, PATH, t.site.admin, "users", id_make(cx->now));
    licence_site_refused(&a, 422, "OWNER_NOT_FOUND", "/data/relationships/owner");
    a = put(&t, PATH, t.site.key, "users", t.user);
    licence_site_refused(&a, 403, "", NULL);
    a = put(&t, PATH, t.site.admin, "groups", t.user);
    licence_site_refused(&a, 400, "", "/data/type");
    a = put(&t, PATH, t.site.admin, "users", (struct id){0});
    assert_true(json_is_null(licence_site_at(&a, "data/relationships/owner/data")));
}

static void a_machine_changes_its_group(void **state)
{
    struct town t = open_town(state);
    struct ctx *cx = t.site.cx;
    struct licence_answer a = put(&t, "/v1/machines/b/group", t.site.admin, "groups", t.group);

    assert_string_equal(licence_site_text(&a, "data/relationships/group/data/id"),
                        id_text(cx->mem, t.group));
    a = put(&t, "/v1/machines/b/group", t.site.admin, "groups", t.group); /* it has its place */
    assert_int_equal(a.status, 200);
    a = put(&t, "/v1/machines/x/group", t.site.admin, "groups", t.group);
    licence_site_refused(&a, 422, "GROUP_MACHINE_LIMIT_EXCEEDED", "/data/relationships/group");
    a = put(&t, "/v1/machines/x/group", t.site.admin, "groups", t.user);
    licence_site_refused(&a, 422, "GROUP_NOT_FOUND", "/data/relationships/group");
    a = put(&t, "/v1/machines/b/group", t.site.admin, "groups", (struct id){0});
    assert_true(json_is_null(licence_site_at(&a, "data/relationships/group/data")));
    a = put(&t, "/v1/machines/b/group", t.site.key, "groups", t.group);
    licence_site_refused(&a, 403, "", NULL);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(each_filter_finds_its_machines),
        cmocka_unit_test(each_bearer_lists_what_it_may_see),
        cmocka_unit_test(a_fingerprint_is_looked_up_within_the_bearers_scope),
        cmocka_unit_test(pages_of_machines_are_numbered_or_follow_a_cursor),
        cmocka_unit_test(a_licences_machines_are_its_own),
        cmocka_unit_test(a_machine_leads_to_what_it_belongs_to),
        cmocka_unit_test(a_machine_changes_hands),
        cmocka_unit_test(a_machine_changes_its_group),
    };

    return test_group_run_around("machine_list_wire", TESTS, COUNT(TESTS), licence_site_start,
                                 licence_site_stop);
}
