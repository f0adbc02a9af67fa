#include "portal/jobs/mail_intake.h"

#include "base/clock.h"
#include "base/log.h"
#include "portal/account/tenant.h"
#include "portal/mail/mail_inbox.h"
#include "portal/mail/mail_route.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LEASE_SECONDS = 300, MEM_BLOCK = 256 * 1024, NAMES_MAX = 255 };

/* One mail's run, so that its failure is not the next one's. */
static struct arena *start_run(struct ctx *cx, const struct ctx *base, struct id tenant_id)
{
    struct arena *mem = arena_make(MEM_BLOCK);

    ctx_start(cx, mem, base->pool);
    cx->now = base->now;
    cx->master = base->master;
    cx->tenant_id = tenant_id;
    return mem;
}

/* --- the spool folder --- */

static bool read_file(struct ctx *cx, const char *path, struct span *out)
{
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    struct stat st;
    size_t got = 0;
    char *bytes;

    if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size > MAIL_IN_BYTES_MAX) {
        if (fd >= 0)
            close(fd);
        return err_set(&cx->err, &ERR_INTERNAL, "%s: no mail, or larger than 64 MiB", path);
    }
    bytes = arena_alloc_raw(cx->mem, (size_t)st.st_size + 1);
    while (got < (size_t)st.st_size) {
        ssize_t n = read(fd, bytes + got, (size_t)st.st_size - got);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        got += (size_t)n;
    }
    close(fd);
    *out = (struct span){bytes, got};
    return got == (size_t)st.st_size || err_set(&cx->err, &ERR_BUSY, "%s: not read", path);
}

/* What cannot be kept stays where it is, and is tried again. */
static bool take_one(const struct ctx *base, const struct app *app, struct id tenant_id,
                     const char *path)
{
    struct ctx cx;
    struct arena *mem = start_run(&cx, base, tenant_id);
    struct span raw;
    struct id id;
    bool ok = read_file(&cx, path, &raw) &&
              mail_in_keep(&cx, app->config.storage_path, "spool", raw, &id);

    if (!ok)
        log_warn(cx.trace, "mail in: %s stays there: %s", path, cx.err.oper);
    else if (unlink(path) != 0) /* then it comes again, and is found to be the same */
        log_warn(cx.trace, "mail in: %s: %s", path, strerror(errno));
    db_release(&cx);
    arena_free(mem);
    return ok;
}

/* Writers lay a mail down under a name that begins with a dot or ends in .tmp, then rename it. */
static bool is_ready(const char *name)
{
    size_t len = strlen(name);

    return name[0] != '.' && (len < 4 || strcmp(name + len - 4, ".tmp") != 0);
}

static void take_folder(const struct ctx *base, const struct app *app, const struct tenant *tenant,
                        unsigned *worked)
{
    const char *path =
        arena_printf(base->mem, "%s/%s", app->config.mail_inbound_spool, tenant->slug);
    DIR *folder = opendir(path);
    struct dirent *entry;
    unsigned tried = 0;

    if (folder == NULL)
        return;
    while (tried < NAMES_MAX && (entry = readdir(folder)) != NULL) {
        if (!is_ready(entry->d_name))
            continue;
        tried++;
        *worked +=
            take_one(base, app, tenant->id, arena_printf(base->mem, "%s/%s", path, entry->d_name));
    }
    closedir(folder);
}

bool mail_intake_spool(struct ctx *cx, const struct app *app, unsigned *worked)
{
    const char *path = app->config.mail_inbound_spool;
    DIR *spool = path != NULL ? opendir(path) : NULL;
    struct dirent *entry;
    struct tenant *tenant;

    *worked = 0;
    if (spool == NULL)
        return true;
    while ((entry = readdir(spool)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        if (tenant_by_slug(cx, entry->d_name, &tenant)) {
            db_release(cx);
            take_folder(cx, app, tenant, worked);
        } else if (cx->err.kind != &ERR_NOT_FOUND) {
            closedir(spool);
            return false;
        }
        err_clear(&cx->err);
    }
    closedir(spool);
    return true;
}

/* --- reading --- */

/* The mail itself is at fault when the worker runs into a limit twice. */
static bool lead(struct ctx *cx, const struct app *app, const struct mail_in *mail)
{
    struct mail_route how = {.storage_path = app->config.storage_path,
                             .sender = app->config.mail_sender};
    json_t *parsed;

    if (mail_route_parse(cx, how.storage_path, mail, &parsed))
        return mail_inbox_address(cx, &app->config, &how.inbound) &&
               mail_route_deliver(cx, &how, mail, parsed);
    if (cx->err.kind != &ERR_INTERNAL || mail->attempts < 2)
        return false;
    log_warn(cx->trace, "mail in: %s: %s", id_text(cx->mem, mail->id), cx->err.oper);
    err_clear(&cx->err);
    return mail_route_park(cx, mail, NULL, "unreadable");
}

static void lead_one(const struct ctx *base, const struct app *app, const struct mail_in *mail)
{
    struct ctx cx;
    struct arena *mem = start_run(&cx, base, mail->tenant_id);

    if (!lead(&cx, app, mail)) {
        const char *fault = arena_dup(mem, cx.err.oper);

        log_warn(cx.trace, "mail in: %s, try %d: %s", id_text(mem, mail->id), mail->attempts,
                 fault);
        err_clear(&cx.err);
        db_release(&cx);
        if (!mail_in_postpone(&cx, mail, fault)) /* then its lease runs out, and it comes again */
            log_warn(cx.trace, "mail in: %s", cx.err.oper);
    }
    db_release(&cx);
    arena_free(mem);
}

bool mail_intake_work(struct ctx *cx, const struct app *app, unsigned *worked)
{
    struct mail_in *list;
    size_t count;

    *worked = 0;
    if (!mail_in_claim(cx, MAIL_INTAKE_BATCH, LEASE_SECONDS * CLOCK_SECOND, &list, &count))
        return false;
    db_release(cx);
    for (size_t i = 0; i < count; i++)
        lead_one(cx, app, &list[i]);
    *worked = (unsigned)count;
    return true;
}
