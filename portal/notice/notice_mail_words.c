#include "portal/notice/notice_mail_words.h"

#include "kb/article_markdown.h"
#include "licensing/licence.h"
#include "portal/account/brand.h"
#include "portal/account/membership.h"
#include "portal/account/role.h"
#include "portal/desk/follow_link.h"
#include "portal/desk/reporter.h"
#include "portal/desk/survey.h"
#include "portal/desk/ticket_status.h"
#include "portal/mail/mail_account.h"
#include "portal/mail/mail_inbox.h"
#include "portal/mail/mail_look.h"
#include "portal/mail/mail_message.h"
#include "portal/mail/mail_out.h"
#include "portal/mail/mail_text.h"
#include "portal/mail/mail_token.h"
#include "portal/notice/notice_approval.h"
#include "portal/notice/notice_link.h"
#include "portal/notice/notice_template.h"

#include <string.h>

enum { FACTS_MAX = 12, STAFF_TOLD_MAX = 200 };

static const char SQL_READER_PERSON[] =
    "SELECT p.full_name, p.email, COALESCE(NULLIF(p.language, ''), t.language), "
    "COALESCE(NULLIF(p.time_zone, ''), t.time_zone), t.name, t.accent, "
    "p.is_disabled OR p.is_banned OR p.deleted_at IS NOT NULL, "
    "EXISTS (SELECT 1 FROM staff_member s WHERE s.tenant_id = p.tenant_id AND s.person_id = p.id), "
    "COALESCE(b.logo_hash, ''), COALESCE(b.logo_type, ''), t.date_style, t.number_style FROM person p "
    "JOIN tenant t ON t.id = p.tenant_id LEFT JOIN tenant_brand b ON b.tenant_id = p.tenant_id WHERE p.tenant_id = ? AND p.id = ?";
static const char SQL_READER_REPORTER[] =
    "WITH RECURSIVE s AS (SELECT id FROM ticket WHERE tenant_id = ? AND id = ? UNION "
    "SELECT m.id FROM ticket m JOIN s ON m.merged_into = s.id WHERE m.tenant_id = ?) "
    "SELECT r.id, r.name, t.language, t.time_zone, t.name, t.accent, "
    "COALESCE(b.logo_hash, ''), COALESCE(b.logo_type, ''), k.id, t.date_style, t.number_style FROM s "
    "JOIN ticket k ON k.tenant_id = ? AND k.id = s.id "
    "JOIN reporter r ON r.tenant_id = k.tenant_id AND r.id = k.reporter_id "
    "JOIN tenant t ON t.id = k.tenant_id LEFT JOIN tenant_brand b ON b.tenant_id = k.tenant_id "
    "WHERE r.email = ? ORDER BY k.id DESC LIMIT 1";
/* The last mail about the ticket that this reader got, and the last that came from outside. */
static const char SQL_THREAD_SENT[] =
    "SELECT id, from_address FROM mail_out "
    "WHERE tenant_id = ? AND ticket_id = ? AND to_address = ? ORDER BY id DESC LIMIT 1";
static const char SQL_THREAD_CAME[] =
    "SELECT message_id FROM mail_thread WHERE tenant_id = ? AND ticket_id = ? AND is_ours = FALSE "
    "ORDER BY created_at DESC LIMIT 1";

/* --- who reads --- */

static bool read_reporter(struct ctx *cx, const struct app *app, const char *address,
                          const struct notice *first, struct notice_reader *out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_READER_REPORTER, DB_ID(cx->tenant_id), DB_ID(first->ticket_id),
                  DB_ID(cx->tenant_id), DB_ID(cx->tenant_id), DB_TEXT(address)))
        return false;
    out->is_gone = !db_next(&rows) || !mail_message_address_is_good(address);
    if (out->is_gone)
        return true;
    out->answerer_id = db_id(&rows.row, 0);
    out->name = db_text(&rows.row, 1);
    out->address = address;
    out->lang = lang_find(app->langs, db_text(&rows.row, 2));
    out->zone_name = db_text(&rows.row, 3);
    out->tenant_name = db_text(&rows.row, 4);
    out->accent = db_text(&rows.row, 5);
    out->logo = brand_logo_path(cx->mem, db_text(&rows.row, 6), db_text(&rows.row, 7));
    out->ticket_id = db_id(&rows.row, 8);
    out->dates = style_dates_parse(db_text(&rows.row, 9));
    out->numbers = style_numbers_parse(db_text(&rows.row, 10));
    return true;
}

bool notice_mail_reader(struct ctx *cx, const struct app *app, struct id person_id,
                        const char *address, const struct notice *first, struct notice_reader *out)
{
    struct db_rows rows;

    *out = (struct notice_reader){.person_id = person_id, .answerer_id = person_id};
    if (id_is_zero(person_id))
        return read_reporter(cx, app, address, first, out);
    if (!db_query(cx, &rows, SQL_READER_PERSON, DB_ID(cx->tenant_id), DB_ID(person_id)))
        return false;
    out->is_gone = !db_next(&rows) || db_bool(&rows.row, 6) ||
                   !mail_message_address_is_good(db_text(&rows.row, 1));
    if (out->is_gone)
        return true;
    out->address = db_text(&rows.row, 1);
    out->name = mail_text_known_name(db_text(&rows.row, 0), out->address);
    if (*out->name == '\0')
        out->name = out->address;
    out->lang = lang_find(app->langs, db_text(&rows.row, 2));
    out->zone_name = db_text(&rows.row, 3);
    out->tenant_name = db_text(&rows.row, 4);
    out->accent = db_text(&rows.row, 5);
    out->is_staff = db_bool(&rows.row, 7);
    out->logo = brand_logo_path(cx->mem, db_text(&rows.row, 8), db_text(&rows.row, 9));
    out->dates = style_dates_parse(db_text(&rows.row, 10));
    out->numbers = style_numbers_parse(db_text(&rows.row, 11));
    return true;
}

/* --- what he may see --- */

/* *out is NULL for a ticket that the reader may not see (any longer). */
static bool find_ticket(struct ctx *cx, const struct notice_reader *reader, struct id ticket_id,
                        struct ticket **out)
{
    const struct viewer system = cx->viewer;
    struct viewer viewer;
    struct ticket *t;

    *out = NULL;
    if (ticket_get(cx, ticket_id, &t)) {
        if (id_is_zero(reader->person_id)) {
            *out = t; /* its reporter, as read_reporter saw */
            return true;
        }
        if (!membership_viewer(cx, reader->person_id, t->organisation_id, &viewer))
            return false;
        cx->viewer = viewer;
        if (ticket_get(cx, ticket_id, &t))
            *out = t;
        cx->viewer = system;
    }
    if (*out == NULL && cx->err.kind != &ERR_NOT_FOUND)
        return false;
    err_clear(&cx->err);
    return true;
}

/* --- the parts --- */

struct writing {
    struct ctx *cx;
    const struct app *app;
    const struct notice_reader *reader;
    struct id mail_id;
    struct format format;
    const char *base;
    struct mail_setting setting;
    const char *from_address;
    struct mail_draft draft;
};

static bool start(struct writing *w)
{
    struct ctx *cx = w->cx;
    struct zone *zone = NULL;

    if (!mail_account_base(cx, &w->app->config, &w->base) || !notice_setting_get(cx, &w->setting))
        return false;
    if (!zone_load(w->reader->zone_name, &zone) && !zone_load("UTC", &zone))
        return err_set(&cx->err, &ERR_INTERNAL, "zone %s", w->reader->zone_name);
    arena_defer(cx->mem, (void (*)(void *))zone_free, zone);
    w->format =
        (struct format){w->reader->lang, zone, cx->now, w->reader->dates, w->reader->numbers};
    w->from_address =
        *w->setting.sender_address != '\0' ? w->setting.sender_address : w->app->config.mail_sender;
    w->draft =
        (struct mail_draft){.person_id = w->reader->person_id,
                            .to_address = w->reader->address,
                            .to_name = w->reader->name,
                            .from_name = *w->setting.sender_name != '\0' ? w->setting.sender_name
                                                                         : w->reader->tenant_name,
                            .from_address = w->setting.sender_address,
                            .mail_id = &w->mail_id};
    return true;
}

/* Who has no account gets a link that shows this ticket and nothing else. */
static bool link_of(struct writing *w, const struct notice *n, const char **out)
{
    struct ctx *cx = w->cx;
    const char *token;

    if (!id_is_zero(w->reader->person_id)) {
        *out = arena_printf(
            cx->mem, "%s%s%s%s", w->base, notice_text_path(cx, n),
            w->reader->is_staff || id_is_zero(n->ticket_id) ? "" : "?m=",
            w->reader->is_staff || id_is_zero(n->ticket_id) ? "" : id_text(cx->mem, w->mail_id));
        return true;
    }
    if (!follow_link_add(cx, n->ticket_id, &token))
        return false;
    *out = arena_printf(cx->mem, "%s/follow/%s?m=%s", w->base, token, id_text(cx->mem, w->mail_id));
    return true;
}

/* A foreign Message-ID is fit for a header if it cannot end the line or the brackets. */
static bool is_fit(const char *message_id)
{
    for (const char *c = message_id; *c != '\0'; c++)
        if (*c <= ' ' || *c > '~' || *c == '<' || *c == '>')
            return false;
    return *message_id != '\0';
}

/* The ticket itself is the root, a mail that nobody ever got; all about it hang below. */
static bool add_references(struct writing *w, const struct ticket *t)
{
    struct ctx *cx = w->cx;
    struct str s = str_new(cx->mem);
    struct db_rows rows;

    str_fmt(&s, "<ticket-%s", mail_message_id(cx->mem, t->id, w->app->config.mail_sender) + 1);
    if (!db_query(cx, &rows, SQL_THREAD_CAME, DB_ID(cx->tenant_id), DB_ID(t->id)))
        return false;
    if (db_next(&rows) && is_fit(db_text(&rows.row, 0)))
        str_fmt(&s, " <%s>", db_text(&rows.row, 0));
    if (!db_query(cx, &rows, SQL_THREAD_SENT, DB_ID(cx->tenant_id), DB_ID(t->id),
                  DB_TEXT(w->reader->address)))
        return false;
    if (db_next(&rows)) {
        const char *from = db_text(&rows.row, 1);

        str_fmt(&s, " %s",
                mail_message_id(cx->mem, db_id(&rows.row, 0),
                                *from != '\0' ? from : w->app->config.mail_sender));
    }
    w->draft.references = s.p;
    return true;
}

/* How an answer finds its ticket. Staff answer on the page: a mail of theirs to the customer that
 * was meant for a colleague could not be called back. */
static bool add_thread(struct writing *w, const struct ticket *t)
{
    struct ctx *cx = w->cx;
    const char *own = mail_message_id(cx->mem, w->mail_id, w->from_address);
    const char *inbound;

    w->draft.ticket_id = t->id;
    if (!add_references(w, t) || !mail_inbox_address(cx, &w->app->config, &inbound))
        return false;
    if (!w->reader->is_staff)
        w->draft.reply_to = mail_token_address(
            cx, inbound, id_is_zero(w->reader->ticket_id) ? t->id : w->reader->ticket_id,
            w->reader->answerer_id);
    return mail_token_remember(cx, arena_dup_bytes(cx->mem, own + 1, strlen(own) - 2), t->id, true);
}

static void add_stop(struct writing *w, enum notice_kind kind)
{
    struct ctx *cx = w->cx;
    const struct notice_link link = {.person_id = w->reader->person_id,
                                     .address =
                                         id_is_zero(w->reader->person_id) ? w->reader->address : "",
                                     .kind = kind};

    w->draft.stop_url =
        arena_printf(cx->mem, "%s/mail/stop/%s", w->base, notice_link_token(cx, &link));
}

/* What stands below the words, whoever wrote them. */
static const char *with_foot(struct writing *w, const char *body, const char *own)
{
    const struct lang *lang = w->reader->lang;
    struct arena *mem = w->cx->mem;
    struct str s = str_new(mem);

    str_add(&s, body);
    str_add(&s, "\n-- \n");
    if (*own != '\0')
        str_fmt(&s, "%s\n\n", own);
    if (w->draft.reply_to != NULL)
        str_fmt(&s, "%s\n", lang_text(lang, T("You can simply reply to this mail.")));
    str_fmt(&s, "%s\n%s\n", lang_text(lang, T("No more such mails:")), w->draft.stop_url);
    return s.p;
}

static bool queue(struct writing *w, const char *subject, const char *body)
{
    const struct notice_reader *r = w->reader;
    struct mail_look look = {.tenant_name = r->tenant_name, .accent = r->accent, .base = w->base};
    struct arena *mem = w->cx->mem;
    struct err err = {0};
    const char *own;
    struct id id;

    if (!brand_text_read(w->cx, BRAND_FOOTER, lang_code(r->lang), &own))
        return false;
    if (*own == '\0' || !article_markdown_html(mem, &err, own, &look.foot_html, NULL))
        look.foot_html = NULL;
    if (*r->logo != '\0')
        look.logo = arena_printf(mem, "%s%s", w->base, r->logo);
    w->draft.subject = subject;
    w->draft.text = with_foot(w, body, own);
    w->draft.html = mail_look_html(mem, r->lang, &look, with_foot(w, body, ""));
    return mail_out_add(w->cx, &w->draft, &id);
}

/* --- a mail about one ticket or licence --- */

static bool all_changes(struct writing *w, const struct notice *list, size_t count,
                        const char **out)
{
    struct str s = str_new(w->cx->mem);
    const char *change;

    for (size_t i = 0; i < count; i++) {
        if (!notice_text_change(w->cx, &w->format, &list[i], &change))
            return false;
        str_fmt(&s, "%s%s", i > 0 ? "\n\n" : "", change);
    }
    *out = s.p;
    return true;
}

/* NULL for a name that is nobody's: words with it do not work then. */
static const char *or_none(const char *name)
{
    return name == NULL || *name == '\0' ? NULL : name;
}

static bool ticket_facts(struct writing *w, const struct ticket *t, struct notice_fact *facts,
                         size_t *count)
{
    const struct ticket_status *status;
    const char *label;

    if (!ticket_status_find(w->cx, t->status, &status))
        return false;
    label = status == NULL        ? t->status
            : w->reader->is_staff ? status->staff_label
                                  : status->customer_label;
    facts[(*count)++] = (struct notice_fact){"number", t->number};
    facts[(*count)++] = (struct notice_fact){"subject", t->subject};
    facts[(*count)++] = (struct notice_fact){"state", lang_text(w->reader->lang, label)};
    facts[(*count)++] = (struct notice_fact){"agent", or_none(t->assignee_name)};
    facts[(*count)++] = (struct notice_fact){"organisation", or_none(t->organisation_name)};
    return true;
}

static bool licence_facts(struct writing *w, const struct notice *n, struct notice_fact *facts,
                          size_t *count)
{
    struct ctx *cx = w->cx;
    struct licence *licence;

    if (!licence_get(cx, n->licence_id, &licence))
        return false;
    facts[(*count)++] = (struct notice_fact){
        "licence", arena_printf(cx->mem, "%s %s", licence->product_name, licence->serial)};
    facts[(*count)++] = (struct notice_fact){
        "days",
        format_number(cx->mem, &w->format, format_days_until(&w->format, licence->expires_at))};
    facts[(*count)++] =
        (struct notice_fact){"date", format_day(cx->mem, &w->format, licence->expires_at)};
    facts[(*count)++] = (struct notice_fact){"organisation", licence->organisation_name};
    return true;
}

/* Those who may mend the words hear of it, once for each fault. */
static bool tell_admins(struct ctx *cx, enum notice_kind kind, const char *fault)
{
    struct notice_new n = {.kind = NOTICE_DESK_TEMPLATE};
    struct staff *staff;
    size_t count;

    n.data = json_own(
        cx->mem, json_pack("{s:s,s:s}", "kind", notice_kind_words(kind)->name, "fault", fault));
    if (!role_staff_list(cx, STAFF_TOLD_MAX, &staff, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        n.person_id = staff[i].person_id;
        if ((staff[i].rights & RIGHT_SETTINGS_UPDATE) != 0 && !notice_add(cx, &n))
            return false;
    }
    return true;
}

/* A customer who is told of the solution is asked how it was, until he said it. */
static bool add_survey(struct writing *w, const struct ticket *t, enum notice_kind kind,
                       const char **changes)
{
    const char *token;
    struct survey *said;

    if ((kind != NOTICE_TICKET_SOLVED && kind != NOTICE_TICKET_CLOSED) || t == NULL ||
        w->reader->is_staff)
        return true;
    if (!survey_find(w->cx, t, &said))
        return false;
    token = survey_token(w->cx, t);
    if (said == NULL && token != NULL)
        *changes = arena_printf(w->cx->mem, "%s\n\n%s\n%s/survey/%s", *changes,
                                lang_text(w->reader->lang, T("How was it? Here you can tell us:")),
                                w->base, token);
    return true;
}

static bool queue_one(struct writing *w, const struct ticket *t, const struct notice *list,
                      size_t count)
{
    const struct notice *first = &list[0]; /* whose words are written: the link is its own too */
    struct notice_fact facts[FACTS_MAX];
    struct notice_filled words;
    const char *link, *changes;
    size_t fact_count = 0;
    enum notice_kind kind;

    for (size_t i = 1; i < count; i++)
        first = list[i].kind > first->kind ? &list[i] : first;
    kind = first->kind;
    if (!link_of(w, first, &link) || !all_changes(w, list, count, &changes) ||
        !add_survey(w, t, kind, &changes) ||
        !notice_approval_words(w->cx, w->reader, w->base, list, count, &changes) ||
        (t != NULL && (!add_thread(w, t) || !ticket_facts(w, t, facts, &fact_count))) ||
        (!id_is_zero(list[0].licence_id) && !licence_facts(w, &list[0], facts, &fact_count)))
        return false;
    facts[fact_count++] = (struct notice_fact){"name", mail_text_callable(w->reader->name)};
    facts[fact_count++] = (struct notice_fact){"changes", changes};
    facts[fact_count++] = (struct notice_fact){"link", link};
    facts[fact_count++] = (struct notice_fact){"tenant", w->reader->tenant_name};
    if (!notice_template_write(w->cx, w->reader->lang, kind, facts, fact_count, &words) ||
        (words.is_new_fault && !tell_admins(w->cx, kind, words.fault)))
        return false;
    w->draft.kind = notice_kind_words(kind)->name;
    add_stop(w, kind);
    return queue(w, words.subject, words.body);
}

/* --- a day's mail --- */

static bool queue_digest(struct writing *w, const struct notice *list, size_t count)
{
    const struct lang *lang = w->reader->lang;
    struct arena *mem = w->cx->mem;
    struct str s = str_new(mem);
    const char *change, *link;

    str_fmt(&s, "%s\n", mail_text_greeting(mem, lang, w->reader->name));
    for (size_t i = 0; i < count; i++) {
        bool is_first = true;

        for (size_t k = 0; k < i; k++)
            is_first = is_first && !(id_equal(list[k].ticket_id, list[i].ticket_id) &&
                                     id_equal(list[k].licence_id, list[i].licence_id));
        if (!is_first)
            continue;
        if (!link_of(w, &list[i], &link))
            return false;
        if (*list[i].number != '\0')
            str_fmt(&s, "\n[%s] %s", list[i].number, list[i].subject);
        str_fmt(&s, "\n%s\n", link);
        for (size_t k = i; k < count; k++) {
            if (!id_equal(list[k].ticket_id, list[i].ticket_id) ||
                !id_equal(list[k].licence_id, list[i].licence_id))
                continue;
            if (!notice_text_change(w->cx, &w->format, &list[k], &change))
                return false;
            str_fmt(&s, "\n%s\n", change);
        }
    }
    if (w->reader->further > 0)
        str_fmt(&s, "\n%s\n%s/notices\n",
                lang_fill1(mem, lang, T("There are {} changes more. You find them here:"),
                           format_number(mem, &w->format, w->reader->further)),
                w->base);
    str_fmt(&s, "\n%s\n", w->reader->tenant_name);
    w->draft.kind = "digest";
    add_stop(w, list[0].kind);
    return queue(w, lang_fill1(mem, lang, T("The day's news from {}"), w->reader->tenant_name),
                 s.p);
}

/* --- the whole --- */

bool notice_mail_queue(struct ctx *cx, const struct app *app, const struct notice_reader *reader,
                       struct id mail_id, struct notice *list, size_t count, bool is_digest)
{
    struct writing *w = arena_new(cx->mem, struct writing);
    struct ticket *t = NULL;
    size_t kept = 0;

    *w = (struct writing){.cx = cx, .app = app, .reader = reader, .mail_id = mail_id};
    for (size_t i = 0; i < count; i++) {
        if (!id_is_zero(list[i].ticket_id) && (t == NULL || !id_equal(t->id, list[i].ticket_id)) &&
            !find_ticket(cx, reader, list[i].ticket_id, &t))
            return false;
        if (id_is_zero(list[i].ticket_id) || t != NULL)
            list[kept++] = list[i];
    }
    if (kept == 0)
        return true;
    if (!start(w))
        return false;
    return is_digest ? queue_digest(w, list, kept) : queue_one(w, t, list, kept);
}
