/* The checklist's rows P, each by its number; and lists and relations of what hangs on machines. */
#include "base/clock.h"
#include "licensing/process.h"
#include "tests/http/machine_site.h"

#include <stdatomic.h>
#include <string.h>

static struct licence_answer run(const struct machine_site *s, const char *machine_id,
                                 const char *pid)
{
    return machine_site_part(s, s->key, "processes", machine_id,
                             arena_printf(s->cx->mem, "{\"pid\":\"%s\"}", pid));
}

static const char *add_machine(const struct machine_site *s, const char *fingerprint)
{
    struct licence_answer a = machine_site_add(s, fingerprint);

    assert_int_equal(a.status, 201);
    return arena_dup(s->cx->mem, licence_site_text(&a, "data/id"));
}

static void make_two_minutes(struct policy *p)
{
    p->heartbeat_seconds = 120;
}

static void p01_a_process_starts_alive(void **state)
{
    struct machine_site s = machine_site_open(state, make_two_minutes);
    const char *machine = add_machine(&s, "fp");
    struct licence_answer a = run(&s, machine, "1");

    assert_int_equal(a.status, 201);
    assert_string_equal(licence_site_header(s.cx, &a, "Location"),
                        licence_site_text(&a, "data/links/self"));
    assert_string_equal(licence_site_text(&a, "data/attributes/status"), "ALIVE");
    assert_int_equal(json_integer_value(licence_site_at(&a, "data/attributes/interval")), 120);
    assert_string_equal(licence_site_text(&a, "data/attributes/lastHeartbeat"),
                        licence_site_text(&a, "data/attributes/created"));
    assert_string_equal(licence_site_text(&a, "data/relationships/machine/data/id"), machine);
    a = machine_site_ask(&s, "GET", machine_site_path(&s, &a, "processes", ""), s.key, NULL);
    assert_string_equal(licence_site_text(&a, "data/attributes/pid"), "1");
    a = machine_site_ask(&s, "DELETE", machine_site_path(&s, &a, "processes", ""), s.key, NULL);
    assert_int_equal(a.status, 204);
    assert_int_equal(run(&s, machine, "1").status, 201);
}

static void p02_a_pid_is_taken_on_its_machine_alone(void **state)
{
    struct machine_site s = machine_site_open(state, NULL);
    const char *one = add_machine(&s, "1");
    const char *two = add_machine(&s, "2");
    struct licence_answer a = run(&s, one, "7");

    assert_int_equal(a.status, 201);
    a = run(&s, one, "7");
    licence_site_refused(&a, 422, "PID_TAKEN", "/data/attributes/pid");
    assert_int_equal(run(&s, two, "7").status, 201);
}

static void make_per_machine(struct policy *p)
{
    p->max_processes = 1;
    p->process_leasing = POLICY_PER_MACHINE;
}

static void make_per_licence(struct policy *p)
{
    p->max_processes = 2;
    p->process_leasing = POLICY_PER_LICENCE;
}

static void make_per_user(struct policy *p)
{
    p->max_processes = 1;
    p->process_leasing = POLICY_PER_USER;
}

static void refused_full(const struct machine_site *s, const char *machine_id, const char *pid)
{
    struct licence_answer a = run(s, machine_id, pid);

    licence_site_refused(&a, 422, "MACHINE_PROCESS_LIMIT_EXCEEDED", "/data");
}

static void p03_processes_are_limited_per_machine_licence_or_user(void **state)
{
    struct machine_site s = machine_site_open(state, make_per_machine);
    const char *one = add_machine(&s, "1");
    const char *two = add_machine(&s, "2");
    struct id owner;
    struct licence_answer a;

    assert_int_equal(run(&s, one, "1").status, 201);
    refused_full(&s, one, "2");
    assert_int_equal(run(&s, two, "1").status, 201);

    s = machine_site_open(state, make_per_licence);
    one = add_machine(&s, "1");
    two = add_machine(&s, "2");
    assert_int_equal(run(&s, one, "1").status, 201);
    assert_int_equal(run(&s, two, "1").status, 201);
    refused_full(&s, one, "2");

    s = machine_site_open(state, make_per_user);
    owner = make_person(s.cx, "Owner", "owner@example.com");
    machine_site_own(&s, owner);
    one = add_machine(&s, "1");
    a = machine_site_make(&s, s.key, "2", "", machine_site_relation(s.cx, "owner", "users", owner));
    two = arena_dup(s.cx->mem, licence_site_text(&a, "data/id"));
    assert_int_equal(run(&s, one, "1").status, 201);
    refused_full(&s, one, "2");
    assert_int_equal(run(&s, two, "1").status, 201);
    refused_full(&s, two, "2");
}

static void p04_a_pid_is_text_and_its_machine_is_there(void **state)
{
    struct machine_site s = machine_site_open(state, NULL);
    struct machine_site other = s;
    const char *machine = add_machine(&s, "fp");
    struct licence_answer a = machine_site_part(&s, s.key, "processes", machine, "{\"pid\":1234}");

    licence_site_refused(&a, 400, "", "/data/attributes/pid");
    a = machine_site_part(&s, s.key, "processes", machine, "{}");
    licence_site_refused(&a, 400, "", "/data/attributes/pid");
    a = run(&s, id_text(s.cx->mem, id_make(s.cx->now)), "1");
    licence_site_refused(&a, 422, "MACHINE_NOT_FOUND", "/data/relationships/machine");
    other.licence = machine_site_licence(&s, NULL);
    other.key = licence_site_key_auth(s.cx, other.licence);
    a = run(&other, machine, "1"); /* another licence's */
    licence_site_refused(&a, 403, "", NULL);
}

static void age(const struct machine_site *s, int64_t seconds)
{
    test_sql(s->cx,
             "UPDATE process SET last_heartbeat_at = last_heartbeat_at - INTERVAL ? SECOND "
             "WHERE tenant_id = ? AND licence_id = ?",
             DB_INT(seconds), DB_ID(s->cx->tenant_id), DB_ID(s->licence->id));
}

static void make_reviving(struct policy *p)
{
    p->revive = POLICY_REVIVE_1_MINUTE;
}

static void p05_a_dead_process_comes_back_as_machines_do(void **state)
{
    struct machine_site s = machine_site_open(state, make_reviving);
    struct licence_answer a = run(&s, add_machine(&s, "fp"), "1");
    const char *path = machine_site_path(&s, &a, "processes", "");
    const char *ping = arena_printf(s.cx->mem, "%s/actions/ping", path);

    a = machine_site_ask(&s, "POST", ping, s.key, NULL);
    assert_string_equal(licence_site_text(&a, "data/attributes/status"), "ALIVE");
    age(&s, 600 + 50);
    a = machine_site_ask(&s, "GET", path, s.key, NULL);
    assert_string_equal(licence_site_text(&a, "data/attributes/status"), "DEAD");
    a = machine_site_ask(&s, "POST", ping, s.key, NULL);
    assert_string_equal(licence_site_text(&a, "data/attributes/status"), "RESURRECTED");
    a = machine_site_ask(&s, "GET", path, s.key, NULL);
    assert_string_equal(licence_site_text(&a, "data/attributes/status"), "ALIVE");
    age(&s, 600 + 61);
    a = machine_site_ask(&s, "POST", ping, s.key, NULL);
    licence_site_refused(&a, 422, "PROCESS_HEARTBEAT_DEAD", NULL);
    assert_string_equal(licence_site_text(&a, "errors/0/title"), "Unprocessable entity");
}

static void p06_processes_go_with_their_machine(void **state)
{
    struct machine_site s = machine_site_open(state, NULL);
    struct licence_answer a = run(&s, add_machine(&s, "fp"), "1");
    const char *path = machine_site_path(&s, &a, "processes", "");

    assert_int_equal(machine_site_ask(&s, "DELETE", "/v1/machines/fp", s.key, NULL).status, 204);
    assert_int_equal(machine_site_ask(&s, "GET", path, s.key, NULL).status, 404);
    assert_int_equal(
        machine_site_ask(&s, "POST", arena_printf(s.cx->mem, "%s/actions/ping", path), s.key, NULL)
            .status,
        404);
}

/* --- races --- */

struct race {
    struct machine_site site;
    const char *machines[2];
    atomic_uint created, refused, others;
};

static void start(struct ctx *cx, unsigned index, void *arg)
{
    struct race *race = arg;
    const char *text;
    int status = licence_site_raw(
        cx,
        &(struct licence_ask){
            .method = "POST",
            .path = "/v1/processes",
            .auth = race->site.key,
            .body = arena_printf(
                cx->mem,
                "{\"data\":{\"type\":\"processes\",\"attributes\":{\"pid\":\"p%u\"},"
                "\"relationships\":{\"machine\":{\"data\":{\"type\":\"machines\",\"id\":\"%s\"}}}}}",
                index, race->machines[index % 2])},
        &text);

    if (status == 201)
        atomic_fetch_add(&race->created, 1);
    else if (status == 422 && strstr(text, "MACHINE_PROCESS_LIMIT_EXCEEDED") != NULL)
        atomic_fetch_add(&race->refused, 1);
    else
        atomic_fetch_add(&race->others, 1);
}

static void race_of(void **state, void (*prepare)(struct policy *draft), unsigned machines,
                    unsigned fit)
{
    struct race race = {.site = machine_site_open(state, prepare)};

    race.machines[0] = add_machine(&race.site, "1");
    race.machines[1] = machines == 1 ? race.machines[0] : add_machine(&race.site, "2");
    test_threads(race.site.cx, 30, start, &race);
    assert_int_equal(atomic_load(&race.others), 0);
    assert_int_equal(atomic_load(&race.created), fit);
    assert_int_equal(test_i64(race.site.cx, "SELECT COUNT(*) FROM process WHERE tenant_id = ?",
                              DB_ID(race.site.cx->tenant_id)),
                     fit);
}

static void make_five_per_machine(struct policy *p)
{
    p->max_processes = 5;
}

static void make_five_per_licence(struct policy *p)
{
    p->max_processes = 5;
    p->process_leasing = POLICY_PER_LICENCE;
}

static void make_five_per_user(struct policy *p)
{
    p->max_processes = 5;
    p->process_leasing = POLICY_PER_USER;
}

static void p07_parallel_starts_never_pass_the_limit(void **state)
{
    race_of(state, make_five_per_machine, 1, 5);
    race_of(state, make_five_per_machine, 2, 10);
    race_of(state, make_five_per_licence, 2, 5);
    race_of(state, make_five_per_user, 2, 5);
}

/* --- components --- */

static struct licence_answer attach(const struct machine_site *s, const char *machine_id,
                                    const char *fingerprint)
{
    return machine_site_part(
        s, s->key, "components", machine_id,
        arena_printf(s->cx->mem, "{\"fingerprint\":\"%s\",\"name\":\"CPU\"}", fingerprint));
}

static void p08_components_are_unique_as_the_policy_says(void **state)
{
    static const enum policy_uniqueness SCOPES[] = {
        POLICY_UNIQUE_PER_MACHINE, POLICY_UNIQUE_PER_LICENCE, POLICY_UNIQUE_PER_POLICY,
        POLICY_UNIQUE_PER_PRODUCT, POLICY_UNIQUE_PER_ACCOUNT};

    for (size_t i = 0; i < COUNT(SCOPES); i++) {
        struct machine_site s = machine_site_open(state, NULL);
        struct policy draft = s.policy;
        struct licence *licences[4];

        draft.id = (struct id){0};
        draft.component_uniqueness = SCOPES[i];
        s.policy = *licensing_add_policy(s.cx, &draft);
        licences[0] = licences[1] = machine_site_licence(&s, NULL);
        licences[2] = machine_site_licence(&s, NULL);   /* of the same policy */
        licences[3] = machine_site_licence(&s, &draft); /* of the same product */
        for (size_t k = 0; k < COUNT(licences); k++) {
            bool is_free = k == 0 || SCOPES[i] < (k == 1   ? POLICY_UNIQUE_PER_LICENCE
                                                  : k == 2 ? POLICY_UNIQUE_PER_POLICY
                                                           : POLICY_UNIQUE_PER_PRODUCT);
            struct licence_answer a;

            s.licence = licences[k];
            s.key = licence_site_key_auth(s.cx, s.licence);
            a = attach(&s, add_machine(&s, arena_printf(s.cx->mem, "m%zu", k)), "c");
            if (is_free)
                assert_int_equal(a.status, 201);
            else
                licence_site_refused(&a, 422, "FINGERPRINT_TAKEN", "/data/attributes/fingerprint");
            if (is_free && k > 0)
                test_sql(s.cx,
                         "DELETE FROM component WHERE tenant_id = ? AND machine_id <> "
                         "(SELECT MIN(id) FROM machine WHERE tenant_id = ?)",
                         DB_ID(s.cx->tenant_id), DB_ID(s.cx->tenant_id));
        }
    }
}

static void p08_components_change_their_name_alone(void **state)
{
    struct machine_site s = machine_site_open(state, NULL);
    const char *machine = add_machine(&s, "fp");
    struct licence_answer a = attach(&s, machine, "c");
    const char *path = machine_site_path(&s, &a, "components", "");

    assert_int_equal(a.status, 201);
    a = attach(&s, machine, "c");
    licence_site_refused(&a, 422, "FINGERPRINT_TAKEN", "/data/attributes/fingerprint");
    a = machine_site_ask(
        &s, "PATCH", path, s.key,
        "{\"data\":{\"type\":\"components\",\"attributes\":{\"fingerprint\":\"d\"}}"
        "}");
    licence_site_refused(&a, 400, "", "/data/attributes/fingerprint");
    a = machine_site_part(&s, s.key, "components", machine, "{\"fingerprint\":\"e\"}");
    licence_site_refused(&a, 400, "", "/data/attributes/name");
    a = machine_site_part(&s, s.key, "components", machine,
                          "{\"fingerprint\":\"actions\",\"name\":\"x\"}");
    licence_site_refused(&a, 422, "FINGERPRINT_NOT_ALLOWED", "/data/attributes/fingerprint");
    a = machine_site_ask(&s, "PUT", path, s.key,
                         "{\"data\":{\"type\":\"component\",\"attributes\":{\"name\":\"GPU\","
                         "\"metadata\":{\"slot\":2}}}}");
    assert_string_equal(licence_site_text(&a, "data/attributes/name"), "GPU");
    a = machine_site_ask(&s, "GET", path, s.key, NULL);
    assert_int_equal(json_integer_value(licence_site_at(&a, "data/attributes/metadata/slot")), 2);
    assert_int_equal(machine_site_ask(&s, "DELETE", path, s.key, NULL).status, 204);
    assert_int_equal(machine_site_ask(&s, "GET", path, s.key, NULL).status, 404);
}

/* --- changes, relations, scope --- */

static void a_process_changes_its_metadata_by_staff_alone(void **state)
{
    struct machine_site s = machine_site_open(state, NULL);
    struct licence_answer a = run(&s, add_machine(&s, "fp"), "1");
    const char *path = machine_site_path(&s, &a, "processes", "");
    static const char BODY[] =
        "{\"data\":{\"type\":\"processes\",\"attributes\":{\"metadata\":{\"a\":1}}}}";

    a = machine_site_ask(&s, "PATCH", path, s.key, BODY);
    licence_site_refused(&a, 400, "", "/data/attributes/metadata");
    a = machine_site_ask(&s, "PATCH", path, s.admin, BODY);
    assert_int_equal(json_integer_value(licence_site_at(&a, "data/attributes/metadata/a")), 1);
    a = machine_site_ask(&s, "PATCH", path, s.admin,
                         "{\"data\":{\"type\":\"processes\",\"attributes\":{\"pid\":\"2\"}}}");
    licence_site_refused(&a, 400, "", "/data/attributes/pid");
}

static void what_hangs_on_machines_leads_back_to_what_it_belongs_to(void **state)
{
    struct machine_site s = machine_site_open(state, NULL);
    const char *machine = add_machine(&s, "fp");
    struct licence_answer process = run(&s, machine, "1");
    struct licence_answer component = attach(&s, machine, "c");
    struct {
        const char *type, *base;
    } parts[] = {{"processes", machine_site_path(&s, &process, "processes", "")},
                 {"components", machine_site_path(&s, &component, "components", "")}};
    struct licence_answer a;

    for (size_t i = 0; i < COUNT(parts); i++) {
        a = licence_site_get(s.cx, arena_printf(s.cx->mem, "%s/machine", parts[i].base), s.key);
        assert_string_equal(licence_site_text(&a, "data/id"), machine);
        a = licence_site_get(s.cx, arena_printf(s.cx->mem, "%s/license", parts[i].base), s.key);
        assert_string_equal(licence_site_text(&a, "data/id"), id_text(s.cx->mem, s.licence->id));
        a = licence_site_get(s.cx, arena_printf(s.cx->mem, "%s/product", parts[i].base), s.admin);
        assert_string_equal(licence_site_text(&a, "data/type"), "products");
        a = licence_site_get(s.cx, arena_printf(s.cx->mem, "%s/product", parts[i].base), s.key);
        licence_site_refused(&a, 403, "", NULL);
        a = licence_site_get(
            s.cx, arena_printf(s.cx->mem, "/v1/%s?machine=%s", parts[i].type, machine), s.key);
        assert_int_equal(json_array_size(licence_site_at(&a, "data")), 1);
        a = licence_site_get(s.cx, arena_printf(s.cx->mem, "/v1/%s?machine=none", parts[i].type),
                             s.admin);
        assert_int_equal(json_array_size(licence_site_at(&a, "data")), 0);
    }
    a = licence_site_get(s.cx, "/v1/processes?status=alive", s.admin);
    assert_int_equal(json_array_size(licence_site_at(&a, "data")), 1);
    a = licence_site_get(s.cx, "/v1/processes?status=DEAD", s.admin);
    assert_int_equal(json_array_size(licence_site_at(&a, "data")), 0);
    a = licence_site_get(s.cx, "/v1/machines/fp/processes?page[number]=1", s.key);
    assert_int_equal(json_integer_value(licence_site_at(&a, "links/meta/count")), 1);
}

static void another_licences_parts_are_not_there(void **state)
{
    struct machine_site s = machine_site_open(state, NULL);
    const char *machine = add_machine(&s, "fp");
    struct licence_answer process = run(&s, machine, "1");
    struct licence_answer component = attach(&s, machine, "c");
    const char *paths[] = {machine_site_path(&s, &process, "processes", ""),
                           machine_site_path(&s, &component, "components", "")};
    const char *other = licence_site_key_auth(s.cx, machine_site_licence(&s, NULL));
    static const char *const METHODS[] = {"GET", "DELETE"};
    struct licence_answer a;

    for (size_t i = 0; i < COUNT(paths); i++)
        for (size_t k = 0; k < COUNT(METHODS); k++) {
            a = machine_site_ask(&s, METHODS[k], paths[i], other, NULL);
            licence_site_refused(&a, 404, "NOT_FOUND", NULL);
        }
    a = licence_site_get(s.cx, "/v1/processes", other);
    assert_int_equal(json_array_size(licence_site_at(&a, "data")), 0);
    a = licence_site_get(s.cx, "/v1/components", other);
    assert_int_equal(json_array_size(licence_site_at(&a, "data")), 0);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(p01_a_process_starts_alive),
        cmocka_unit_test(p02_a_pid_is_taken_on_its_machine_alone),
        cmocka_unit_test(p03_processes_are_limited_per_machine_licence_or_user),
        cmocka_unit_test(p04_a_pid_is_text_and_its_machine_is_there),
        cmocka_unit_test(p05_a_dead_process_comes_back_as_machines_do),
        cmocka_unit_test(p06_processes_go_with_their_machine),
        cmocka_unit_test(p07_parallel_starts_never_pass_the_limit),
        cmocka_unit_test(p08_components_are_unique_as_the_policy_says),
        cmocka_unit_test(p08_components_change_their_name_alone),
        cmocka_unit_test(a_process_changes_its_metadata_by_staff_alone),
        cmocka_unit_test(what_hangs_on_machines_leads_back_to_what_it_belongs_to),
        cmocka_unit_test(another_licences_parts_are_not_there),
    };

    return test_group_run_around("process_rows", TESTS, COUNT(TESTS), licence_site_start,
                                 licence_site_stop);
}
