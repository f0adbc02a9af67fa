/* The bound of the licence cache by construction: no answer whose ts is more than a second after a
 * suspension's commit still says otherwise, though the feed's reader stops in between and changes
 * are committed in another order than their ids. Two nodes on one database. */
#include "base/clock.h"
#include "licensing/licence_cache.h"
#include "tests/licensing/licensing_make.h"

#include <poll.h>
#include <stdatomic.h>

enum {
    SUSPENSIONS = 100,
    WRITERS = 8,
    ASKERS = 3,
    READERS = 1,
    PAUSE_FROM_MS = 700, /* the reader stops for longer than the bound */
    PAUSE_TO_MS = 2300,
    RUN_MS = 4200,
    WRITE_MS = 2800 /* when the last writer has begun */
};

struct scene {
    struct licence *licences[SUSPENSIONS];
    struct licence_cache *here, *there;
    int64_t began;                              /* us, monotonic */
    _Atomic int64_t committed_at[SUSPENSIONS];  /* us UTC; 0: not yet */
    _Atomic int64_t last_valid_ts[SUSPENSIONS]; /* of an answer by `there` that was not suspended */
    _Atomic int64_t first_seen_ts[SUSPENSIONS]; /* of one that was; 0: none */
    atomic_int next;
    atomic_int failures;
};

static int64_t elapsed_ms(const struct scene *s)
{
    return (clock_mono_us() - s->began) / 1000;
}

/* Holds the transaction open after the change has its id, so that a later id commits earlier. */
static void suspend_one(struct ctx *cx, struct scene *s, int i)
{
    struct licence *suspended;

    if (!db_begin(cx) || !licence_suspend(cx, s->licences[i]->id, "", &suspended)) {
        atomic_fetch_add(&s->failures, 1);
        db_rollback(cx);
        return;
    }
    poll(NULL, 0, i * 37 % 120);
    if (db_commit(cx))
        atomic_store(&s->committed_at[i], clock_now());
    else
        atomic_fetch_add(&s->failures, 1);
    licence_cache_drop(s->here, cx->tenant_id, s->licences[i]->id);
}

static void write_some(struct ctx *cx, struct scene *s)
{
    for (int i = atomic_fetch_add(&s->next, 1); i < SUSPENSIONS;
         i = atomic_fetch_add(&s->next, 1)) {
        while (elapsed_ms(s) < i * WRITE_MS / SUSPENSIONS)
            poll(NULL, 0, 5);
        suspend_one(cx, s, i);
    }
}

static void read_feed(struct ctx *cx, struct scene *s)
{
    while (elapsed_ms(s) < RUN_MS) {
        int64_t now = elapsed_ms(s);

        if ((now < PAUSE_FROM_MS || now > PAUSE_TO_MS) && !licence_cache_read_feed(s->there, cx))
            atomic_fetch_add(&s->failures, 1);
        poll(NULL, 0, LICENCE_CACHE_FEED_MS);
    }
}

static void ask(struct ctx *cx, struct scene *s)
{
    for (int i = 0; elapsed_ms(s) < RUN_MS; i = (i + 1) % SUSPENSIONS) {
        const int64_t ts = clock_now();
        const struct snapshot *found;

        if (!licence_cache_find(s->there, cx, s->licences[i]->key, &found)) {
            atomic_fetch_add(&s->failures, 1);
        } else if (!found->licence.is_suspended) {
            if (ts > atomic_load(&s->last_valid_ts[i]))
                atomic_store(&s->last_valid_ts[i], ts);
        } else if (atomic_load(&s->first_seen_ts[i]) == 0) {
            atomic_store(&s->first_seen_ts[i], ts);
        }
        arena_reset(cx->mem);
        poll(NULL, 0, 1);
    }
}

static void play(struct ctx *cx, unsigned index, void *arg)
{
    struct scene *s = arg;

    if (index < WRITERS)
        write_some(cx, s);
    else if (index < WRITERS + READERS)
        read_feed(cx, s);
    else
        ask(cx, s);
}

static void no_answer_is_older_than_the_bound(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct scene *s = arena_new(cx->mem, struct scene);
    const struct snapshot *found;
    struct licence_cache_figures f;

    s->here = licence_cache_make(SUSPENSIONS * 2);
    s->there = licence_cache_make(SUSPENSIONS * 2);
    test_ok(cx, licence_cache_read_feed(s->there, cx));
    for (int i = 0; i < SUSPENSIONS; i++) {
        s->licences[i] = licensing_licence(cx, NULL);
        test_ok(cx, licence_cache_find(s->there, cx, s->licences[i]->key, &found));
    }
    s->began = clock_mono_us();
    test_threads(cx, WRITERS + READERS + ASKERS, play, s);
    assert_int_equal(s->failures, 0);
    for (int i = 0; i < SUSPENSIONS; i++) {
        assert_true(s->committed_at[i] != 0);
        assert_true(s->first_seen_ts[i] != 0);
        assert_true(s->last_valid_ts[i] <=
                    s->committed_at[i] + LICENCE_CACHE_STALE_MS * (CLOCK_SECOND / 1000));
    }
    licence_cache_figures(s->there, &f);
    assert_true(f.bypasses > 0); /* the pause was one */
    assert_true(f.hits > 0);
    licence_cache_free(s->here);
    licence_cache_free(s->there);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(no_answer_is_older_than_the_bound),
    };

    return test_group_run("licence_cache_bound", TESTS, COUNT(TESTS));
}
