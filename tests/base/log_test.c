#include "base/clock.h"
#include "base/log.h"
#include "tests/support/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static int line_pipe[2]; /* what is logged comes out of the first */

static int open_pipe(void **state)
{
    (void)state;
    return pipe(line_pipe) != 0 || fcntl(line_pipe[0], F_SETFL, O_NONBLOCK) != 0;
}

/* One read: what one write brought. */
static const char *logged(void)
{
    static char line[8192];
    ssize_t n = read(line_pipe[0], line, sizeof line - 1);

    line[n < 0 ? 0 : n] = '\0';
    return line;
}

static void a_line_has_time_level_trace_place_and_text(void **state)
{
    const char *line;
    int64_t at;
    char time[CLOCK_ISO_SIZE] = "";

    (void)state;
    log_open(line_pipe[1], LOG_DEBUG);
    log_warn("0123456789abcdef", "outbox: %d events wait", 3);
    line = logged();
    memcpy(time, line, CLOCK_ISO_SIZE - 1);
    assert_true(clock_parse_iso(time, &at));
    assert_memory_equal(line + 24, " warn  0123456789abcdef tests/base/log_test.c:", 46);
    assert_non_null(strstr(line, " outbox: 3 events wait\n"));
    log_debug("-", "small");
    assert_non_null(strstr(logged(), " debug - "));
    log_info("-", "plain");
    assert_non_null(strstr(logged(), " info  - "));
    log_error("-", "bad");
    assert_non_null(strstr(logged(), " error - "));
}

static void lines_below_the_level_are_left_out(void **state)
{
    (void)state;
    log_open(line_pipe[1], LOG_WARN);
    log_info("-", "unseen");
    assert_string_equal(logged(), "");
    log_error("-", "seen");
    assert_non_null(strstr(logged(), "seen"));
}

static void control_characters_become_spaces(void **state)
{
    const char *line;

    (void)state;
    log_open(line_pipe[1], LOG_INFO);
    log_info("-", "a\nb\rc\x1b[31m\x7f\xc2\x9b 中 é");
    line = logged();
    assert_non_null(strstr(line, "a b c [31m    中 é\n"));
    assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
}

static void a_long_line_is_cut_and_still_one_line(void **state)
{
    char text[6000];
    const char *line;

    (void)state;
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    log_open(line_pipe[1], LOG_INFO);
    log_info("-", "%s", text);
    line = logged();
    assert_int_equal(strlen(line), 4096);
    assert_int_equal(line[4095], '\n');
}

static void errno_is_kept(void **state)
{
    (void)state;
    log_open(-1, LOG_INFO);
    errno = ENOENT;
    log_info("-", "nowhere");
    assert_int_equal(errno, ENOENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_has_time_level_trace_place_and_text),
        cmocka_unit_test(lines_below_the_level_are_left_out),
        cmocka_unit_test(control_characters_become_spaces),
        cmocka_unit_test(a_long_line_is_cut_and_still_one_line),
        cmocka_unit_test(errno_is_kept),
    };

    return cmocka_run_group_tests(tests, open_pipe, NULL);
}
