#include "portal/account/person_address.h"

#include "db/event.h"
#include "licensing/licence.h"
#include "portal/account/person_link.h"

#include <string.h>

const struct err_kind ERR_PERSON_ADDRESS_OWN = {ERR_CLASS_CONFLICT, "ADDRESS_OWN",
                                                "This is one of your addresses already."};
const struct err_kind ERR_PERSON_ADDRESS_MANY = {
    ERR_CLASS_CONFLICT, "ADDRESS_MANY",
    "You have as many addresses as an account may have. Remove one first."};
const struct err_kind ERR_PERSON_ADDRESS_OTHER = {
    ERR_CLASS_CONFLICT, "ADDRESS_OTHER",
    "Another account has asked for this. Sign in with that account and open the link again."};
const struct err_kind ERR_PERSON_ADDRESS_USED = {
    ERR_CLASS_CONFLICT, "ADDRESS_USED",
    "This address belongs to another account. Write to support if both are yours: they can be "
    "joined."};

/* --- looking --- */

static const char SQL_PERSON_ADDRESS_LIST[] =
    "SELECT id, email FROM person_address WHERE tenant_id = ? AND person_id = ? "
    "ORDER BY confirmed_at, id LIMIT ?";
static const char SQL_PERSON_ADDRESS_WAITING[] =
    "SELECT email FROM person_link WHERE tenant_id = ? AND person_id = ? AND purpose = 'address' "
    "AND used_at IS NULL AND expires_at > ? ORDER BY created_at, id LIMIT ?";

bool person_address_list(struct ctx *cx, struct id person_id, struct person_address **out,
                         size_t *count)
{
    const struct db_arg tenant = DB_ID(cx->tenant_id), person = DB_ID(person_id);
    const struct db_arg most = DB_INT(PERSON_ADDRESS_MAX);
    struct db_rows more, waiting;
    struct person_address *list;
    struct person *p;
    size_t n = 0;

    if (!person_get(cx, person_id, &p) ||
        !db_query(cx, &more, SQL_PERSON_ADDRESS_LIST, tenant, person, most) ||
        !db_query(cx, &waiting, SQL_PERSON_ADDRESS_WAITING, tenant, person, DB_TIME(cx->now), most))
        return false;
    list = arena_array(cx->mem, struct person_address, 1 + more.count + waiting.count);
    list[n++] =
        (struct person_address){.email = p->email, .is_main = true, .is_confirmed = p->is_verified};
    while (db_next(&more))
        list[n++] = (struct person_address){
            .id = db_id(&more.row, 0), .email = db_text(&more.row, 1), .is_confirmed = true};
    while (db_next(&waiting))
        list[n++] = (struct person_address){.email = db_text(&waiting.row, 0)};
    *out = list;
    *count = n;
    return true;
}

/* --- one more --- */

bool person_address_ask(struct ctx *cx, const char *email, const char **clean, const char **token)
{
    const char *address = person_email_clean(cx->mem, email);
    struct id self = cx->viewer.person_id;
    struct person_address *list;
    size_t count;
    size_t other = 1; /* this one */

    if (address == NULL)
        return err_set_at(&cx->err, &ERR_PERSON_EMAIL, "email", "not an address");
    if (id_is_zero(self))
        return err_set(&cx->err, &ERR_DENIED, "an address for nobody");
    if (!person_address_list(cx, self, &list, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(list[i].email, address) != 0)
            other++;
        else if (list[i].is_main || list[i].is_confirmed)
            return err_set_at(&cx->err, &ERR_PERSON_ADDRESS_OWN, "email", "own address");
    }
    if (other > PERSON_ADDRESS_MAX)
        return err_set_at(&cx->err, &ERR_PERSON_ADDRESS_MANY, "email", "too many addresses");
    if (!person_link_make_address(cx, self, address, token))
        return false;
    *clean = address;
    return true;
}

static bool find_asked(struct ctx *cx, const char *token, struct person_link *out)
{
    if (!person_link_find_as(cx, token, PERSON_LINK_ADDRESS, out))
        return false;
    return id_equal(out->person_id, cx->viewer.person_id) ||
           err_set(&cx->err, &ERR_PERSON_ADDRESS_OTHER, "link of %s",
                   id_text(cx->mem, out->person_id));
}

bool person_address_asked(struct ctx *cx, const char *token, const char **email)
{
    struct person_link link;

    if (!find_asked(cx, token, &link))
        return false;
    *email = link.email;
    return true;
}

static const char SQL_PERSON_ADDRESS_INSERT[] =
    "INSERT INTO person_address (tenant_id, id, person_id, email, confirmed_at) "
    "VALUES (?, ?, ?, ?, ?)";
/* The locks of these two reads and of the insert before each of them meet: of two who take the same
 * address at once, one in each table, one waits for the other or both begin again. */
static const char SQL_PERSON_ADDRESS_IS_MAIN[] =
    "SELECT 1 FROM person WHERE tenant_id = ? AND email = ? LOCK IN SHARE MODE";
static const char SQL_PERSON_ADDRESS_IS_TAKEN[] =
    "SELECT 1 FROM person_address WHERE tenant_id = ? AND email = ? LOCK IN SHARE MODE";

bool person_address_is_taken(struct ctx *cx, const char *email, bool *out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_PERSON_ADDRESS_IS_TAKEN, DB_ID(cx->tenant_id), DB_TEXT(email)))
        return false;
    *out = rows.count > 0;
    return true;
}

static bool used(struct ctx *cx)
{
    err_clear(&cx->err);
    return err_set(&cx->err, &ERR_PERSON_ADDRESS_USED, "address in use");
}

static bool insert(struct ctx *cx, struct id person_id, const char *email)
{
    struct db_rows rows;

    if (!db_exec(cx, NULL, SQL_PERSON_ADDRESS_INSERT, DB_ID(cx->tenant_id), DB_ID(ctx_new_id(cx)),
                 DB_ID(person_id), DB_TEXT(email), DB_TIME(cx->now))) {
        if (cx->err.kind == &ERR_CONFLICT &&
            strcmp(db_duplicate_key(cx), "person_address_email") == 0)
            return used(cx);
        return false;
    }
    if (!db_query(cx, &rows, SQL_PERSON_ADDRESS_IS_MAIN, DB_ID(cx->tenant_id), DB_TEXT(email)))
        return false;
    return rows.count == 0 || used(cx);
}

static bool tell(struct ctx *cx, struct id person_id, const char *change, const char *before,
                 const char *after)
{
    return event_emit(
        cx, EVENT_PERSON_UPDATED, person_id,
        json_own(cx->mem, json_pack("{s:s, s:{s:s*}, s:{s:s*}}", "change", change, "before",
                                    "email", before, "after", "email", after)));
}

bool person_address_confirm(struct ctx *cx, const char *token)
{
    struct person_link link;
    struct id person_id;

    if (!db_begin(cx))
        return false;
    if (!find_asked(cx, token, &link) ||
        !person_link_spend(cx, token, PERSON_LINK_ADDRESS, &person_id) ||
        !insert(cx, person_id, link.email) ||
        !tell(cx, person_id, "address_added", NULL, link.email)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

/* --- which of them --- */

static const char SQL_PERSON_ADDRESS_GET[] =
    "SELECT a.email, p.email, COALESCE(p.verified_email = p.email, FALSE) FROM person_address a "
    "JOIN person p ON p.tenant_id = a.tenant_id AND p.id = a.person_id "
    "WHERE a.tenant_id = ? AND a.id = ? AND a.person_id = ? AND p.deleted_at IS NULL";
static const char SQL_PERSON_ADDRESS_DELETE[] =
    "DELETE FROM person_address WHERE tenant_id = ? AND id = ?";
static const char SQL_PERSON_ADDRESS_MAIN[] =
    "UPDATE person SET email = ?, verified_email = ?, updated_at = ? "
    "WHERE tenant_id = ? AND id = ?";

static bool check_may(struct ctx *cx, struct id person_id)
{
    if (id_equal(cx->viewer.person_id, person_id) && !id_is_zero(person_id))
        return true;
    return person_may_change_address(cx, person_id);
}

struct chosen {
    const char *email, *main;
    bool main_is_confirmed;
};

static bool get(struct ctx *cx, struct id person_id, struct id address_id, struct chosen *out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_PERSON_ADDRESS_GET, DB_ID(cx->tenant_id), DB_ID(address_id),
                  DB_ID(person_id)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "address %s", id_text(cx->mem, address_id));
    *out = (struct chosen){db_text(&rows.row, 0), db_text(&rows.row, 1), db_bool(&rows.row, 2)};
    return true;
}

static bool make_main(struct ctx *cx, struct id person_id, struct id address_id)
{
    const struct db_arg tenant = DB_ID(cx->tenant_id);
    struct chosen c;

    return get(cx, person_id, address_id, &c) &&
           db_exec(cx, NULL, SQL_PERSON_ADDRESS_DELETE, tenant, DB_ID(address_id)) &&
           db_exec(cx, NULL, SQL_PERSON_ADDRESS_MAIN, DB_TEXT(c.email), DB_TEXT(c.email),
                   DB_TIME(cx->now), tenant, DB_ID(person_id)) &&
           (!c.main_is_confirmed || insert(cx, person_id, c.main)) &&
           licence_changed(cx, "person", person_id) &&
           tell(cx, person_id, "address_main", c.main, c.email);
}

bool person_address_make_main(struct ctx *cx, struct id person_id, struct id address_id)
{
    if (!check_may(cx, person_id) || !db_begin(cx))
        return false;
    if (!make_main(cx, person_id, address_id)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

bool person_address_remove(struct ctx *cx, struct id person_id, struct id address_id)
{
    struct chosen c;

    if (!check_may(cx, person_id) || !db_begin(cx))
        return false;
    if (!get(cx, person_id, address_id, &c) ||
        !db_exec(cx, NULL, SQL_PERSON_ADDRESS_DELETE, DB_ID(cx->tenant_id), DB_ID(address_id)) ||
        !tell(cx, person_id, "address_removed", c.email, NULL)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}
