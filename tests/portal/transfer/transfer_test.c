/* A tenant's licences out of a file and into it again. */
#include "licensing/component.h"
#include "licensing/entitlement_policy.h"
#include "licensing/licence_edit.h"
#include "licensing/licence_entitlement.h"
#include "licensing/licence_group.h"
#include "licensing/licence_import.h"
#include "licensing/licence_user.h"
#include "portal/account/user.h"
#include "portal/transfer/transfer.h"
#include "tests/licensing/licensing_make.h"

#include <string.h>

/* --- what is taken out --- */

static struct id make_user(struct ctx *cx, const char *first, const char *email, struct id group)
{
    const struct user_draft draft = {.first_name = {true, first},
                                     .last_name = {true, "Keller"},
                                     .email = email,
                                     .metadata = "{\"desk\":7}",
                                     .has_group = !id_is_zero(group),
                                     .group_id = group};
    struct user *u;

    test_ok(cx, user_add(cx, &draft, &u));
    return u->id;
}

static struct policy *make_policy(struct ctx *cx)
{
    struct policy draft = licensing_policy(cx);

    draft.name = "Yearly";
    draft.scheme = "ED25519_SIGN";
    draft.duration_seconds = 31556952;
    draft.max_machines = 4;
    draft.max_uses = 0;
    draft.overage = POLICY_OVERAGE_1_25X;
    draft.machine_uniqueness = POLICY_UNIQUE_PER_PRODUCT;
    draft.component_matching = POLICY_MATCH_MOST;
    draft.renewal = POLICY_FROM_NOW_IF_EXPIRED;
    draft.require_check_in = true;
    draft.check_in_interval = POLICY_WEEK;
    draft.check_in_count = 2;
    draft.revive = POLICY_ALWAYS_REVIVE;
    draft.cull = POLICY_KEEP_DEAD;
    draft.metadata = "{\"tier\":\"gold\"}";
    return licensing_add_policy(cx, &draft);
}

static void add_machine(struct ctx *cx, struct id licence_id, struct id owner_id)
{
    struct machine_draft draft = licensing_draft(licence_id, "4d:Eq:UV D3 \xe5\xba\x97");
    struct component *c;
    struct machine *m;

    draft.name = "Till";
    draft.cores = 8;
    draft.owner_id = owner_id;
    draft.metadata = "{\"floor\":1}";
    test_ok(cx, machine_add(cx, &draft, &m));
    test_ok(cx, licence_import_machine(cx, m->id, TEST_NOW - 5, TEST_NOW + 1000, 0));
    test_ok(cx, component_add(cx,
                              &(struct component_draft){
                                  .machine_id = m->id, .fingerprint = "disk", .name = "Disk"},
                              &c));
}

static struct licence *make_licence(struct ctx *cx, const char *code, struct id policy_id,
                                    struct id group, struct id owner)
{
    const struct licence_draft draft = {
        .policy_id = policy_id,
        .organisation_id = make_organisation(cx, code, "Marlow Grocers"),
        .owner_id = owner,
        .group_id = group,
        .name = "Three stores",
        .support_until = TEST_NOW + 7000000,
        .grace_days = 14,
        .note = "by telephone",
        .metadata = "{\"order\":\"7\"}",
        .own = {.told = 1U << LICENCE_CORES, .limits = {[LICENCE_CORES] = 64}}};
    struct licence *l;

    test_ok(cx, licence_issue(cx, &draft, &l));
    return l;
}

/* Something of everything. */
static void make_all(struct ctx *cx)
{
    struct licence_group *group;
    struct entitlement_join *join;
    struct licence_link *link;
    struct entitlement *e[2];
    struct policy *p;
    struct licence *l;
    struct id owner;
    struct id other;

    licensing_seal(cx);
    test_ok(cx, entitlement_add(cx, &(struct entitlement){.name = "A", .code = "HQ-A"}, &e[0]));
    test_ok(cx, entitlement_add(cx, &(struct entitlement){.name = "B", .code = "HQ-B"}, &e[1]));
    test_ok(cx, licence_group_add(cx,
                                  &(struct licence_group){.name = "North",
                                                          .max_users = POLICY_NO_LIMIT,
                                                          .max_licences = 9,
                                                          .max_machines = POLICY_NO_LIMIT},
                                  &group));
    p = make_policy(cx);
    test_ok(cx, entitlement_policy_attach(cx, p->id, &e[0]->id, 1, &join));
    owner = make_user(cx, "Anna", "anna@example.com", group->id);
    other = make_user(cx, "Ben", "ben@example.com", (struct id){0});
    l = make_licence(cx, "C-1", p->id, group->id, owner);
    test_ok(cx, licence_user_attach(cx, l->id, &other, 1, &link));
    test_ok(cx, licence_entitlement_attach(cx, l->id, &e[1]->id, 1, &link));
    add_machine(cx, l->id, other);
    l = make_licence(cx, "C-2", p->id, (struct id){0}, (struct id){0});
    test_ok(cx, licence_suspend(cx, l->id, "", &l));
}

static struct span export_all(struct ctx *cx, int64_t *counts)
{
    const char *path = arena_printf(cx->mem, "%s/%s", test_dir(), id_text(cx->mem, cx->tenant_id));
    FILE *file = fopen(path, "w+");
    struct str s = str_new(cx->mem);
    size_t n;

    assert_non_null(file);
    test_ok(cx, transfer_export(cx, file, counts));
    rewind(file);
    while ((n = fread(str_room(&s, 4096), 1, 4096, file)) > 0)
        s.len += n;
    fclose(file);
    return (struct span){s.p, s.len};
}

/* --- comparing --- */

/* What an installation makes by itself: links, the account, when rows of the catalogue were made,
 * and ids that nothing refers to. */
static json_t *without_own(json_t *data)
{
    const char *type = json_string_value(json_object_get(data, "type"));
    json_t *relationships = json_object_get(data, "relationships");
    json_t *attributes = json_object_get(data, "attributes");
    const char *name;
    json_t *relation;

    json_object_del(data, "links");
    json_object_del(relationships, "account");
    json_object_foreach (relationships, name, relation)
        json_object_del(relation, "links");
    json_object_del(attributes, "updated");
    if (strcmp(type, "licenses") != 0 && strcmp(type, "machines") != 0)
        json_object_del(attributes, "created");
    if (strcmp(type, "users") == 0)
        json_object_del(attributes, "status"); /* it follows from when they came */
    if (strchr(type, '-') != NULL || strcmp(type, "components") == 0)
        json_object_del(data, "id");
    return data;
}

static json_t *read_line(struct ctx *cx, struct span *rest)
{
    struct span line;
    json_t *json;

    if (!span_cut(rest, '\n', &line) || line.len == 0)
        return NULL;
    test_ok(cx, json_read(cx->mem, &cx->err, line.p, line.len, &json));
    return without_own(json_object_get(json, "data"));
}

static void assert_same(struct ctx *cx, struct span a, struct span b)
{
    for (;;) {
        json_t *x = read_line(cx, &a);
        json_t *y = read_line(cx, &b);

        if (x == NULL && y == NULL)
            return;
        assert_non_null(x);
        assert_non_null(y);
        if (!json_equal(x, y))
            fail_msg("%s\n%s", json_write(cx->mem, x), json_write(cx->mem, y));
    }
}

static struct transfer_report import(struct ctx *cx, struct span text, bool is_dry)
{
    struct transfer_report r;

    test_ok(cx, transfer_import(cx, text, is_dry, &r));
    return r;
}

static void assert_clean(const struct transfer_report *r)
{
    for (size_t i = 0; i < r->fault_count; i++)
        print_error("%zu: %s %s %s\n", r->faults[i].line, r->faults[i].pointer, r->faults[i].code,
                    r->faults[i].text);
    assert_int_equal(r->fault_total, 0);
}

/* --- the tests --- */

static void what_was_taken_out_comes_back_the_same(void **state)
{
    struct ctx *there = test_ctx(state);
    struct ctx *here;
    int64_t counts[TRANSFER_TYPE_COUNT];
    int64_t again[TRANSFER_TYPE_COUNT];
    struct transfer_report r;
    struct licence *old;
    struct licence *l;
    struct span text;
    size_t count;

    make_all(there);
    text = export_all(there, counts);
    for (int i = 0; i < TRANSFER_TYPE_COUNT; i++)
        assert_true(counts[i] > 0);
    here = test_ctx(state);
    r = import(here, text, true);
    assert_clean(&r);
    assert_memory_equal(r.added, counts, sizeof counts);
    assert_same(here, export_all(here, again), (struct span){"", 0});
    r = import(here, text, false);
    assert_clean(&r);
    assert_memory_equal(r.added, counts, sizeof counts);
    assert_same(here, export_all(here, again), text);
    test_ok(there, licence_list(there, &(struct licence_filter){0}, &old, &count));
    test_ok(here, licence_find_key(here, old[0].key, &l));
    assert_string_equal(l->serial, old[0].serial);
    assert_string_equal(l->note, old[0].note);
    assert_string_equal(l->organisation_name, "Marlow Grocers");
    assert_int_equal(l->max_cores, 64);
    r = import(here, text, false);
    assert_clean(&r);
    assert_memory_equal(r.present, counts, sizeof counts);
    assert_same(here, export_all(here, again), text);
}

static void an_import_that_was_cut_off_goes_on(void **state)
{
    struct ctx *there = test_ctx(state);
    struct ctx *here;
    int64_t counts[TRANSFER_TYPE_COUNT];
    int64_t again[TRANSFER_TYPE_COUNT];
    struct transfer_report r;
    struct span text;
    struct span part;

    make_all(there);
    text = export_all(there, counts);
    here = test_ctx(state);
    for (size_t len = 0; len < text.len; len += text.len / 5) {
        part = (struct span){text.p, len};
        while (part.len > 0 && part.p[part.len - 1] != '\n')
            part.len--;
        r = import(here, part, false);
        assert_clean(&r);
    }
    r = import(here, text, false);
    assert_clean(&r);
    assert_same(here, export_all(here, again), text);
}

static void many_licences_are_all_taken_out(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct policy draft = licensing_policy(cx);
    struct policy *p = licensing_add_policy(cx, &draft);
    int64_t counts[TRANSFER_TYPE_COUNT];
    struct licence *l;

    for (int i = 0; i < 2 * LICENCE_LIST_MAX + 1; i++)
        test_ok(cx,
                licence_import(cx,
                               &(struct licence_record){
                                   .policy_id = p->id, .key = arena_printf(cx->mem, "KEY-%06d", i)},
                               &l));
    export_all(cx, counts);
    assert_int_equal(counts[TRANSFER_LICENCE], 2 * LICENCE_LIST_MAX + 1);
}

static const char PRODUCT[] =
    "{\"id\":\"11111111-1111-4111-8111-111111111111\",\"type\":\"product\","
    "\"attributes\":{\"name\":\"Paint\",\"code\":\"paint\"}}";
static const char POLICY[] =
    "{\"id\":\"22222222-2222-4222-8222-222222222222\",\"type\":\"policies\",\"attributes\":{\"name\":"
    "\"Team\",\"floating\":true,\"maxMachines\":2,\"permissions\":[]},\"relationships\":{\"product\":"
    "{\"links\":{},\"data\":{\"type\":\"products\",\"id\":\"11111111-1111-4111-8111-111111111111\"}}}}";
static const char LICENCE[] =
    "{\"id\":\"33333333-3333-4333-8333-333333333333\",\"type\":\"licenses\",\"attributes\":{\"key\":"
    "\"C1B6DE-39A6E3\",\"expiry\":\"2027-01-02T03:04:05.678Z\",\"maxMachines\":5,\"uses\":3,"
    "\"created\":\"2024-01-02T03:04:05.678Z\"},\"relationships\":{\"policy\":{\"data\":{\"type\":"
    "\"policies\",\"id\":\"22222222-2222-4222-8222-222222222222\"}},\"owner\":{\"data\":null}}}";
static const char MACHINE[] =
    "{\"id\":\"44444444-4444-4444-8444-444444444444\",\"type\":\"machines\",\"attributes\":{"
    "\"fingerprint\":\"4d:Eq\",\"cores\":null},\"relationships\":{\"license\":{\"data\":{\"type\":"
    "\"licenses\",\"id\":\"33333333-3333-4333-8333-333333333333\"}}}}";

static void a_document_over_many_lines_in_any_order_is_taken(void **state)
{
    struct ctx *cx = test_ctx(state);
    const char *text = arena_printf(cx->mem,
                                    "{\n \"data\": [\n%s,\n%s\n],\n\"included\":[\n%s,\n{\"type\":"
                                    "\"tokens\"},%s]}\n",
                                    MACHINE, LICENCE, POLICY, PRODUCT);
    struct transfer_report r = import(cx, span_of(text), false);
    struct machine *m;
    struct licence *l;

    assert_clean(&r);
    assert_int_equal(r.skipped, 1);
    test_ok(cx, licence_find_key(cx, "C1B6DE-39A6E3", &l));
    assert_int_equal(l->max_machines, 5);
    assert_int_equal(l->uses, 3);
    assert_int_equal(l->created_at, INT64_C(1704164645678000));
    test_ok(cx, machine_list(cx, l->id, 10, &m, &(size_t){0}));
    assert_string_equal(m->fingerprint, "4d:Eq");
}

static void assert_fault(const struct transfer_report *r, size_t i, size_t line,
                         const char *pointer, const char *code)
{
    assert_true(i < r->fault_count);
    assert_int_equal(r->faults[i].line, line);
    assert_string_equal(r->faults[i].pointer, pointer);
    assert_string_equal(r->faults[i].code, code);
}

static void every_fault_is_listed_and_nothing_is_written(void **state)
{
    struct ctx *cx = test_ctx(state);
    static const char TEXT[] =
        "{\"data\":{\"id\":\"11111111-1111-4111-8111-111111111111\",\"type\":\"products\","
        "\"attributes\":{\"name\":\"Paint\",\"code\":\"paint\"}}}\n"
        "{broken\n"
        "\n"
        "{\"data\":[{\"id\":\"11111111-1111-4111-8111-111111111112\",\"type\":\"products\","
        "\"attributes\":{\"name\":\"Other\",\"code\":\"PAINT\"}},{\"type\":\"products\"}]}\n"
        "{\"id\":\"22222222-2222-4222-8222-222222222222\",\"type\":\"policies\",\"attributes\":{"
        "\"name\":\"P\",\"duration\":5,\"renewalBasis\":\"X\"},\"relationships\":{\"product\":{"
        "\"data\":{\"type\":\"products\",\"id\":\"11111111-1111-4111-8111-111111111111\"}}}}\n"
        "{\"data\":{\"id\":\"33333333-3333-4333-8333-333333333333\",\"type\":\"licenses\","
        "\"attributes\":{\"key\":\"C1B6DE-39A6E3\"},\"relationships\":{\"policy\":{\"data\":{\"type\":"
        "\"policies\",\"id\":\"22222222-2222-4222-8222-222222222229\"}}}}}\n"
        "{\"data\":{\"id\":\"x\",\"type\":\"users\"}}\n"
        "{\"data\":{\"id\":\"55555555-5555-4555-8555-555555555555\",\"type\":\"users\","
        "\"attributes\":{\"email\":\"nobody\"}}}\n"
        "{\"data\":{\"id\":\"11111111-1111-4111-8111-111111111111\",\"type\":\"products\","
        "\"attributes\":{\"name\":\"Twice\"}}}\n";
    struct transfer_report r = import(cx, span_of(TEXT), false);
    struct product *list;
    size_t count;

    assert_fault(&r, 0, 2, "", "JSON_INVALID");
    assert_fault(&r, 1, 4, "/data/1/id", "");
    assert_fault(&r, 2, 4, "/data/0/attributes/code", "CODE_TAKEN");
    assert_fault(&r, 3, 5, "/attributes/renewalBasis", "RENEWAL_BASIS_NOT_ALLOWED");
    assert_fault(&r, 4, 5, "/attributes/duration", "DURATION_INVALID");
    assert_fault(&r, 5, 6, "/data/relationships/policy", "NOT_FOUND");
    assert_fault(&r, 6, 7, "/data/id", "");
    assert_fault(&r, 7, 8, "/data/attributes/email", "EMAIL_INVALID");
    assert_fault(&r, 8, 9, "/data/id", "ID_CONFLICT");
    assert_int_equal(r.fault_total, 9);
    test_ok(cx, product_list(cx, 10, &list, &count));
    assert_int_equal(count, 0);
}

static void what_is_here_under_another_id_is_told(void **state)
{
    struct ctx *cx = test_ctx(state);
    const char *text = arena_printf(cx->mem, "%s\n%s\n%s\n", PRODUCT, POLICY, LICENCE);
    struct transfer_report r = import(cx, span_of(text), false);
    struct str other = str_new(cx->mem);

    assert_clean(&r);
    for (const char *p = text; *p != '\0'; p++)
        str_char(&other, *p == '3' && p[1] == '3' && p[2] == '3' ? '6' : *p);
    r = import(cx, span_of(other.p), true);
    assert_int_equal(r.fault_total, 1);
    assert_fault(&r, 0, 3, "/attributes/key", "KEY_TAKEN");
}

static void people_who_are_here_keep_their_id(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id anna = make_user(cx, "Anna", "anna@example.com", (struct id){0});
    static const char USER[] =
        "{\"id\":\"55555555-5555-4555-8555-555555555555\",\"type\":\"users\",\"attributes\":{"
        "\"email\":\"Anna@Example.com\",\"firstName\":\"A\"}}";
    struct str licence = str_new(cx->mem);
    const char *owner = strstr(LICENCE, "\"data\":null");
    struct transfer_report r;
    struct licence *l;

    str_add_n(&licence, LICENCE, (size_t)(owner - LICENCE));
    str_add(&licence,
            "\"data\":{\"type\":\"users\",\"id\":\"55555555-5555-4555-8555-555555555555\"}}}}");
    r = import(cx,
               span_of(arena_printf(cx->mem, "%s\n%s\n%s\n%s\n", licence.p, USER, PRODUCT, POLICY)),
               false);
    assert_clean(&r);
    assert_int_equal(r.present[TRANSFER_USER], 1);
    test_ok(cx, licence_find_key(cx, "C1B6DE-39A6E3", &l));
    assert_true(id_equal(l->owner_id, anna));
}

static void a_limit_holds_for_an_import_too(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct str text = str_new(cx->mem);
    struct transfer_report r;

    str_fmt(&text, "%s\n%s\n%s\n", PRODUCT, POLICY, LICENCE);
    for (int i = 0; i < 7; i++)
        str_fmt(
            &text,
            "{\"id\":\"44444444-4444-4444-8444-44444444444%d\",\"type\":\"machines\","
            "\"attributes\":{\"fingerprint\":\"m%d\"},\"relationships\":{\"license\":{\"data\":{"
            "\"type\":\"licenses\",\"id\":\"33333333-3333-4333-8333-333333333333\"}}}}\n",
            i, i);
    r = import(cx, (struct span){text.p, text.len}, false);
    assert_int_equal(r.added[TRANSFER_MACHINE], 5);
    assert_int_equal(r.fault_total, 2);
    assert_fault(&r, 0, 9, "", "MACHINE_LIMIT_EXCEEDED");
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(what_was_taken_out_comes_back_the_same),
        cmocka_unit_test(many_licences_are_all_taken_out),
        cmocka_unit_test(an_import_that_was_cut_off_goes_on),
        cmocka_unit_test(a_document_over_many_lines_in_any_order_is_taken),
        cmocka_unit_test(every_fault_is_listed_and_nothing_is_written),
        cmocka_unit_test(what_is_here_under_another_id_is_told),
        cmocka_unit_test(people_who_are_here_keep_their_id),
        cmocka_unit_test(a_limit_holds_for_an_import_too),
    };

    return test_group_run("transfer", TESTS, COUNT(TESTS));
}
