#include "base/clock.h"
#include "base/store.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const char TEXT[] = "bytes to keep";

struct place {
    struct arena *mem;
    struct err err;
    const char *dir;
    struct store_content content;
};

static int open_place(void **state)
{
    static char template[64];
    struct place *p = calloc(1, sizeof *p);

    strncpy(template, "/tmp/store_test.XXXXXX", sizeof template - 1);
    crypto_init();
    p->mem = arena_make(4096);
    p->dir = arena_printf(p->mem, "%s/kept", mkdtemp(template));
    store_hash(p->mem, span_of(TEXT), &p->content);
    *state = p;
    return 0;
}

static void remove_all(struct arena *mem, const char *path)
{
    DIR *list = opendir(path);
    const struct dirent *entry;

    while (list != NULL && (entry = readdir(list)) != NULL)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            const char *name = arena_printf(mem, "%s/%s", path, entry->d_name);

            if (unlink(name) != 0)
                remove_all(mem, name);
        }
    if (list != NULL)
        closedir(list);
    rmdir(path);
}

static int close_place(void **state)
{
    struct place *p = *state;

    remove_all(p->mem, arena_printf(p->mem, "%.22s", p->dir));
    arena_free(p->mem);
    free(p);
    return 0;
}

static bool put(struct place *p)
{
    return store_put(&p->err, p->mem, p->dir, span_of(TEXT), &p->content);
}

static bool is_kept(struct place *p)
{
    int64_t bytes = 0;
    int fd;

    err_clear(&p->err);
    if (!store_open(&p->err, p->mem, p->dir, p->content.hash, &fd, &bytes))
        return false;
    close(fd);
    return bytes == (int64_t)strlen(TEXT);
}

static unsigned files_in(struct place *p)
{
    DIR *list = opendir(arena_printf(p->mem, "%s/%.2s", p->dir, p->content.hash));
    const struct dirent *entry;
    unsigned count = 0;

    while (list != NULL && (entry = readdir(list)) != NULL)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    if (list != NULL)
        closedir(list);
    return count;
}

static void what_is_put_twice_is_kept_once(void **state)
{
    struct place *p = *state;

    assert_true(put(p));
    assert_true(put(p));
    assert_true(is_kept(p));
    assert_int_equal(files_in(p), 1);
    assert_int_equal(p->content.bytes, strlen(TEXT));
}

static void what_was_never_put_is_not_found(void **state)
{
    struct place *p = *state;
    int64_t bytes;
    int fd;

    assert_false(is_kept(p));
    assert_ptr_equal(p->err.kind, &ERR_NOT_FOUND);
    err_clear(&p->err);
    assert_false(store_open(&p->err, p->mem, p->dir, "../../etc/passwd", &fd, &bytes));
    assert_ptr_equal(p->err.kind, &ERR_NOT_FOUND);
    err_clear(&p->err);
    assert_false(store_touch(&p->err, p->mem, p->dir, p->content.hash));
    assert_ptr_equal(p->err.kind, &ERR_NOT_FOUND);
}

static void a_file_that_does_not_fit_leaves_nothing(void **state)
{
    struct place *p = *state;
    struct rlimit was;
    struct rlimit low;
    bool ok;

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
    low = (struct rlimit){4, was.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
    ok = put(p);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
    assert_false(ok);
    assert_ptr_equal(p->err.kind, &ERR_STORE_FULL);
    assert_int_equal(files_in(p), 0);
    err_clear(&p->err);
    assert_true(put(p));
}

/* --- sweeping --- */

struct look {
    struct place *place;
    bool is_used, is_put_meanwhile;
};

static bool look(void *arg, const char *hash, bool *out)
{
    const struct look *l = arg;

    assert_string_equal(hash, l->place->content.hash);
    if (l->is_put_meanwhile)
        assert_true(put(l->place));
    *out = l->is_used;
    return true;
}

static unsigned sweep(struct place *p, struct look l, int64_t before_us)
{
    struct store_sweep what = {.dir = p->dir,
                               .folder = p->content.sha256[0],
                               .before_us = before_us,
                               .is_used = look,
                               .arg = &l};
    unsigned removed;

    l.place = p;
    assert_true(store_sweep(&p->err, p->mem, &what, &removed));
    return removed;
}

static void age(struct place *p)
{
    const struct timespec old[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};

    assert_int_equal(
        utimensat(AT_FDCWD,
                  arena_printf(p->mem, "%s/%.2s/%s", p->dir, p->content.hash, p->content.hash), old,
                  0),
        0);
}

static void an_orphan_goes_and_a_used_or_fresh_file_stays(void **state)
{
    struct place *p = *state;
    const int64_t limit = 2000 * CLOCK_SECOND;

    assert_int_equal(sweep(p, (struct look){0}, limit), 0); /* no folder yet */
    assert_true(put(p));
    assert_int_equal(sweep(p, (struct look){0}, limit), 0);
    age(p);
    assert_int_equal(sweep(p, (struct look){.is_used = true}, limit), 0);
    assert_true(is_kept(p));
    assert_int_equal(sweep(p, (struct look){0}, limit), 1);
    assert_false(is_kept(p));
}

static void a_file_that_is_put_while_it_is_looked_at_stays(void **state)
{
    struct place *p = *state;

    assert_true(put(p));
    age(p);
    assert_int_equal(sweep(p, (struct look){.is_put_meanwhile = true}, 2000 * CLOCK_SECOND), 0);
    assert_true(is_kept(p));
    assert_int_equal(files_in(p), 1);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test_setup_teardown(what_is_put_twice_is_kept_once, open_place, close_place),
        cmocka_unit_test_setup_teardown(what_was_never_put_is_not_found, open_place, close_place),
        cmocka_unit_test_setup_teardown(a_file_that_does_not_fit_leaves_nothing, open_place,
                                        close_place),
        cmocka_unit_test_setup_teardown(an_orphan_goes_and_a_used_or_fresh_file_stays, open_place,
                                        close_place),
        cmocka_unit_test_setup_teardown(a_file_that_is_put_while_it_is_looked_at_stays, open_place,
                                        close_place),
    };

    return cmocka_run_group_tests_name("store", TESTS, NULL, NULL);
}
