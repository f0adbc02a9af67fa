#include "portal/desk/ticket_create.h"

#include "base/utf8.h"
#include "db/event.h"
#include "db/series.h"
#include "portal/account/person.h"
#include "portal/desk/filing.h"
#include "portal/desk/reporter.h"
#include "portal/desk/sla.h"
#include "portal/desk/ticket_change.h"
#include "portal/desk/ticket_clock.h"
#include "portal/desk/ticket_field.h"
#include "portal/desk/ticket_level.h"
#include "portal/desk/ticket_rebuild.h"
#include "portal/desk/ticket_status.h"
#include "portal/desk/ticket_term.h"
#include "portal/desk/ticket_thread.h"
#include "portal/desk/ticket_topic.h"

#include <string.h>

static const char SQL_TICKET_INSERT[] =
    "INSERT INTO ticket (tenant_id, id, number, organisation_id, site_id, person_id, reporter_id, "
    "source, subject, topic, product_id, product_version, licence_id, machine_id, status, "
    "category, level, impact, urgency, city, store, created_at, updated_at, asked_at, due_at, "
    "request_key, filed, fields_missing, severity) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
    "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char SQL_TICKET_BY_REQUEST[] =
    "SELECT id FROM ticket WHERE tenant_id = ? AND person_id <=> ? AND request_key = ? LIMIT 1";
static const char SQL_TICKET_ORGANISATION[] =
    "SELECT id FROM organisation WHERE tenant_id = ? AND id = ? AND deleted_at IS NULL";
static const char SQL_TICKET_MEMBER[] =
    "SELECT p.full_name, p.email, p.phone FROM membership m "
    "JOIN person p ON p.tenant_id = m.tenant_id AND p.id = m.person_id "
    "WHERE m.tenant_id = ? AND m.person_id = ? AND m.organisation_id = ?";
static const char SQL_TICKET_SITE[] =
    "SELECT name, city FROM site WHERE tenant_id = ? AND id = ? AND organisation_id = ?";
/* NULL-safe: a trial has no organisation yet, and what its program reports has none either. */
static const char SQL_TICKET_LICENCE[] =
    "SELECT product_id, last_version FROM licence "
    "WHERE tenant_id = ? AND id = ? AND organisation_id <=> ?";
static const char SQL_TICKET_MACHINE[] =
    "SELECT mc.version FROM machine mc "
    "JOIN licence l ON l.tenant_id = mc.tenant_id AND l.id = mc.licence_id "
    "WHERE mc.tenant_id = ? AND mc.id = ? AND l.organisation_id <=> ? "
    "AND (? = TRUE OR mc.licence_id = ?)";
static const char SQL_TICKET_PRODUCT[] = "SELECT id FROM product WHERE tenant_id = ? AND id = ?";

struct draft { /* what is going to be written */
    const struct ticket_new *what;
    struct id id;
    const char *number;
    struct id organisation_id, person_id, product_id;
    const char *version, *city, *store;
    struct reporter reporter;
    const struct ticket_topic *topic;
    const struct ticket_status *status;
    struct ticket_weight weight;
    int64_t due_at;
    const char *filed; /* JSON */
    struct field_set set;
    struct custom_settled fields;
};

static const char *given(const char *text)
{
    return text != NULL ? text : "";
}

static bool check_text(struct ctx *cx, const char *text, size_t max, const char *source)
{
    const size_t length = utf8_count(given(text));

    if (length == 0 || length > max)
        return err_set_at(&cx->err, &ERR_INVALID, source, "%zu characters", length);
    return true;
}

static bool is_line(const char *text, size_t max)
{
    if (!utf8_valid(text, strlen(text)) || utf8_count(text) > max)
        return false;
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            return false;
    return true;
}

static bool check_lines(struct ctx *cx, const struct ticket_new *w)
{
    const struct {
        const char *text;
        size_t max;
        const char *source;
    } lines[] = {
        {w->subject, TICKET_SUBJECT_MAX, "subject"},
        {w->city, TICKET_CITY_MAX, "city"},
        {w->store, TICKET_STORE_MAX, "store"},
        {w->product_version, TICKET_VERSION_MAX, "product_version"},
        {w->reporter_name, PERSON_NAME_MAX, "reporter_name"},
        {w->reporter_phone, PERSON_PHONE_MAX, "reporter_phone"},
        {w->reporter_email, PERSON_EMAIL_MAX, "reporter_email"},
        {w->reporter_store, TICKET_STORE_MAX, "reporter_store"},
        {w->reporter_address, REPORTER_ADDRESS_MAX, "reporter_address"},
        {w->request_key, TICKET_REQUEST_KEY_MAX, "request_key"},
    };

    for (size_t i = 0; i < COUNT(lines); i++)
        if (!is_line(given(lines[i].text), lines[i].max))
            return err_set_at(&cx->err, &ERR_INVALID, lines[i].source, "no line of at most %zu",
                              lines[i].max);
    return true;
}

/* Who files: the customer himself, or staff, a rule or a program for somebody. */
static bool settle_people(struct ctx *cx, struct draft *d)
{
    const struct ticket_new *w = d->what;
    const struct viewer *v = &cx->viewer;
    struct db_rows rows;

    if (v->kind == VIEWER_CUSTOMER) {
        if (!viewer_acts_on_tickets(v) || id_is_zero(v->organisation_id))
            return err_set(&cx->err, &ERR_DENIED, "no right to file tickets");
        d->organisation_id = v->organisation_id;
        d->person_id = v->person_id;
    } else {
        if (v->kind != VIEWER_SYSTEM &&
            !(v->kind == VIEWER_STAFF && viewer_has(v, RIGHT_DESK_CREATE)))
            return err_set(&cx->err, &ERR_DENIED, "no right to file tickets");
        d->organisation_id = w->organisation_id;
        d->person_id = w->person_id;
    }
    if (!id_is_zero(d->organisation_id)) {
        if (!db_query(cx, &rows, SQL_TICKET_ORGANISATION, DB_ID(cx->tenant_id),
                      DB_ID(d->organisation_id)))
            return false;
        if (rows.count == 0)
            return err_set_at(&cx->err, &ERR_INVALID, "organisation", "no organisation %s",
                              id_text(cx->mem, d->organisation_id));
    }
    if (id_is_zero(d->person_id))
        return true;
    if (!db_query(cx, &rows, SQL_TICKET_MEMBER, DB_ID(cx->tenant_id), DB_ID(d->person_id),
                  DB_ID(d->organisation_id)))
        return false;
    if (!db_next(&rows))
        return err_set_at(&cx->err, &ERR_INVALID, "person", "person %s is no member of %s",
                          id_text(cx->mem, d->person_id), id_text(cx->mem, d->organisation_id));
    d->reporter = (struct reporter){.person_id = d->person_id,
                                    .name = db_text(&rows.row, 0),
                                    .email = db_text(&rows.row, 1),
                                    .phone = db_text(&rows.row, 2)};
    return true;
}

static bool settle_place(struct ctx *cx, struct draft *d)
{
    struct db_rows rows;

    d->city = given(d->what->city);
    d->store = given(d->what->store);
    if (id_is_zero(d->what->site_id))
        return true;
    if (!db_query(cx, &rows, SQL_TICKET_SITE, DB_ID(cx->tenant_id), DB_ID(d->what->site_id),
                  DB_ID(d->organisation_id)))
        return false;
    if (!db_next(&rows))
        return err_set_at(&cx->err, &ERR_INVALID, "site", "no site %s",
                          id_text(cx->mem, d->what->site_id));
    d->store = d->store[0] != '\0' ? d->store : db_text(&rows.row, 0);
    d->city = d->city[0] != '\0' ? d->city : db_text(&rows.row, 1);
    return true;
}

/* What the licence allows at this moment is kept: it may be another when the ticket is read. */
static bool settle_filed(struct ctx *cx, struct draft *d)
{
    const struct ticket about = {.licence_id = d->what->licence_id};
    struct filing_licence *licence;

    if (!filing_licence_of(cx, &about, &licence))
        return false;
    if (licence != NULL)
        d->filed = json_write(cx->mem, json_own(cx->mem, filing_licence_json(cx, licence)));
    return true;
}

static bool settle_licence(struct ctx *cx, struct draft *d)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_TICKET_LICENCE, DB_ID(cx->tenant_id), DB_ID(d->what->licence_id),
                  DB_ID_OR_NULL(d->organisation_id)))
        return false;
    if (!db_next(&rows))
        return err_set_at(&cx->err, &ERR_INVALID, "licence", "no licence %s of the organisation",
                          id_text(cx->mem, d->what->licence_id));
    d->product_id = db_id(&rows.row, 0);
    if (d->version[0] == '\0')
        d->version = given(db_text(&rows.row, 1));
    return true;
}

/* Of the organisation, and of the licence if one is named: another's machine is not to be seen by
 * filing a ticket about it. */
static bool settle_machine(struct ctx *cx, struct draft *d)
{
    const struct ticket_new *w = d->what;
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_TICKET_MACHINE, DB_ID(cx->tenant_id), DB_ID(w->machine_id),
                  DB_ID_OR_NULL(d->organisation_id), DB_BOOL(id_is_zero(w->licence_id)),
                  DB_ID(w->licence_id)))
        return false;
    if (!db_next(&rows))
        return err_set_at(&cx->err, &ERR_INVALID, "machine", "no machine %s",
                          id_text(cx->mem, w->machine_id));
    if (db_text(&rows.row, 0) != NULL)
        d->version = db_text(&rows.row, 0);
    return true;
}

static bool settle_product(struct ctx *cx, struct draft *d)
{
    const struct ticket_new *w = d->what;
    struct db_rows rows;

    d->filed = "{}";
    d->product_id = w->product_id;
    d->version = given(w->product_version);
    if (!id_is_zero(w->product_id)) {
        if (!db_query(cx, &rows, SQL_TICKET_PRODUCT, DB_ID(cx->tenant_id), DB_ID(w->product_id)))
            return false;
        if (rows.count == 0)
            return err_set_at(&cx->err, &ERR_INVALID, "product", "no product %s",
                              id_text(cx->mem, w->product_id));
    }
    if (!id_is_zero(w->licence_id) && !settle_licence(cx, d))
        return false;
    if (!id_is_zero(w->machine_id) && !settle_machine(cx, d))
        return false;
    /* As software reported it, and that may be longer than a ticket keeps. */
    d->version = arena_dup_bytes(cx->mem, d->version, utf8_prefix(d->version, TICKET_VERSION_MAX));
    return true;
}

/* Whoever met the problem, if another than the one who files. */
static void settle_reporter(struct ctx *cx, struct draft *d)
{
    const struct ticket_new *w = d->what;
    struct reporter *r = &d->reporter;

    if (w->reporter_name != NULL)
        *r = (struct reporter){.name = w->reporter_name};
    if (w->reporter_phone != NULL)
        r->phone = w->reporter_phone;
    if (w->reporter_email != NULL) { /* as accounts have it, so that one finds the other */
        const char *clean = person_email_clean(cx->mem, w->reporter_email);

        r->email = clean != NULL ? clean : w->reporter_email;
    }
    r->organisation_id = d->organisation_id;
    r->store = given(w->reporter_store)[0] != '\0' ? w->reporter_store : d->store;
    r->address = w->reporter_address;
}

static bool settle_level(struct ctx *cx, struct draft *d)
{
    const struct ticket_new *w = d->what;

    return ticket_topic_get(cx, w->topic, &d->topic) &&
           ticket_level_decide(cx, w->impact, d->topic->level, w->level, &d->weight) &&
           sla_due(cx, d->weight.level, cx->now, &d->due_at);
}

/* A mail and a program cannot be asked: what they leave out is asked of whoever works on it. */
static bool settle_fields(struct ctx *cx, struct draft *d)
{
    const struct ticket_new *w = d->what;
    const bool is_strict = strcmp(w->source, "mail") != 0 && strcmp(w->source, "program") != 0;
    struct field_facts facts = {.topic = d->topic->code,
                                .status = d->status->code,
                                .category = ticket_category_name(d->status->category),
                                .level = d->weight.level,
                                .is_customer = cx->viewer.kind == VIEWER_CUSTOMER};
    const char *const *values;

    if (!custom_field_set(cx, FIELD_TICKET, &d->set) ||
        !custom_value_settle(cx, &d->set, &facts, NULL, w->fields, is_strict, &d->fields))
        return false;
    facts.is_customer = false; /* what staff have to fill in is missing as well */
    values = d->fields.values;
    field_rule_judge(&d->set, &facts, values, d->fields.states);
    for (size_t i = 0; i < d->set.count; i++)
        d->fields.is_missing =
            d->fields.is_missing || (d->fields.states[i].is_required && values[i] == NULL);
    return true;
}

static bool settle(struct ctx *cx, struct draft *d)
{
    return check_text(cx, d->what->subject, TICKET_SUBJECT_MAX, "subject") &&
           check_text(cx, d->what->text, TICKET_BODY_MAX, "text") && check_lines(cx, d->what) &&
           settle_people(cx, d) && settle_place(cx, d) && settle_product(cx, d) &&
           settle_filed(cx, d) && settle_level(cx, d) &&
           ticket_status_first(cx, TICKET_OPEN, &d->status) && settle_fields(cx, d);
}

static bool insert_row(struct ctx *cx, const struct draft *d, struct id reporter_id)
{
    const struct ticket_new *w = d->what;

    return db_exec(cx, NULL, SQL_TICKET_INSERT, DB_ID(cx->tenant_id), DB_ID(d->id),
                   DB_TEXT(d->number), DB_ID_OR_NULL(d->organisation_id), DB_ID_OR_NULL(w->site_id),
                   DB_ID_OR_NULL(d->person_id), DB_ID_OR_NULL(reporter_id), DB_TEXT(w->source),
                   DB_TEXT(w->subject), DB_TEXT(d->topic->code), DB_ID_OR_NULL(d->product_id),
                   DB_TEXT(d->version), DB_ID_OR_NULL(w->licence_id), DB_ID_OR_NULL(w->machine_id),
                   DB_TEXT(d->status->code), DB_TEXT(ticket_category_name(d->status->category)),
                   DB_INT(d->weight.level), DB_INT(d->weight.impact), DB_INT(d->weight.urgency),
                   DB_TEXT(d->city), DB_TEXT(d->store), DB_TIME(cx->now), DB_TIME(cx->now),
                   DB_TIME(cx->now), DB_TIME(d->due_at), DB_TEXT(w->request_key), DB_TEXT(d->filed),
                   DB_BOOL(d->fields.is_missing),
                   d->weight.severity != 0 ? DB_INT(d->weight.severity) : DB_NULL);
}

static bool write_all(struct ctx *cx, const struct draft *d, struct ticket **out)
{
    const struct ticket_new *w = d->what;
    struct message_new first = {.ticket_id = d->id,
                                .kind = "reply",
                                .is_public = true,
                                .body = w->text,
                                .source = w->source};
    struct id reporter_id = {{0}}, message_id;
    json_t *is, *data;

    if (d->reporter.name != NULL && !reporter_add(cx, &d->reporter, &reporter_id))
        return false;
    if (!insert_row(cx, d, reporter_id) || !ticket_clock_start(cx, d->id, d->weight.level) ||
        !ticket_thread_insert(cx, &first, &message_id) ||
        !attachment_add(cx, d->id, message_id, w->files, w->file_count) ||
        !ticket_term_add(cx, d->id, w->subject) ||
        !custom_value_write(cx, &d->set, d->id, NULL, d->fields.values) ||
        !ticket_get(cx, d->id, out) ||
        !ticket_snapshot(cx, *out, w->text, json_own(cx->mem, json_array()), &is))
        return false;
    data = json_own(cx->mem, json_pack("{s:O}", "after", is));
    return ticket_rebuild_add(cx, d->id, data) && event_emit(cx, EVENT_TICKET_CREATED, d->id, data);
}

/* *out stays NULL when nothing was filed under that key. */
static bool find_request(struct ctx *cx, const struct draft *d, struct ticket **out)
{
    struct db_rows rows;

    *out = NULL;
    if (d->what->request_key == NULL)
        return true;
    if (!db_query(cx, &rows, SQL_TICKET_BY_REQUEST, DB_ID(cx->tenant_id),
                  DB_ID_OR_NULL(d->person_id), DB_TEXT(d->what->request_key)))
        return false;
    return !db_next(&rows) || ticket_get(cx, db_id(&rows.row, 0), out);
}

bool ticket_create(struct ctx *cx, const struct ticket_new *what, struct ticket **out)
{
    struct draft d = {.what = what};
    struct ticket *t;
    int64_t counted;

    if (!settle(cx, &d) || !find_request(cx, &d, &t))
        return false;
    if (t != NULL) {
        *out = t;
        return true;
    }
    settle_reporter(cx, &d);
    d.id = ctx_new_id(cx);
    if (!series_next(cx, "ticket", &d.number, &counted) || !db_begin(cx))
        return false;
    if (write_all(cx, &d, &t)) {
        *out = t;
        return db_commit(cx);
    }
    db_rollback(cx);
    if (cx->err.kind != &ERR_CONFLICT)
        return false;
    /* The same form came twice at once, or our own first try had been committed after all. */
    err_clear(&cx->err);
    if (!find_request(cx, &d, &t) || (t == NULL && !ticket_get(cx, d.id, &t)))
        return false;
    *out = t;
    return true;
}
