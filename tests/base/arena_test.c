#include "base/arena.h"
#include "tests/support/unit.h"

#include <string.h>

static void memory_is_zeroed_and_aligned(void **state)
{
    struct arena *mem = *state;

    for (size_t size = 0; size < 5000; size += 37) {
        unsigned char *p = arena_alloc(mem, size);

        assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(p[i], 0);
        memset(p, 0xff, size);
    }
}

static void memory_is_zeroed_again_after_a_reset(void **state)
{
    struct arena *mem = *state;

    memset(arena_alloc(mem, 2000), 0xff, 2000);
    arena_reset(mem);
    for (int i = 0; i < 2000; i++)
        assert_int_equal(((char *)arena_alloc(mem, 1))[0], 0);
}

static void what_was_handed_out_is_counted_until_the_reset(void **state)
{
    struct arena *mem = *state;

    assert_int_equal(arena_used(mem), 0);
    arena_alloc(mem, 10);
    arena_alloc(mem, 100000);
    assert_int_equal(arena_used(mem), 100010);
    arena_reset(mem);
    assert_int_equal(arena_used(mem), 0);
}

static void large_and_small_blocks_do_not_overlap(void **state)
{
    struct arena *mem = *state;
    char *kept[64];

    for (size_t i = 0; i < 64; i++) {
        size_t size = i % 3 == 0 ? 9000 : 700;

        kept[i] = arena_alloc(mem, size);
        memset(kept[i], (int)i + 1, size);
    }
    for (size_t i = 0; i < 64; i++) {
        for (size_t at = 0; at < 700; at++)
            assert_int_equal(kept[i][at], i + 1);
    }
}

static void copies_are_terminated(void **state)
{
    struct arena *mem = *state;

    assert_null(arena_dup(mem, NULL));
    assert_string_equal(arena_dup(mem, ""), "");
    assert_string_equal(arena_dup(mem, "abc"), "abc");
    assert_memory_equal(arena_dup_bytes(mem, "a\0c", 3), "a\0c", 4);
    assert_string_equal(arena_dup_bytes(mem, NULL, 0), "");
    assert_string_equal(arena_printf(mem, "%s-%d", "x", 7), "x-7");
}

struct order {
    struct arena *mem;
    char seen[8];
    size_t count;
};

static void note_b(void *what)
{
    struct order *o = what;

    o->seen[o->count++] = 'b';
}

static void note_a(void *what)
{
    struct order *o = what;

    o->seen[o->count++] = 'a';
    arena_defer(o->mem, note_b, o);
}

static void deferred_calls_run_once_and_latest_first(void **state)
{
    struct order o = {.mem = *state};

    arena_defer(o.mem, note_b, &o);
    arena_defer(o.mem, note_a, &o); /* defers another b while it runs */
    arena_reset(o.mem);
    assert_string_equal(o.seen, "abb");
    arena_reset(o.mem);
    assert_string_equal(o.seen, "abb");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_arena(memory_is_zeroed_and_aligned),
        with_arena(memory_is_zeroed_again_after_a_reset),
        with_arena(what_was_handed_out_is_counted_until_the_reset),
        with_arena(large_and_small_blocks_do_not_overlap),
        with_arena(copies_are_terminated),
        with_arena(deferred_calls_run_once_and_latest_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
