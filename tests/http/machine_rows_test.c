/* The checklist's rows M, each by its number. */
#include "base/clock.h"
#include "tests/http/machine_site.h"

#include <stdatomic.h>
#include <string.h>

static const char AT_FINGERPRINT[] = "/data/attributes/fingerprint";

static int64_t number(const struct licence_answer *a, const char *path)
{
    return json_integer_value(licence_site_at(a, path));
}

static int64_t machines(const struct machine_site *s)
{
    return test_i64(s->cx, "SELECT COUNT(*) FROM machine WHERE tenant_id = ? AND licence_id = ?",
                    DB_ID(s->cx->tenant_id), DB_ID(s->licence->id));
}

static void add_ok(const struct machine_site *s, const char *fingerprint)
{
    struct licence_answer a = machine_site_add(s, fingerprint);

    if (a.status != 201)
        print_error("%s\n", a.body);
    assert_int_equal(a.status, 201);
}

static void add_refused(const struct machine_site *s, const char *fingerprint, const char *code,
                        const char *pointer)
{
    struct licence_answer a = machine_site_add(s, fingerprint);

    licence_site_refused(&a, 422, code, pointer);
}

static void m01_a_machine_is_created(void **state)
{
    struct machine_site s = machine_site_open(state, NULL);
    struct licence_answer a = machine_site_add(&s, "fp");

    assert_int_equal(a.status, 201);
    assert_string_equal(licence_site_header(s.cx, &a, "Location"),
                        licence_site_text(&a, "data/links/self"));
    assert_string_equal(licence_site_text(&a, "data/attributes/heartbeatStatus"), "NOT_STARTED");
}

static void m02_what_is_missing_or_blank_is_a_400(void **state)
{
    struct machine_site s = machine_site_open(state, NULL);
    struct licence_answer a = machine_site_ask(
        &s, "POST", "/v1/machines", s.key,
        "{\"data\":{\"type\":\"machines\",\"attributes\":{},\"relationships\":{}}}");

    licence_site_refused(&a, 400, "", AT_FINGERPRINT);
    a = machine_site_add(&s, "  ");
    licence_site_refused(&a, 400, "", AT_FINGERPRINT);
    a = machine_site_ask(&s, "POST", "/v1/machines", s.key,
                         "{\"data\":{\"type\":\"machines\",\"attributes\":{\"fingerprint\":\"a\"},"
                         "\"relationships\":{}}}");
    licence_site_refused(&a, 400, "", "/data/relationships/license");
}

static void m03_a_fingerprint_is_any_text_and_is_looked_up_encoded(void **state)
{
    struct machine_site s = machine_site_open(state, NULL);
    static const char *const PRINTS[] = {"4d:Eq:UV:D3", "a.b c+d", "\xe6\x9c\xba\xe5\x99\xa8",
                                         "line\nbreak\ttab\x01\x7f", "\"quoted\"\\/%2F?#"};

    for (size_t i = 0; i < COUNT(PRINTS); i++) {
        struct licence_answer a = machine_site_add(&s, PRINTS[i]);
        struct str path = str_new(s.cx->mem);

        assert_int_equal(a.status, 201);
        assert_string_equal(licence_site_text(&a, "data/attributes/fingerprint"), PRINTS[i]);
        str_add(&path, "/v1/machines/");
        str_url(&path, PRINTS[i]);
        a = machine_site_ask(&s, "GET", path.p, s.key, NULL);
        assert_int_equal(a.status, 200);
        assert_string_equal(licence_site_text(&a, "data/attributes/fingerprint"), PRINTS[i]);
        a = machine_site_ask(&s, "DELETE", path.p, s.key, NULL);
        assert_int_equal(a.status, 204);
    }
}

static void m04_the_same_fingerprint_is_taken(void **state)
{
    struct machine_site s = machine_site_open(state, NULL);

    add_ok(&s, "fp");
    add_refused(&s, "fp", "FINGERPRINT_TAKEN", AT_FINGERPRINT);
}

static void m05_on_a_full_licence_the_duplicate_is_told_first(void **state)
{
    struct machine_site s = machine_site_open(state, NULL);

    add_ok(&s, "1");
    add_ok(&s, "2");
    add_ok(&s, "3");
    add_refused(&s, "1", "FINGERPRINT_TAKEN", AT_FINGERPRINT);
}

static void m06_uniqueness_reaches_as_far_as_the_policy_says(void **state)
{
    static const struct {
        enum policy_uniqueness scope;
        bool same_policy, same_product, other_product; /* whether the fingerprint is free there */
    } CASES[] = {
        {POLICY_UNIQUE_PER_LICENCE, true, true, true},
        {POLICY_UNIQUE_PER_POLICY, false, true, true},
        {POLICY_UNIQUE_PER_PRODUCT, false, false, true},
        {POLICY_UNIQUE_PER_ACCOUNT, false, false, false},
    };

    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct machine_site s = machine_site_open(state, NULL);
        struct policy draft = s.policy;
        struct licence *others[3];
        const bool is_free[] = {CASES[i].same_policy, CASES[i].same_product,
                                CASES[i].other_product};

        draft.id = (struct id){0};
        draft.machine_uniqueness = CASES[i].scope;
        s.policy = *licensing_add_policy(s.cx, &draft);
        s.licence = machine_site_licence(&s, NULL);
        s.key = licence_site_key_auth(s.cx, s.licence);
        others[0] = machine_site_licence(&s, NULL);
        others[1] = machine_site_licence(&s, &draft);
        draft.product_id = licensing_policy(s.cx).product_id;
        others[2] = machine_site_licence(&s, &draft);
        add_ok(&s, "fp");
        for (size_t k = 0; k < COUNT(others); k++) {
            struct machine_site at = s;

            at.licence = others[k];
            at.key = licence_site_key_auth(s.cx, others[k]);
            if (is_free[k]) {
                add_ok(&at, "fp");
                test_sql(s.cx, "DELETE FROM machine WHERE tenant_id = ? AND licence_id = ?",
                         DB_ID(s.cx->tenant_id), DB_ID(others[k]->id));
            } else {
                add_refused(&at, "fp", "FINGERPRINT_TAKEN", AT_FINGERPRINT);
            }
        }
    }
}

static void m07_the_fourth_of_three_is_refused(void **state)
{
    struct machine_site s = machine_site_open(state, NULL);

    add_ok(&s, "1");
    add_ok(&s, "2");
    add_ok(&s, "3");
    add_refused(&s, "4", "MACHINE_LIMIT_EXCEEDED", "/data");
    assert_int_equal(machines(&s), 3);
}

static void overage(void **state, enum policy_overage overage, int64_t fits)
{
    struct machine_site s = machine_site_open(state, NULL);
    struct policy draft = s.policy;

    draft.id = (struct id){0};
    draft.max_machines = 4;
    draft.overage = overage;
    s.licence = machine_site_licence(&s, &draft);
    s.key = licence_site_key_auth(s.cx, s.licence);
    for (int64_t i = 0; i < fits; i++)
        add_ok(&s, arena_printf(s.cx->mem, "%lld", (long long)i));
    if (overage != POLICY_ALWAYS_ALLOW_OVERAGE)
        add_refused(&s, "more", "MACHINE_LIMIT_EXCEEDED", "/data");
}

static void m08_overage_lets_a_quarter_half_or_all_again_in(void **state)
{
    overage(state, POLICY_OVERAGE_1_25X, 5);
    overage(state, POLICY_OVERAGE_1_5X, 6);
    overage(state, POLICY_OVERAGE_2X, 8);
}

static void m09_overage_may_be_without_bound(void **state)
{
    overage(state, POLICY_ALWAYS_ALLOW_OVERAGE, 12);
}

static void make_lenient(struct policy *p)
{
    p->is_strict = false;
}

static void m10_a_policy_that_is_not_strict_holds_its_limit_too(void **state)
{
    struct machine_site s = machine_site_open(state, make_lenient);

    add_ok(&s, "1");
    add_ok(&s, "2");
    add_ok(&s, "3");
    add_refused(&s, "4", "MACHINE_LIMIT_EXCEEDED", "/data");
}

static void make_locked(struct policy *p)
{
    p->is_floating = false;
    p->max_machines = 1;
}

static void m11_a_node_locked_licence_has_one_machine(void **state)
{
    struct machine_site s = machine_site_open(state, make_locked);

    add_ok(&s, "1");
    add_refused(&s, "2", "MACHINE_LIMIT_EXCEEDED", "/data");
}

static void make_sized(struct policy *p)
{
    p->max_cores = 4;
    p->max_memory = 1000;
    p->max_disk = 2000;
}

static void m12_the_first_machine_is_never_one_too_many(void **state)
{
    struct machine_site s = machine_site_open(state, make_sized);
    struct licence_answer a;

    test_sql(s.cx, "UPDATE licence SET max_machines = 0 WHERE tenant_id = ? AND id = ?",
             DB_ID(s.cx->tenant_id), DB_ID(s.licence->id));
    a = machine_site_make(&s, s.key, "1", ",\"cores\":5", "");
    licence_site_refused(&a, 422, "MACHINE_CORE_LIMIT_EXCEEDED", "/data");
    add_ok(&s, "1");
    add_refused(&s, "2", "MACHINE_LIMIT_EXCEEDED", "/data");
}

static void m13_cores_memory_and_disk_are_limited(void **state)
{
    struct machine_site s = machine_site_open(state, make_sized);
    struct licence_answer a = machine_site_make(&s, s.key, "1", ",\"cores\":8", "");

    licence_site_refused(&a, 422, "MACHINE_CORE_LIMIT_EXCEEDED", "/data");
    a = machine_site_make(&s, s.key, "1", ",\"memory\":1001", "");
    licence_site_refused(&a, 422, "MACHINE_MEMORY_LIMIT_EXCEEDED", "/data");
    a = machine_site_make(&s, s.key, "1", ",\"disk\":2001", "");
    licence_site_refused(&a, 422, "MACHINE_DISK_LIMIT_EXCEEDED", "/data");
    a = machine_site_make(&s, s.key, "1", ",\"cores\":8,\"disk\":2001", "");
    assert_string_equal(licence_site_text(&a, "errors/1/code"), "MACHINE_DISK_LIMIT_EXCEEDED");
    a = machine_site_make(&s, s.key, "1", ",\"cores\":4,\"memory\":1000,\"disk\":2000", "");
    assert_int_equal(a.status, 201);
}

static const char *patch_of(const struct machine_site *s, const char *attributes)
{
    return arena_printf(s->cx->mem, "{\"data\":{\"type\":\"machines\",\"attributes\":%s}}",
                        attributes);
}

static void m14_a_change_of_cores_holds_the_limit_and_is_not_the_licences(void **state)
{
    struct machine_site s = machine_site_open(state, make_sized);
    struct licence_answer a = machine_site_make(&s, s.key, "1", ",\"cores\":3", "");
    const char *path = machine_site_path(&s, &a, "machines", "");

    a = machine_site_ask(&s, "PATCH", path, s.admin, patch_of(&s, "{\"cores\":5}"));
    licence_site_refused(&a, 422, "MACHINE_CORE_LIMIT_EXCEEDED", "/data");
    a = machine_site_ask(&s, "PATCH", path, s.admin, patch_of(&s, "{\"cores\":4}"));
    assert_int_equal(a.status, 200);
    assert_int_equal(number(&a, "data/attributes/cores"), 4);
    a = machine_site_ask(&s, "PATCH", path, s.key, patch_of(&s, "{\"cores\":1}"));
    licence_site_refused(&a, 400, "", "/data/attributes/cores");
    a = machine_site_ask(
        &s, "PUT", path, s.admin,
        patch_of(&s, "{\"cores\":null,\"name\":\"till\",\"metadata\":{\"a_b\":1}}"));
    assert_int_equal(a.status, 200);
    assert_true(json_is_null(licence_site_at(&a, "data/attributes/cores")));
    assert_int_equal(number(&a, "data/attributes/metadata/aB"), 1);
    a = machine_site_ask(&s, "PATCH", path, s.key, patch_of(&s, "{\"hostname\":\"pos-1\"}"));
    assert_string_equal(licence_site_text(&a, "data/attributes/hostname"), "pos-1");
    assert_string_equal(licence_site_text(&a, "data/attributes/name"), "till");
}

static void make_per_user(struct policy *p)
{
    p->machine_leasing = POLICY_PER_USER;
    p->max_machines = 1;
}

static void m15_each_owner_has_an_allowance_of_his_own(void **state)
{
    struct machine_site s = machine_site_open(state, make_per_user);
    struct id x = make_person(s.cx, "X", "x@example.com");
    struct id y = make_person(s.cx, "Y", "y@example.com");
    const char *of_x = machine_site_relation(s.cx, "owner", "users", x);
    const char *of_y = machine_site_relation(s.cx, "owner", "users", y);
    struct licence_answer a;

    machine_site_own(&s, x);
    licensing_user(s.cx, s.licence->id, y);
    assert_int_equal(machine_site_make(&s, s.key, "x1", "", of_x).status, 201);
    a = machine_site_make(&s, s.key, "x2", "", of_x);
    licence_site_refused(&a, 422, "MACHINE_LIMIT_EXCEEDED", "/data");
    assert_int_equal(machine_site_make(&s, s.key, "y1", "", of_y).status, 201);
    add_ok(&s, "nobody's");
    add_refused(&s, "nobody's either", "MACHINE_LIMIT_EXCEEDED", "/data");
}

static void m16_another_or_an_unknown_licence_is_refused(void **state)
{
    struct machine_site s = machine_site_open(state, NULL);
    struct licence *other = machine_site_licence(&s, NULL);
    struct licence_answer a = machine_site_ask(&s, "POST", "/v1/machines", s.key,
                                               machine_site_body(s.cx, other->id, "fp", "", ""));

    licence_site_refused(&a, 403, "", NULL);
    a = machine_site_ask(&s, "POST", "/v1/machines", s.admin,
                         machine_site_body(s.cx, id_make(s.cx->now), "fp", "", ""));
    licence_site_refused(&a, 422, "LICENSE_NOT_FOUND", "/data/relationships/license");
}

static void m17_an_owner_is_a_user_of_the_licence(void **state)
{
    struct machine_site s = machine_site_open(state, NULL);
    struct id guest = make_person(s.cx, "Guest", "guest@example.com");
    struct licence_answer a = machine_site_make(
        &s, s.key, "fp", "", machine_site_relation(s.cx, "owner", "users", guest));

    licence_site_refused(&a, 422, "OWNER_INVALID", "/data/relationships/owner");
}

static const char *components(struct ctx *cx, size_t count, const char *same)
{
    struct str s = str_new(cx->mem);

    str_add(&s, ",\"components\":{\"data\":[");
    for (size_t i = 0; i < count; i++)
        str_fmt(&s,
                "%s{\"type\":\"components\",\"attributes\":{\"fingerprint\":\"%s%zu\","
                "\"name\":\"part\"}}",
                i > 0 ? "," : "", same != NULL ? same : "c", same != NULL ? 0 : i);
    str_add(&s, "]}");
    return s.p;
}

static void make_parts_unique(struct policy *p)
{
    p->component_uniqueness = POLICY_UNIQUE_PER_LICENCE;
}

static void m18_components_come_with_their_machine_or_nothing_does(void **state)
{
    struct machine_site s = machine_site_open(state, make_parts_unique);
    struct licence_answer a = machine_site_make(&s, s.key, "a", "", components(s.cx, 2, "same"));

    licence_site_refused(&a, 422, "COMPONENTS_FINGERPRINT_CONFLICT",
                         "/data/relationships/components/data/1/attributes/fingerprint");
    assert_int_equal(machines(&s), 0);
    a = machine_site_make(&s, s.key, "a", "", components(s.cx, 2, NULL));
    assert_int_equal(a.status, 201);
    a = machine_site_ask(&s, "GET", machine_site_path(&s, &a, "machines", "/components"), s.key,
                         NULL);
    assert_int_equal(json_array_size(licence_site_at(&a, "data")), 2);
    a = machine_site_make(&s, s.key, "b", "", components(s.cx, 1, NULL));
    licence_site_refused(&a, 422, "COMPONENTS_FINGERPRINT_TAKEN",
                         "/data/relationships/components/data/0/attributes/fingerprint");
    assert_int_equal(machines(&s), 1);
}

static void m19_more_than_twenty_components_at_once_are_refused(void **state)
{
    struct machine_site s = machine_site_open(state, NULL);
    struct licence_answer a = machine_site_make(&s, s.key, "a", "", components(s.cx, 21, NULL));

    licence_site_refused(&a, 422, "", "/data/relationships/components");
    a = machine_site_make(&s, s.key, "a", "", components(s.cx, 20, NULL));
    assert_int_equal(a.status, 201);
}

static void m20_a_deleted_machine_is_gone(void **state)
{
    struct machine_site s = machine_site_open(state, NULL);
    struct licence_answer a = machine_site_add(&s, "fp");
    const char *path = machine_site_path(&s, &a, "machines", "");

    assert_int_equal(machine_site_ask(&s, "DELETE", path, s.key, NULL).status, 204);
    assert_string_equal(machine_site_verdict(&s, "fp"), "NO_MACHINES");
    a = machine_site_ask(&s, "DELETE", path, s.key, NULL);
    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
}

static void m21_a_machine_is_deleted_by_its_fingerprint(void **state)
{
    struct machine_site s = machine_site_open(state, NULL);

    add_ok(&s, "fp");
    assert_int_equal(machine_site_ask(&s, "DELETE", "/v1/machines/fp", s.key, NULL).status, 204);
    assert_int_equal(machines(&s), 0);
}

static void m22_a_fingerprint_never_changes(void **state)
{
    struct machine_site s = machine_site_open(state, NULL);
    struct licence_answer a;

    add_ok(&s, "fp");
    a = machine_site_ask(&s, "PATCH", "/v1/machines/fp", s.admin,
                         patch_of(&s, "{\"fingerprint\":\"other\"}"));
    licence_site_refused(&a, 400, "", AT_FINGERPRINT);
}

static struct id add_group(struct ctx *cx, int64_t max_machines)
{
    struct id id = id_make(cx->now);

    test_sql(cx,
             "INSERT INTO licence_group (tenant_id, id, name, max_machines, created_at, "
             "updated_at) VALUES (?, ?, 'Group', ?, ?, ?)",
             DB_ID(cx->tenant_id), DB_ID(id), DB_INT(max_machines), DB_TIME(cx->now),
             DB_TIME(cx->now));
    return id;
}

static void m23_a_full_group_refuses_and_the_licences_is_inherited(void **state)
{
    struct machine_site s = machine_site_open(state, NULL);
    struct id group_id = add_group(s.cx, 1);
    struct licence_answer a;

    test_ok(s.cx, licence_issue(
                      s.cx, &(struct licence_draft){.policy_id = s.policy.id, .group_id = group_id},
                      &s.licence));
    s.key = licence_site_key_auth(s.cx, s.licence);
    a = machine_site_add(&s, "1");
    assert_string_equal(licence_site_text(&a, "data/relationships/group/data/id"),
                        id_text(s.cx->mem, group_id));
    add_refused(&s, "2", "GROUP_MACHINE_LIMIT_EXCEEDED", "/data/relationships/group");
}

static void m24_an_activation_token_has_its_own_limit(void **state)
{
    struct machine_site s = machine_site_open(state, NULL);
    const char *token = licence_site_token_auth(
        s.cx, &(struct token_draft){
                  .kind = TOKEN_ACTIVATION, .licence_id = s.licence->id, .max_activations = 1});
    struct licence_answer a = machine_site_make(&s, token, "1", "", "");

    assert_int_equal(a.status, 201);
    a = machine_site_make(&s, token, "2", "", "");
    licence_site_refused(&a, 422, "ACTIVATIONS_LIMIT_EXCEEDED", "/data/attributes/activations");
}

/* --- races --- */

struct race {
    struct machine_site site;
    bool is_same;
    const char *code;
    atomic_uint created, refused, others;
};

static void take(struct ctx *cx, unsigned index, void *arg)
{
    struct race *race = arg;
    const char *fingerprint = race->is_same ? "same" : arena_printf(cx->mem, "machine-%u", index);
    const char *text;
    int status =
        licence_site_raw(cx,
                         &(struct licence_ask){.method = "POST",
                                               .path = "/v1/machines",
                                               .auth = race->site.key,
                                               .body = machine_site_body(cx, race->site.licence->id,
                                                                         fingerprint, "", "")},
                         &text);

    if (status == 201)
        atomic_fetch_add(&race->created, 1);
    else if (status == 422 && strstr(text, race->code) != NULL)
        atomic_fetch_add(&race->refused, 1);
    else
        atomic_fetch_add(&race->others, 1);
}

static void make_five(struct policy *p)
{
    p->max_machines = 5;
}

static void m25_parallel_activations_never_pass_the_limit(void **state)
{
    struct race race = {.site = machine_site_open(state, make_five),
                        .code = "MACHINE_LIMIT_EXCEEDED"};

    test_threads(race.site.cx, 50, take, &race);
    assert_int_equal(atomic_load(&race.created), 5);
    assert_int_equal(atomic_load(&race.refused), 45);
    assert_int_equal(machines(&race.site), 5);
}

static void m26_parallel_activations_of_one_machine_make_one(void **state)
{
    struct race race = {
        .site = machine_site_open(state, NULL), .is_same = true, .code = "FINGERPRINT_TAKEN"};

    test_threads(race.site.cx, 50, take, &race);
    assert_int_equal(atomic_load(&race.created), 1);
    assert_int_equal(atomic_load(&race.refused), 49);
    assert_int_equal(machines(&race.site), 1);
}

static void make_start_at_activation(struct policy *p)
{
    p->expiration_basis = POLICY_FROM_FIRST_ACTIVATION;
    p->duration_seconds = 1209600;
}

static void m27_the_first_machine_starts_the_licences_time_once(void **state)
{
    struct machine_site s = machine_site_open(state, make_start_at_activation);
    const char *path =
        arena_printf(s.cx->mem, "/v1/licenses/%s", id_text(s.cx->mem, s.licence->id));
    struct licence_answer a = machine_site_ask(&s, "GET", path, s.key, NULL);
    const char *expiry;

    assert_true(json_is_null(licence_site_at(&a, "data/attributes/expiry")));
    add_ok(&s, "1");
    a = machine_site_ask(&s, "GET", path, s.key, NULL);
    expiry = licence_site_text(&a, "data/attributes/expiry");
    assert_int_equal(strlen(expiry), 24);
    add_ok(&s, "2");
    a = machine_site_ask(&s, "GET", path, s.key, NULL);
    assert_string_equal(licence_site_text(&a, "data/attributes/expiry"), expiry);
}

static void m28_ids_and_fingerprints_do_not_meet(void **state)
{
    struct machine_site s = machine_site_open(state, NULL);
    const char *with_id = arena_printf(
        s.cx->mem,
        "{\"data\":{\"type\":\"machines\",\"id\":\"33333333-3333-4333-8333-333333333333\","
        "\"attributes\":{\"fingerprint\":\"FP\"},\"relationships\":{\"license\":{\"data\":{"
        "\"type\":\"licenses\",\"id\":\"%s\"}}}}}",
        id_text(s.cx->mem, s.licence->id));
    char *again = arena_dup(s.cx->mem, with_id);
    struct licence_answer a = machine_site_ask(&s, "POST", "/v1/machines", s.key, with_id);

    assert_int_equal(a.status, 201);
    memcpy(strstr(again, "FP"), "XX", 2);
    a = machine_site_ask(&s, "POST", "/v1/machines", s.key, again);
    licence_site_refused(&a, 422, "ID_CONFLICT", "/data/id");
    add_refused(&s, "33333333-3333-4333-8333-333333333333", "FINGERPRINT_CONFLICT", AT_FINGERPRINT);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(m01_a_machine_is_created),
        cmocka_unit_test(m02_what_is_missing_or_blank_is_a_400),
        cmocka_unit_test(m03_a_fingerprint_is_any_text_and_is_looked_up_encoded),
        cmocka_unit_test(m04_the_same_fingerprint_is_taken),
        cmocka_unit_test(m05_on_a_full_licence_the_duplicate_is_told_first),
        cmocka_unit_test(m06_uniqueness_reaches_as_far_as_the_policy_says),
        cmocka_unit_test(m07_the_fourth_of_three_is_refused),
        cmocka_unit_test(m08_overage_lets_a_quarter_half_or_all_again_in),
        cmocka_unit_test(m09_overage_may_be_without_bound),
        cmocka_unit_test(m10_a_policy_that_is_not_strict_holds_its_limit_too),
        cmocka_unit_test(m11_a_node_locked_licence_has_one_machine),
        cmocka_unit_test(m12_the_first_machine_is_never_one_too_many),
        cmocka_unit_test(m13_cores_memory_and_disk_are_limited),
        cmocka_unit_test(m14_a_change_of_cores_holds_the_limit_and_is_not_the_licences),
        cmocka_unit_test(m15_each_owner_has_an_allowance_of_his_own),
        cmocka_unit_test(m16_another_or_an_unknown_licence_is_refused),
        cmocka_unit_test(m17_an_owner_is_a_user_of_the_licence),
        cmocka_unit_test(m18_components_come_with_their_machine_or_nothing_does),
        cmocka_unit_test(m19_more_than_twenty_components_at_once_are_refused),
        cmocka_unit_test(m20_a_deleted_machine_is_gone),
        cmocka_unit_test(m21_a_machine_is_deleted_by_its_fingerprint),
        cmocka_unit_test(m22_a_fingerprint_never_changes),
        cmocka_unit_test(m23_a_full_group_refuses_and_the_licences_is_inherited),
        cmocka_unit_test(m24_an_activation_token_has_its_own_limit),
        cmocka_unit_test(m25_parallel_activations_never_pass_the_limit),
        cmocka_unit_test(m26_parallel_activations_of_one_machine_make_one),
        cmocka_unit_test(m27_the_first_machine_starts_the_licences_time_once),
        cmocka_unit_test(m28_ids_and_fingerprints_do_not_meet),
    };

    return test_group_run_around("machine_rows", TESTS, COUNT(TESTS), licence_site_start,
                                 licence_site_stop);
}
