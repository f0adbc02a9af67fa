/* Passwords: Argon2id behind a gate, so that sign-ins cannot eat the machine's memory. */
#include "base/clock.h"
#include "base/crypto.h"
#include "base/crypto_parts.h"

#include <sodium.h>

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PASSWORD_PASSES = 2, PASSWORD_MEMORY = 19 * 1024 * 1024, PASSWORD_AT_ONCE = 4 };
_Static_assert((int)CRYPTO_PASSWORD_TEXT_SIZE == crypto_pwhash_STRBYTES, "sodium's text form");

/* Of the same cost as a real one; what it was made from is not kept anywhere. */
static const char PASSWORD_DUMMY[] =
    "$argon2id$v=19$m=19456,t=2,p=1$a38TYjL/Bsnzc+p63BLEfQ$0+3TL4pTCzDbYAidfr1FZrMlAbblMlpuLWFuKMT5ULk";

static pthread_mutex_t gate_lock = PTHREAD_MUTEX_INITIALIZER; /* guards the counts */
static pthread_cond_t gate_left;                              /* on the monotonic clock */
static int gate_inside;
static int64_t gate_patience_us = 10 * CLOCK_SECOND; /* guarded as well */
static uint64_t gate_passed;

void crypto_password_init(void)
{
    pthread_condattr_t attr;

    if (pthread_condattr_init(&attr) != 0 ||
        pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) != 0 ||
        pthread_cond_init(&gate_left, &attr) != 0)
        abort();
    pthread_condattr_destroy(&attr);
}

int64_t crypto_password_patience(int64_t us)
{
    int64_t before;

    pthread_mutex_lock(&gate_lock);
    before = gate_patience_us;
    gate_patience_us = us;
    pthread_mutex_unlock(&gate_lock);
    return before;
}

static bool gate_enter(struct err *err)
{
    struct timespec until;
    int64_t us;
    bool entered;

    pthread_mutex_lock(&gate_lock);
    us = clock_mono_us() + gate_patience_us;
    until = (struct timespec){us / CLOCK_SECOND, (long)(us % CLOCK_SECOND) * 1000};
    while (gate_inside == PASSWORD_AT_ONCE) {
        if (pthread_cond_timedwait(&gate_left, &gate_lock, &until) != 0)
            break;
    }
    entered = gate_inside < PASSWORD_AT_ONCE;
    gate_inside += entered;
    gate_passed += entered;
    pthread_mutex_unlock(&gate_lock);
    return entered ||
           err_set(err, &ERR_BUSY, "password gate: %d at work all the time", (int)PASSWORD_AT_ONCE);
}

static void gate_leave(void)
{
    pthread_mutex_lock(&gate_lock);
    gate_inside--;
    pthread_cond_signal(&gate_left);
    pthread_mutex_unlock(&gate_lock);
}

uint64_t crypto_password_count(void)
{
    uint64_t count;

    pthread_mutex_lock(&gate_lock);
    count = gate_passed;
    pthread_mutex_unlock(&gate_lock);
    return count;
}

bool crypto_password_hash(struct err *err, const char *password,
                          char out[CRYPTO_PASSWORD_TEXT_SIZE])
{
    char text[CRYPTO_PASSWORD_TEXT_SIZE];
    int failed;

    if (!gate_enter(err))
        return false;
    failed = crypto_pwhash_str_alg(text, password, strlen(password), PASSWORD_PASSES,
                                   PASSWORD_MEMORY, crypto_pwhash_ALG_ARGON2ID13);
    gate_leave();
    if (failed != 0)
        return err_set(err, &ERR_INTERNAL, "Argon2id: no memory");
    memcpy(out, text, sizeof text);
    return true;
}

const char *crypto_password_nobody(void)
{
    return PASSWORD_DUMMY;
}

bool crypto_password_verify(struct err *err, const char *hash, const char *password, bool *matches)
{
    int differs;

    if (!gate_enter(err))
        return false;
    differs =
        crypto_pwhash_str_verify(hash != NULL ? hash : PASSWORD_DUMMY, password, strlen(password));
    gate_leave();
    *matches = hash != NULL && differs == 0;
    return true;
}
