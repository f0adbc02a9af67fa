/* Never over the limit, with server processes of their own: several on one database, and one that
 * is killed in the middle of a burst. The program starts itself again to serve. */
#include "base/child.h"
#include "base/parse.h"
#include "portal/account/tenant.h"
#include "portal/api/licence_serve.h"
#include "portal/http/server.h"
#include "tests/http/machine_site.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* --- the child: a licence service, nothing else --- */

static int serve(const char *database, const char *key_file)
{
    static struct app app;
    struct arena *mem = arena_make(16 * 1024);
    struct server_spec spec = {.name = "licensing",
                               .routes = SERVICE_ROUTES,
                               .listen = "127.0.0.1:0",
                               .threads = 64,
                               .is_licensing = true,
                               .app = &app,
                               .serve = licence_serve};
    struct db_target target;
    struct err err = {0};
    struct server *server;

    crypto_init();
    db_library_init();
    json_object_seed(0);
    if (!db_target_parse(&err, mem, database, &target))
        return 1;
    app.licensing_pool = spec.pool = db_pool_make(&target, 16);
    app.config = (struct config){.trusted_proxies = "",
                                 .tenant_default = "",
                                 .body_deadline_ms = 15000,
                                 .licence_cache_entries = 1000};
    app.tenants = tenant_cache_make();
    if (!crypto_master_open(&err, key_file, false, &app.master) ||
        !licence_serve_start(&app, &err) || !server_start(&err, &spec, &server)) {
        fprintf(stderr, "child: %s\n", err.oper);
        return 1;
    }
    printf("%u\n", server_port(server));
    fflush(stdout);
    for (;;)
        pause(); /* until it is killed */
}

/* --- starting it --- */

struct node {
    pid_t pid;
    unsigned port;
};

static unsigned read_port(int fd)
{
    char line[16] = "";
    size_t len = 0;
    int64_t port = 0;

    while (len + 1 < sizeof line && read(fd, line + len, 1) == 1 && line[len] != '\n')
        len++;
    line[len] = '\0';
    assert_true(parse_i64(line, 1, 65535, &port));
    return (unsigned)port;
}

static struct node start_node(struct ctx *cx)
{
    const struct db_target *t = test_target();
    const char *database =
        arena_printf(cx->mem, "mysql://%s:@/%s?socket=%s", t->user, t->database, t->socket);
    const char *key = arena_printf(cx->mem, "%s/master.key", test_dir());
    const char *const argv[] = {"/proc/self/exe", "serve", database, key, NULL};
    struct node node;
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    test_ok(cx, child_start(&cx->err,
                            &(struct child_spec){.argv = argv,
                                                 .in_fd = -1,
                                                 .out_fd = ends[1],
                                                 .err_fd = -1,
                                                 .dies_with_parent = true},
                            &node.pid));
    close(ends[1]);
    node.port = read_port(ends[0]);
    close(ends[0]);
    return node;
}

static void kill_node(const struct node *node)
{
    kill(node->pid, SIGKILL);
}

static void bury_node(const struct node *node)
{
    int status;

    kill_node(node);
    assert_int_equal(waitpid(node->pid, &status, 0), node->pid);
}

/* --- bursts --- */

enum { TAKERS = 200 };

struct burst {
    struct machine_site site;
    const char *token;
    unsigned ports[2]; /* of the two nodes */
    bool is_same;      /* all take a seat for the same machine */
    int64_t kill_at;   /* machines in the table when the victim is killed */
    struct node victim;
    atomic_uint statuses[TAKERS]; /* 0: the victim answered nothing */
};

static const char *name_of(struct ctx *cx, const struct burst *b, unsigned index)
{
    return b->is_same ? "same" : arena_printf(cx->mem, "machine-%u", index);
}

static int take_at(struct ctx *cx, const struct burst *b, unsigned port, unsigned index)
{
    static const char PARTS[] =
        ",\"components\":{\"data\":[{\"type\":\"components\",\"attributes\":{"
        "\"fingerprint\":\"cpu\",\"name\":\"CPU\"}},{\"type\":\"components\",\"attributes\":{"
        "\"fingerprint\":\"disk\",\"name\":\"Disk\"}}]}";
    const char *text;

    return licence_site_raw_at(
        cx, port,
        &(struct licence_ask){
            .method = "POST",
            .path = "/v1/machines",
            .auth = b->token,
            .body = machine_site_body(cx, b->site.licence->id, name_of(cx, b, index), "", PARTS)},
        &text);
}

static int64_t machines(struct ctx *cx, const struct burst *b)
{
    return test_i64(cx, "SELECT COUNT(*) FROM machine WHERE tenant_id = ? AND licence_id = ?",
                    DB_ID(cx->tenant_id), DB_ID(b->site.licence->id));
}

static void nap(void)
{
    const struct timespec pause = {.tv_nsec = 2 * 1000 * 1000};

    nanosleep(&pause, NULL);
}

/* Kills the victim once the burst has come so far. */
static void strike(struct ctx *cx, const struct burst *b)
{
    struct db_rows rows;

    for (int i = 0; i < 5000; i++) {
        if (db_query(cx, &rows, "SELECT COUNT(*) FROM machine WHERE tenant_id = ?",
                     DB_ID(cx->tenant_id)) &&
            db_next(&rows) && db_i64(&rows.row, 0) >= b->kill_at)
            break;
        nap();
    }
    kill_node(&b->victim);
}

static void take(struct ctx *cx, unsigned index, void *arg)
{
    struct burst *b = arg;

    if (index == TAKERS) {
        strike(cx, b);
        return;
    }
    atomic_store(&b->statuses[index], (unsigned)take_at(cx, b, b->ports[index % 2], index));
}

static unsigned answered(const struct burst *b, unsigned status)
{
    unsigned count = 0;

    for (unsigned i = 0; i < TAKERS; i++)
        count += atomic_load(&b->statuses[i]) == status;
    return count;
}

static const char *token_of(struct machine_site *s)
{
    return licence_site_token_auth(
        s->cx, &(struct token_draft){.kind = TOKEN_ACTIVATION, .licence_id = s->licence->id});
}

/* What belongs to a seat is there whole, or nothing of it is. */
static void no_seat_is_half(struct ctx *cx, const struct burst *b)
{
    int64_t seats = machines(cx, b);

    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM component c JOIN machine m "
                              "ON m.tenant_id = c.tenant_id AND m.id = c.machine_id "
                              "WHERE c.tenant_id = ?",
                              DB_ID(cx->tenant_id)),
                     2 * seats);
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(DISTINCT JSON_VALUE(data, '$.machine')) FROM event "
                              "WHERE tenant_id = ? AND name = 'licence.activated'",
                              DB_ID(cx->tenant_id)),
                     seats);
    assert_int_equal(test_i64(cx,
                              "SELECT SUM(activations) FROM api_token WHERE tenant_id = ? "
                              "AND licence_id = ?",
                              DB_ID(cx->tenant_id), DB_ID(b->site.licence->id)),
                     seats);
}

static void make_five(struct policy *p)
{
    p->max_machines = 5;
}

static void two_hundred_on_five_seats_through_two_servers_take_five(void **state)
{
    struct burst b = {.site = machine_site_open(state, make_five)};
    struct ctx *cx = b.site.cx;
    struct node nodes[] = {start_node(cx), start_node(cx)};

    b.token = token_of(&b.site);
    b.ports[0] = nodes[0].port;
    b.ports[1] = nodes[1].port;
    test_threads(cx, TAKERS, take, &b);
    assert_int_equal(answered(&b, 201), 5);
    assert_int_equal(answered(&b, 422), TAKERS - 5);
    assert_int_equal(machines(cx, &b), 5);
    no_seat_is_half(cx, &b);
    bury_node(&nodes[0]);
    bury_node(&nodes[1]);
}

static void one_machine_through_two_servers_takes_one_seat(void **state)
{
    struct burst b = {.site = machine_site_open(state, NULL), .is_same = true};
    struct ctx *cx = b.site.cx;
    struct node nodes[] = {start_node(cx), start_node(cx)};

    b.token = token_of(&b.site);
    b.ports[0] = nodes[0].port;
    b.ports[1] = nodes[1].port;
    test_threads(cx, TAKERS, take, &b);
    assert_int_equal(answered(&b, 201), 1);
    assert_int_equal(answered(&b, 422), TAKERS - 1);
    no_seat_is_half(cx, &b);
    bury_node(&nodes[0]);
    bury_node(&nodes[1]);
}

/* --- a server dies --- */

enum { ROOM = 120 };

static void make_room(struct policy *p)
{
    p->max_machines = ROOM;
}

/* The database has noticed that the killed server's connections are gone. */
static void settle(struct ctx *cx)
{
    int64_t open = 1;

    for (int i = 0; i < 5000 && open > 0; i++) {
        open = test_i64(cx, "SELECT COUNT(*) FROM information_schema.innodb_trx WHERE trx_id <> 0",
                        DB_NONE);
        if (open > 0)
            nap();
    }
    assert_int_equal(open, 0);
}

static bool is_there(struct ctx *cx, const struct burst *b, unsigned index)
{
    return test_i64(cx,
                    "SELECT COUNT(*) FROM machine WHERE tenant_id = ? AND licence_id = ? "
                    "AND fingerprint = ?",
                    DB_ID(cx->tenant_id), DB_ID(b->site.licence->id),
                    DB_TEXT(name_of(cx, b, index))) == 1;
}

static void a_killed_server_leaves_no_half_seat_and_loses_none(void **state)
{
    struct burst b = {.site = machine_site_open(state, make_room), .kill_at = 20};
    struct ctx *cx = b.site.cx;
    struct node survivor = start_node(cx);
    int full;

    b.victim = start_node(cx);
    b.token = token_of(&b.site);
    b.ports[0] = b.victim.port;
    b.ports[1] = survivor.port;
    test_threads(cx, TAKERS + 1, take, &b);
    bury_node(&b.victim);
    settle(cx);
    assert_true(answered(&b, 0) > 0); /* it died in the middle */
    assert_true(machines(cx, &b) <= ROOM);
    no_seat_is_half(cx, &b);
    for (unsigned i = 0; i < TAKERS; i++)
        if (atomic_load(&b.statuses[i]) == 201)
            assert_true(is_there(cx, &b, i));
    /* Who was left without an answer asks the other one: his seat is there once, or comes now. */
    for (unsigned i = 0; i < TAKERS; i++) {
        if (atomic_load(&b.statuses[i]) == 0) {
            bool was_there = is_there(cx, &b, i);
            int status = take_at(cx, &b, survivor.port, i);

            assert_true(status == 422 || (status == 201 && !was_there));
        }
    }
    full = 0;
    for (unsigned i = TAKERS; i < 2 * TAKERS && full != 422; i++)
        full = take_at(cx, &b, survivor.port, i);
    assert_int_equal(full, 422);
    assert_int_equal(machines(cx, &b), ROOM);
    no_seat_is_half(cx, &b);
    bury_node(&survivor);
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(two_hundred_on_five_seats_through_two_servers_take_five),
        cmocka_unit_test(one_machine_through_two_servers_takes_one_seat),
        cmocka_unit_test(a_killed_server_leaves_no_half_seat_and_loses_none),
    };

    if (argc == 4 && strcmp(argv[1], "serve") == 0)
        return serve(argv[2], argv[3]);
    return test_group_run_around("never_over", TESTS, COUNT(TESTS), licence_site_start,
                                 licence_site_stop);
}
