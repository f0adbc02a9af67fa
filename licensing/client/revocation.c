/* The revocation list: numbers have their highest byte first, entries are the beginnings of SHA-256
 * of licence keys in rising order, a signature covers all before it. */
#include "client.h"

#include <sodium.h>

#include <stdlib.h>
#include <string.h>

enum {
    HEAD_SIZE = 64,
    ENTRY_SIZE = 16,
    ENTRIES_MAX = 1000000,
    AT_FORM = 4,
    AT_ENTRY_SIZE = 5,
    AT_ZERO = 6,
    AT_ISSUED = 40,
    AT_NEXT = 48,
    AT_COUNT = 56,
    AT_ZERO_LAST = 60,
    LIST_SIZE_MAX = HEAD_SIZE + ENTRY_SIZE * ENTRIES_MAX + GHC_SIGNATURE_SIZE
};

struct gatehouse_revocations { /* Threads: read-only once it is open. */
    size_t count;
    int64_t issued_at, next_at;
    unsigned char entries[];
};

static uint64_t number(const unsigned char *p, size_t bytes)
{
    uint64_t n = 0;

    for (size_t i = 0; i < bytes; i++)
        n = n << 8 | p[i];
    return n;
}

/* Seconds as milliseconds; false for what no calendar has. */
static bool instant(const unsigned char *p, int64_t *out)
{
    uint64_t s = number(p, 8);

    if (s > UINT64_C(253402300799)) /* the end of the year 9999 */
        return false;
    *out = (int64_t)s * 1000;
    return true;
}

static bool is_rising(const unsigned char *entries, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (memcmp(entries + (i - 1) * ENTRY_SIZE, entries + i * ENTRY_SIZE, ENTRY_SIZE) > 0)
            return false;
    }
    return true;
}

enum gatehouse_error gatehouse_revocations_open(const struct gatehouse *g,
                                                const unsigned char *bytes, size_t len,
                                                struct gatehouse_revocations **out)
{
    struct gatehouse_revocations *list;
    int64_t issued_at, next_at;
    size_t count;

    if (g == NULL || bytes == NULL || out == NULL)
        return GATEHOUSE_E_ARGUMENT;
    *out = NULL;
    if (len < HEAD_SIZE + GHC_SIGNATURE_SIZE || memcmp(bytes, "GHRL", AT_FORM) != 0 ||
        bytes[AT_FORM] != 1 || bytes[AT_ENTRY_SIZE] != ENTRY_SIZE ||
        number(bytes + AT_ZERO, 2) != 0 || number(bytes + AT_ZERO_LAST, 4) != 0 ||
        !instant(bytes + AT_ISSUED, &issued_at) || !instant(bytes + AT_NEXT, &next_at))
        return GATEHOUSE_E_FILE;
    count = (size_t)number(bytes + AT_COUNT, 4);
    if (count > ENTRIES_MAX || len != HEAD_SIZE + count * ENTRY_SIZE + GHC_SIGNATURE_SIZE)
        return GATEHOUSE_E_FILE;
    if (!ghc_sign_is_good(g, bytes, len - GHC_SIGNATURE_SIZE, bytes + len - GHC_SIGNATURE_SIZE))
        return GATEHOUSE_E_SIGNATURE;
    if (!is_rising(bytes + HEAD_SIZE, count))
        return GATEHOUSE_E_FILE;
    if (issued_at > ghc_now(g) + g->skew_ms)
        return GATEHOUSE_E_FILE_FUTURE;
    list = malloc(sizeof *list + count * ENTRY_SIZE);
    if (list == NULL)
        return GATEHOUSE_E_MEMORY;
    list->count = count;
    list->issued_at = issued_at;
    list->next_at = next_at;
    memcpy(list->entries, bytes + HEAD_SIZE, count * ENTRY_SIZE);
    *out = list;
    return GATEHOUSE_OK;
}

void gatehouse_revocations_free(struct gatehouse_revocations *list)
{
    free(list);
}

bool gatehouse_revocations_has(const struct gatehouse_revocations *list, const char *key)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    size_t low = 0, high;

    if (list == NULL || key == NULL)
        return false;
    crypto_hash_sha256(hash, (const unsigned char *)key, strlen(key));
    for (high = list->count; low < high;) {
        size_t middle = low + (high - low) / 2;
        int order = memcmp(list->entries + middle * ENTRY_SIZE, hash, ENTRY_SIZE);

        if (order == 0)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

size_t gatehouse_revocations_count(const struct gatehouse_revocations *list)
{
    return list != NULL ? list->count : 0;
}

int64_t gatehouse_revocations_issued_at(const struct gatehouse_revocations *list)
{
    return list != NULL ? list->issued_at : 0;
}

int64_t gatehouse_revocations_next_at(const struct gatehouse_revocations *list)
{
    return list != NULL ? list->next_at : 0;
}

enum gatehouse_error gatehouse_revocations_fetch(struct gatehouse *g, unsigned char **bytes,
                                                 size_t *len)
{
    enum gatehouse_error error;

    if (g == NULL || bytes == NULL || len == NULL)
        return GATEHOUSE_E_ARGUMENT;
    *bytes = NULL;
    error = ghc_call(g, &(struct ghc_call){.method = "GET",
                                           .path = "/revocations",
                                           .is_anonymous = true,
                                           .is_bytes = true,
                                           .body_max = LIST_SIZE_MAX});
    if (error != GATEHOUSE_OK)
        return error;
    if (g->response.body.len == 0)
        return GATEHOUSE_E_PROTOCOL;
    *bytes = malloc(g->response.body.len);
    if (*bytes == NULL)
        return GATEHOUSE_E_MEMORY;
    memcpy(*bytes, g->response.body.p, g->response.body.len);
    *len = g->response.body.len;
    return GATEHOUSE_OK;
}

void gatehouse_revocations_bytes_free(unsigned char *bytes)
{
    free(bytes);
}
