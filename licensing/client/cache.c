/* The last answer, kept in a file: the signed bytes as they came, so that the service's signature
 * is checked again each time, and the latest instant that was seen, under a checksum that only a
 * holder of key and fingerprint can make. */
#include "client.h"

#include <sodium.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char MAGIC[] = "gatehouse-cache-1\n";

enum { MAC_SIZE = 32, READ_BYTES = 4096, SEEN_STEP_MS = 60000, CACHE_MAX = 2 * GHC_BODY_MAX };

static void mac_of(const struct gatehouse *g, const char *bytes, size_t len,
                   char out[2 * MAC_SIZE + 1])
{
    static const char purpose[] = "gatehouse cache 1";
    unsigned char key[MAC_SIZE], mac[MAC_SIZE];
    crypto_generichash_state state;

    crypto_generichash_init(&state, NULL, 0, sizeof key);
    /* With the zero at the end of each, so that no two pairs run together into the same. */
    crypto_generichash_update(&state, (const unsigned char *)purpose, sizeof purpose);
    crypto_generichash_update(&state, (const unsigned char *)g->key, strlen(g->key) + 1);
    if (g->fingerprint != NULL)
        crypto_generichash_update(&state, (const unsigned char *)g->fingerprint,
                                  strlen(g->fingerprint) + 1);
    crypto_generichash_final(&state, key, sizeof key);
    crypto_generichash(mac, sizeof mac, (const unsigned char *)bytes, len, key, sizeof key);
    sodium_bin2hex(out, 2 * MAC_SIZE + 1, mac, sizeof mac);
    sodium_memzero(key, sizeof key);
}

/* --- reading --- */

static bool read_number(const char *text, int64_t *out)
{
    size_t len = strlen(text);

    *out = 0;
    if (len == 0 || len > 15)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        *out = *out * 10 + (text[i] - '0');
    }
    return true;
}

enum gatehouse_error ghc_cache_content(const struct gatehouse *g, const char *bytes, size_t len,
                                       struct gatehouse_verdict *out, int64_t *seen_at)
{
    struct ghc_json j = {0};
    enum gatehouse_error error;
    char seen[24], target[GHC_LINE_MAX];
    size_t at = 0, body_len;
    const char *body;
    int64_t answered_at;

    if (!ghc_line_read(bytes, len, &at, "seen", seen, sizeof seen) || !read_number(seen, seen_at))
        return GATEHOUSE_E_CACHE;
    error = ghc_answer_read(g, bytes + at, len - at, target, &answered_at, &body, &body_len);
    if (error != GATEHOUSE_OK)
        return error;
    if (!ghc_json_parse(&j, body, body_len))
        return GATEHOUSE_E_CACHE;
    error = ghc_verdict_read(g, &j, 0, out);
    ghc_json_free(&j);
    return error;
}

enum gatehouse_error ghc_cache_read(const struct gatehouse *g, const char *bytes, size_t len,
                                    struct gatehouse_verdict *out, int64_t *seen_at)
{
    char mac[2 * MAC_SIZE + 1], own[2 * MAC_SIZE + 1];
    size_t at = strlen(MAGIC);

    if (g->key == NULL || len < at || memcmp(bytes, MAGIC, at) != 0 ||
        !ghc_line_read(bytes, len, &at, "mac", mac, sizeof mac))
        return GATEHOUSE_E_CACHE;
    mac_of(g, bytes + at, len - at, own);
    if (strlen(mac) != 2 * MAC_SIZE || sodium_memcmp(mac, own, 2 * MAC_SIZE) != 0)
        return GATEHOUSE_E_CACHE;
    return ghc_cache_content(g, bytes + at, len - at, out, seen_at);
}

/* The whole file; NULL where there is none. Free it with ghc_buffer_free. */
static bool read_file(const char *path, struct ghc_buffer *out)
{
    FILE *f = fopen(path, "rb");
    char part[READ_BYTES];
    size_t n;

    if (f == NULL)
        return false;
    out->max = CACHE_MAX;
    while ((n = fread(part, 1, sizeof part, f)) > 0)
        ghc_buffer_add(out, part, n);
    n = (size_t)ferror(f);
    fclose(f);
    return n == 0 && !out->is_failed && out->len > 0;
}

/* --- writing --- */

static bool write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, bytes, len);

        if (n <= 0)
            return false;
        bytes += n;
        len -= (size_t)n;
    }
    return fsync(fd) == 0;
}

/* In one step: whoever reads meanwhile, or after a power cut, sees the old or the new. */
static bool replace_file(const char *path, const struct ghc_buffer *bytes)
{
    struct ghc_buffer temporary = {0};
    bool is_done = false;
    int fd;

    ghc_buffer_texts(&temporary, path, ".XXXXXX", NULL);
    if (temporary.is_failed)
        return false;
    fd = mkstemp(temporary.p);
    if (fd >= 0) {
        is_done = write_all(fd, bytes->p, bytes->len);
        is_done = close(fd) == 0 && is_done && rename(temporary.p, path) == 0;
        if (!is_done)
            (void)unlink(temporary.p);
    }
    ghc_buffer_free(&temporary);
    return is_done;
}

/* rest: all behind the line of the instant. */
static enum gatehouse_error store(const struct gatehouse *g, int64_t seen_at, const char *rest,
                                  size_t len)
{
    struct ghc_buffer body = {0}, whole = {0};
    char mac[2 * MAC_SIZE + 1];
    enum gatehouse_error error = GATEHOUSE_E_MEMORY;

    ghc_buffer_text(&body, "seen ");
    ghc_buffer_integer(&body, seen_at);
    ghc_buffer_text(&body, "\n");
    ghc_buffer_add(&body, rest, len);
    if (!body.is_failed) {
        mac_of(g, body.p, body.len, mac);
        ghc_buffer_texts(&whole, MAGIC, "mac ", mac, "\n", NULL);
        ghc_buffer_add(&whole, body.p, body.len);
        if (!whole.is_failed)
            error = replace_file(g->cache_path, &whole) ? GATEHOUSE_OK : GATEHOUSE_E_CACHE;
    }
    ghc_buffer_free(&body);
    ghc_buffer_free(&whole);
    return error;
}

enum gatehouse_error ghc_cache_keep(struct gatehouse *g, const struct ghc_asked *asked)
{
    const struct gatehouse_response *r = &g->response;
    struct ghc_buffer rest = {0};
    enum gatehouse_error error = GATEHOUSE_E_MEMORY;
    int64_t date;

    if (g->cache_path == NULL)
        return GATEHOUSE_OK;
    if (!ghc_time_http(r->date, &date))
        return GATEHOUSE_E_PROTOCOL;
    ghc_answer_put(&rest, asked, r);
    /* The service's clock, which this machine's was just compared with, not the latest instant
     * seen: so a clock that once stood in the future is forgotten. */
    if (!rest.is_failed)
        error = store(g, date, rest.p, rest.len);
    ghc_buffer_free(&rest);
    return error;
}

/* --- judging --- */

static void judge(const struct gatehouse *g, int64_t seen_at, struct gatehouse_verdict *v)
{
    int64_t now = ghc_now(g), age = now - v->answered_at;

    v->is_cached = true;
    v->state = ghc_verdict_state(v, now);
    if (now < seen_at - g->skew_ms || age < -g->skew_ms) {
        v->state = GATEHOUSE_CLOCK_BACK;
        return;
    }
    if (v->expires_at != 0 && now > v->expires_at && strcmp(v->code, "EXPIRED") != 0)
        v->is_valid = false; /* the service's word was about an earlier time */
    if (age <= g->recheck_ms || (v->state != GATEHOUSE_VALID && v->state != GATEHOUSE_GRACE))
        return;
    if (age > g->recheck_ms + g->offline_grace_ms) {
        v->state = GATEHOUSE_STALE;
        return;
    }
    if (v->state == GATEHOUSE_VALID || v->grace_until == 0 ||
        v->grace_until > v->answered_at + g->recheck_ms + g->offline_grace_ms)
        v->grace_until = v->answered_at + g->recheck_ms + g->offline_grace_ms;
    v->state = GATEHOUSE_GRACE;
}

void gatehouse_cached(struct gatehouse *g, struct gatehouse_verdict *verdict)
{
    struct gatehouse_verdict v = {GATEHOUSE_UNKNOWN, false, true, "", "", 0, 0, 0, 0};
    struct ghc_buffer bytes = {0};
    int64_t seen_at, now;

    if (verdict == NULL)
        return;
    *verdict = v;
    if (g == NULL || g->cache_path == NULL || g->key == NULL)
        return;
    now = ghc_now(g);
    if (read_file(g->cache_path, &bytes) &&
        ghc_cache_read(g, bytes.p, bytes.len, &v, &seen_at) == GATEHOUSE_OK) {
        const char *rest = strstr(bytes.p, "\nmethod ");

        judge(g, seen_at, &v);
        (void)ghc_text_put(g->licence_id, sizeof g->licence_id, v.licence_id);
        if (rest != NULL && now > seen_at + SEEN_STEP_MS)
            (void)store(g, now, rest + 1, bytes.len - (size_t)(rest + 1 - bytes.p));
        *verdict = v;
    }
    ghc_buffer_free(&bytes);
}
