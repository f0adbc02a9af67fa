/* Activation and deactivation over the wire (checklist M). */
#include "base/clock.h"
#include "tests/http/licence_site.h"

#include <stdatomic.h>
#include <string.h>

static const char PATH[] = "/v1/machines";

static struct ctx *open_site(void **state)
{
    struct ctx *cx = test_ctx(state);

    licence_site_open(cx);
    return cx;
}

static const char *quoted(struct ctx *cx, const char *text)
{
    struct str s = str_new(cx->mem);

    str_json(&s, text);
    return s.p;
}

/* more: further attributes, begun by a comma; relations: further relationships, likewise. */
static const char *body_of(struct ctx *cx, struct id licence_id, const char *fingerprint,
                           const char *more, const char *relations)
{
    return arena_printf(cx->mem,
                        "{\"data\":{\"type\":\"machines\",\"attributes\":{\"fingerprint\":%s%s},"
                        "\"relationships\":{\"license\":{\"data\":{\"type\":\"licenses\","
                        "\"id\":\"%s\"}}%s}}}",
                        quoted(cx, fingerprint), more, id_text(cx->mem, licence_id), relations);
}

static struct licence_answer activate(struct ctx *cx, const struct licence *l,
                                      const char *fingerprint)
{
    return licence_site_post(cx, PATH, licence_site_key_auth(cx, l),
                             body_of(cx, l->id, fingerprint, "", ""));
}

static struct licence_answer validate(struct ctx *cx, const struct licence *l,
                                      const char *fingerprint)
{
    const char *scope =
        fingerprint == NULL
            ? ""
            : arena_printf(cx->mem, ",\"scope\":{\"fingerprint\":%s}", quoted(cx, fingerprint));

    return licence_site_post(cx, "/v1/licenses/actions/validate-key", NULL,
                             arena_printf(cx->mem, "{\"meta\":{\"key\":\"%s\"%s}}", l->key, scope));
}

static struct licence_answer delete_machine(struct ctx *cx, const char *auth, const char *name)
{
    struct str path = str_new(cx->mem);

    str_add(&path, "/v1/machines/");
    str_url(&path, name);
    return licence_site_ask(
        cx, &(struct licence_ask){.method = "DELETE", .path = path.p, .auth = auth});
}

/* The protocol's own end-to-end scenario (section 8.3), but for heartbeat and check-out. */
static void a_device_activates_validates_and_gives_its_seat_back(void **state)
{
    struct ctx *cx = open_site(state);
    struct policy draft = licensing_policy(cx);
    struct licence_answer a;
    struct licence *l;

    draft.max_machines = 2;
    draft.require_fingerprint = true;
    draft.authentication = POLICY_AUTH_LICENCE;
    l = licensing_licence(cx, &draft);
    a = validate(cx, l, "dev-1");
    assert_string_equal(licence_site_text(&a, "meta/code"), "NO_MACHINES");
    assert_true(json_is_false(licence_site_at(&a, "meta/valid")));
    a = activate(cx, l, "dev-1");
    assert_int_equal(a.status, 201);
    assert_string_equal(licence_site_header(cx, &a, "Location"),
                        licence_site_text(&a, "data/links/self"));
    assert_string_equal(licence_site_text(&a, "data/attributes/heartbeatStatus"), "NOT_STARTED");
    assert_int_equal(json_integer_value(licence_site_at(&a, "data/attributes/heartbeatDuration")),
                     600);
    assert_string_equal(licence_site_text(&a, "data/relationships/license/data/id"),
                        id_text(cx->mem, l->id));
    a = validate(cx, l, "dev-1");
    assert_string_equal(licence_site_text(&a, "meta/code"), "VALID");
    assert_int_equal(activate(cx, l, "dev-2").status, 201);
    a = activate(cx, l, "dev-3");
    licence_site_refused(&a, 422, "MACHINE_LIMIT_EXCEEDED", "/data");
    assert_string_equal(licence_site_text(&a, "errors/0/title"), "Unprocessable resource");
    a = activate(cx, l, "dev-1"); /* on a full licence the duplicate is what is told */
    licence_site_refused(&a, 422, "FINGERPRINT_TAKEN", "/data/attributes/fingerprint");
    a = delete_machine(cx, licence_site_key_auth(cx, l), "dev-1");
    assert_int_equal(a.status, 204);
    assert_string_equal(a.body, "");
    assert_string_equal(licence_site_header(cx, &a, "Content-Type"), "");
    assert_string_equal(licence_site_header(cx, &a, "Digest"),
                        "sha-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    assert_int_equal(activate(cx, l, "dev-3").status, 201);
    a = delete_machine(cx, licence_site_key_auth(cx, l), "dev-1");
    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
}

static void what_is_missing_or_blank_is_named(void **state)
{
    struct ctx *cx = open_site(state);
    struct licence *l = licensing_licence(cx, NULL);
    const char *auth = licence_site_key_auth(cx, l);
    const char *id = id_text(cx->mem, l->id);
    const struct {
        const char *body, *pointer;
    } cases[] = {
        {NULL, "/data"},
        {"{}", "/data"},
        {"{\"data\":{\"type\":\"machines\"}}", "/data/attributes"},
        {"{\"data\":{\"type\":\"machines\",\"attributes\":{}}}", "/data/attributes/fingerprint"},
        {body_of(cx, l->id, " ", "", ""), "/data/attributes/fingerprint"},
        {body_of(cx, l->id, "a", ",\"cores\":\"4\"", ""), "/data/attributes/cores"},
        {body_of(cx, l->id, "a", ",\"name\":4", ""), "/data/attributes/name"},
        {"{\"data\":{\"type\":\"machines\",\"attributes\":{\"fingerprint\":\"a\"}}}",
         "/data/relationships"},
        {"{\"data\":{\"type\":\"machines\",\"attributes\":{\"fingerprint\":\"a\"},"
         "\"relationships\":{}}}",
         "/data/relationships/license"},
        {"{\"data\":{\"type\":\"machines\",\"attributes\":{\"fingerprint\":\"a\"},"
         "\"relationships\":{\"license\":{\"data\":{\"type\":\"licenses\",\"id\":\"x\"}}}}}",
         "/data/relationships/license/data/id"},
        {body_of(cx, l->id, "a", "",
                 arena_printf(cx->mem, ",\"group\":{\"data\":{\"type\":\"groups\",\"id\":\"%s\"}}",
                              id)),
         "/data/relationships/group"}, /* staff's to choose */
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct licence_answer a = licence_site_post(cx, PATH, auth, cases[i].body);

        licence_site_refused(&a, 400, "", cases[i].pointer);
    }
}

static void numbers_out_of_range_are_refused(void **state)
{
    struct ctx *cx = open_site(state);
    struct licence *l = licensing_licence(cx, NULL);
    const char *auth = licence_site_key_auth(cx, l);
    struct licence_answer a =
        licence_site_post(cx, PATH, auth, body_of(cx, l->id, "a", ",\"cores\":0", ""));

    licence_site_refused(&a, 422, "CORES_INVALID", "/data/attributes/cores");
    a = licence_site_post(cx, PATH, auth, body_of(cx, l->id, "a", ",\"cores\":2147483648", ""));
    licence_site_refused(&a, 422, "CORES_INVALID", "/data/attributes/cores");
    a = licence_site_post(cx, PATH, auth,
                          body_of(cx, l->id, "a",
                                  ",\"cores\":8,\"memory\":9223372036854775807,\"disk\":null,"
                                  "\"hostname\":\"pos-1\",\"platform\":\"linux/amd64\",\"ip\":\"\"",
                                  ""));
    assert_int_equal(a.status, 201);
    assert_int_equal(json_integer_value(licence_site_at(&a, "data/attributes/cores")), 8);
    assert_true(json_integer_value(licence_site_at(&a, "data/attributes/memory")) == INT64_MAX);
    assert_true(json_is_null(licence_site_at(&a, "data/attributes/disk")));
    assert_true(json_is_null(licence_site_at(&a, "data/attributes/ip")));
    assert_string_equal(licence_site_text(&a, "data/attributes/hostname"), "pos-1");
}

static void a_fingerprint_is_any_text_and_finds_its_machine(void **state)
{
    struct ctx *cx = open_site(state);
    struct licence *l = licensing_licence(cx, NULL);
    const char *auth = licence_site_key_auth(cx, l);
    static const char *const PRINTS[] = {"4d:Eq:UV:D3.x", "a b/c?d+e%", "\xe6\x9c\xba\xe5\x99\xa8"};

    for (size_t i = 0; i < COUNT(PRINTS); i++) {
        struct licence_answer a = activate(cx, l, PRINTS[i]);
        struct str path = str_new(cx->mem);
        const char *id = arena_dup(cx->mem, licence_site_text(&a, "data/id"));

        assert_int_equal(a.status, 201);
        str_add(&path, "/v1/machines/");
        str_url(&path, PRINTS[i]);
        a = licence_site_get(cx, path.p, auth);
        assert_string_equal(licence_site_text(&a, "data/attributes/fingerprint"), PRINTS[i]);
        assert_string_equal(licence_site_text(&a, "data/id"), id);
        assert_int_equal(delete_machine(cx, auth, i == 0 ? id : PRINTS[i]).status, 204);
    }
    /* A fingerprint may look like an id that no machine has. */
    assert_int_equal(activate(cx, l, "33333333-3333-4333-8333-333333333333").status, 201);
    assert_int_equal(delete_machine(cx, auth, "33333333-3333-4333-8333-333333333333").status, 204);
}

static void who_names_which_licence_decides_the_refusal(void **state)
{
    struct ctx *cx = open_site(state);
    struct licence *mine = licensing_licence(cx, NULL);
    struct licence *other = licensing_licence(cx, NULL);
    struct id nobody = id_make(cx->now);
    const char *admin = licence_site_token_auth(cx, &(struct token_draft){.kind = TOKEN_ADMIN});
    const char *reader =
        licence_site_token_auth(cx, &(struct token_draft){.kind = TOKEN_READ_ONLY});
    struct licence_answer a = licence_site_post(cx, PATH, licence_site_key_auth(cx, mine),
                                                body_of(cx, other->id, "a", "", ""));

    licence_site_refused(&a, 403, "", NULL);
    a = licence_site_post(cx, PATH, admin, body_of(cx, nobody, "a", "", ""));
    licence_site_refused(&a, 422, "LICENSE_NOT_FOUND", "/data/relationships/license");
    a = licence_site_post(cx, PATH, reader, body_of(cx, mine->id, "a", "", ""));
    licence_site_refused(&a, 403, "", NULL);
    a = licence_site_post(cx, PATH, NULL, body_of(cx, mine->id, "a", "", ""));
    licence_site_refused(&a, 401, "TOKEN_MISSING", NULL);
    a = licence_site_post(cx, PATH, admin, body_of(cx, mine->id, "a", "", ""));
    assert_int_equal(a.status, 201);
    a = delete_machine(cx, reader, "a");
    licence_site_refused(&a, 403, "", NULL);
    a = delete_machine(cx, licence_site_key_auth(cx, other), "a");
    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
    a = delete_machine(cx, licence_site_key_auth(cx, other), licence_site_text(&a, "data/id"));
    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
}

static void people_activate_what_they_own_unless_it_is_protected(void **state)
{
    struct ctx *cx = open_site(state);
    struct policy draft = licensing_policy(cx);
    struct id owner = make_person(cx, "Owner", "owner@example.com");
    struct id guest = make_person(cx, "Guest", "guest@example.com");
    const char *owner_auth =
        licence_site_token_auth(cx, &(struct token_draft){.kind = TOKEN_USER, .person_id = owner});
    const char *guest_auth =
        licence_site_token_auth(cx, &(struct token_draft){.kind = TOKEN_USER, .person_id = guest});
    struct licence_draft ask = {.policy_id = licensing_add_policy(cx, &draft)->id,
                                .owner_id = owner};
    struct licence_answer a;
    struct licence *l;
    struct licence *locked;

    test_ok(cx, licence_issue(cx, &ask, &l));
    draft.is_protected = true;
    ask.policy_id = licensing_add_policy(cx, &draft)->id;
    test_ok(cx, licence_issue(cx, &ask, &locked));
    a = licence_site_post(cx, PATH, guest_auth, body_of(cx, l->id, "a", "", ""));
    licence_site_refused(&a, 403, "", NULL);
    a = licence_site_post(cx, PATH, owner_auth, body_of(cx, locked->id, "a", "", ""));
    licence_site_refused(&a, 403, "", NULL);
    a = licence_site_post(cx, PATH, owner_auth, body_of(cx, l->id, "a", "", ""));
    assert_int_equal(a.status, 201);
    a = delete_machine(cx, guest_auth, "a");
    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
    assert_int_equal(delete_machine(cx, owner_auth, "a").status, 204);
    a = licence_site_get(cx, "/v1/me", owner_auth);
    assert_string_equal(licence_site_text(&a, "data/type"), "users");
    assert_string_equal(licence_site_text(&a, "data/attributes/email"), "owner@example.com");
}

static void an_owner_is_a_user_of_the_licence(void **state)
{
    struct ctx *cx = open_site(state);
    struct licence *l = licensing_licence(cx, NULL);
    struct id guest = make_person(cx, "Guest", "guest@example.com");
    const char *relation =
        arena_printf(cx->mem, ",\"owner\":{\"data\":{\"type\":\"users\",\"id\":\"%s\"}}",
                     id_text(cx->mem, guest));
    struct licence_answer a = licence_site_post(cx, PATH, licence_site_key_auth(cx, l),
                                                body_of(cx, l->id, "a", "", relation));

    licence_site_refused(&a, 422, "OWNER_INVALID", "/data/relationships/owner");
    relation =
        ",\"owner\":{\"data\":{\"type\":\"users\","
        "\"id\":\"33333333-3333-4333-8333-333333333333\"}}";
    a = licence_site_post(cx, PATH, licence_site_key_auth(cx, l),
                          body_of(cx, l->id, "a", "", relation));
    licence_site_refused(&a, 422, "OWNER_NOT_FOUND", "/data/relationships/owner");
    a = licence_site_ask(cx, &(struct licence_ask){.method = "POST",
                                                   .path = PATH,
                                                   .auth = licence_site_key_auth(cx, l),
                                                   .headers = "Keygen-Version: 1.5\r\n",
                                                   .body = body_of(cx, l->id, "a", "", relation)});
    licence_site_refused(&a, 422, "USER_NOT_FOUND", "/data/relationships/user");
    relation = ",\"owner\":{\"data\":null}";
    a = licence_site_post(cx, PATH, licence_site_key_auth(cx, l),
                          body_of(cx, l->id, "a", "", relation));
    assert_int_equal(a.status, 201);
}

static const char *components_of(struct ctx *cx, size_t count, const char *repeated)
{
    struct str s = str_new(cx->mem);

    str_add(&s, ",\"components\":{\"data\":[");
    for (size_t i = 0; i < count; i++)
        str_fmt(&s,
                "%s{\"type\":\"components\",\"attributes\":{\"fingerprint\":\"%s%zu\","
                "\"name\":\"part\"}}",
                i > 0 ? "," : "", repeated != NULL ? repeated : "c", repeated != NULL ? 0 : i);
    str_add(&s, "]}");
    return s.p;
}

static void components_are_activated_with_their_machine(void **state)
{
    struct ctx *cx = open_site(state);
    struct licence *l = licensing_licence(cx, NULL);
    const char *auth = licence_site_key_auth(cx, l);
    struct licence_answer a = licence_site_post(
        cx, PATH, auth, body_of(cx, l->id, "a", "", components_of(cx, 2, "same")));

    licence_site_refused(&a, 422, "COMPONENTS_FINGERPRINT_CONFLICT",
                         "/data/relationships/components/data/1/attributes/fingerprint");
    a = licence_site_post(cx, PATH, auth, body_of(cx, l->id, "a", "", components_of(cx, 21, NULL)));
    licence_site_refused(&a, 422, "", "/data/relationships/components");
    a = licence_site_get(cx, "/v1/machines/a", auth);
    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
    a = licence_site_post(cx, PATH, auth, body_of(cx, l->id, "a", "", components_of(cx, 20, NULL)));
    assert_int_equal(a.status, 201);
    a = licence_site_post(cx, "/v1/licenses/actions/validate-key", NULL,
                          arena_printf(cx->mem,
                                       "{\"meta\":{\"key\":\"%s\",\"scope\":{\"fingerprint\":\"a\","
                                       "\"components\":[\"c1\",\"c1\",null]}}}",
                                       l->key));
    assert_string_equal(licence_site_text(&a, "meta/code"), "VALID");
}

static void a_client_may_choose_the_id_once(void **state)
{
    struct ctx *cx = open_site(state);
    struct licence *l = licensing_licence(cx, NULL);
    const char *body = arena_printf(
        cx->mem,
        "{\"data\":{\"type\":\"machines\",\"id\":\"33333333-3333-4333-8333-333333333333\","
        "\"attributes\":{\"fingerprint\":\"%%s\"},\"relationships\":{\"license\":{\"data\":{"
        "\"type\":\"licenses\",\"id\":\"%s\"}}}}}",
        id_text(cx->mem, l->id));
    const char *auth = licence_site_key_auth(cx, l);
    const char *gap = strstr(body, "%s");
    struct licence_answer a = licence_site_post(
        cx, PATH, auth, arena_printf(cx->mem, "%.*sone%s", (int)(gap - body), body, gap + 2));

    assert_int_equal(a.status, 201);
    assert_string_equal(licence_site_text(&a, "data/id"), "33333333-3333-4333-8333-333333333333");
    a = licence_site_post(cx, PATH, auth,
                          arena_printf(cx->mem, "%.*stwo%s", (int)(gap - body), body, gap + 2));
    licence_site_refused(&a, 422, "ID_CONFLICT", "/data/id");
    a = activate(cx, l, "33333333-3333-4333-8333-333333333333");
    licence_site_refused(&a, 422, "FINGERPRINT_CONFLICT", "/data/attributes/fingerprint");
}

static void an_activation_token_has_its_own_limit(void **state)
{
    struct ctx *cx = open_site(state);
    struct licence *l = licensing_licence(cx, NULL);
    const char *auth = licence_site_token_auth(
        cx,
        &(struct token_draft){.kind = TOKEN_ACTIVATION, .licence_id = l->id, .max_activations = 1});
    struct licence_answer a = licence_site_post(cx, PATH, auth, body_of(cx, l->id, "a", "", ""));

    assert_int_equal(a.status, 201);
    a = licence_site_post(cx, PATH, auth, body_of(cx, l->id, "b", "", ""));
    licence_site_refused(&a, 422, "ACTIVATIONS_LIMIT_EXCEEDED", "/data/attributes/activations");
}

static void a_suspended_licence_activates_by_token_but_not_by_key(void **state)
{
    struct ctx *cx = open_site(state);
    struct licence *l = licensing_licence(cx, NULL);
    const char *token = licence_site_token_auth(
        cx, &(struct token_draft){.kind = TOKEN_ACTIVATION, .licence_id = l->id});
    struct licence_answer a;

    test_ok(cx, licence_suspend(cx, l->id, "", &l));
    a = activate(cx, l, "a");
    licence_site_refused(&a, 403, "LICENSE_SUSPENDED", NULL);
    a = licence_site_post(cx, PATH, token, body_of(cx, l->id, "a", "", ""));
    assert_int_equal(a.status, 201);
}

static void a_machine_tells_that_it_is_alive(void **state)
{
    struct ctx *cx = open_site(state);
    struct licence *l = licensing_licence(cx, NULL);
    const char *auth = licence_site_key_auth(cx, l);
    const char *admin = licence_site_token_auth(cx, &(struct token_draft){.kind = TOKEN_ADMIN});
    static const char *const PATHS[] = {"/v1/machines/fp/actions/ping",
                                        "/v1/machines/fp/actions/ping-heartbeat"};
    struct licence_answer a;

    assert_int_equal(activate(cx, l, "fp").status, 201);
    for (size_t i = 0; i < COUNT(PATHS); i++) {
        a = licence_site_post(cx, PATHS[i], auth, NULL);
        assert_int_equal(a.status, 200);
        assert_string_equal(licence_site_text(&a, "data/attributes/heartbeatStatus"), "ALIVE");
        assert_true(json_is_true(licence_site_at(&a, "data/attributes/requireHeartbeat")));
        assert_int_equal(strlen(licence_site_text(&a, "data/attributes/nextHeartbeat")), 24);
    }
    a = licence_site_post(cx, "/v1/machines/fp/actions/reset", auth, NULL);
    licence_site_refused(&a, 403, "", NULL);
    a = licence_site_post(cx, "/v1/machines/fp/actions/reset-heartbeat", admin, NULL);
    assert_string_equal(licence_site_text(&a, "data/attributes/heartbeatStatus"), "NOT_STARTED");
    test_sql(cx,
             "UPDATE machine SET last_heartbeat_at = '2020-01-01' WHERE tenant_id = ? "
             "AND licence_id = ?",
             DB_ID(cx->tenant_id), DB_ID(l->id));
    a = licence_site_post(cx, PATHS[0], auth, NULL);
    licence_site_refused(&a, 422, "MACHINE_HEARTBEAT_DEAD", NULL);
    assert_null(licence_site_at(&a, "errors/0/source"));
    assert_string_equal(licence_site_text(&a, "errors/0/title"), "Unprocessable entity");
}

/* --- races on real connections --- */

struct race {
    struct licence *licence;
    bool is_same;
    atomic_uint created, refused, others;
    const char *code;
};

static void take(struct ctx *cx, unsigned index, void *arg)
{
    struct race *race = arg;
    const char *fingerprint = race->is_same ? "same" : arena_printf(cx->mem, "machine-%u", index);
    const char *text;
    int status = licence_site_raw(
        cx,
        &(struct licence_ask){.method = "POST",
                              .path = PATH,
                              .auth = licence_site_key_auth(cx, race->licence),
                              .body = body_of(cx, race->licence->id, fingerprint, "", "")},
        &text);

    if (status == 201)
        atomic_fetch_add(&race->created, 1);
    else if (status == 422 && strstr(text, race->code) != NULL)
        atomic_fetch_add(&race->refused, 1);
    else
        atomic_fetch_add(&race->others, 1);
}

static void fifty_parallel_activations_of_five_seats_create_exactly_five(void **state)
{
    struct ctx *cx = open_site(state);
    struct policy draft = licensing_policy(cx);
    struct race race = {.code = "MACHINE_LIMIT_EXCEEDED"};

    draft.max_machines = 5;
    race.licence = licensing_licence(cx, &draft);
    test_threads(cx, 50, take, &race);
    assert_int_equal(atomic_load(&race.created), 5);
    assert_int_equal(atomic_load(&race.refused), 45);
    assert_int_equal(atomic_load(&race.others), 0);
}

static void fifty_parallel_activations_of_one_machine_create_exactly_one(void **state)
{
    struct ctx *cx = open_site(state);
    struct race race = {.is_same = true, .code = "FINGERPRINT_TAKEN"};

    race.licence = licensing_licence(cx, NULL);
    test_threads(cx, 50, take, &race);
    assert_int_equal(atomic_load(&race.created), 1);
    assert_int_equal(atomic_load(&race.refused), 49);
    assert_int_equal(atomic_load(&race.others), 0);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_device_activates_validates_and_gives_its_seat_back),
        cmocka_unit_test(what_is_missing_or_blank_is_named),
        cmocka_unit_test(numbers_out_of_range_are_refused),
        cmocka_unit_test(a_fingerprint_is_any_text_and_finds_its_machine),
        cmocka_unit_test(who_names_which_licence_decides_the_refusal),
        cmocka_unit_test(people_activate_what_they_own_unless_it_is_protected),
        cmocka_unit_test(an_owner_is_a_user_of_the_licence),
        cmocka_unit_test(components_are_activated_with_their_machine),
        cmocka_unit_test(a_client_may_choose_the_id_once),
        cmocka_unit_test(an_activation_token_has_its_own_limit),
        cmocka_unit_test(a_suspended_licence_activates_by_token_but_not_by_key),
        cmocka_unit_test(a_machine_tells_that_it_is_alive),
        cmocka_unit_test(fifty_parallel_activations_of_five_seats_create_exactly_five),
        cmocka_unit_test(fifty_parallel_activations_of_one_machine_create_exactly_one),
    };

    return test_group_run_around("machine_wire", TESTS, COUNT(TESTS), licence_site_start,
                                 licence_site_stop);
}
