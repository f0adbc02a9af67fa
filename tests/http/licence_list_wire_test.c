/* GET /v1/licenses: filters, pages and scope (checklist L28, A18, A23, A28, C03). */
#include "base/clock.h"
#include "tests/http/licence_site.h"

#include <string.h>

struct site {
    struct ctx *cx;
    const char *admin;
    struct policy *policy, *other_policy; /* of two products */
    struct id ann, ben;
};

static struct site open_site(void **state)
{
    struct site s = {.cx = test_ctx(state)};
    struct policy draft;

    licence_site_open(s.cx);
    s.admin = licence_site_token_auth(s.cx, &(struct token_draft){.kind = TOKEN_ADMIN});
    draft = licensing_policy(s.cx);
    s.policy = licensing_add_policy(s.cx, &draft);
    draft = licensing_policy(s.cx);
    s.other_policy = licensing_add_policy(s.cx, &draft);
    s.ann = make_person(s.cx, "Ann", "ann@example.com");
    s.ben = make_person(s.cx, "Ben", "ben@example.com");
    return s;
}

/* Each is a microsecond younger than the one before. */
static struct licence *issue(const struct site *s, const char *name, struct licence_draft draft)
{
    struct licence *l;

    draft.name = name;
    if (id_is_zero(draft.policy_id))
        draft.policy_id = s->policy->id;
    s->cx->now++;
    test_ok(s->cx, licence_issue(s->cx, &draft, &l));
    return l;
}

/* The names of what a query finds, in order: "b a". */
static const char *find_as(const struct site *s, const char *auth, const char *query)
{
    struct licence_answer a =
        licence_site_get(s->cx, arena_printf(s->cx->mem, "/v1/licenses?%s", query), auth);
    const json_t *data = licence_site_at(&a, "data");
    struct str out = str_new(s->cx->mem);

    if (a.status != 200)
        print_error("%s: %s\n", query, a.body);
    assert_int_equal(a.status, 200);
    for (size_t i = 0; i < json_array_size(data); i++) {
        if (i > 0)
            str_char(&out, ' ');
        str_add(&out,
                licence_site_text(&a, arena_printf(s->cx->mem, "data/%zu/attributes/name", i)));
    }
    return out.p;
}

static void expect(const struct site *s, const char *query, const char *names)
{
    const char *found = find_as(s, s->admin, query);

    if (strcmp(found, names) != 0)
        print_error("?%s finds %s\n", query, found);
    assert_string_equal(found, names);
}

static const char *with_id(const struct site *s, const char *filter, struct id id)
{
    return arena_printf(s->cx->mem, "%s=%s", filter, id_text(s->cx->mem, id));
}

static void L28_filters_are_joined(void **state)
{
    struct site s = open_site(state);
    const char *gold = "{\"tier\":\"gold\",\"seats\":7,\"isBeta\":true,\"note\":null}";

    issue(&s, "a", (struct licence_draft){.is_suspended = true, .metadata = gold});
    issue(&s, "b", (struct licence_draft){.metadata = gold});
    issue(&s, "c", (struct licence_draft){.is_suspended = true});
    issue(&s, "d",
          (struct licence_draft){
              .policy_id = s.other_policy->id, .is_suspended = true, .metadata = gold});
    expect(&s,
           arena_printf(s.cx->mem, "status=suspended&%s&metadata[tier]=gold",
                        with_id(&s, "policy", s.policy->id)),
           "a");
    expect(&s, "metadata[tier]=gold", "d b a");
    expect(&s, "metadata[tier]=Gold", "");
    expect(&s, "metadata%5Bseats%5D=7&metadata[is_beta]=true&metadata[note]=null", "d b a");
    expect(&s, "metadata[seats]=8", "");
    expect(&s, "metadata[\"%5C]=1", "");
    expect(&s, "suspended=true", "d c a");
    expect(&s, "suspended=0", "b");
    expect(&s, with_id(&s, "product", s.other_policy->product_id), "d");
    expect(&s, "colour=ignored&status=&policy=", "d c b a");
    expect(&s, "status=nonsense", "");
    expect(&s, "policy=nonsense", "");
    expect(&s, with_id(&s, "policy", s.ann), "");
}

static void people_and_machines_lead_to_licences(void **state)
{
    struct site s = open_site(state);
    struct licence *owned = issue(&s, "owned", (struct licence_draft){.owner_id = s.ann});
    struct licence *shared = issue(&s, "shared", (struct licence_draft){0});
    struct machine *m = licensing_machine(s.cx, owned->id, "one");

    issue(&s, "free", (struct licence_draft){0});
    licensing_machine(s.cx, owned->id, "two");
    licensing_user(s.cx, shared->id, s.ann);
    expect(&s, with_id(&s, "owner", s.ann), "owned");
    expect(&s, with_id(&s, "user", s.ann), "shared owned");
    expect(&s, "user=ANN@example.com", "shared owned");
    expect(&s, "user=nobody@example.com", "");
    expect(&s, "assigned=true", "shared owned");
    expect(&s, "unassigned=true", "free");
    expect(&s, "unassigned=false", "shared owned");
    expect(&s, with_id(&s, "machine", m->id), "owned");
    expect(&s, "activated=true", "owned");
    expect(&s, "activated=false", "free shared");
    expect(&s, "activations[eq]=2", "owned");
    expect(&s, "activations[lt]=2", "free shared");
    expect(&s, "activations[gte]=1&activations[lte]=2", "owned");
    expect(&s, "activations[gt]=2", "");
}

static void dates_are_spans_or_instants(void **state)
{
    struct site s = open_site(state);
    int64_t now = clock_now(); /* the server's clock decides */

    s.cx->now = now;
    issue(&s, "ended", (struct licence_draft){.expires_at = now - 10 * CLOCK_DAY});
    issue(&s, "soon", (struct licence_draft){.expires_at = now + 2 * CLOCK_DAY});
    issue(&s, "later", (struct licence_draft){.expires_at = now + 40 * CLOCK_DAY});
    issue(&s, "never", (struct licence_draft){0});
    expect(&s, "expired=true", "ended");
    expect(&s, "expired=false", "never later soon");
    expect(&s, "expiring=true", "soon");
    expect(&s, "expiring=false", "never later ended");
    expect(&s, "status=EXPIRED", "ended");
    expect(&s, "status=expiring", "soon");
    expect(&s, "status=ACTIVE", "never later");
    expect(&s, "expires[within]=3d", "soon");
    expect(&s, "expires[in]=P2M", "later soon");
    expect(&s, "expires[within]=PT1H", "");
    expect(&s, "expires[within]=259200", "soon");
    expect(&s, "expired[within]=11d", "ended");
    expect(&s, "expired[within]=9d", "");
    expect(&s,
           arena_printf(s.cx->mem, "expires[after]=%lld",
                        (long long)((now + 20 * CLOCK_DAY) / CLOCK_SECOND)),
           "later");
    expect(&s,
           arena_printf(s.cx->mem, "expires[before]=%lld",
                        (long long)((now + 20 * CLOCK_DAY) / CLOCK_SECOND)),
           "soon");
    expect(&s,
           arena_printf(s.cx->mem, "expired[on]=%lld",
                        (long long)((now - 10 * CLOCK_DAY) / CLOCK_SECOND)),
           "ended");
    expect(&s, "expires[before]=2001-01-01", "");
    expect(&s, "activity[inside]=1d", "never later soon ended");
    expect(&s, "activity[outside]=1d", "");
    expect(&s, "activity[after]=2001-01-01T00:00:00Z", "never later soon ended");
    expect(&s, "activity[before]=2001-01-01", "");
}

/* Everything but the age is the same, so only the age decides. */
static void idle_licences_are_inactive(void **state)
{
    struct site s = open_site(state);
    int64_t now = clock_now(); /* the server's clock decides */

    s.cx->now = now - 91 * CLOCK_DAY;
    issue(&s, "idle", (struct licence_draft){0});
    s.cx->now = now;
    issue(&s, "fresh", (struct licence_draft){0});
    expect(&s, "status=inactive", "idle");
    expect(&s, "status=active", "fresh");
    expect(&s, "activity[outside]=90d", "idle");
}

static void a_banned_owners_licences_are_banned_whatever_else_they_are(void **state)
{
    struct site s = open_site(state);

    issue(&s, "his", (struct licence_draft){.owner_id = s.ben, .is_suspended = true});
    issue(&s, "hers", (struct licence_draft){.owner_id = s.ann, .is_suspended = true});
    test_sql(s.cx, "UPDATE person SET is_banned = TRUE WHERE tenant_id = ? AND id = ?",
             DB_ID(s.cx->tenant_id), DB_ID(s.ben));
    expect(&s, "status=banned", "his");
    expect(&s, "status=suspended", "hers");
}

static void a_value_that_cannot_be_names_its_parameter(void **state)
{
    struct site s = open_site(state);
    static const char *const PARAMETERS[] = {
        "suspended",   "expired",          "activated",        "expires[within]",
        "expires[on]", "activity[inside]", "activations[gte]", "expires[after]"};

    for (size_t i = 0; i < COUNT(PARAMETERS); i++) {
        struct licence_answer a = licence_site_get(
            s.cx, arena_printf(s.cx->mem, "/v1/licenses?%s=3q", PARAMETERS[i]), s.admin);

        licence_site_refused(&a, 400, "", NULL);
        assert_string_equal(licence_site_text(&a, "errors/0/source/parameter"), PARAMETERS[i]);
    }
}

static void every_bearer_lists_what_it_may_see(void **state)
{
    struct site s = open_site(state);
    struct licence *owned = issue(&s, "owned", (struct licence_draft){.owner_id = s.ann});
    struct licence *shared = issue(&s, "shared", (struct licence_draft){.owner_id = s.ben});
    const char *ann = licence_site_token_auth(
        s.cx, &(struct token_draft){.kind = TOKEN_USER, .person_id = s.ann});
    const char *product = licence_site_token_auth(
        s.cx,
        &(struct token_draft){.kind = TOKEN_PRODUCT, .product_id = s.other_policy->product_id});
    const char *reader =
        licence_site_token_auth(s.cx, &(struct token_draft){.kind = TOKEN_READ_ONLY});

    licensing_user(s.cx, shared->id, s.ann);
    issue(&s, "other", (struct licence_draft){.policy_id = s.other_policy->id});
    assert_string_equal(find_as(&s, ann, ""), "shared owned");
    assert_string_equal(find_as(&s, product, ""), "other");
    assert_string_equal(find_as(&s, product, with_id(&s, "product", s.policy->product_id)), "");
    assert_string_equal(find_as(&s, licence_site_key_auth(s.cx, owned), ""), "owned");
    assert_string_equal(find_as(&s, reader, ""), "other shared owned");
}

static void another_tenants_licences_are_in_no_list(void **state)
{
    struct site here = open_site(state);
    struct site there = open_site(state);

    issue(&here, "here", (struct licence_draft){0});
    expect(&here, "", "here");
    expect(&there, "", "");
}

static void C03_both_path_forms_and_every_page_style_list_the_same(void **state)
{
    struct site s = open_site(state);
    const char *slug =
        test_text(s.cx, "SELECT slug FROM tenant WHERE id = ?", DB_ID(s.cx->tenant_id));
    struct licence_answer a;
    struct licence_answer b;
    const char *cursor;

    for (unsigned i = 0; i < 5; i++)
        issue(&s, arena_printf(s.cx->mem, "n%u", i), (struct licence_draft){0});
    a = licence_site_get(s.cx, "/v1/licenses", s.admin);
    b = licence_site_get(s.cx, arena_printf(s.cx->mem, "/v1/accounts/%s/licenses", slug), s.admin);
    assert_true(json_equal(licence_site_at(&a, "data"), licence_site_at(&b, "data")));
    expect(&s, "order=asc&limit=2", "n0 n1");
    expect(&s, "page[number]=2&page[size]=2", "n2 n1");
    expect(&s, "page[number]=9&page[size]=2", "");
    a = licence_site_get(s.cx, "/v1/licenses?suspended=false&page[number]=1&page[size]=2", s.admin);
    assert_int_equal(json_integer_value(licence_site_at(&a, "links/meta/count")), 5);
    a = licence_site_get(s.cx, "/v1/licenses?page[cursor]=&page[size]=3", s.admin);
    cursor = strchr(licence_site_text(&a, "links/next"), '?');
    expect(&s, cursor + 1, "n1 n0");
}

/* The list writes outlines, the single licence all of it: both documents must agree. */
static void a_listed_licence_is_the_one_that_is_viewed(void **state)
{
    struct site s = open_site(state);
    struct licence *l = issue(&s, "it", (struct licence_draft){.owner_id = s.ben});
    struct machine_draft m = licensing_draft(l->id, "m");
    struct machine *machine;
    struct licence_answer listed;
    struct licence_answer viewed;

    m.cores = 4;
    m.memory = INT64_MAX;
    test_ok(s.cx, machine_add(s.cx, &m, &machine));
    m.fingerprint = "n";
    test_ok(s.cx, machine_add(s.cx, &m, &machine));
    licensing_user(s.cx, l->id, s.ann);
    listed = licence_site_get(s.cx, "/v1/licenses", s.admin);
    viewed = licence_site_get(
        s.cx, arena_printf(s.cx->mem, "/v1/licenses/%s", id_text(s.cx->mem, l->id)), s.admin);
    assert_true(json_equal(licence_site_at(&listed, "data/0"), licence_site_at(&viewed, "data")));
    assert_int_equal(
        json_integer_value(licence_site_at(&viewed, "data/relationships/machines/meta/memory")),
        INT64_MAX);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(L28_filters_are_joined),
        cmocka_unit_test(people_and_machines_lead_to_licences),
        cmocka_unit_test(dates_are_spans_or_instants),
        cmocka_unit_test(idle_licences_are_inactive),
        cmocka_unit_test(a_banned_owners_licences_are_banned_whatever_else_they_are),
        cmocka_unit_test(a_value_that_cannot_be_names_its_parameter),
        cmocka_unit_test(every_bearer_lists_what_it_may_see),
        cmocka_unit_test(another_tenants_licences_are_in_no_list),
        cmocka_unit_test(C03_both_path_forms_and_every_page_style_list_the_same),
        cmocka_unit_test(a_listed_licence_is_the_one_that_is_viewed),
    };

    return test_group_run_around("licence_list_wire", TESTS, COUNT(TESTS), licence_site_start,
                                 licence_site_stop);
}
