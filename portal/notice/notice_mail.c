#include "portal/notice/notice_mail.h"

#include "base/clock.h"
#include "base/zone.h"
#include "portal/mail/mail_account.h"
#include "portal/mail/mail_message.h"
#include "portal/mail/mail_out.h"
#include "portal/notice/notice_link.h"
#include "portal/notice/notice_mail_words.h"

#include <string.h>

enum { AGAIN_MINUTES = 10, MEM_BLOCK = 64 * 1024, SUBJECT_FACTS = 12 };

static const char SQL_NOTICE_DUE_ANY_TENANT[] =
    "SELECT DISTINCT tenant_id, person_id, address, IF(is_digest, NULL, ticket_id), "
    "IF(is_digest, NULL, licence_id), is_digest FROM notice WHERE due_at <= ? LIMIT ?";
/* The claim: of two nodes that write it the second finds nothing left. */
static const char SQL_NOTICE_TAKE[] =
    "UPDATE notice SET due_at = NULL, mail_id = ? WHERE tenant_id = ? AND person_id <=> ? "
    "AND address = ? AND is_digest = ? AND due_at IS NOT NULL AND (is_digest OR "
    "(ticket_id <=> ? AND licence_id <=> ?)) AND (due_at <= ? OR is_digest = FALSE) "
    "ORDER BY id LIMIT ?";
static const char SQL_NOTICE_LATER[] =
    "UPDATE notice SET due_at = ? WHERE tenant_id = ? AND person_id <=> ? AND address = ? "
    "AND due_at <= ?";

/* One mail to be. */
struct letter {
    struct id tenant_id, person_id, ticket_id, licence_id;
    const char *address;
    bool is_digest;
    const struct app *app;
};

static bool take(struct ctx *cx, const struct letter *l, struct id mail_id, struct notice **out,
                 size_t *count, int64_t *further)
{
    struct db_rows rows;
    struct str sql = str_new(cx->mem);
    int64_t taken;

    *count = 0;
    if (!db_exec(cx, &taken, SQL_NOTICE_TAKE, DB_ID(mail_id), DB_ID(cx->tenant_id),
                 DB_ID_OR_NULL(l->person_id), DB_TEXT(l->address), DB_BOOL(l->is_digest),
                 DB_ID_OR_NULL(l->ticket_id), DB_ID_OR_NULL(l->licence_id), DB_TIME(cx->now),
                 DB_INT(l->is_digest ? NOTICE_MAIL_TAKEN_MAX : NOTICE_MAIL_LINES_MAX)))
        return false;
    if (taken == 0)
        return true;
    str_add(&sql, NOTICE_SELECT);
    str_add(&sql, " AND n.mail_id = ? ORDER BY n.id LIMIT ?");
    if (!db_query(cx, &rows, sql.p, DB_ID(cx->tenant_id), DB_ID(mail_id),
                  DB_INT(NOTICE_MAIL_LINES_MAX)))
        return false;
    notice_rows(cx, &rows, out, count);
    *further = taken - (int64_t)rows.count;
    return true;
}

static bool write_letter(struct ctx *cx, const struct letter *l)
{
    struct id mail_id = ctx_new_id(cx);
    struct notice_reader reader;
    struct notice *list;
    int64_t further = 0;
    size_t count;

    if (!take(cx, l, mail_id, &list, &count, &further))
        return false;
    if (count == 0)
        return true;
    if (!notice_mail_reader(cx, l->app, l->person_id, l->address, &list[0], &reader))
        return false;
    reader.further = further;
    if (reader.is_gone) /* nobody is left who could read it */
        return true;
    return notice_mail_queue(cx, l->app, &reader, mail_id, list, count, l->is_digest);
}

static bool write_one(struct ctx *cx, void *arg)
{
    const struct letter *l = arg;

    if (!db_begin(cx))
        return false;
    if (write_letter(cx, l))
        return db_commit(cx);
    db_rollback(cx);
    return false;
}

/* It comes again later, and keeps no other waiting until then. */
static bool put_off(struct ctx *cx, void *arg)
{
    const struct letter *l = arg;

    return db_exec(cx, NULL, SQL_NOTICE_LATER, DB_TIME(cx->now + AGAIN_MINUTES * CLOCK_MINUTE),
                   DB_ID(cx->tenant_id), DB_ID_OR_NULL(l->person_id), DB_TEXT(l->address),
                   DB_TIME(cx->now));
}

static void work_one(const struct ctx *base, struct letter *l)
{
    struct arena *mem = arena_make(MEM_BLOCK);
    struct ctx cx;

    ctx_start(&cx, mem, base->pool);
    cx.now = base->now;
    cx.master = base->master;
    cx.tenant_id = l->tenant_id;
    if (!db_retry(&cx, write_one, l)) {
        log_error(cx.trace, "notices: a mail could not be written: %s", cx.err.oper);
        err_clear(&cx.err);
        if (!db_retry(&cx, put_off, l))
            log_error(cx.trace, "notices: %s", cx.err.oper);
    }
    db_release(&cx);
    arena_free(mem);
}

bool notice_mail_work(struct ctx *cx, const struct app *app, unsigned *worked)
{
    struct db_rows rows;
    struct letter *list;

    *worked = 0;
    if (!db_query(cx, &rows, SQL_NOTICE_DUE_ANY_TENANT, DB_TIME(cx->now),
                  DB_INT(NOTICE_MAIL_BATCH)))
        return false;
    list = arena_array(cx->mem, struct letter, rows.count + 1);
    while (db_next(&rows))
        list[(*worked)++] = (struct letter){.tenant_id = db_id(&rows.row, 0),
                                            .person_id = db_id(&rows.row, 1),
                                            .address = db_text(&rows.row, 2),
                                            .ticket_id = db_id(&rows.row, 3),
                                            .licence_id = db_id(&rows.row, 4),
                                            .is_digest = db_bool(&rows.row, 5),
                                            .app = app};
    db_release(cx);
    for (unsigned i = 0; i < *worked; i++)
        work_one(cx, &list[i]);
    return true;
}
