#include "portal/jobs/mail_fetch.h"

#include "base/clock.h"
#include "base/log.h"
#include "portal/mail/mail_imap.h"
#include "portal/mail/mail_in.h"

enum { LEASE_SECONDS = 900, AT_ONCE = 50, MEM_BLOCK = 64 * 1024 };

/* The first look takes what is unread, and from there on all that comes. */
static bool begin(struct ctx *cx, const struct mail_inbox *box, struct mail_imap *imap,
                  struct mail_imap_look *look, int64_t *last)
{
    *last = box->last_uid;
    if (box->uid_validity != 0 && !mail_imap_search(&cx->err, imap, *last, look))
        return false;
    if (box->uid_validity != 0 && look->uid_validity == box->uid_validity)
        return true;
    if (!mail_imap_search(&cx->err, imap, -1, look))
        return false;
    *last = look->count > 0 ? look->uids[0] - 1 : look->uid_next > 0 ? look->uid_next - 1 : 0;
    return mail_inbox_progress(cx, box, look->uid_validity, *last);
}

/* Kept first, then written down here, then marked there: whatever breaks in between, it is asked
 * for again and found to be the same. */
static bool take(struct ctx *cx, const struct app *app, const struct mail_inbox *box,
                 struct mail_imap *imap, const struct mail_imap_look *look, int64_t uid)
{
    struct span raw;
    struct id id;

    if (!mail_imap_fetch(&cx->err, imap, cx->mem, uid, &raw)) {
        if (cx->err.kind != &ERR_MAIL_SIZE)
            return false;
        log_error(cx->trace, "mailbox: mail %lld is too large and stays there", (long long)uid);
        err_clear(&cx->err);
        return mail_imap_leave(&cx->err, imap, uid) &&
               mail_inbox_progress(cx, box, look->uid_validity, uid);
    }
    return mail_in_keep(cx, app->config.storage_path, "imap", raw, &id) &&
           mail_inbox_progress(cx, box, look->uid_validity, uid) &&
           mail_imap_done(&cx->err, imap, uid);
}

static bool look_into(struct ctx *cx, const struct app *app, const struct mail_inbox *box,
                      struct mail_imap *imap)
{
    struct mail_imap_look *look = arena_new(cx->mem, struct mail_imap_look);
    int64_t last;

    if (!begin(cx, box, imap, look, &last))
        return false;
    for (size_t i = 0; i < look->count && i < AT_ONCE; i++)
        if (look->uids[i] > last && !take(cx, app, box, imap, look, look->uids[i]))
            return false;
    return true;
}

static void fetch_one(const struct ctx *base, const struct app *app, const struct mail_inbox *box)
{
    struct arena *mem = arena_make(MEM_BLOCK);
    struct mail_imap *imap;
    const char *fault = "";
    const char *password;
    struct ctx cx;

    ctx_start(&cx, mem, base->pool);
    cx.now = base->now;
    cx.master = base->master;
    cx.tenant_id = box->tenant_id;
    if (mail_inbox_password(&cx, box, &password)) {
        imap = mail_imap_make(box, password);
        if (box->is_guarded && !app->config.mail_allow_private)
            mail_imap_guard(imap);
        if (!look_into(&cx, app, box, imap))
            fault = arena_dup(mem, cx.err.oper);
        mail_imap_free(imap);
    } else {
        fault = arena_dup(mem, cx.err.oper);
    }
    if (*fault != '\0')
        log_warn(cx.trace, "mailbox %s: %s", box->host, fault);
    err_clear(&cx.err);
    if (!mail_inbox_settle(&cx, box, fault)) /* then its lease runs out, and it comes again */
        log_warn(cx.trace, "mailbox %s: %s", box->host, cx.err.oper);
    db_release(&cx);
    arena_free(mem);
}

bool mail_fetch_work(struct ctx *cx, const struct app *app, unsigned *worked)
{
    struct mail_inbox *list;
    size_t count;

    *worked = 0;
    if (!mail_inbox_claim(cx, MAIL_FETCH_BATCH, LEASE_SECONDS * CLOCK_SECOND, &list, &count))
        return false;
    db_release(cx);
    for (size_t i = 0; i < count; i++)
        fetch_one(cx, app, &list[i]);
    *worked = (unsigned)count;
    return true;
}
