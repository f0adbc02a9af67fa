#include "portal/account/merge.h"

#include "db/event.h"
#include "licensing/licence.h"
#include "portal/account/person.h"
#include "portal/account/person_address.h"
#include "portal/account/profile_reach.h"
#include "portal/account/trace.h"

#include <string.h>

const struct err_kind ERR_MERGE_SELF = {ERR_CLASS_INVALID, "MERGE_SELF",
                                        "These are one and the same already."};
const struct err_kind ERR_MERGE_STAFF = {
    ERR_CLASS_CONFLICT, "MERGE_STAFF",
    "One of the two is a staff account. Only accounts of customers are merged."};
const struct err_kind ERR_MERGE_OVER = {ERR_CLASS_CONFLICT, "MERGE_OVER",
                                        "Somebody has undone this already."};
const struct err_kind ERR_MERGE_LATER = {
    ERR_CLASS_CONFLICT, "MERGE_LATER",
    "One of the two was merged or removed since. Undo that first, if it can be undone."};
const struct err_kind ERR_MERGE_ADDRESS = {
    ERR_CLASS_CONFLICT, "MERGE_ADDRESS",
    "The e-mail address of the account that comes back is in use as somebody's main address. Give "
    "that account another one first."};

static const struct {
    const char *name;
    const struct trace *traces;
    const size_t *count;
    enum event_kind merged, parted;
} KINDS[] = {
    [MERGE_PERSON] = {"person", TRACE_OF_PERSON, &TRACE_OF_PERSON_COUNT, EVENT_PERSON_MERGED,
                      EVENT_PERSON_PARTED},
    [MERGE_ORGANISATION] = {"organisation", TRACE_OF_ORGANISATION, &TRACE_OF_ORGANISATION_COUNT,
                            EVENT_ORGANISATION_MERGED, EVENT_ORGANISATION_PARTED},
};

/* --- may they --- */

static const char SQL_MERGE_PERSON_THERE[] =
    "SELECT EXISTS (SELECT 1 FROM staff_member s WHERE s.tenant_id = p.tenant_id AND "
    "s.person_id = p.id) FROM person p WHERE p.tenant_id = ? AND p.id = ? AND p.deleted_at IS NULL";
static const char SQL_MERGE_ORGANISATION_THERE[] =
    "SELECT FALSE FROM organisation o WHERE o.tenant_id = ? AND o.id = ? AND o.deleted_at IS NULL";

static bool check_right(struct ctx *cx, uint64_t right)
{
    return (cx->viewer.kind != VIEWER_CUSTOMER && viewer_has(&cx->viewer, right)) ||
           err_set(&cx->err, &ERR_DENIED, "merging");
}

static bool check_one(struct ctx *cx, enum merge_kind kind, struct id id)
{
    const struct profile_subject of = {.person_id = kind == MERGE_PERSON ? id : (struct id){{0}},
                                       .organisation_id =
                                           kind == MERGE_PERSON ? (struct id){{0}} : id};
    struct db_rows rows;
    bool reaches;

    if (!db_query(cx, &rows,
                  kind == MERGE_PERSON ? SQL_MERGE_PERSON_THERE : SQL_MERGE_ORGANISATION_THERE,
                  DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "%s", id_text(cx->mem, id));
    if (db_bool(&rows.row, 0))
        return err_set(&cx->err, &ERR_MERGE_STAFF, "%s is staff", id_text(cx->mem, id));
    if (!profile_reach(cx, &of, ACTION_DELETE, &reaches) ||
        (reaches && kind == MERGE_PERSON && !profile_reach_wholly(cx, id, &reaches)))
        return false;
    return reaches || err_set(&cx->err, &ERR_NOT_FOUND, "%s out of reach", id_text(cx->mem, id));
}

static bool check_both(struct ctx *cx, enum merge_kind kind, struct id kept, struct id gone)
{
    if (!check_right(cx, RIGHT_CUSTOMERS_DELETE))
        return false;
    if (id_equal(kept, gone))
        return err_set(&cx->err, &ERR_MERGE_SELF, "with itself");
    return check_one(cx, kind, kept) && check_one(cx, kind, gone);
}

static bool count_of(struct ctx *cx, const struct trace *t, struct id id, int64_t *out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, t->count, DB_ID(cx->tenant_id), DB_ID(id)) || !db_next(&rows))
        return false;
    *out = db_i64(&rows.row, 0);
    return true;
}

bool merge_preview(struct ctx *cx, enum merge_kind kind, struct id kept_id, struct id gone_id,
                   struct merge_line **out, size_t *count)
{
    const struct trace *traces = KINDS[kind].traces;
    struct merge_line *list = arena_array(cx->mem, struct merge_line, *KINDS[kind].count);
    size_t n = 0;

    if (!check_both(cx, kind, kept_id, gone_id))
        return false;
    for (size_t i = 0; i < *KINDS[kind].count; i++) {
        if (traces[i].title == NULL)
            continue;
        if (!count_of(cx, &traces[i], kept_id, &list[n].kept) ||
            !count_of(cx, &traces[i], gone_id, &list[n].gone))
            return false;
        list[n++].title = traces[i].title;
    }
    *out = list;
    *count = n;
    return true;
}

/* --- merging --- */

struct merging {
    enum merge_kind kind;
    struct id id, kept, gone;
    const char *gone_email;
    bool gone_confirmed;
};

static const char SQL_MERGE_INSERT[] =
    "INSERT INTO merge (tenant_id, id, kind, kept_id, gone_id, gone_email, gone_confirmed, "
    "merged_by, merged_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";

static bool move_rows(struct ctx *cx, const struct merging *m, bool is_undo)
{
    const struct trace *traces = KINDS[m->kind].traces;
    const struct db_arg tenant = DB_ID(cx->tenant_id), merge = DB_ID(m->id);
    const struct db_arg kept = DB_ID(m->kept), gone = DB_ID(m->gone);

    for (size_t i = 0; i < *KINDS[m->kind].count; i++) {
        const struct trace *t = &traces[i];

        if (t->merge != TRACE_MOVE)
            continue;
        if (!is_undo && !db_exec(cx, NULL, t->note, merge, gone, kept, tenant, gone, kept))
            return false;
        if (!db_exec(cx, NULL, t->move, is_undo ? gone : kept, tenant, merge,
                     is_undo ? kept : gone))
            return false;
    }
    return true;
}

/* Where both were members of one organisation, the kept one may what either might. */
static const char SQL_MERGE_RIGHTS_NOTE[] =
    "INSERT INTO merge_row (tenant_id, merge_id, subject, row_key, from_id, to_id, note) "
    "SELECT k.tenant_id, ?, 'membership.rights', CAST(k.organisation_id AS CHAR), ?, ?, "
    "CONCAT(k.can_ticket_own, k.can_ticket_all, k.can_order, k.can_licence, k.can_billing, "
    "k.can_admin, k.reads_only) FROM membership k JOIN membership g ON g.tenant_id = k.tenant_id "
    "AND g.organisation_id = k.organisation_id WHERE k.tenant_id = ? AND k.person_id = ? "
    "AND g.person_id = ?";
/* What either could act on, the kept one acts on; written before the rights are added. */
#define MERGE_CAN(m)                                                                  \
    "(" m ".can_ticket_own + 2 * " m ".can_ticket_all + 4 * " m ".can_order + 8 * " m \
    ".can_licence + 16 * " m ".can_billing + 32 * " m ".can_admin)"
static const char SQL_MERGE_RIGHTS_READS[] =
    "UPDATE membership k JOIN membership g ON g.tenant_id = k.tenant_id "
    "AND g.organisation_id = k.organisation_id SET k.reads_only = "
    "63 & (k.reads_only | ~" MERGE_CAN("k") ") & (g.reads_only | ~" MERGE_CAN("g") ") "
    "WHERE k.tenant_id = ? AND k.person_id = ? AND g.person_id = ?";
static const char SQL_MERGE_RIGHTS_ADD[] =
    "UPDATE membership k JOIN membership g ON g.tenant_id = k.tenant_id "
    "AND g.organisation_id = k.organisation_id SET "
    "k.can_ticket_own = k.can_ticket_own OR g.can_ticket_own, "
    "k.can_ticket_all = k.can_ticket_all OR g.can_ticket_all, "
    "k.can_order = k.can_order OR g.can_order, k.can_licence = k.can_licence OR g.can_licence, "
    "k.can_billing = k.can_billing OR g.can_billing, k.can_admin = k.can_admin OR g.can_admin "
    "WHERE k.tenant_id = ? AND k.person_id = ? AND g.person_id = ?";
static const char SQL_MERGE_RIGHTS_BACK[] =
    "UPDATE membership k JOIN merge_row r ON r.tenant_id = k.tenant_id "
    "AND r.subject = 'membership.rights' AND r.row_key = CAST(k.organisation_id AS CHAR) SET "
    "k.can_ticket_own = SUBSTRING(r.note, 1, 1), k.can_ticket_all = SUBSTRING(r.note, 2, 1), "
    "k.can_order = SUBSTRING(r.note, 3, 1), k.can_licence = SUBSTRING(r.note, 4, 1), "
    "k.can_billing = SUBSTRING(r.note, 5, 1), k.can_admin = SUBSTRING(r.note, 6, 1), "
    "k.reads_only = IF(LENGTH(r.note) > 6, SUBSTRING(r.note, 7), 0) "
    "WHERE k.tenant_id = ? AND k.person_id = ? AND r.merge_id = ?";

static bool add_rights(struct ctx *cx, const struct merging *m)
{
    const struct db_arg tenant = DB_ID(cx->tenant_id), kept = DB_ID(m->kept), gone = DB_ID(m->gone);

    return db_exec(cx, NULL, SQL_MERGE_RIGHTS_NOTE, DB_ID(m->id), gone, kept, tenant, kept, gone) &&
           db_exec(cx, NULL, SQL_MERGE_RIGHTS_READS, tenant, kept, gone) &&
           db_exec(cx, NULL, SQL_MERGE_RIGHTS_ADD, tenant, kept, gone);
}

/* The licence service learns of owners and users that are others now. */
static const char SQL_MERGE_LICENCES[] =
    "SELECT DISTINCT row_key FROM merge_row WHERE tenant_id = ? AND merge_id = ? AND subject IN "
    "('licence.owner_id', 'licence_user.person_id', 'licence.organisation_id')";

static bool tell_licences(struct ctx *cx, const struct merging *m)
{
    struct db_rows rows;
    struct id id;

    if (!db_query(cx, &rows, SQL_MERGE_LICENCES, DB_ID(cx->tenant_id), DB_ID(m->id)))
        return false;
    while (db_next(&rows))
        if (id_parse(db_text(&rows.row, 0), &id) && !licence_changed(cx, "licence", id))
            return false;
    return m->kind != MERGE_PERSON ||
           (licence_changed(cx, "person", m->kept) && licence_changed(cx, "person", m->gone));
}

static const char SQL_MERGE_PERSON_EMAIL[] =
    "SELECT email, COALESCE(verified_email = email, FALSE) FROM person "
    "WHERE tenant_id = ? AND id = ?";
static const char SQL_MERGE_PERSON_GO[] =
    "UPDATE person SET deleted_at = ?, email = CONCAT(id, '@removed.invalid'), updated_at = ? "
    "WHERE tenant_id = ? AND id = ? AND deleted_at IS NULL";
static const char SQL_MERGE_ADDRESS[] =
    "INSERT INTO person_address (tenant_id, id, person_id, email, confirmed_at) "
    "VALUES (?, ?, ?, ?, ?)";
static const char SQL_MERGE_END_SESSIONS[] =
    "DELETE FROM session WHERE tenant_id = ? AND (person_id = ? OR waiting_id = ? OR "
    "view_person_id = ?)";
static const char SQL_MERGE_END_DEVICES[] =
    "DELETE FROM remembered WHERE tenant_id = ? AND person_id = ?";
static const char SQL_MERGE_ORGANISATION_GO[] =
    "UPDATE organisation SET deleted_at = ?, updated_at = ? "
    "WHERE tenant_id = ? AND id = ? AND deleted_at IS NULL";
static const char SQL_MERGE_ORGANISATION_SESSIONS[] =
    "UPDATE session SET organisation_id = NULL WHERE tenant_id = ? AND organisation_id = ?";

/* Of two who merge it at once, one does. */
static bool check_gone(struct ctx *cx, const struct merging *m, int64_t changed)
{
    return changed > 0 ||
           err_set(&cx->err, &ERR_NOT_FOUND, "%s went meanwhile", id_text(cx->mem, m->gone));
}

static bool person_goes(struct ctx *cx, const struct merging *m)
{
    const struct db_arg tenant = DB_ID(cx->tenant_id), gone = DB_ID(m->gone);
    const struct db_arg now = DB_TIME(cx->now);
    int64_t changed;

    return db_exec(cx, &changed, SQL_MERGE_PERSON_GO, now, now, tenant, gone) &&
           check_gone(cx, m, changed) &&
           /* Nobody has shown that an unconfirmed one reaches him: it goes with the account. */
           (!m->gone_confirmed ||
            db_exec(cx, NULL, SQL_MERGE_ADDRESS, tenant, DB_ID(ctx_new_id(cx)), DB_ID(m->kept),
                    DB_TEXT(m->gone_email), now)) &&
           db_exec(cx, NULL, SQL_MERGE_END_SESSIONS, tenant, gone, gone, gone) &&
           db_exec(cx, NULL, SQL_MERGE_END_DEVICES, tenant, gone) && add_rights(cx, m);
}

static bool one_goes(struct ctx *cx, const struct merging *m)
{
    const struct db_arg tenant = DB_ID(cx->tenant_id), now = DB_TIME(cx->now);
    int64_t changed;

    if (m->kind == MERGE_PERSON)
        return person_goes(cx, m);
    return db_exec(cx, &changed, SQL_MERGE_ORGANISATION_GO, now, now, tenant, DB_ID(m->gone)) &&
           check_gone(cx, m, changed) &&
           db_exec(cx, NULL, SQL_MERGE_ORGANISATION_SESSIONS, tenant, DB_ID(m->gone));
}

static bool read_email(struct ctx *cx, struct merging *m)
{
    struct db_rows rows;

    m->gone_email = "";
    if (m->kind != MERGE_PERSON)
        return true;
    if (!db_query(cx, &rows, SQL_MERGE_PERSON_EMAIL, DB_ID(cx->tenant_id), DB_ID(m->gone)) ||
        !db_next(&rows))
        return false;
    m->gone_email = db_text(&rows.row, 0);
    m->gone_confirmed = db_bool(&rows.row, 1);
    return true;
}

static bool tell(struct ctx *cx, const struct merging *m, enum event_kind event)
{
    return event_emit(cx, event, m->kept,
                      json_own(cx->mem, json_pack("{s:s,s:s}", "merge", id_text(cx->mem, m->id),
                                                  "gone", id_text(cx->mem, m->gone))));
}

static bool merge_all(struct ctx *cx, struct merging *m)
{
    return read_email(cx, m) &&
           db_exec(cx, NULL, SQL_MERGE_INSERT, DB_ID(cx->tenant_id), DB_ID(m->id),
                   DB_TEXT(KINDS[m->kind].name), DB_ID(m->kept), DB_ID(m->gone),
                   DB_TEXT(m->gone_email), DB_BOOL(m->gone_confirmed),
                   DB_ID_OR_NULL(cx->viewer.person_id), DB_TIME(cx->now)) &&
           one_goes(cx, m) && move_rows(cx, m, false) && tell_licences(cx, m) &&
           tell(cx, m, KINDS[m->kind].merged);
}

bool merge_do(struct ctx *cx, enum merge_kind kind, struct id kept_id, struct id gone_id,
              struct id *merge_id)
{
    struct merging m = {.kind = kind, .kept = kept_id, .gone = gone_id};

    if (!check_both(cx, kind, kept_id, gone_id) || !db_begin(cx))
        return false;
    m.id = ctx_new_id(cx);
    if (!check_both(cx, kind, kept_id, gone_id) || !merge_all(cx, &m)) {
        db_rollback(cx);
        return false;
    }
    if (!db_commit(cx))
        return false;
    *merge_id = m.id;
    return true;
}

/* --- parting --- */

static const char SQL_MERGE_GET[] =
    "SELECT kind, kept_id, gone_id, gone_email, gone_confirmed, undone_at FROM merge "
    "WHERE tenant_id = ? AND id = ?";
static const char SQL_MERGE_UNDONE[] =
    "UPDATE merge SET undone_at = ?, undone_by = ? WHERE tenant_id = ? AND id = ? "
    "AND undone_at IS NULL";
static const char SQL_MERGE_PERSON_BACK[] =
    "UPDATE person SET deleted_at = NULL, email = ?, verified_email = IF(?, ?, NULL), "
    "updated_at = ? WHERE tenant_id = ? AND id = ? AND deleted_at IS NOT NULL";
static const char SQL_MERGE_ADDRESS_END[] =
    "DELETE FROM person_address WHERE tenant_id = ? AND person_id = ? AND email = ?";
static const char SQL_MERGE_ORGANISATION_BACK[] =
    "UPDATE organisation SET deleted_at = NULL, updated_at = ? WHERE tenant_id = ? AND id = ? "
    "AND deleted_at IS NOT NULL";

static bool load(struct ctx *cx, struct id merge_id, struct merging *m)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_MERGE_GET, DB_ID(cx->tenant_id), DB_ID(merge_id)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "merge %s", id_text(cx->mem, merge_id));
    *m = (struct merging){.kind = strcmp(db_text(&rows.row, 0), KINDS[MERGE_PERSON].name) == 0
                                      ? MERGE_PERSON
                                      : MERGE_ORGANISATION,
                          .id = merge_id,
                          .kept = db_id(&rows.row, 1),
                          .gone = db_id(&rows.row, 2),
                          .gone_email = db_text(&rows.row, 3),
                          .gone_confirmed = db_bool(&rows.row, 4)};
    return db_is_null(&rows.row, 5) || err_set(&cx->err, &ERR_MERGE_OVER, "undone already");
}

static bool address_in_use(struct ctx *cx)
{
    err_clear(&cx->err);
    return err_set(&cx->err, &ERR_MERGE_ADDRESS, "address in use");
}

static bool person_comes_back(struct ctx *cx, const struct merging *m, int64_t *back)
{
    const struct db_arg tenant = DB_ID(cx->tenant_id), email = DB_TEXT(m->gone_email);
    bool is_taken;

    if (!db_exec(cx, NULL, SQL_MERGE_ADDRESS_END, tenant, DB_ID(m->kept), email))
        return false;
    if (!db_exec(cx, back, SQL_MERGE_PERSON_BACK, email, DB_BOOL(m->gone_confirmed), email,
                 DB_TIME(cx->now), tenant, DB_ID(m->gone)))
        return cx->err.kind == &ERR_CONFLICT ? address_in_use(cx) : false;
    if (!person_address_is_taken(cx, m->gone_email, &is_taken))
        return false;
    return !is_taken || address_in_use(cx);
}

static bool comes_back(struct ctx *cx, const struct merging *m)
{
    int64_t back = 0;

    if (m->kind == MERGE_PERSON && *m->gone_email == '\0') /* erased */
        return err_set(&cx->err, &ERR_MERGE_LATER, "erased");
    if (m->kind == MERGE_PERSON ? !person_comes_back(cx, m, &back)
                                : !db_exec(cx, &back, SQL_MERGE_ORGANISATION_BACK, DB_TIME(cx->now),
                                           DB_ID(cx->tenant_id), DB_ID(m->gone)))
        return false;
    return back > 0 || err_set(&cx->err, &ERR_MERGE_LATER, "it is there again");
}

static bool check_kept(struct ctx *cx, const struct merging *m)
{
    if (check_one(cx, m->kind, m->kept))
        return true;
    if (cx->err.kind != &ERR_NOT_FOUND)
        return false;
    err_clear(&cx->err);
    return err_set(&cx->err, &ERR_MERGE_LATER, "the kept one is gone");
}

static bool undo_all(struct ctx *cx, struct id merge_id)
{
    struct merging m;
    int64_t undone;

    if (!load(cx, merge_id, &m) || !check_kept(cx, &m) ||
        !db_exec(cx, &undone, SQL_MERGE_UNDONE, DB_TIME(cx->now),
                 DB_ID_OR_NULL(cx->viewer.person_id), DB_ID(cx->tenant_id), DB_ID(merge_id)))
        return false;
    if (undone == 0)
        return err_set(&cx->err, &ERR_MERGE_OVER, "undone at the same moment");
    return comes_back(cx, &m) &&
           db_exec(cx, NULL, SQL_MERGE_RIGHTS_BACK, DB_ID(cx->tenant_id), DB_ID(m.kept),
                   DB_ID(merge_id)) &&
           move_rows(cx, &m, true) && tell_licences(cx, &m) && tell(cx, &m, KINDS[m.kind].parted);
}

bool merge_undo(struct ctx *cx, struct id merge_id)
{
    if (!check_right(cx, RIGHT_CUSTOMERS_DELETE) || !db_begin(cx))
        return false;
    if (!undo_all(cx, merge_id)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

/* --- looking --- */

static const char SQL_MERGE_LIST[] =
    "SELECT m.id, COALESCE(p.full_name, o.name, ''), COALESCE(b.full_name, ''), m.merged_at "
    "FROM merge m LEFT JOIN person p ON p.tenant_id = m.tenant_id AND p.id = m.gone_id "
    "LEFT JOIN organisation o ON o.tenant_id = m.tenant_id AND o.id = m.gone_id "
    "LEFT JOIN person b ON b.tenant_id = m.tenant_id AND b.id = m.merged_by "
    "WHERE m.tenant_id = ? AND m.kept_id = ? AND m.kind = ? AND m.undone_at IS NULL "
    "ORDER BY m.merged_at DESC, m.id DESC LIMIT ?";

bool merge_list(struct ctx *cx, enum merge_kind kind, struct id kept_id, struct merge **out,
                size_t *count)
{
    struct db_rows rows;
    struct merge *list;
    size_t n = 0;

    if (!check_right(cx, RIGHT_CUSTOMERS_READ) ||
        !db_query(cx, &rows, SQL_MERGE_LIST, DB_ID(cx->tenant_id), DB_ID(kept_id),
                  DB_TEXT(KINDS[kind].name), DB_INT(MERGE_LIST_MAX)))
        return false;
    list = arena_array(cx->mem, struct merge, rows.count ? rows.count : 1);
    while (db_next(&rows))
        list[n++] = (struct merge){.id = db_id(&rows.row, 0),
                                   .gone_name = db_text(&rows.row, 1),
                                   .merged_by = db_text(&rows.row, 2),
                                   .merged_at = db_time(&rows.row, 3)};
    *out = list;
    *count = n;
    return true;
}
