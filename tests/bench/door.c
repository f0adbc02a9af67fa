/* The bare door: what a licence answer costs at the least with this server library. It reads the
 * body, then sends as many bytes as told, hashed and signed as a licence answer is, and nothing
 * else; with a database, it reads the licence that the body names by the one statement that does.
 * Usage: bench_door PORT THREADS BODY_BYTES HEADER_BYTES [DATABASE_URL TENANT] */
#include "base/crypto.h"
#include "base/parse.h"
#include "db/db.h"
#include "licensing/snapshot.h"

#include <civetweb.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    DOOR_BODY_MAX = 16 * 1024,
    DOOR_SIGNED_MAX = 1024,
    DOOR_HEADER_MAX = 4096,
    DOOR_OWN_HEAD = 360,
    DOOR_KEY = 14,
    DOOR_CONNECTIONS = 16
};

struct door {
    const struct crypto_signer *signer;
    char body[DOOR_BODY_MAX];
    size_t body_len;
    char padding[DOOR_HEADER_MAX]; /* a header line that makes the head as long as ours */
    struct db_pool *pool;          /* NULL: nothing is read */
    struct id tenant_id;
};

/* The licence whose key is the first text of 14 bytes that begins with BENCH-. */
static void read_licence(const struct door *door, struct arena *mem, const char *in)
{
    const char *key = strstr(in, "BENCH-");
    struct snapshot *licence = NULL;
    struct ctx cx;

    ctx_start(&cx, mem, door->pool);
    cx.tenant_id = door->tenant_id;
    if (key == NULL || strlen(key) < DOOR_KEY ||
        !snapshot_load_key(&cx, arena_dup_bytes(mem, key, DOOR_KEY), &licence) || licence == NULL)
        fputs("bench_door: no licence\n", stderr);
    db_release(&cx);
}

static int answer(struct mg_connection *connection)
{
    const struct mg_request_info *info = mg_get_request_info(connection);
    const struct door *door = info->user_data;
    struct arena *mem = mg_get_thread_pointer(connection);
    char in[DOOR_BODY_MAX];
    uint8_t hash[CRYPTO_HASH_SIZE];
    uint8_t signature[CRYPTO_SIGNATURE_SIZE];
    char signing[DOOR_SIGNED_MAX];
    struct str out;
    int len;

    len = mg_read(connection, in, sizeof in - 1);
    in[len > 0 ? len : 0] = '\0';
    if (door->pool != NULL)
        read_licence(door, mem, in);
    crypto_sha256(door->body, door->body_len, hash);
    len =
        snprintf(signing, sizeof signing,
                 "(request-target): post %s\nhost: 127.0.0.1\ndate: Fri, 02 Jan 2026 03:04:05 GMT\n"
                 "digest: sha-256=%s",
                 info->local_uri_raw, crypto_base64(mem, hash, sizeof hash));
    crypto_signer_sign(door->signer, signing, (size_t)len, signature);
    out = str_new(mem);
    str_fmt(&out,
            "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.api+json; charset=utf-8\r\n"
            "Content-Length: %zu\r\nDate: Fri, 02 Jan 2026 03:04:05 GMT\r\nDigest: sha-256=%s\r\n"
            "Keygen-Signature: keyid=\"x\", algorithm=\"ed25519\", signature=\"%s\"\r\n%s\r\n",
            door->body_len, crypto_base64(mem, hash, sizeof hash),
            crypto_base64(mem, signature, sizeof signature), door->padding);
    str_add_n(&out, door->body, door->body_len);
    mg_write(connection, out.p, out.len);
    arena_reset(mem);
    return 200;
}

static void *start_thread(const struct mg_context *context, int type)
{
    (void)context;
    (void)type;
    db_thread_start();
    return arena_make(DOOR_BODY_MAX);
}

static void end_thread(const struct mg_context *context, int type, void *mem)
{
    (void)context;
    (void)type;
    arena_free(mem);
    db_thread_end();
}

static bool read_arguments(struct door *door, struct arena *mem, int argc, char **argv)
{
    struct err err = {.kind = NULL};
    struct db_target target;
    int64_t body, head;

    if ((argc != 5 && argc != 7) || !parse_i64(argv[3], 1, DOOR_BODY_MAX, &body) ||
        !parse_i64(argv[4], DOOR_OWN_HEAD, DOOR_HEADER_MAX, &head))
        return false;
    door->body_len = (size_t)body;
    memset(door->body, 'x', door->body_len);
    snprintf(door->padding, sizeof door->padding, "X-Padding: %0*d\r\n",
             (int)(head - DOOR_OWN_HEAD), 0);
    if (argc == 5)
        return true;
    if (!db_target_parse(&err, mem, argv[5], &target) || !id_parse(argv[6], &door->tenant_id))
        return false;
    door->pool = db_pool_make(&target, DOOR_CONNECTIONS);
    return true;
}

int main(int argc, char **argv)
{
    static struct door door;
    const struct mg_callbacks callbacks = {
        .begin_request = answer, .init_thread = start_thread, .exit_thread = end_thread};
    const uint8_t seed[CRYPTO_SEED_SIZE] = {1};
    struct arena *mem = arena_make(DOOR_BODY_MAX);
    sigset_t ending;
    int signal_number;
    struct mg_context *context;

    db_library_init();
    if (!read_arguments(&door, mem, argc, argv))
        return 2;
    crypto_init();
    door.signer = crypto_signer_make(seed);
    sigemptyset(&ending);
    sigaddset(&ending, SIGTERM);
    sigaddset(&ending, SIGINT);
    sigprocmask(SIG_BLOCK, &ending, NULL);
    const char *options[] = {"listening_ports",
                             argv[1],
                             "num_threads",
                             argv[2],
                             "enable_keep_alive",
                             "yes",
                             "tcp_nodelay",
                             "1",
                             "keep_alive_timeout_ms",
                             "5000",
                             "decode_url",
                             "no",
                             NULL};
    context = mg_start(&callbacks, &door, options);
    if (context == NULL)
        return 1;
    sigwait(&ending, &signal_number);
    mg_stop(context);
    return 0;
}
