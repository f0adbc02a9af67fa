/* The revocation list as a file, for machines that no network reaches. */
#include "base/clock.h"
#include "licensing/revocation.h"
#include "portal/console/console.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool write_all(int fd, const uint8_t *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, bytes, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes += n;
        len -= (size_t)n;
    }
    return true;
}

/* Under another name first: whoever copies the file meanwhile gets the old one or the new one. */
static bool write_file(struct ctx *cx, const char *path, const struct revocation_list *list)
{
    const char *fresh = arena_printf(cx->mem, "%s.%s", path, crypto_token(cx->mem, 8));
    int fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    bool ok = fd >= 0 && write_all(fd, list->bytes, list->len) && fsync(fd) == 0;
    int failure = errno;

    if (fd >= 0)
        ok = close(fd) == 0 && ok;
    if (ok && rename(fresh, path) == 0)
        return true;
    if (ok)
        failure = errno;
    unlink(fresh);
    return err_set(&cx->err, &ERR_INTERNAL, "%s: %s", path, strerror(failure));
}

int revocations_command(struct console *co)
{
    static const char *const KNOWN[] = {"--tenant", NULL};
    const char *path = console_word(co, 0);
    char issued[CLOCK_ISO_SIZE];
    struct revocation_list list;
    struct ctx cx;
    int code = CONSOLE_DONE;

    if (!console_options(co, KNOWN))
        return CONSOLE_USAGE;
    if (path == NULL)
        return console_misuse(co, "revocations needs the file to write.");
    if (!console_open(co, &cx))
        return CONSOLE_REFUSED;
    if (console_tenant(co, &cx) && revocation_make(&cx, NULL, &list) &&
        write_file(&cx, path, &list)) {
        clock_iso(list.issued_at, issued);
        console_print(co, json_own(cx.mem, json_pack("{s:s,s:I,s:I,s:s}", "file", path, "revoked",
                                                     (json_int_t)list.count, "bytes",
                                                     (json_int_t)list.len, "issued", issued)));
    } else {
        code = console_fail(co, &cx.err);
    }
    console_close(co, &cx);
    return code;
}
