/* Mail at the console: for a mail server's pipe, and the worker that reads mails. */
#include "base/parse.h"
#include "portal/console/console.h"
#include "portal/mail/mail_in.h"
#include "portal/mail/mail_inbox.h"
#include "portal/mail/mail_worker.h"

#include <errno.h>
#include <unistd.h>

enum { PIECE = 64 * 1024, PORT_MAX = 65535 };

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

static const char *given(const struct console *co, const char *name, const char *otherwise)
{
    const char *value = console_option(co, name);

    return value != NULL ? value : otherwise;
}

static bool set_inbox(struct console *co, struct ctx *cx, struct mail_inbox *box)
{
    const char *port = console_option(co, "--port");
    const char *password = NULL;
    struct mail_inbox now;

    if (!mail_inbox_get(cx, &now))
        return false;
    now.address = given(co, "--address", now.address);
    now.unknown_sender = given(co, "--unknown", now.unknown_sender);
    now.known_sender = given(co, "--known", now.known_sender);
    now.host = given(co, "--host", now.host);
    now.tls = given(co, "--tls", now.tls);
    now.login = given(co, "--login", now.login);
    now.folder = given(co, "--folder", now.folder);
    now.done_folder = given(co, "--done-folder", now.done_folder);
    if (port != NULL && !parse_i64(port, 1, PORT_MAX, &now.port))
        return err_set_at(&cx->err, &ERR_INVALID, "port", "--port %s", port);
    if (console_flag(co, "--password-stdin") && !console_read_line(co, &password))
        return err_set(&cx->err, &ERR_INVALID, "no password");
    *box = now;
    return co->argc <= 2 || mail_inbox_set(cx, &now, password);
}

int mail_inbox_command(struct console *co)
{
    static const char *const KNOWN[] = {
        "--tenant", "--address", "--unknown", "--known",       "--host",           "--port",
        "--tls",    "--login",   "--folder",  "--done-folder", "--password-stdin", NULL};
    struct mail_inbox box;
    struct ctx cx;
    json_t *out;
    int code = CONSOLE_DONE;

    if (!console_options(co, KNOWN))
        return CONSOLE_USAGE;
    if (!console_open(co, &cx))
        return CONSOLE_REFUSED;
    if (console_tenant(co, &cx) && set_inbox(co, &cx, &box)) {
        out = json_pack("{s:s,s:s,s:s,s:s,s:I,s:s,s:s,s:s,s:s,s:s}", "address", box.address,
                        "unknown_sender", box.unknown_sender, "known_sender", box.known_sender,
                        "host", box.host, "port", (json_int_t)box.port, "tls", box.tls, "login",
                        box.login, "folder", box.folder, "done_folder", box.done_folder, "fault",
                        box.last_fault);
        console_print(co, out);
        json_decref(out);
    } else {
        code = console_fail(co, &cx.err);
    }
    console_close(co, &cx);
    return code;
}

int mail_worker_command(struct console *co)
{
    (void)co;
    return mail_worker_main();
}
