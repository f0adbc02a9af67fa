/* The client library against the real service, over its own transport and a real socket: from a
 * licence key to a seat, offline files, and a no. */
#include "base/clock.h"
#include "licensing/client/gatehouse.h"
#include "licensing/entitlement.h"
#include "licensing/signing_key.h"
#include "tests/http/licence_site.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct vendor {
    struct ctx *cx;
    struct licence *l;
    struct gatehouse_options options; /* its texts are in cx->mem */
};

static struct vendor open_vendor(void **state)
{
    struct vendor v = {.cx = test_ctx(state)};
    struct policy policy;
    struct signing_key *keys;
    const char *port;
    size_t count;
    struct str hex;

    policy = licensing_policy(v.cx);
    policy.max_machines = 1;
    licence_site_open(v.cx);
    v.l = licensing_licence(v.cx, &policy);
    test_ok(v.cx, signing_key_list(v.cx, &keys, &count));
    hex = str_new(v.cx->mem);
    for (size_t i = 0; i < CRYPTO_PUBLIC_SIZE; i++)
        str_fmt(&hex, "%02x", keys[0].public_key[i]);
    port = strrchr(licence_site_host(v.cx), ':');
    v.options = (struct gatehouse_options){
        .url = arena_printf(v.cx->mem, "http://127.0.0.1%s", port),
        .account = id_text(v.cx->mem, v.cx->tenant_id),
        .public_keys = hex.p,
        .key = v.l->key,
        .product = id_text(v.cx->mem, v.l->product_id),
        .fingerprint = "till 7: 门店/1 + a.b",
    };
    return v;
}

static struct gatehouse *open_client(const struct gatehouse_options *options)
{
    struct gatehouse *g;

    assert_int_equal(gatehouse_open(options, &g), GATEHOUSE_OK);
    return g;
}

static enum gatehouse_state state_of(struct gatehouse *g)
{
    struct gatehouse_verdict v;
    enum gatehouse_error error = gatehouse_validate(g, &v);

    if (error != GATEHOUSE_OK)
        print_error("validate: %s (%d)\n", gatehouse_error_text(error), gatehouse_status(g));
    assert_int_equal(error, GATEHOUSE_OK);
    return v.state;
}

static void a_program_is_activated_beats_and_gives_its_seat_back(void **state)
{
    struct vendor v = open_vendor(state);
    struct gatehouse *g = open_client(&v.options), *other;
    struct gatehouse_machine first, again;

    assert_int_equal(state_of(g), GATEHOUSE_NOT_ACTIVATED);
    assert_int_equal(gatehouse_activate(g, "Till 7", &first), GATEHOUSE_OK);
    assert_false(first.is_repeated);
    assert_int_equal(state_of(g), GATEHOUSE_VALID);
    assert_int_equal(gatehouse_activate(g, "Till 7", &again), GATEHOUSE_OK);
    assert_true(again.is_repeated);
    assert_string_equal(again.id, first.id);
    assert_int_equal(gatehouse_heartbeat(g, &again), GATEHOUSE_OK);
    assert_string_equal(again.id, first.id);
    assert_true(again.next_heartbeat_at > 0);

    v.options.fingerprint = "another till";
    other = open_client(&v.options);
    assert_int_equal(gatehouse_activate(other, NULL, &again), GATEHOUSE_E_SEATS);
    assert_int_equal(gatehouse_deactivate(g), GATEHOUSE_OK);
    assert_int_equal(gatehouse_deactivate(g), GATEHOUSE_OK);
    assert_int_equal(gatehouse_activate(other, NULL, &again), GATEHOUSE_OK);
    assert_int_equal(gatehouse_heartbeat(g, NULL), GATEHOUSE_E_NOT_FOUND);
    gatehouse_close(other);
    gatehouse_close(g);
}

static void files_that_are_checked_out_open_without_the_service(void **state)
{
    static const enum gatehouse_file kinds[] = {GATEHOUSE_LICENCE_FILE, GATEHOUSE_MACHINE_FILE};
    struct vendor v = open_vendor(state);
    struct gatehouse *g = open_client(&v.options), *offline;
    struct gatehouse_machine m;

    assert_int_equal(gatehouse_activate(g, NULL, &m), GATEHOUSE_OK);
    v.options.url = NULL;
    offline = open_client(&v.options);
    for (size_t i = 0; i < 4; i++) {
        struct gatehouse_document *d;
        enum gatehouse_file kind = kinds[i / 2];
        char *text, id[GATEHOUSE_ID_SIZE];

        assert_int_equal(gatehouse_check_out(g, kind, i % 2 == 1, 86400, &text), GATEHOUSE_OK);
        assert_int_equal(gatehouse_file_open(offline, kind, text, strlen(text), &d), GATEHOUSE_OK);
        assert_int_equal(gatehouse_document_text(d, "data/id", id, sizeof id), GATEHOUSE_OK);
        assert_string_equal(id,
                            kind == GATEHOUSE_MACHINE_FILE ? m.id : id_text(v.cx->mem, v.l->id));
        gatehouse_document_free(d);
        gatehouse_free(text);
    }
    gatehouse_close(offline);
    gatehouse_close(g);
}

static void an_answer_of_the_service_serves_from_the_cache(void **state)
{
    struct vendor v = open_vendor(state);
    struct gatehouse_verdict verdict;
    struct gatehouse_machine m;
    struct gatehouse *g;

    v.options.cache_path = arena_printf(v.cx->mem, "%s/client-%s.cache", test_dir(),
                                        id_text(v.cx->mem, v.cx->tenant_id));
    g = open_client(&v.options);
    assert_int_equal(gatehouse_activate(g, NULL, &m), GATEHOUSE_OK);
    assert_int_equal(gatehouse_check(g, &verdict), GATEHOUSE_OK);
    gatehouse_close(g);
    /* Nobody listens there. */
    v.options.url = "http://127.0.0.1:1";
    g = open_client(&v.options);
    assert_int_equal(gatehouse_check(g, &verdict), GATEHOUSE_E_NETWORK);
    assert_int_equal(verdict.state, GATEHOUSE_VALID);
    assert_true(verdict.is_cached);
    assert_string_equal(verdict.licence_id, id_text(v.cx->mem, v.l->id));
    gatehouse_close(g);
    assert_int_equal(unlink(v.options.cache_path), 0);
}

static void a_key_that_nobody_has_is_invalid_and_activates_nothing(void **state)
{
    struct vendor v = open_vendor(state);
    struct gatehouse *g = open_client(&v.options);
    struct gatehouse_machine m;

    assert_int_equal(gatehouse_set_key(g, "NO-SUCH-KEY"), GATEHOUSE_OK);
    assert_int_equal(state_of(g), GATEHOUSE_INVALID);
    assert_string_equal(gatehouse_code(g), "NOT_FOUND");
    assert_int_equal(gatehouse_activate(g, NULL, &m), GATEHOUSE_E_NOT_FOUND);
    assert_int_equal(gatehouse_heartbeat(g, &m), GATEHOUSE_E_DENIED);
    assert_string_equal(gatehouse_code(g), "LICENSE_INVALID");
    gatehouse_close(g);
}

static void a_service_with_another_key_is_not_ours(void **state)
{
    struct vendor v = open_vendor(state);
    struct gatehouse_verdict verdict;
    struct gatehouse *g;

    v.options.public_keys = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    g = open_client(&v.options);
    assert_int_equal(gatehouse_check(g, &verdict), GATEHOUSE_E_SIGNATURE);
    assert_int_equal(verdict.state, GATEHOUSE_UNKNOWN);
    gatehouse_close(g);
}

/* Runs the sample program; what it printed goes to *out. */
static int run_sample(const struct vendor *v, const char *file, const char **out)
{
    char *argv[] = {arena_dup(v->cx->mem, LICENSED_APP),
                    arena_dup(v->cx->mem, v->options.url),
                    arena_dup(v->cx->mem, v->options.public_keys),
                    arena_dup(v->cx->mem, v->options.key),
                    file != NULL ? arena_dup(v->cx->mem, file) : NULL,
                    NULL};
    char *env[] = {arena_printf(v->cx->mem, "LICENSED_APP_ACCOUNT=%s", v->options.account),
                   arena_printf(v->cx->mem, "LICENSED_APP_MACHINE=%s", v->options.fingerprint),
                   NULL};
    const char *path = arena_printf(v->cx->mem, "%s/sample-%s", test_dir(), v->options.account);
    posix_spawn_file_actions_t actions;
    char text[4096];
    FILE *f;
    pid_t pid;
    int status;

    assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
    assert_int_equal(posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, path,
                                                      O_CREAT | O_TRUNC | O_WRONLY, 0600),
                     0);
    assert_int_equal(posix_spawn(&pid, LICENSED_APP, &actions, NULL, argv, env), 0);
    posix_spawn_file_actions_destroy(&actions);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    f = fopen(path, "rb");
    assert_non_null(f);
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
    assert_int_equal(unlink(path), 0);
    *out = arena_dup(v->cx->mem, text);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void the_sample_program_runs_licensed(void **state)
{
    struct vendor v = open_vendor(state);
    const char *said, *path = arena_printf(v.cx->mem, "%s/%s.lic", test_dir(), v.options.account);
    struct gatehouse *g;
    char *text;
    FILE *f;

    assert_int_equal(run_sample(&v, NULL, &said), 0);
    assert_string_equal(said,
                        "licence: not activated on this machine (NO_MACHINES)\n"
                        "activated: took a seat\n"
                        "licence: valid (VALID)\n"
                        "heartbeat, the next within 600 s\n"
                        "heartbeat, the next within 600 s\n"
                        "heartbeat, the next within 600 s\n");
    g = open_client(&v.options);
    assert_int_equal(gatehouse_check_out(g, GATEHOUSE_MACHINE_FILE, true, 0, &text), GATEHOUSE_OK);
    f = fopen(path, "wb");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    fclose(f);
    gatehouse_free(text);
    gatehouse_close(g);
    assert_int_equal(run_sample(&v, path, &said), 0);
    assert_non_null(strstr(said, "licence file: done\ngood until 20"));
    assert_int_equal(unlink(path), 0);
    v.options.fingerprint = "a machine without a seat";
    assert_int_equal(run_sample(&v, NULL, &said), 1);
    assert_non_null(strstr(said, "MACHINE_LIMIT_EXCEEDED"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_program_is_activated_beats_and_gives_its_seat_back),
        cmocka_unit_test(files_that_are_checked_out_open_without_the_service),
        cmocka_unit_test(an_answer_of_the_service_serves_from_the_cache),
        cmocka_unit_test(a_key_that_nobody_has_is_invalid_and_activates_nothing),
        cmocka_unit_test(the_sample_program_runs_licensed),
        cmocka_unit_test(a_service_with_another_key_is_not_ours),
    };

    return test_group_run_around("client_journey", tests, COUNT(tests), licence_site_start,
                                 licence_site_stop);
}
