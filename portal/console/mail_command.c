/* Mail at the console: for a mail server's pipe, and the worker that reads mails. */
#include "portal/console/console.h"
#include "portal/mail/mail_in.h"
#include "portal/mail/mail_worker.h"

#include <errno.h>
#include <unistd.h>

enum { PIECE = 64 * 1024 };

/* What mail servers read from the exit code of a pipe (sysexits.h): 0 it is taken over, 75 try
 * again later, 69 it is refused: the sender is told. */
enum { MAIL_LATER = 75, MAIL_REFUSED = 69 };

/* One byte more than may come shows that there is too much. */
static bool read_mail(struct arena *mem, struct span *out)
{
    struct str s = str_new(mem);

    while (s.len <= MAIL_IN_BYTES_MAX) {
        ssize_t n = read(STDIN_FILENO, str_room(&s, PIECE), PIECE);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        if (n == 0)
            break;
        s.len += (size_t)n;
    }
    *out = (struct span){s.p, s.len};
    return true;
}

int mail_in_command(struct console *co)
{
    static const char *const KNOWN[] = {"--tenant", NULL};
    struct id id = {{0}};
    struct span raw;
    struct ctx cx;
    json_t *done;
    int code = CONSOLE_DONE;

    if (!console_options(co, KNOWN) || console_option(co, "--tenant") == NULL)
        return console_misuse(co, "--tenant SLUG is missing, or an option is unknown.");
    if (!console_open(co, &cx))
        return MAIL_LATER;
    if (console_tenant(co, &cx) &&
        (read_mail(cx.mem, &raw) || err_set(&cx.err, &ERR_BUSY, "standard input broke off")) &&
        (raw.len > 0 || err_set(&cx.err, &ERR_INVALID, "standard input was empty")) &&
        mail_in_keep(&cx, co->app.config.storage_path, "pipe", raw, &id)) {
        done = json_pack("{s:s,s:I}", "id", id_text(cx.mem, id), "bytes", (json_int_t)raw.len);
        console_print(co, done);
        json_decref(done);
    } else {
        console_fail(co, &cx.err);
        code = cx.err.kind->class == ERR_CLASS_INVALID ? MAIL_REFUSED : MAIL_LATER;
    }
    console_close(co, &cx);
    return code;
}

int mail_worker_command(struct console *co)
{
    (void)co;
    return mail_worker_main();
}
