#include "portal/desk/feedback.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "base/utf8.h"
#include "db/db.h"
#include "portal/desk/follow_link.h"
#include "portal/desk/redact.h"
#include "portal/desk/ticket_create.h"
#include "portal/desk/ticket_topic.h"

#include <string.h>

enum { REQUEST_KEY_BYTES = 16 };

static const char SQL_FEEDBACK_FIND[] =
    "SELECT ticket_id FROM feedback WHERE tenant_id = ? AND licence_id = ? AND request_key = ?";
static const char SQL_FEEDBACK_RECENT[] =
    "SELECT COUNT(*) FROM feedback WHERE tenant_id = ? AND licence_id = ? AND created_at > ?";
static const char SQL_FEEDBACK_INSERT[] =
    "INSERT INTO feedback (tenant_id, id, licence_id, request_key, ticket_id, created_at) "
    "VALUES (?, ?, ?, ?, ?, ?)";
/* The program only carried it: a person wrote it. */
static const char SQL_FEEDBACK_AUTHOR[] =
    "UPDATE message SET author = 'customer', author_id = NULL, author_name = ? "
    "WHERE tenant_id = ? AND ticket_id = ?";

static bool find(struct ctx *cx, const struct feedback_new *what, struct ticket **out)
{
    struct db_rows rows;

    *out = NULL;
    if (what->request_key == NULL)
        return true;
    if (!db_query(cx, &rows, SQL_FEEDBACK_FIND, DB_ID(cx->tenant_id), DB_ID(what->licence_id),
                  DB_TEXT(what->request_key)))
        return false;
    return !db_next(&rows) || ticket_get(cx, db_id(&rows.row, 0), out);
}

static bool check_rate(struct ctx *cx, const struct feedback_new *what)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_FEEDBACK_RECENT, DB_ID(cx->tenant_id), DB_ID(what->licence_id),
                  DB_TIME(cx->now - CLOCK_HOUR)))
        return false;
    return !db_next(&rows) || db_i64(&rows.row, 0) < FEEDBACK_AN_HOUR ||
           err_set(&cx->err, &ERR_LIMITED, "feedback of licence %s",
                   id_text(cx->mem, what->licence_id));
}

static const char *masked(struct ctx *cx, const struct feedback_new *what, const char *text,
                          size_t *removed)
{
    size_t count;
    const char *out = redact_text(cx->mem, span_of(text), what->licence_key, &count);

    *removed += count;
    return out;
}

/* Its first line, as long as subjects are. */
static const char *subject_of(struct ctx *cx, const char *text)
{
    struct span line = {text, strcspn(text, "\r\n\t")};
    const char *end;

    line = span_trim(line);
    if (line.len == 0)
        return "Feedback";
    text = end = span_dup(cx->mem, line);
    for (int i = 0; i < TICKET_SUBJECT_MAX && *end != '\0'; i++)
        (void)utf8_next(&end);
    return arena_dup_bytes(cx->mem, text, (size_t)(end - text));
}

/* As asked; else what the tenant has for this; else its first. */
static bool settle_topic(struct ctx *cx, const char **topic)
{
    return *topic != NULL || ticket_topic_default(cx, "feedback", topic);
}

static bool write_all(struct ctx *cx, const struct feedback_new *what, struct ticket_new *filed,
                      struct feedback *out)
{
    const char *key =
        what->request_key != NULL ? what->request_key : crypto_token(cx->mem, REQUEST_KEY_BYTES);

    return ticket_create(cx, filed, &out->ticket) &&
           db_exec(cx, NULL, SQL_FEEDBACK_AUTHOR, DB_TEXT(what->name != NULL ? what->name : ""),
                   DB_ID(cx->tenant_id), DB_ID(out->ticket->id)) &&
           db_exec(cx, NULL, SQL_FEEDBACK_INSERT, DB_ID(cx->tenant_id), DB_ID(ctx_new_id(cx)),
                   DB_ID(what->licence_id), DB_TEXT(key), DB_ID(out->ticket->id),
                   DB_TIME(cx->now)) &&
           follow_link_add(cx, out->ticket->id, &out->token);
}

static bool file_new(struct ctx *cx, const char *storage_path, const struct feedback_new *what,
                     struct feedback *out)
{
    struct attachment_file file = {.name = "diagnostics.txt"};
    struct ticket_new filed = {.source = "program",
                               .organisation_id = what->organisation_id,
                               .licence_id = what->licence_id,
                               .machine_id = what->machine_id,
                               .product_version = what->version,
                               .topic = what->topic,
                               .reporter_name = what->name,
                               .reporter_phone = what->phone,
                               .reporter_email = what->email};

    filed.text = masked(cx, what, what->text, &out->removed);
    filed.subject = what->subject != NULL ? masked(cx, what, what->subject, &out->removed)
                                          : subject_of(cx, filed.text);
    if (what->diagnostics != NULL && *what->diagnostics != '\0') {
        file.bytes = masked(cx, what, what->diagnostics, &out->removed);
        file.len = strlen(file.bytes);
        filed.files = &file;
        filed.file_count = 1;
        if (!attachment_store(cx, storage_path, &file, 1))
            return false;
    }
    if (!settle_topic(cx, &filed.topic) || !db_begin(cx))
        return false;
    if (write_all(cx, what, &filed, out))
        return db_commit(cx);
    db_rollback(cx);
    return false;
}

bool feedback_file(struct ctx *cx, const char *storage_path, const struct feedback_new *what,
                   struct feedback *out)
{
    *out = (struct feedback){0};
    if (!find(cx, what, &out->ticket))
        return false;
    if (out->ticket == NULL) {
        if (!check_rate(cx, what))
            return false;
        if (file_new(cx, storage_path, what, out))
            return true;
        if (cx->err.kind != &ERR_CONFLICT)
            return false;
        /* The same request came twice at once: the other one has filed it. */
        err_clear(&cx->err);
        if (!find(cx, what, &out->ticket))
            return false;
        if (out->ticket == NULL)
            return err_set(&cx->err, &ERR_CONFLICT, "feedback was not filed");
    }
    out->is_repeated = true;
    return follow_link_add(cx, out->ticket->id, &out->token);
}
