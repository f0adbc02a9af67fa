#include "portal/desk/survey.h"

#include "base/crypto.h"
#include "base/parse.h"
#include "base/utf8.h"
#include "db/db.h"
#include "portal/desk/ticket_change.h"

#include <string.h>

const struct err_kind ERR_SURVEY_ANSWERED = {ERR_CLASS_CONFLICT, "SURVEY_ANSWERED",
                                             "This was answered already. Thank you."};
const struct err_kind ERR_SURVEY_OVER = {
    ERR_CLASS_CONFLICT, "SURVEY_OVER",
    "This question is about an earlier solution. The ticket went on since."};

static const char SQL_SURVEY_ADD[] =
    "INSERT INTO survey (tenant_id, id, ticket_id, resolved_at, score, comment, way, person_id, "
    "assignee_id, answered_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char SQL_SURVEY_FIND[] =
    "SELECT score, comment, answered_at FROM survey WHERE "
    "tenant_id = ? AND ticket_id = ? AND resolved_at = ?";

enum { TIME_BYTES = 8, TIME_AT = 16, MAC_AT = TIME_AT + TIME_BYTES, BITS = 8 };

/* --- the signed link --- */

static void mac_of(struct ctx *cx, const uint8_t *said, uint8_t out[CRYPTO_HASH_SIZE])
{
    uint8_t key[CRYPTO_HASH_SIZE], all[sizeof(struct id) + MAC_AT];

    memcpy(all, &cx->tenant_id, sizeof(struct id));
    memcpy(all + sizeof(struct id), said, MAC_AT);
    crypto_master_derive(cx->master, "survey", key);
    crypto_mac(key, sizeof key, all, sizeof all, out);
    crypto_wipe(key, sizeof key);
}

static bool is_solved(const struct ticket *t)
{
    return (t->category == TICKET_SOLVED || t->category == TICKET_CLOSED) && t->resolved_at != 0;
}

const char *survey_token(struct ctx *cx, const struct ticket *t)
{
    uint8_t bytes[SURVEY_TOKEN_BYTES], mac[CRYPTO_HASH_SIZE];
    uint64_t at = (uint64_t)t->resolved_at;

    if (cx->master == NULL || !is_solved(t))
        return NULL;
    memcpy(bytes, &t->id, sizeof t->id);
    for (size_t i = 0; i < TIME_BYTES; i++)
        bytes[TIME_AT + i] = (uint8_t)(at >> (BITS * (TIME_BYTES - 1 - i)));
    mac_of(cx, bytes, mac);
    memcpy(bytes + MAC_AT, mac, SURVEY_MAC_BYTES);
    return crypto_hex(cx->mem, bytes, sizeof bytes);
}

/* Whoever asks: the signature is the right. */
static bool open_token(struct ctx *cx, const char *token, struct id *ticket_id,
                       int64_t *resolved_at)
{
    uint8_t bytes[SURVEY_TOKEN_BYTES], mac[CRYPTO_HASH_SIZE];
    uint64_t at = 0;

    if (cx->master == NULL || !parse_hex(token, bytes, sizeof bytes))
        return err_set(&cx->err, &ERR_NOT_FOUND, "no token of a survey");
    mac_of(cx, bytes, mac);
    if (!crypto_equal(mac, bytes + MAC_AT, SURVEY_MAC_BYTES))
        return err_set(&cx->err, &ERR_NOT_FOUND, "a survey's token that was not signed here");
    for (size_t i = 0; i < TIME_BYTES; i++)
        at = at << BITS | bytes[TIME_AT + i];
    memcpy(ticket_id, bytes, sizeof *ticket_id);
    *resolved_at = (int64_t)at;
    return true;
}

bool survey_open(struct ctx *cx, const char *token, struct ticket **out)
{
    const struct viewer asker = cx->viewer;
    struct ticket *t;
    int64_t resolved_at;
    struct id id;
    bool is_read;

    if (!open_token(cx, token, &id, &resolved_at))
        return false;
    cx->viewer = (struct viewer){.kind = VIEWER_SYSTEM};
    is_read = ticket_get(cx, id, &t);
    cx->viewer = asker;
    if (!is_read)
        return false;
    if (!is_solved(t) || t->resolved_at != resolved_at)
        return err_set(&cx->err, &ERR_SURVEY_OVER, "ticket %s", id_text(cx->mem, id));
    *out = t;
    return true;
}

/* --- answers --- */

bool survey_find(struct ctx *cx, const struct ticket *t, struct survey **out)
{
    struct db_rows rows;
    struct survey *s;

    *out = NULL;
    if (!is_solved(t))
        return true;
    if (!db_query(cx, &rows, SQL_SURVEY_FIND, DB_ID(cx->tenant_id), DB_ID(t->id),
                  DB_TIME(t->resolved_at)))
        return false;
    if (!db_next(&rows))
        return true;
    s = arena_new(cx->mem, struct survey);
    *s = (struct survey){.score = (int)db_i64(&rows.row, 0),
                         .comment = db_text(&rows.row, 1),
                         .answered_at = db_time(&rows.row, 2)};
    *out = s;
    return true;
}

struct said {
    int64_t score;
    const char *comment, *way;
    struct id person_id;
    int64_t resolved_at; /* the link's; 0: the present solution */
};

static bool check(struct ctx *cx, const struct said *said)
{
    if (cx->viewer.kind == VIEWER_STAFF)
        return err_set(&cx->err, &ERR_DENIED, "staff answer no survey");
    if (said->score < SURVEY_SCORE_MIN || said->score > SURVEY_SCORE_MAX)
        return err_set_at(&cx->err, &ERR_INVALID, "score", "a score of %lld",
                          (long long)said->score);
    if (strlen(said->comment) > SURVEY_COMMENT_MAX * (size_t)4)
        return err_set_at(&cx->err, &ERR_INVALID, "comment", "too long");
    return true;
}

static bool add_row(struct ctx *cx, const struct ticket *t, const struct said *said)
{
    if (db_exec(cx, NULL, SQL_SURVEY_ADD, DB_ID(cx->tenant_id), DB_ID(ctx_new_id(cx)), DB_ID(t->id),
                DB_TIME(t->resolved_at), DB_INT(said->score), DB_TEXT(said->comment),
                DB_TEXT(said->way), DB_ID_OR_NULL(said->person_id), DB_ID_OR_NULL(t->assignee_id),
                DB_TIME(cx->now)))
        return true;
    if (cx->err.kind != &ERR_CONFLICT || strcmp(db_duplicate_key(cx), "survey_once") != 0)
        return false;
    err_clear(&cx->err);
    return err_set(&cx->err, &ERR_SURVEY_ANSWERED, "ticket %s", id_text(cx->mem, t->id));
}

static bool act_on_low(struct ctx *cx, const struct ticket *t, const struct said *said)
{
    struct id note;

    if (said->score > SURVEY_SCORE_LOW)
        return true;
    return ticket_note(cx, t->id,
                       arena_printf(cx->mem, "%lld/5 %s", (long long)said->score, said->comment),
                       &note) &&
           ticket_set_review(cx, t->id, true);
}

static bool keep_on(struct ctx *cx, struct id ticket_id, const struct said *said)
{
    const char *score = arena_printf(cx->mem, "%lld", (long long)said->score);
    json_t *extra = json_own(cx->mem, json_pack("{s:{s:I}}", "survey", "score", said->score));
    struct ticket *t;

    if (!ticket_change_start(cx, ticket_id, &t))
        return false;
    if (!is_solved(t) || (said->resolved_at != 0 && said->resolved_at != t->resolved_at)) {
        (void)err_set(&cx->err, &ERR_SURVEY_OVER, "ticket %s", id_text(cx->mem, ticket_id));
        return ticket_change_undo(cx);
    }
    if (!add_row(cx, t, said) || !ticket_change_line(cx, t->id, false, "survey", NULL, score))
        return ticket_change_undo(cx);
    return ticket_change_finish(cx, EVENT_TICKET_UPDATED, t, extra) && act_on_low(cx, t, said);
}

/* Answer, note and review in one. */
static bool keep(struct ctx *cx, struct id ticket_id, const struct said *said)
{
    if (!db_begin(cx))
        return false;
    if (keep_on(cx, ticket_id, said))
        return db_commit(cx);
    db_rollback(cx);
    return false;
}

/* As the system: the lines that it writes are for staff. */
static bool keep_as_system(struct ctx *cx, struct id ticket_id, const struct said *said)
{
    const struct viewer asker = cx->viewer;
    bool is_kept;

    cx->viewer = (struct viewer){.kind = VIEWER_SYSTEM};
    is_kept = keep(cx, ticket_id, said);
    cx->viewer = asker;
    return is_kept;
}

bool survey_answer(struct ctx *cx, struct id ticket_id, int64_t score, const char *comment)
{
    const struct said said = {.score = score,
                              .comment = comment != NULL ? comment : "",
                              .way = "portal",
                              .person_id = cx->viewer.person_id};
    struct ticket *t;

    return check(cx, &said) && ticket_get(cx, ticket_id, &t) &&
           keep_as_system(cx, ticket_id, &said);
}

bool survey_answer_link(struct ctx *cx, const char *token, int64_t score, const char *comment)
{
    struct said said = {.score = score, .comment = comment != NULL ? comment : "", .way = "link"};
    struct id id;

    return check(cx, &said) && open_token(cx, token, &id, &said.resolved_at) &&
           keep_as_system(cx, id, &said);
}
