#include "base/log.h"

#include "base/clock.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LOG_LINE_MAX = 4096 }; /* below PIPE_BUF, so that lines to a pipe stay whole */

static const char *const LOG_LEVEL_NAMES[] = {
    [LOG_DEBUG] = "debug",
    [LOG_INFO] = "info",
    [LOG_WARN] = "warn",
    [LOG_ERROR] = "error",
};
_Static_assert(COUNT(LOG_LEVEL_NAMES) == LOG_LEVEL_COUNT, "name every level");

static int log_fd = STDERR_FILENO;
static enum log_level log_from = LOG_INFO;

void log_open(int fd, enum log_level from)
{
    log_fd = fd;
    log_from = from;
}

/* A line break would forge a second line, an escape sequence could act on the reader's terminal.
 * C1 controls are two bytes in UTF-8: C2 80 to C2 9F. */
static void log_clean(char *line, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)line[i];
        unsigned char next = i + 1 < len ? (unsigned char)line[i + 1] : 0;

        if (c < 0x20 || c == 0x7f)
            line[i] = ' ';
        else if (c == 0xc2 && next >= 0x80 && next <= 0x9f)
            line[i] = line[i + 1] = ' ';
    }
}

static size_t log_min(int len, size_t max)
{
    return len < 0 ? 0 : (size_t)len < max ? (size_t)len : max;
}

void log_write(enum log_level level, const char *trace, const char *where, const char *fmt, ...)
{
    char line[LOG_LINE_MAX];
    char time[CLOCK_ISO_SIZE];
    int saved = errno; /* so that a log line never changes what the caller is about to look at */
    size_t len;
    va_list args;

    if (level < log_from)
        return;
    clock_iso(clock_now(), time);
    len = log_min(
        snprintf(line, sizeof line, "%s %-5s %s %s ", time, LOG_LEVEL_NAMES[level], trace, where),
        sizeof line - 1);
    va_start(args, fmt);
    len += log_min(vsnprintf(line + len, sizeof line - len, fmt, args), sizeof line - len - 1);
    va_end(args);
    log_clean(line, len);
    line[len++] = '\n';
    while (write(log_fd, line, len) < 0 && errno == EINTR)
        continue;
    errno = saved;
}
