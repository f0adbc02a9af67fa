/* The log: one line and one write per event, to standard error or a file. */
#pragma once

#include "base/err.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR, LOG_LEVEL_COUNT };

/* Where lines go (a file descriptor, borrowed for the program's life) and from which level on.
 * Threads: call before any is started. Lines go to standard error from LOG_INFO until then. */
void log_open(int fd, enum log_level from);

/* trace names the request or job ("-" where there is none). Never pass secrets, tokens, passwords
 * or message bodies. Control characters are written as spaces. Threads: any. */
#define log_debug(trace, ...) log_write(LOG_DEBUG, (trace), ERR_WHERE, __VA_ARGS__)
#define log_info(trace, ...)  log_write(LOG_INFO, (trace), ERR_WHERE, __VA_ARGS__)
#define log_warn(trace, ...)  log_write(LOG_WARN, (trace), ERR_WHERE, __VA_ARGS__)
#define log_error(trace, ...) log_write(LOG_ERROR, (trace), ERR_WHERE, __VA_ARGS__)
void log_write(enum log_level level, const char *trace, const char *where, const char *fmt, ...)
    PRINTF(4, 5);
