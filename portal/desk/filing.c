#include "portal/desk/filing.h"

#include "base/clock.h"
#include "db/db.h"

#define LICENCE_COLUMNS                                                                          \
    "l.id, l.product_id, l.policy_id, l.serial, l.name, pr.name, l.last_version, l.expires_at, " \
    "l.support_until, COALESCE(l.max_machines, po.max_machines), "                               \
    "(SELECT COUNT(*) FROM machine mc WHERE mc.tenant_id = l.tenant_id AND mc.licence_id = "     \
    "l.id), l.is_suspended, l.is_trial FROM licence l "                                          \
    "JOIN product pr ON pr.tenant_id = l.tenant_id AND pr.id = l.product_id "                    \
    "JOIN policy po ON po.tenant_id = l.tenant_id AND po.id = l.policy_id "
#define MACHINE_COLUMNS                                                      \
    "mc.id, mc.licence_id, COALESCE(mc.name, mc.hostname, mc.fingerprint), " \
    "mc.version, mc.site_id FROM machine mc "

static const char SQL_FILING_SITES[] =
    "SELECT id, name, city FROM site WHERE tenant_id = ? "
    "AND organisation_id = ? ORDER BY name LIMIT ?";
static const char SQL_FILING_LICENCES[] = "SELECT " LICENCE_COLUMNS
                                          "WHERE l.tenant_id = ? AND l.organisation_id = ? "
                                          "ORDER BY l.id DESC LIMIT ?";
static const char SQL_FILING_LICENCE[] =
    "SELECT " LICENCE_COLUMNS "WHERE l.tenant_id = ? AND l.id = ?";
static const char SQL_FILING_MACHINES[] =
    "SELECT " MACHINE_COLUMNS
    "JOIN licence l ON l.tenant_id = mc.tenant_id AND l.id = mc.licence_id "
    "WHERE mc.tenant_id = ? AND l.organisation_id = ? ORDER BY mc.id DESC LIMIT ?";
static const char SQL_FILING_MACHINE[] =
    "SELECT " MACHINE_COLUMNS "WHERE mc.tenant_id = ? AND mc.id = ?";
static const char SQL_FILING_PEOPLE[] =
    "SELECT p.id, p.full_name FROM membership m "
    "JOIN person p ON p.tenant_id = m.tenant_id AND p.id = m.person_id "
    "WHERE m.tenant_id = ? AND m.organisation_id = ? AND p.is_disabled = FALSE "
    "AND p.deleted_at IS NULL ORDER BY p.full_name LIMIT ?";
static const char SQL_FILING_ORGANISATION[] =
    "SELECT id FROM organisation WHERE tenant_id = ? AND (code = ? OR name = ?) "
    "AND deleted_at IS NULL ORDER BY code = ? DESC, id LIMIT 1";
static const char SQL_FILING_SERIAL[] =
    "SELECT id, organisation_id FROM licence WHERE tenant_id = ? AND serial = ?";
static const char SQL_FILING_TEAMS[] =
    "SELECT id, name FROM team WHERE tenant_id = ? ORDER BY name LIMIT ?";

static const char *text_or_empty(const struct db_row *row, unsigned column)
{
    const char *text = db_text(row, column);

    return text != NULL ? text : "";
}

/* Zero (which no row has) for those who may not file. */
static struct id filing_for(const struct ctx *cx, struct id asked)
{
    const struct viewer *v = &cx->viewer;

    if (ticket_sees_notes(cx))
        return asked;
    if (v->kind == VIEWER_CUSTOMER && viewer_acts_on_tickets(v))
        return v->organisation_id;
    return (struct id){{0}};
}

static bool list(struct ctx *cx, struct db_rows *rows, const char *sql, struct id organisation_id)
{
    return db_query(cx, rows, sql, DB_ID(cx->tenant_id), DB_ID(filing_for(cx, organisation_id)),
                    DB_INT(FILING_LIST_MAX));
}

bool filing_sites(struct ctx *cx, struct id organisation_id, struct filing_site **out,
                  size_t *count)
{
    struct db_rows rows;
    struct filing_site *all;

    if (!list(cx, &rows, SQL_FILING_SITES, organisation_id))
        return false;
    all = arena_array(cx->mem, struct filing_site, rows.count + 1);
    for (size_t i = 0; db_next(&rows); i++)
        all[i] = (struct filing_site){.id = db_id(&rows.row, 0),
                                      .name = db_text(&rows.row, 1),
                                      .city = db_text(&rows.row, 2)};
    *out = all;
    *count = rows.count;
    return true;
}

static struct filing_licence licence_from_row(const struct db_row *row)
{
    return (struct filing_licence){
        .id = db_id(row, 0),
        .product_id = db_id(row, 1),
        .policy_id = db_id(row, 2),
        .serial = db_text(row, 3),
        .name = text_or_empty(row, 4),
        .product_name = db_text(row, 5),
        .version = text_or_empty(row, 6),
        .expires_at = db_time(row, 7),
        .support_until = db_time(row, 8),
        .seats = db_i64(row, 9),
        .seats_used = db_i64(row, 10),
        .is_suspended = db_bool(row, 11),
        .is_trial = db_bool(row, 12),
    };
}

bool filing_licences(struct ctx *cx, struct id organisation_id, struct filing_licence **out,
                     size_t *count)
{
    struct db_rows rows;
    struct filing_licence *all;

    if (!list(cx, &rows, SQL_FILING_LICENCES, organisation_id))
        return false;
    all = arena_array(cx->mem, struct filing_licence, rows.count + 1);
    for (size_t i = 0; db_next(&rows); i++)
        all[i] = licence_from_row(&rows.row);
    *out = all;
    *count = rows.count;
    return true;
}

bool filing_licence_of(struct ctx *cx, const struct ticket *t, struct filing_licence **out)
{
    struct db_rows rows;

    *out = NULL;
    if (id_is_zero(t->licence_id))
        return true;
    if (!db_query(cx, &rows, SQL_FILING_LICENCE, DB_ID(cx->tenant_id), DB_ID(t->licence_id)))
        return false;
    if (db_next(&rows)) {
        *out = arena_new(cx->mem, struct filing_licence);
        **out = licence_from_row(&rows.row);
    }
    return true;
}

static json_t *instant_json(int64_t us)
{
    char iso[CLOCK_ISO_SIZE];

    if (us == 0)
        return json_null();
    clock_iso(us, iso);
    return json_string(iso);
}

json_t *filing_licence_json(struct ctx *cx, const struct filing_licence *l)
{
    if (l == NULL)
        return json_null();
    return json_pack(
        "{s:s, s:s, s:s, s:I, s:I, s:o, s:o, s:b, s:b, s:b}", "id", id_text(cx->mem, l->id),
        "serial", l->serial, "version", l->version, "seats", (json_int_t)l->seats, "seats_used",
        (json_int_t)l->seats_used, "expires_at", instant_json(l->expires_at), "support_until",
        instant_json(l->support_until), "is_valid",
        !l->is_suspended && (l->expires_at == 0 || l->expires_at > cx->now), "support_valid",
        l->support_until == 0 || l->support_until > cx->now, "is_trial", l->is_trial);
}

static struct filing_machine machine_from_row(const struct db_row *row)
{
    return (struct filing_machine){.id = db_id(row, 0),
                                   .licence_id = db_id(row, 1),
                                   .name = db_text(row, 2),
                                   .version = text_or_empty(row, 3),
                                   .site_id = db_id(row, 4)};
}

bool filing_machines(struct ctx *cx, struct id organisation_id, struct filing_machine **out,
                     size_t *count)
{
    struct db_rows rows;
    struct filing_machine *all;

    if (!list(cx, &rows, SQL_FILING_MACHINES, organisation_id))
        return false;
    all = arena_array(cx->mem, struct filing_machine, rows.count + 1);
    for (size_t i = 0; db_next(&rows); i++)
        all[i] = machine_from_row(&rows.row);
    *out = all;
    *count = rows.count;
    return true;
}

bool filing_machine_of(struct ctx *cx, const struct ticket *t, struct filing_machine **out)
{
    struct db_rows rows;

    *out = NULL;
    if (id_is_zero(t->machine_id))
        return true;
    if (!db_query(cx, &rows, SQL_FILING_MACHINE, DB_ID(cx->tenant_id), DB_ID(t->machine_id)))
        return false;
    if (db_next(&rows)) {
        *out = arena_new(cx->mem, struct filing_machine);
        **out = machine_from_row(&rows.row);
    }
    return true;
}

bool filing_people(struct ctx *cx, struct id organisation_id, struct filing_person **out,
                   size_t *count)
{
    struct db_rows rows;
    struct filing_person *all;

    if (!list(cx, &rows, SQL_FILING_PEOPLE, organisation_id))
        return false;
    all = arena_array(cx->mem, struct filing_person, rows.count + 1);
    for (size_t i = 0; db_next(&rows); i++)
        all[i] = (struct filing_person){.id = db_id(&rows.row, 0), .name = db_text(&rows.row, 1)};
    *out = all;
    *count = rows.count;
    return true;
}

bool filing_teams(struct ctx *cx, struct filing_team **out, size_t *count)
{
    struct db_rows rows;
    struct filing_team *all;

    if (!ticket_sees_notes(cx))
        return err_set(&cx->err, &ERR_DENIED, "teams are for staff");
    if (!db_query(cx, &rows, SQL_FILING_TEAMS, DB_ID(cx->tenant_id), DB_INT(FILING_LIST_MAX)))
        return false;
    all = arena_array(cx->mem, struct filing_team, rows.count + 1);
    for (size_t i = 0; db_next(&rows); i++)
        all[i] = (struct filing_team){.id = db_id(&rows.row, 0), .name = db_text(&rows.row, 1)};
    *out = all;
    *count = rows.count;
    return true;
}

bool filing_find_organisation(struct ctx *cx, const char *text, struct id *out)
{
    struct db_rows rows;

    if (!ticket_sees_notes(cx))
        return err_set(&cx->err, &ERR_DENIED, "organisations are for staff");
    if (!db_query(cx, &rows, SQL_FILING_ORGANISATION, DB_ID(cx->tenant_id), DB_TEXT(text),
                  DB_TEXT(text), DB_TEXT(text)))
        return false;
    *out = db_next(&rows) ? db_id(&rows.row, 0) : (struct id){{0}};
    return true;
}

bool filing_find_serial(struct ctx *cx, const char *serial, struct id *licence_id,
                        struct id *organisation_id)
{
    struct db_rows rows;

    if (!ticket_sees_notes(cx))
        return err_set(&cx->err, &ERR_DENIED, "serials are for staff");
    if (!db_query(cx, &rows, SQL_FILING_SERIAL, DB_ID(cx->tenant_id), DB_TEXT(serial)))
        return false;
    *licence_id = *organisation_id = (struct id){{0}};
    if (db_next(&rows)) {
        *licence_id = db_id(&rows.row, 0);
        *organisation_id = db_id(&rows.row, 1);
    }
    return true;
}
