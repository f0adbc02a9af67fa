#include "portal/account/person.h"

#include "base/utf8.h"
#include "base/zone.h"
#include "db/event.h"
#include "portal/account/name_order.h"
#include "portal/account/person_address.h"
#include "portal/account/profile_field.h"
#include "portal/account/session.h"

#include <string.h>

const struct err_kind ERR_PERSON_EMAIL = {ERR_CLASS_INVALID, "EMAIL_INVALID",
                                          "This is not an e-mail address."};
const struct err_kind ERR_PERSON_TAKEN = {ERR_CLASS_CONFLICT, "EMAIL_TAKEN",
                                          "Somebody with this e-mail address exists already."};

static bool is_address_byte(unsigned char c)
{
    return c > ' ' && c != 0x7f && !strchr("()<>,;:\\\"[]", c);
}

/* Only the shape: whether mail arrives there is proved by sending some. */
const char *person_email_clean(struct arena *mem, const char *email)
{
    struct span s = span_trim(span_of(email));
    char *clean = span_dup(mem, s);
    const char *at = strchr(clean, '@');

    if (!at || at == clean || strchr(at + 1, '@') || s.len > PERSON_EMAIL_MAX)
        return NULL;
    if (!strchr(at + 1, '.') || at[1] == '.' || clean[s.len - 1] == '.' || strstr(clean, ".."))
        return NULL;
    for (char *c = clean; *c; c++) {
        if (!is_address_byte((unsigned char)*c))
            return NULL;
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
    }
    return clean;
}

enum { LANGUAGE_MAX = 8, TIME_ZONE_MAX = 64 };

static bool given_of(struct ctx *cx, const char *full_name, const char **out)
{
    enum name_order order;

    if (!name_order_get(cx, &order))
        return false;
    *out = name_order_given(cx->mem, order, full_name);
    return true;
}

static bool is_zone(const char *name)
{
    struct zone *zone;

    if (strlen(name) > TIME_ZONE_MAX || !zone_load(name, &zone))
        return false;
    zone_free(zone);
    return true;
}

/* It stands in mails and in lists: one line. */
static bool is_name(const char *name)
{
    return utf8_is_line(name) && utf8_count(name) <= PERSON_NAME_MAX;
}

/* What only programs set; NULL and "" say nothing. */
static bool check_rest(struct ctx *cx, const char *given, const char *language, const char *zone)
{
    static const char LETTERS[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-";

    if (given != NULL && (!utf8_is_line(given) || utf8_count(given) > PERSON_GIVEN_MAX))
        return err_set_at(&cx->err, &ERR_INVALID, "given_name", "given name too long or no line");
    if (language != NULL &&
        (strlen(language) > LANGUAGE_MAX || strspn(language, LETTERS) != strlen(language)))
        return err_set_at(&cx->err, &ERR_INVALID, "language", "no language");
    return zone == NULL || *zone == '\0' || is_zone(zone) ||
           err_set_at(&cx->err, &ERR_INVALID, "time_zone", "no time zone");
}

static const char SQL_PERSON_INSERT[] =
    "INSERT INTO person (tenant_id, id, full_name, given_name, email, phone, language, time_zone, "
    "created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

static const char *text_or(const char *text, const char *otherwise)
{
    return text && *text ? text : otherwise;
}

/* Fills in what the spec leaves out; false for what cannot be a person. */
static bool person_from_spec(struct ctx *cx, const struct person_spec *spec, struct person *p)
{
    const char *email = person_email_clean(cx->mem, text_or(spec->email, ""));
    const char *given;

    if (!email)
        return err_set_at(&cx->err, &ERR_PERSON_EMAIL, "email", "not an address");
    p->id = id_is_zero(spec->id) ? ctx_new_id(cx) : spec->id;
    p->email = email;
    p->full_name = text_or(spec->full_name,
                           arena_dup_bytes(cx->mem, email, (size_t)(strchr(email, '@') - email)));
    if (!given_of(cx, p->full_name, &given))
        return false;
    p->given_name = text_or(spec->given_name, given);
    p->phone = text_or(spec->phone, "");
    p->home_address = "";
    p->language = text_or(spec->language, "");
    p->time_zone = text_or(spec->time_zone, "");
    p->created_at = cx->now;
    if (!is_name(p->full_name))
        return err_set_at(&cx->err, &ERR_INVALID, "full_name", "name too long or no line");
    if (utf8_count(p->phone) > PERSON_PHONE_MAX)
        return err_set_at(&cx->err, &ERR_INVALID, "phone", "phone too long");
    return check_rest(cx, p->given_name, p->language, p->time_zone);
}

/* After the row was written: nobody else may have it as a further address. */
static bool email_is_free(struct ctx *cx, const char *email)
{
    bool is_taken;

    return person_address_is_taken(cx, email, &is_taken) &&
           (!is_taken || err_set_at(&cx->err, &ERR_PERSON_TAKEN, "email", "address in use"));
}

static bool email_taken(struct ctx *cx)
{
    if (cx->err.kind == &ERR_CONFLICT && !strcmp(db_duplicate_key(cx), "person_email")) {
        err_clear(&cx->err);
        err_set_at(&cx->err, &ERR_PERSON_TAKEN, "email", "address in use");
    }
    return false;
}

bool person_create(struct ctx *cx, const struct person_spec *spec, struct person **out)
{
    struct person *p = arena_new(cx->mem, struct person);

    if (!person_from_spec(cx, spec, p) || !db_begin(cx))
        return false;
    if (!db_exec(cx, NULL, SQL_PERSON_INSERT, DB_ID(cx->tenant_id), DB_ID(p->id),
                 DB_TEXT(p->full_name), DB_TEXT(p->given_name), DB_TEXT(p->email),
                 DB_TEXT(p->phone), DB_TEXT(p->language), DB_TEXT(p->time_zone), DB_TIME(cx->now),
                 DB_TIME(cx->now))) {
        email_taken(cx);
        goto rollback;
    }
    if (!email_is_free(cx, p->email) ||
        !event_emit(cx, EVENT_PERSON_REGISTERED, p->id,
                    json_own(cx->mem, json_pack("{s:s}", "name", p->full_name))))
        goto rollback;
    if (!db_commit(cx))
        return false;
    *out = p;
    return true;

rollback:
    db_rollback(cx);
    return false;
}

#define PERSON_COLUMNS                                                                               \
    "SELECT id, full_name, given_name, email, phone, language, time_zone, is_disabled, created_at, " \
    "COALESCE(verified_email = email, FALSE), home_address "

static struct person *person_from_row(struct ctx *cx, const struct db_row *row)
{
    struct person *p = arena_new(cx->mem, struct person);

    p->id = db_id(row, 0);
    p->full_name = db_text(row, 1);
    p->given_name = db_text(row, 2);
    p->email = db_text(row, 3);
    p->phone = db_text(row, 4);
    p->language = db_text(row, 5);
    p->time_zone = db_text(row, 6);
    p->is_disabled = db_bool(row, 7);
    p->created_at = db_time(row, 8);
    p->is_verified = db_bool(row, 9);
    p->home_address = db_text(row, 10);
    return p;
}

static const char SQL_PERSON_GET[] = PERSON_COLUMNS
    "FROM person WHERE tenant_id = ? AND id = ? AND deleted_at IS NULL "
    "AND (? OR id = ?)";

/* Staff see everybody, a customer only himself: colleagues are listed by membership. */
bool person_get(struct ctx *cx, struct id id, struct person **out)
{
    struct db_rows rows;
    bool sees_all = cx->viewer.kind == VIEWER_SYSTEM || cx->viewer.kind == VIEWER_STAFF;

    if (!db_query(cx, &rows, SQL_PERSON_GET, DB_ID(cx->tenant_id), DB_ID(id), DB_BOOL(sees_all),
                  DB_ID(cx->viewer.person_id)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "person %s", id_text(cx->mem, id));
    *out = person_from_row(cx, &rows.row);
    return true;
}

static const char SQL_PERSON_BY_EMAIL[] = PERSON_COLUMNS
    "FROM person WHERE tenant_id = ? AND deleted_at IS NULL AND id = "
    "(SELECT x.id FROM person x WHERE x.tenant_id = ? AND x.email = ? UNION "
    "SELECT a.person_id FROM person_address a WHERE a.tenant_id = ? "
    "AND a.email = ? LIMIT 1)";

bool person_find_by_email(struct ctx *cx, const char *email, struct person **out)
{
    struct db_rows rows;
    const char *clean = person_email_clean(cx->mem, email);

    if (!clean) {
        *out = NULL;
        return true;
    }
    if (!db_query(cx, &rows, SQL_PERSON_BY_EMAIL, DB_ID(cx->tenant_id), DB_ID(cx->tenant_id),
                  DB_TEXT(clean), DB_ID(cx->tenant_id), DB_TEXT(clean)))
        return false;
    *out = db_next(&rows) ? person_from_row(cx, &rows.row) : NULL;
    return true;
}

static const char SQL_PERSON_IS_STAFF[] =
    "SELECT 1 FROM staff_member WHERE tenant_id = ? AND person_id = ?";

/* A customer's own change keeps to what the tenant lets customers edit. */
static bool check_levels(struct ctx *cx, const struct person_change *c)
{
    struct profile_levels levels;

    if (!profile_levels(cx, &levels))
        return false;
    if (((c->full_name == NULL && c->given_name == NULL) ||
         levels.of[PROFILE_NAME] == PROFILE_EDIT) &&
        (c->phone == NULL || levels.of[PROFILE_PHONE] == PROFILE_EDIT) &&
        (c->language == NULL || levels.of[PROFILE_LANGUAGE] == PROFILE_EDIT) &&
        (c->home_address == NULL || levels.of[PROFILE_HOME_ADDRESS] == PROFILE_EDIT))
        return true;
    return err_set(&cx->err, &ERR_DENIED, "not to be edited by customers");
}

static bool check_may_change(struct ctx *cx, struct id id, bool changes_address)
{
    bool is_self = id_equal(cx->viewer.person_id, id) && !id_is_zero(id);
    struct db_rows rows;

    if (is_self && !changes_address)
        return true;
    if (!db_query(cx, &rows, SQL_PERSON_IS_STAFF, DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    if (cx->viewer.kind != VIEWER_CUSTOMER &&
        viewer_has(&cx->viewer, rows.count > 0 ? RIGHT_SETTINGS_UPDATE : RIGHT_CUSTOMERS_UPDATE))
        return true;
    return err_set(&cx->err, &ERR_DENIED, "person_change %s", id_text(cx->mem, id));
}

static const char SQL_PERSON_RENAME[] =
    "UPDATE person SET full_name = ?, given_name = ?, family_name = NULL, updated_at = ? "
    "WHERE tenant_id = ? AND id = ?";

bool person_rename(struct ctx *cx, struct id id, const char *full_name)
{
    const char *given;

    return given_of(cx, full_name, &given) &&
           db_exec(cx, NULL, SQL_PERSON_RENAME, DB_TEXT(full_name), DB_TEXT(given),
                   DB_TIME(cx->now), DB_ID(cx->tenant_id), DB_ID(id));
}

bool person_may_change_address(struct ctx *cx, struct id id)
{
    return check_may_change(cx, id, true);
}

static bool change_check(struct ctx *cx, const struct person_change *c)
{
    if (c->full_name && (!*c->full_name || !is_name(c->full_name)))
        return err_set_at(&cx->err, &ERR_INVALID, "full_name", "name");
    if (c->phone && utf8_count(c->phone) > PERSON_PHONE_MAX)
        return err_set_at(&cx->err, &ERR_INVALID, "phone", "phone too long");
    if (c->home_address && utf8_count(c->home_address) > PERSON_HOME_MAX)
        return err_set_at(&cx->err, &ERR_INVALID, "home_address", "home address too long");
    return check_rest(cx, c->given_name, c->language, c->time_zone) &&
           (cx->viewer.kind != VIEWER_CUSTOMER || check_levels(cx, c));
}

static const char SQL_PERSON_CHANGE[] =
    "UPDATE person SET family_name = IF(? IS NULL, family_name, NULL), "
    "full_name = COALESCE(?, full_name), given_name = COALESCE(?, given_name), "
    "email = COALESCE(?, email), phone = COALESCE(?, phone), language = COALESCE(?, language), "
    "time_zone = COALESCE(?, time_zone), home_address = COALESCE(?, home_address), "
    "updated_at = ? "
    "WHERE tenant_id = ? AND id = ? AND deleted_at IS NULL";

static bool person_update(struct ctx *cx, struct id id, const struct person_change *c,
                          const char *email)
{
    const char *given = c->given_name;
    int64_t changed;

    if (given == NULL && c->full_name != NULL && !given_of(cx, c->full_name, &given))
        return false;
    if (db_exec(cx, &changed, SQL_PERSON_CHANGE, DB_TEXT(c->full_name), DB_TEXT(c->full_name),
                DB_TEXT(given), DB_TEXT(email), DB_TEXT(c->phone), DB_TEXT(c->language),
                DB_TEXT(c->time_zone), DB_TEXT(c->home_address), DB_TIME(cx->now),
                DB_ID(cx->tenant_id), DB_ID(id)))
        return changed > 0 ? email == NULL || email_is_free(cx, email)
                           : err_set(&cx->err, &ERR_NOT_FOUND, "person %s", id_text(cx->mem, id));
    return email_taken(cx);
}

static const char SQL_PERSON_EMAIL_NOW[] =
    "SELECT email FROM person WHERE tenant_id = ? AND id = ? AND deleted_at IS NULL";

json_t *person_email_changed(struct arena *mem, const char *before, const char *after)
{
    return json_own(mem, json_pack("{s:s,s:{s:s},s:{s:s}}", "change", "email", "before", "email",
                                   before, "after", "email", after));
}

/* What the event says; both addresses where another takes a place, so that both are told. */
static bool changed_data(struct ctx *cx, struct id id, const char *email, json_t **out)
{
    struct db_rows rows;

    *out = json_own(cx->mem, json_pack("{s:s}", "change", "details"));
    if (email == NULL)
        return true;
    if (!db_query(cx, &rows, SQL_PERSON_EMAIL_NOW, DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    if (db_next(&rows) && strcmp(db_text(&rows.row, 0), email) != 0)
        *out = person_email_changed(cx->mem, db_text(&rows.row, 0), email);
    return true;
}

bool person_change(struct ctx *cx, struct id id, const struct person_change *change)
{
    const char *email = change->email ? person_email_clean(cx->mem, change->email) : NULL;
    json_t *data;

    if (change->email && !email)
        return err_set_at(&cx->err, &ERR_PERSON_EMAIL, "email", "not an address");
    if (!change_check(cx, change) || !check_may_change(cx, id, email != NULL) || !db_begin(cx))
        return false;
    if (!changed_data(cx, id, email, &data) || !person_update(cx, id, change, email) ||
        !event_emit(cx, EVENT_PERSON_UPDATED, id, data)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

static const char SQL_PERSON_SET_DISABLED[] =
    "UPDATE person SET is_disabled = ?, updated_at = ? "
    "WHERE tenant_id = ? AND id = ? AND deleted_at IS NULL";

bool person_set_disabled(struct ctx *cx, struct id id, bool is_disabled)
{
    int64_t changed;

    if (!viewer_has(&cx->viewer, RIGHT_SETTINGS_UPDATE))
        return err_set(&cx->err, &ERR_DENIED, "person_set_disabled");
    if (!db_begin(cx))
        return false;
    if (!db_exec(cx, &changed, SQL_PERSON_SET_DISABLED, DB_BOOL(is_disabled), DB_TIME(cx->now),
                 DB_ID(cx->tenant_id), DB_ID(id)))
        goto rollback;
    if (changed == 0) {
        err_set(&cx->err, &ERR_NOT_FOUND, "person %s", id_text(cx->mem, id));
        goto rollback;
    }
    if (is_disabled && !session_end_all(cx, id, (struct id){{0}}))
        goto rollback;
    if (!event_emit(cx, EVENT_PERSON_UPDATED, id,
                    json_own(cx->mem, json_pack("{s:{s:b}}", "after", "is_disabled", is_disabled))))
        goto rollback;
    return db_commit(cx);

rollback:
    db_rollback(cx);
    return false;
}
