#include "portal/notice/notice_preview.h"

#include "licensing/licence.h"
#include "portal/desk/ticket_status.h"
#include "portal/notice/notice_text.h"

#include <string.h>

enum { FACTS_MAX = 12 };

static const char SQL_PREVIEW_TICKET[] =
    "SELECT id FROM ticket WHERE tenant_id = ? AND deleted_at IS NULL ORDER BY id DESC LIMIT 1";
static const char SQL_PREVIEW_LICENCE[] =
    "SELECT id FROM licence WHERE tenant_id = ? AND expires_at IS NOT NULL "
    "ORDER BY id DESC LIMIT 1";

struct facts {
    struct notice_fact list[FACTS_MAX];
    size_t count;
};

static void add(struct facts *f, const char *name, const char *value)
{
    f->list[f->count++] = (struct notice_fact){name, value};
}

static bool find(struct ctx *cx, const char *sql, struct id *out)
{
    struct db_rows rows;

    *out = (struct id){{0}};
    if (!db_query(cx, &rows, sql, DB_ID(cx->tenant_id)))
        return false;
    if (db_next(&rows))
        *out = db_id(&rows.row, 0);
    return true;
}

/* Absent, or not for this viewer: the same to him. */
static bool is_absent(struct ctx *cx, bool *has_data)
{
    *has_data = false;
    if (cx->err.kind != &ERR_NOT_FOUND)
        return false;
    err_clear(&cx->err);
    return true;
}

static const char *or_none(const char *name)
{
    return name == NULL || *name == '\0' ? NULL : name;
}

static bool add_change(struct ctx *cx, const struct notice_sample *sample, struct notice *n,
                       struct facts *f)
{
    const char *change;

    if (!notice_text_change(cx, sample->format, n, &change))
        return false;
    add(f, "changes", change);
    add(f, "link", arena_printf(cx->mem, "%s%s", sample->base, notice_text_path(cx, n)));
    return true;
}

static bool add_ticket(struct ctx *cx, const struct notice_sample *sample, enum notice_kind kind,
                       struct facts *f, bool *has_data)
{
    const struct ticket_status *status;
    struct notice n = {.kind = kind, .actor_name = sample->person_name, .text = ""};
    struct ticket *t;

    if (!find(cx, SQL_PREVIEW_TICKET, &n.ticket_id))
        return false;
    if (!ticket_get(cx, n.ticket_id, &t))
        return is_absent(cx, has_data);
    if (!ticket_status_find(cx, t->status, &status))
        return false;
    n.created_at = t->updated_at;
    n.data = json_own(cx->mem, json_pack("{s:s}", "state", t->status));
    if (kind == NOTICE_DESK_ANSWERED)
        n.data = NULL;
    add(f, "number", t->number);
    add(f, "subject", t->subject);
    add(f, "agent", or_none(t->assignee_name));
    add(f, "organisation", or_none(t->organisation_name));
    add(f, "state",
        status == NULL ? t->status
                       : lang_text(sample->format->lang, notice_kind_words(kind)->is_staff
                                                             ? status->staff_label
                                                             : status->customer_label));
    return add_change(cx, sample, &n, f);
}

static bool add_licence(struct ctx *cx, const struct notice_sample *sample, enum notice_kind kind,
                        struct facts *f, bool *has_data)
{
    static const json_int_t DAYS = 30;
    struct notice n = {.kind = kind, .actor_name = "", .text = "", .created_at = cx->now};
    struct licence *licence;

    if (!find(cx, SQL_PREVIEW_LICENCE, &n.licence_id))
        return false;
    if (!licence_get(cx, n.licence_id, &licence))
        return is_absent(cx, has_data);
    n.data = json_own(cx->mem, json_pack("{s:I}", "days", DAYS));
    add(f, "licence", arena_printf(cx->mem, "%s %s", licence->product_name, licence->serial));
    add(f, "days", format_number(cx->mem, sample->format, DAYS));
    add(f, "date", format_day(cx->mem, sample->format, licence->expires_at));
    add(f, "organisation", or_none(licence->organisation_name));
    return add_change(cx, sample, &n, f);
}

static bool add_facts(struct ctx *cx, const struct notice_sample *sample, enum notice_kind kind,
                      struct facts *f, bool *has_data)
{
    struct notice n = {.kind = kind, .actor_name = "", .text = "", .created_at = cx->now};

    *has_data = true;
    add(f, "name", sample->person_name);
    add(f, "tenant", sample->tenant_name);
    if (notice_kind_words(kind)->is_about_ticket)
        return add_ticket(cx, sample, kind, f, has_data);
    if (notice_template_knows(kind, "licence"))
        return add_licence(cx, sample, kind, f, has_data);
    n.data = json_own(cx->mem, json_pack("{s:s}", "fault", "{agent}"));
    return add_change(cx, sample, &n, f);
}

bool notice_preview_make(struct ctx *cx, const struct notice_sample *sample, enum notice_kind kind,
                         const char *subject, const char *body, struct notice_preview *out)
{
    struct facts f = {.count = 0};

    *out = (struct notice_preview){.subject = "", .body = ""};
    if (!add_facts(cx, sample, kind, &f, &out->has_data))
        return false;
    if (out->has_data &&
        notice_template_fill(cx->mem, subject, f.list, f.count, &out->subject, &out->fault))
        return notice_template_fill(cx->mem, body, f.list, f.count, &out->body, &out->fault) ||
               out->fault != NULL;
    return true;
}
