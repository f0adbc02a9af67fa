#include "db/event.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "base/utf8.h"
#include "db/where.h"

#include <string.h>

enum { SALT_SIZE = 16, REASON_MAX = 200, PAUSE_FIRST_SECONDS = 5, PAUSE_FACTOR = 4 };

/* Who gets what: a name and the beginnings of the events' names. */
static const struct {
    const char *consumer;
    const char *prefixes[7]; /* NULL: no more */
} CONSUMERS[] = {
    {"rules", {"ticket.", "licence.", "order.", "article."}},
    {"flow", {"ticket.created", "ticket.assigned"}},
    {"mail",
     {"person.password_", "person.locked", "person.updated", "token.issued", "token.regenerated",
      "ticket.", "licence.ending"}},
};

static const char SQL_EVENT_ADD[] =
    "INSERT INTO event (tenant_id, id, name, subject_id, actor_id, actor_kind, trace, at, data, "
    "salt, digest, address) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
/* Webhooks want what has a wire name, but only of tenants that have an endpoint. */
static const char SQL_DELIVERY_ADD_HEARD[] =
    "INSERT INTO event_delivery (tenant_id, consumer, event_id, due_at) "
    "SELECT tenant_id, 'webhooks', ?, ? FROM webhook_endpoint "
    "WHERE tenant_id = ? AND is_enabled = TRUE LIMIT 1";
static const char SQL_EVENT_IS_HEARD[] =
    "SELECT 1 FROM webhook_endpoint WHERE tenant_id = ? AND is_enabled = TRUE AND "
    "(subscriptions LIKE '%\"*\"%' OR subscriptions LIKE CONCAT('%\"', ?, '\"%')) LIMIT 1";
static const char SQL_DELIVERY_ADD[] =
    "INSERT INTO event_delivery (tenant_id, consumer, event_id, due_at) VALUES (?, ?, ?, ?)";
/* The claims are the house's own: they work for all tenants, so they bind none. */
static const char SQL_DELIVERY_CLAIM_ANY_TENANT[] =
    "UPDATE event_delivery SET lease = ?, due_at = ?, attempts = attempts + 1 "
    "WHERE consumer = ? AND is_parked = FALSE AND due_at <= ? ORDER BY due_at, event_id LIMIT ?";
static const char SQL_DELIVERY_CLAIMED_ANY_TENANT[] =
    "SELECT e.tenant_id, e.id, e.name, e.subject_id, e.actor_id, e.actor_kind, e.trace, e.at, "
    "e.data, d.attempts FROM event_delivery d "
    "JOIN event e ON e.tenant_id = d.tenant_id AND e.id = d.event_id "
    "WHERE d.lease = ? ORDER BY e.id";
static const char SQL_DELIVERY_DONE[] =
    "DELETE FROM event_delivery "
    "WHERE tenant_id = ? AND consumer = ? AND event_id = ? AND lease = ?";
static const char SQL_DELIVERY_LATER[] =
    "UPDATE event_delivery SET lease = NULL, due_at = ?, attempts = attempts - 1 "
    "WHERE tenant_id = ? AND consumer = ? AND event_id = ? AND lease = ?";
static const char SQL_DELIVERY_FAILED[] =
    "UPDATE event_delivery SET lease = NULL, due_at = ?, is_parked = ?, reason = ? "
    "WHERE tenant_id = ? AND consumer = ? AND event_id = ? AND lease = ?";
static const char SQL_EVENT_GET[] =
    "SELECT tenant_id, id, name, subject_id, actor_id, actor_kind, trace, at, data FROM event "
    "WHERE tenant_id = ? AND id = ?";
static const char SQL_EVENT_LIST[] =
    "SELECT tenant_id, id, name, subject_id, actor_id, actor_kind, trace, at, data FROM event "
    "WHERE tenant_id = ? AND subject_id = ? ORDER BY id LIMIT ?";
static const char SQL_EVENT_TRAIL[] =
    "SELECT tenant_id, id, name, subject_id, actor_id, actor_kind, trace, at, data FROM event "
    "WHERE tenant_id = ?";
static const char SQL_EVENT_ERASE[] =
    "UPDATE event SET data = NULL, address = NULL, salt = NULL, erased_at = ? "
    "WHERE tenant_id = ? AND subject_id = ? AND erased_at IS NULL";

static struct event event_from_row(const struct db_row *row)
{
    struct event event = {
        .tenant_id = db_id(row, 0),
        .id = db_id(row, 1),
        .kind = EVENT_KIND_COUNT,
        .subject_id = db_id(row, 3),
        .actor_id = db_id(row, 4),
        .actor_kind = db_text(row, 5),
        .trace = db_text(row, 6),
        .at = db_time(row, 7),
        .data = db_text(row, 8),
    };

    /* A name of a newer program stays EVENT_KIND_COUNT: readers skip it. */
    if (!event_parse(db_text(row, 2), &event.kind))
        event.kind = EVENT_KIND_COUNT;
    return event;
}

/* --- writing --- */

static const char *actor_kind(const struct ctx *cx)
{
    switch (cx->viewer.kind) {
    case VIEWER_NOBODY:
        return "nobody";
    case VIEWER_CUSTOMER:
        return "customer";
    case VIEWER_STAFF:
        return "staff";
    case VIEWER_SYSTEM:
        return id_is_zero(cx->actor_id) ? "system" : "program";
    }
    return "nobody";
}

/* The salt keeps a digest that outlives its data from being guessed. */
static void digest_of(struct arena *mem, const uint8_t salt[SALT_SIZE], const char *data,
                      const char *address, uint8_t out[CRYPTO_HASH_SIZE])
{
    struct str all = str_new(mem);

    str_add_n(&all, (const char *)salt, SALT_SIZE);
    str_add(&all, data == NULL ? "" : data);
    if (address != NULL) { /* data holds no NUL; events from before have no address */
        str_char(&all, '\0');
        str_add(&all, address);
    }
    crypto_sha256(all.p, all.len, out);
}

static bool is_wanted(unsigned consumer, const char *name)
{
    for (unsigned i = 0; i < COUNT(CONSUMERS[consumer].prefixes); i++) {
        const char *prefix = CONSUMERS[consumer].prefixes[i];

        if (prefix != NULL && strncmp(name, prefix, strlen(prefix)) == 0)
            return true;
    }
    return false;
}

bool event_emit(struct ctx *cx, enum event_kind kind, struct id subject_id, const json_t *data)
{
    const char *name = event_name(kind);
    const char *text = data == NULL ? NULL : json_write(cx->mem, data);
    struct id id = ctx_new_id(cx);
    uint8_t salt[SALT_SIZE];
    uint8_t digest[CRYPTO_HASH_SIZE];

    crypto_random(salt, sizeof(salt));
    digest_of(cx->mem, salt, text, cx->address, digest);
    if (!db_exec(cx, NULL, SQL_EVENT_ADD, DB_ID(cx->tenant_id), DB_ID(id), DB_TEXT(name),
                 DB_ID(subject_id), DB_ID_OR_NULL(cx->actor_id), DB_TEXT(actor_kind(cx)),
                 DB_TEXT(cx->trace), DB_TIME(cx->now), DB_TEXT(text), DB_BYTES(salt, sizeof(salt)),
                 DB_BYTES(digest, sizeof(digest)), DB_TEXT(cx->address)))
        return false;
    for (unsigned i = 0; i < COUNT(CONSUMERS); i++)
        if (!cx->is_import && is_wanted(i, name) &&
            !db_exec(cx, NULL, SQL_DELIVERY_ADD, DB_ID(cx->tenant_id),
                     DB_TEXT(CONSUMERS[i].consumer), DB_ID(id), DB_TIME(cx->now)))
            return false;
    return cx->is_import || *event_wire_name(kind) == '\0' ||
           db_exec(cx, NULL, SQL_DELIVERY_ADD_HEARD, DB_ID(id), DB_TIME(cx->now),
                   DB_ID(cx->tenant_id));
}

bool event_is_heard(struct ctx *cx, enum event_kind kind, bool *out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_EVENT_IS_HEARD, DB_ID(cx->tenant_id),
                  DB_TEXT(event_wire_name(kind))))
        return false;
    *out = rows.count > 0;
    return true;
}

bool event_erase(struct ctx *cx, struct id subject_id)
{
    return db_exec(cx, NULL, SQL_EVENT_ERASE, DB_TIME(cx->now), DB_ID(cx->tenant_id),
                   DB_ID(subject_id));
}

/* --- reading --- */

bool event_get(struct ctx *cx, struct id id, struct event *out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_EVENT_GET, DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "event %s", id_text(cx->mem, id));
    *out = event_from_row(&rows.row);
    return true;
}

static void events_from_rows(struct ctx *cx, struct db_rows *rows, struct event **out,
                             unsigned *count)
{
    struct event *list = arena_array(cx->mem, struct event, rows->count);

    while (db_next(rows))
        list[rows->next - 1] = event_from_row(&rows->row);
    *out = list;
    *count = (unsigned)rows->count;
}

bool event_list(struct ctx *cx, struct id subject_id, unsigned limit, struct event **out,
                unsigned *count)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_EVENT_LIST, DB_ID(cx->tenant_id), DB_ID(subject_id),
                  DB_INT(limit)))
        return false;
    events_from_rows(cx, &rows, out, count);
    return true;
}

bool event_trail(struct ctx *cx, const struct event_filter *filter, struct event **out,
                 unsigned *count)
{
    struct where w;
    struct db_rows rows;

    where_start(&w, cx, SQL_EVENT_TRAIL, (const struct db_arg[]){DB_ID(cx->tenant_id)}, 1);
    if (filter->prefix != NULL) /* names hold no % but _, which stands for itself well enough */
        where_add(&w, " AND name LIKE CONCAT(?, '%')", DB_TEXT(filter->prefix));
    if (!id_is_zero(filter->actor_id))
        where_add(&w, " AND actor_id = ?", DB_ID(filter->actor_id));
    if (!id_is_zero(filter->before_id))
        where_add(&w, " AND id < ?", DB_ID(filter->before_id));
    if (filter->from != 0)
        where_add(&w, " AND at >= ?", DB_TIME(filter->from));
    if (filter->until != 0)
        where_add(&w, " AND at < ?", DB_TIME(filter->until));
    where_add(&w, " ORDER BY id DESC LIMIT ?", DB_INT(filter->limit));
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    events_from_rows(cx, &rows, out, count);
    return true;
}

/* --- consumers --- */

bool event_claim(struct ctx *cx, const char *consumer, unsigned limit, int64_t lease_us,
                 struct event_delivery **out, unsigned *count)
{
    /* Not ctx_new_id: a claim that is tried again is another claim. */
    struct id lease = id_make(cx->now);
    struct event_delivery *list = NULL;
    struct db_rows rows = {0};
    int64_t claimed;

    if (!db_exec(cx, &claimed, SQL_DELIVERY_CLAIM_ANY_TENANT, DB_ID(lease),
                 DB_TIME(cx->now + lease_us), DB_TEXT(consumer), DB_TIME(cx->now), DB_INT(limit)))
        return false;
    if (claimed > 0) {
        if (!db_query(cx, &rows, SQL_DELIVERY_CLAIMED_ANY_TENANT, DB_ID(lease)))
            return false;
        list = arena_array(cx->mem, struct event_delivery, rows.count);
        while (db_next(&rows))
            list[rows.next - 1] = (struct event_delivery){.event = event_from_row(&rows.row),
                                                          .consumer = arena_dup(cx->mem, consumer),
                                                          .attempts = (int)db_i64(&rows.row, 9),
                                                          .lease = lease};
    }
    *out = list;
    *count = (unsigned)rows.count;
    return true;
}

static bool fail_lease(struct ctx *cx, const struct event_delivery *delivery)
{
    return err_set(&cx->err, &ERR_CONFLICT, "event %s for %s: the lease was lost",
                   id_text(cx->mem, delivery->event.id), delivery->consumer);
}

bool event_done(struct ctx *cx, const struct event_delivery *delivery)
{
    int64_t changed;

    if (!db_exec(cx, &changed, SQL_DELIVERY_DONE, DB_ID(delivery->event.tenant_id),
                 DB_TEXT(delivery->consumer), DB_ID(delivery->event.id), DB_ID(delivery->lease)))
        return false;
    return changed == 1 || fail_lease(cx, delivery);
}

bool event_later(struct ctx *cx, const struct event_delivery *delivery, int64_t due_at)
{
    int64_t changed;

    if (!db_exec(cx, &changed, SQL_DELIVERY_LATER, DB_TIME(due_at),
                 DB_ID(delivery->event.tenant_id), DB_TEXT(delivery->consumer),
                 DB_ID(delivery->event.id), DB_ID(delivery->lease)))
        return false;
    return changed == 1 || fail_lease(cx, delivery);
}

bool event_failed(struct ctx *cx, const struct event_delivery *delivery, const char *reason,
                  bool *gave_up)
{
    bool is_last = delivery->attempts >= EVENT_ATTEMPTS_MAX;
    int64_t pause = PAUSE_FIRST_SECONDS;
    int64_t changed;
    struct span kept = {reason, utf8_prefix(reason, REASON_MAX)};

    for (int i = 1; i < delivery->attempts && i < EVENT_ATTEMPTS_MAX; i++)
        pause *= PAUSE_FACTOR;
    if (!db_exec(cx, &changed, SQL_DELIVERY_FAILED, DB_TIME(cx->now + pause * CLOCK_SECOND),
                 DB_BOOL(is_last), DB_TEXT(span_dup(cx->mem, kept)),
                 DB_ID(delivery->event.tenant_id), DB_TEXT(delivery->consumer),
                 DB_ID(delivery->event.id), DB_ID(delivery->lease)))
        return false;
    if (changed != 1)
        return fail_lease(cx, delivery);
    *gave_up = is_last;
    return true;
}
