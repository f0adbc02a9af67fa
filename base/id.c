#include "base/id.h"

#include "base/crypto.h"
#include "base/parse.h"

#include <pthread.h>
#include <string.h>

enum { ID_COUNTER_END = 1 << 12, ID_COUNTER_START_MASK = 0x7ff, ID_RANDOM_POOL = 512 };

/* Runs are as old as their `now`: a long one may ask with an older time than a short one did. Up to
 * this age ids follow the newest time seen; a clock that went back further is followed. */
static const int64_t ID_BACK_MS = 3600 * INT64_C(1000);

static pthread_mutex_t id_lock = PTHREAD_MUTEX_INITIALIZER; /* guards the three below */
static int64_t id_last_ms;
static unsigned id_counter;
static struct {
    uint8_t bytes[ID_RANDOM_POOL]; /* read in bulk: one system call for many ids */
    size_t left;
} id_pool;

static void id_random(uint8_t *out, size_t size)
{
    if (id_pool.left < size) {
        crypto_random(id_pool.bytes, sizeof id_pool.bytes);
        id_pool.left = sizeof id_pool.bytes;
    }
    id_pool.left -= size;
    memcpy(out, id_pool.bytes + id_pool.left, size);
}

static unsigned id_counter_start(void)
{
    uint8_t r[2];

    id_random(r, sizeof r);
    return (unsigned)(r[0] << 8 | r[1]) & ID_COUNTER_START_MASK;
}

struct id id_make(int64_t now_us)
{
    struct id id;
    int64_t ms = now_us / 1000;

    pthread_mutex_lock(&id_lock);
    if (ms > id_last_ms || ms < id_last_ms - ID_BACK_MS) {
        id_last_ms = ms;
        id_counter = id_counter_start();
    } else if (++id_counter == ID_COUNTER_END) {
        id_last_ms++; /* the counter is spent: borrow the next millisecond (RFC 9562, 6.2) */
        id_counter = id_counter_start();
    }
    for (int i = 0; i < 6; i++)
        id.b[i] = (uint8_t)(id_last_ms >> (40 - 8 * i));
    id.b[6] = (uint8_t)(0x70 | id_counter >> 8);
    id.b[7] = (uint8_t)id_counter;
    id_random(id.b + 8, 8);
    pthread_mutex_unlock(&id_lock);
    id.b[8] = (uint8_t)((id.b[8] & 0x3f) | 0x80);
    return id;
}

static bool id_is_dash_at(int at)
{
    return at == 8 || at == 13 || at == 18 || at == 23;
}

bool id_parse(const char *text, struct id *out)
{
    char digits[33];
    size_t n = 0;

    for (int i = 0; i < ID_TEXT_SIZE - 1; i++) {
        if (text[i] == '\0' || (text[i] == '-') != id_is_dash_at(i))
            return false;
        if (text[i] != '-')
            digits[n++] = text[i];
    }
    digits[n] = '\0';
    return text[ID_TEXT_SIZE - 1] == '\0' && parse_hex(digits, out->b, sizeof out->b);
}

void id_format(struct id id, char out[ID_TEXT_SIZE])
{
    static const char HEX[] = "0123456789abcdef";
    int at = 0;

    for (size_t i = 0; i < sizeof id.b; i++) {
        if (id_is_dash_at(at))
            out[at++] = '-';
        out[at++] = HEX[id.b[i] >> 4];
        out[at++] = HEX[id.b[i] & 15];
    }
    out[at] = '\0';
}

const char *id_text(struct arena *mem, struct id id)
{
    char *text = arena_alloc(mem, ID_TEXT_SIZE);

    id_format(id, text);
    return text;
}

bool id_is_zero(struct id id)
{
    static const struct id ZERO;

    return id_equal(id, ZERO);
}

bool id_equal(struct id a, struct id b)
{
    return memcmp(a.b, b.b, sizeof a.b) == 0;
}

int id_compare(struct id a, struct id b)
{
    return memcmp(a.b, b.b, sizeof a.b);
}
