#include "portal/account/session.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "base/parse.h"
#include "base/utf8.h"
#include "portal/account/login.h"
#include "portal/account/membership.h"
#include "portal/account/role.h"

#include <string.h>

enum { TOKEN_TEXT_LEN = 2 * CRYPTO_TOKEN_BYTES, AGENT_MAX = 255 };

/* --- tokens --- */

static bool token_is_wellformed(const char *token)
{
    uint8_t bytes[CRYPTO_TOKEN_BYTES];

    return token && strlen(token) == TOKEN_TEXT_LEN && parse_hex(token, bytes, sizeof(bytes));
}

static void token_hash(const char *token, uint8_t out[CRYPTO_HASH_SIZE])
{
    crypto_sha256(token, strlen(token), out);
}

/* The form token: knowing it does not give the cookie, and the row has neither. */
static const char *csrf_of(struct arena *mem, const char *token)
{
    uint8_t mac[CRYPTO_HASH_SIZE];

    crypto_mac((const uint8_t *)token, strlen(token), "csrf", 4, mac);
    return crypto_hex(mem, mac, sizeof(mac));
}

static void session_set_token(struct ctx *cx, struct session *s, const char *token)
{
    s->cookie = arena_dup(cx->mem, token);
    s->csrf = csrf_of(cx->mem, token);
}

static void session_make_anonymous(struct ctx *cx, struct session *s)
{
    s->id = s->person_id = s->organisation_id = (struct id){{0}};
    s->person_name = s->given_name = s->email = s->organisation_name = "";
    s->organisations = json_own(cx->mem, json_array());
    s->is_staff = false;
    s->has_row = false;
    if (!s->language)
        s->language = "";
    cx->actor_id = (struct id){{0}};
    cx->viewer = (struct viewer){.kind = VIEWER_NOBODY};
}

bool session_csrf_matches(const struct session *session, const char *given)
{
    size_t len = strlen(session->csrf);

    return given && strlen(given) == len && crypto_equal(session->csrf, given, len);
}

/* --- loading --- */

static const char SQL_SESSION_LOAD[] =
    "SELECT s.id, s.person_id, s.organisation_id, s.language, s.flash, s.used_at, p.full_name, "
    "p.given_name, p.email, p.language, sm.person_id, "
    "(SELECT GROUP_CONCAT(rr.name) FROM role_right rr WHERE rr.tenant_id = sm.tenant_id "
    "AND rr.role_id = sm.role_id), s.fresh_at, c.totp_sealed IS NULL AND "
    "(COALESCE(r.needs_second, FALSE) OR EXISTS (SELECT 1 FROM membership m JOIN organisation o "
    "ON o.tenant_id = m.tenant_id AND o.id = m.organisation_id AND o.needs_second "
    "WHERE m.tenant_id = p.tenant_id AND m.person_id = p.id)), s.view_until, sm.team_id, "
    "s.remembered_id FROM session s "
    "LEFT JOIN person p ON p.tenant_id = s.tenant_id AND p.id = s.person_id "
    "AND NOT p.is_disabled AND NOT p.is_banned AND p.deleted_at IS NULL "
    "LEFT JOIN staff_member sm ON sm.tenant_id = p.tenant_id AND sm.person_id = p.id "
    "LEFT JOIN role r ON r.tenant_id = sm.tenant_id AND r.id = sm.role_id "
    "LEFT JOIN credential c ON c.tenant_id = p.tenant_id AND c.person_id = p.id "
    "WHERE s.tenant_id = ? AND s.token_hash = ? AND s.expires_at > ? AND s.used_at > ? "
    "AND (s.person_id IS NULL OR p.id IS NOT NULL)";

static void session_from_row(struct ctx *cx, const struct db_row *row, struct session *s)
{
    const char *flash = db_text(row, 4);
    const char *language = db_text(row, 3);

    s->has_row = true;
    s->id = db_id(row, 0);
    s->person_id = db_id(row, 1);
    s->language = language;
    if (flash) {
        struct err ignored = {.kind = NULL}; /* a row of ours that cannot be read shows nothing */

        if (!json_read(cx->mem, &ignored, flash, strlen(flash), &s->flash))
            s->flash = NULL;
    }
    if (id_is_zero(s->person_id))
        return;
    s->person_name = db_text(row, 6);
    s->given_name = *db_text(row, 7) ? db_text(row, 7) : s->person_name;
    s->email = db_text(row, 8);
    if (!*language)
        s->language = db_text(row, 9);
    s->is_staff = !db_is_null(row, 10);
    s->fresh_at = db_time(row, 12);
    s->must_enrol = db_bool(row, 13);
    s->view_until = db_time(row, 14);
    s->remembered_id = db_id(row, 16);
    cx->actor_id = s->person_id;
    cx->viewer = (struct viewer){.kind = s->is_staff ? VIEWER_STAFF : VIEWER_CUSTOMER,
                                 .person_id = s->person_id,
                                 .team_id = db_id(row, 15),
                                 .rights = role_rights_of(db_text(row, 11))};
}

/* The customer's organisations for the switcher; the wanted one is current, else the first. */
static bool session_fill_organisations(struct ctx *cx, struct session *s, struct id wanted)
{
    struct membership *list;
    size_t count;
    size_t at = 0;

    if (!membership_rights_of_person(cx, s->person_id, &list, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (id_equal(list[i].organisation_id, wanted))
            at = i;
    }
    s->organisations = json_own(cx->mem, json_array());
    s->organisation_id = (struct id){{0}};
    s->organisation_name = "";
    cx->viewer.organisation_id = (struct id){{0}};
    cx->viewer.rights = 0;
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(s->organisations,
                              json_pack("{s:s,s:s,s:b}", "id",
                                        id_text(cx->mem, list[i].organisation_id), "name",
                                        list[i].organisation_name, "is_current", i == at));
    }
    if (count > 0) {
        s->organisation_id = cx->viewer.organisation_id = list[at].organisation_id;
        s->organisation_name = list[at].organisation_name;
        cx->viewer.rights = list[at].rights;
        cx->viewer.reads_only = list[at].reads_only;
    }
    return true;
}

static const char SQL_SESSION_TOUCH[] =
    "UPDATE session SET used_at = ? WHERE tenant_id = ? AND id = ?";

static bool session_load_row(struct ctx *cx, const struct session_visit *visit, struct session *s)
{
    uint8_t hash[CRYPTO_HASH_SIZE];
    struct db_rows rows;
    int64_t idle_since = cx->now - visit->config->session_idle_minutes * CLOCK_MINUTE;

    token_hash(visit->cookie, hash);
    if (!db_query(cx, &rows, SQL_SESSION_LOAD, DB_ID(cx->tenant_id), DB_BYTES(hash, sizeof(hash)),
                  DB_TIME(cx->now), DB_TIME(idle_since)))
        return false;
    if (!db_next(&rows))
        return true;
    session_from_row(cx, &rows.row, s);
    if (!id_is_zero(s->person_id) && !s->is_staff &&
        !session_fill_organisations(cx, s, db_id(&rows.row, 2)))
        return false;
    if (visit->is_quiet || cx->now - db_time(&rows.row, 5) < SESSION_TOUCH_SECONDS * CLOCK_SECOND)
        return true;
    return db_exec(cx, NULL, SQL_SESSION_TOUCH, DB_TIME(cx->now), DB_ID(cx->tenant_id),
                   DB_ID(s->id));
}

bool session_load(struct ctx *cx, const struct session_visit *visit, struct session **out)
{
    struct session *s = arena_new(cx->mem, struct session);

    session_make_anonymous(cx, s);
    s->is_new = !token_is_wellformed(visit->cookie);
    session_set_token(cx, s, s->is_new ? crypto_token(cx->mem, CRYPTO_TOKEN_BYTES) : visit->cookie);
    if (!s->is_new && !session_load_row(cx, visit, s))
        return false;
    *out = s;
    return true;
}

/* --- rows --- */

static const char SQL_SESSION_DELETE_TOKEN[] =
    "DELETE FROM session WHERE tenant_id = ? AND token_hash = ?";
static const char SQL_SESSION_INSERT[] =
    "INSERT INTO session (tenant_id, id, token_hash, person_id, organisation_id, language, draft, "
    "address, agent, created_at, used_at, expires_at, fresh_at, remembered_id) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

static bool session_insert(struct ctx *cx, const struct session_visit *visit, struct session *s,
                           const char *draft)
{
    uint8_t hash[CRYPTO_HASH_SIZE];
    const char *agent = visit->agent ? visit->agent : "";

    if (!utf8_valid(agent, strlen(agent)))
        agent = "";
    agent = arena_dup_bytes(cx->mem, agent, utf8_prefix(agent, AGENT_MAX));
    token_hash(s->cookie, hash);
    s->id = ctx_new_id(cx);
    /* An expired row may still stand under this token. */
    if (!db_exec(cx, NULL, SQL_SESSION_DELETE_TOKEN, DB_ID(cx->tenant_id),
                 DB_BYTES(hash, sizeof(hash))))
        return false;
    if (!db_exec(cx, NULL, SQL_SESSION_INSERT, DB_ID(cx->tenant_id), DB_ID(s->id),
                 DB_BYTES(hash, sizeof(hash)), DB_ID_OR_NULL(s->person_id),
                 DB_ID_OR_NULL(s->organisation_id), DB_TEXT(s->language), DB_TEXT(draft),
                 DB_TEXT(visit->address), DB_TEXT(agent), DB_TIME(cx->now), DB_TIME(cx->now),
                 DB_TIME(cx->now + visit->config->session_hours * CLOCK_HOUR), DB_TIME(s->fresh_at),
                 DB_ID_OR_NULL(s->remembered_id)))
        return false;
    s->has_row = true;
    return true;
}

static bool session_need_row(struct ctx *cx, const struct session_visit *visit, struct session *s)
{
    return s->has_row || session_insert(cx, visit, s, NULL);
}

static const char SQL_SESSION_DELETE[] = "DELETE FROM session WHERE tenant_id = ? AND id = ?";
static const char SQL_SESSION_DRAFT[] = "SELECT draft FROM session WHERE tenant_id = ? AND id = ?";

static bool session_drop_row(struct ctx *cx, struct session *s, const char **draft)
{
    struct db_rows rows;

    *draft = NULL;
    if (!s->has_row)
        return true;
    if (!db_query(cx, &rows, SQL_SESSION_DRAFT, DB_ID(cx->tenant_id), DB_ID(s->id)))
        return false;
    if (db_next(&rows))
        *draft = db_text(&rows.row, 0);
    return db_exec(cx, NULL, SQL_SESSION_DELETE, DB_ID(cx->tenant_id), DB_ID(s->id));
}

/* --- signing in and out --- */

static const char SQL_SESSION_WAIT[] =
    "UPDATE session SET waiting_id = ?, waiting_until = ? WHERE tenant_id = ? AND id = ?";

bool session_wait(struct ctx *cx, const struct session_visit *visit, struct session *session,
                  struct id person_id)
{
    struct session fresh = *session;
    const char *draft;

    session_set_token(cx, &fresh, crypto_token(cx->mem, CRYPTO_TOKEN_BYTES));
    if (!db_begin(cx))
        return false;
    if (!session_drop_row(cx, session, &draft) || !session_insert(cx, visit, &fresh, draft) ||
        !db_exec(cx, NULL, SQL_SESSION_WAIT, DB_ID(person_id),
                 DB_TIME(cx->now + SESSION_WAITING_MINUTES * CLOCK_MINUTE), DB_ID(cx->tenant_id),
                 DB_ID(fresh.id))) {
        db_rollback(cx);
        return false;
    }
    if (!db_commit(cx))
        return false;
    fresh.is_new = true;
    *session = fresh;
    return true;
}

static const char SQL_SESSION_WAITING[] =
    "SELECT waiting_id FROM session WHERE tenant_id = ? AND id = ? AND waiting_until > ?";

bool session_waiting(struct ctx *cx, const struct session *session, struct id *person_id)
{
    struct db_rows rows;

    *person_id = (struct id){{0}};
    if (!session->has_row)
        return true;
    if (!db_query(cx, &rows, SQL_SESSION_WAITING, DB_ID(cx->tenant_id), DB_ID(session->id),
                  DB_TIME(cx->now)))
        return false;
    if (db_next(&rows))
        *person_id = db_id(&rows.row, 0);
    return true;
}

static bool sign_in(struct ctx *cx, const struct session_visit *visit, struct session *session,
                    struct session fresh)
{
    const struct id person_id = fresh.person_id;
    struct session_visit again = *visit;
    const char *draft;

    session_set_token(cx, &fresh, crypto_token(cx->mem, CRYPTO_TOKEN_BYTES));
    again.cookie = fresh.cookie;
    if (!db_begin(cx))
        return false;
    if (!session_drop_row(cx, session, &draft) || !session_insert(cx, visit, &fresh, draft))
        goto rollback;
    /* Read back as the next request will see it: the rights come from one place. */
    session_make_anonymous(cx, &fresh);
    if (!session_load_row(cx, &again, &fresh))
        goto rollback;
    if (!fresh.has_row) {
        err_set(&cx->err, &ERR_LOGIN, "person %s cannot have a session",
                id_text(cx->mem, person_id));
        goto rollback;
    }
    if (!db_commit(cx))
        return false;
    fresh.is_new = true;
    *session = fresh;
    return true;

rollback:
    db_rollback(cx);
    return false;
}

bool session_sign_in(struct ctx *cx, const struct session_visit *visit, struct session *session,
                     struct id person_id)
{
    return sign_in(cx, visit, session,
                   (struct session){
                       .person_id = person_id, .language = session->language, .fresh_at = cx->now});
}

bool session_sign_in_remembered(struct ctx *cx, const struct session_visit *visit,
                                struct session *session, struct id person_id,
                                struct id remembered_id)
{
    return sign_in(cx, visit, session,
                   (struct session){.person_id = person_id,
                                    .language = session->language,
                                    .remembered_id = remembered_id});
}

bool session_end(struct ctx *cx, const struct session_visit *visit, struct session *session)
{
    const char *draft;

    if (!db_begin(cx))
        return false;
    if (!session_drop_row(cx, session, &draft) ||
        (!id_is_zero(session->person_id) &&
         !login_record_logout(cx, session->person_id, session->email, visit->address))) {
        db_rollback(cx);
        return false;
    }
    if (!db_commit(cx))
        return false;
    session_make_anonymous(cx, session);
    session_set_token(cx, session, crypto_token(cx->mem, CRYPTO_TOKEN_BYTES));
    session->is_new = true;
    return true;
}

/* --- what is kept --- */

static const char SQL_SESSION_SET_LANGUAGE[] =
    "UPDATE session SET language = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_SESSION_PERSON_LANGUAGE[] =
    "UPDATE person SET language = ? WHERE tenant_id = ? AND id = ? AND (NOT EXISTS (SELECT 1 "
    "FROM profile_right r WHERE r.tenant_id = ? AND r.field = 'language' AND r.level <> 'edit') "
    "OR EXISTS (SELECT 1 FROM staff_member s WHERE s.tenant_id = ? AND s.person_id = ?))";

bool session_set_language(struct ctx *cx, const struct session_visit *visit,
                          struct session *session, const char *language)
{
    session->language = arena_dup(cx->mem, language);
    if (!session->has_row)
        return session_insert(cx, visit, session, NULL);
    if (!db_exec(cx, NULL, SQL_SESSION_SET_LANGUAGE, DB_TEXT(language), DB_ID(cx->tenant_id),
                 DB_ID(session->id)))
        return false;
    /* Mail goes out in the language that a person last chose, where he may. */
    return id_is_zero(session->person_id) ||
           db_exec(cx, NULL, SQL_SESSION_PERSON_LANGUAGE, DB_TEXT(language), DB_ID(cx->tenant_id),
                   DB_ID(session->person_id), DB_ID(cx->tenant_id), DB_ID(cx->tenant_id),
                   DB_ID(session->person_id));
}

static const char SQL_SESSION_SET_FLASH[] =
    "UPDATE session SET flash = ? WHERE tenant_id = ? AND id = ?";

bool session_keep_flash(struct ctx *cx, const struct session_visit *visit, struct session *session,
                        const json_t *flash)
{
    if (!flash && !session->has_row)
        return true;
    return session_need_row(cx, visit, session) &&
           db_exec(cx, NULL, SQL_SESSION_SET_FLASH,
                   DB_TEXT(flash ? json_write(cx->mem, flash) : NULL), DB_ID(cx->tenant_id),
                   DB_ID(session->id));
}

static const char SQL_SESSION_SET_DRAFT[] =
    "UPDATE session SET draft = ? WHERE tenant_id = ? AND id = ?";

bool session_keep_draft(struct ctx *cx, const struct session_visit *visit, struct session *session,
                        const char *path, const json_t *values)
{
    json_t *draft = json_own(cx->mem, json_pack("{s:s,s:O}", "path", path, "values", values));
    const char *text = json_write(cx->mem, draft);

    if (strlen(text) > SESSION_DRAFT_MAX)
        return err_set(&cx->err, &ERR_TOO_LARGE, "draft of %zu bytes", strlen(text));
    return session_need_row(cx, visit, session) &&
           db_exec(cx, NULL, SQL_SESSION_SET_DRAFT, DB_TEXT(text), DB_ID(cx->tenant_id),
                   DB_ID(session->id));
}

bool session_take_draft(struct ctx *cx, struct session *session, const char *path, json_t **out)
{
    struct db_rows rows;
    json_t *draft;
    const char *text;

    *out = NULL;
    if (!session->has_row)
        return true;
    if (!db_query(cx, &rows, SQL_SESSION_DRAFT, DB_ID(cx->tenant_id), DB_ID(session->id)))
        return false;
    text = db_next(&rows) ? db_text(&rows.row, 0) : NULL;
    if (!text)
        return true;
    if (!json_read(cx->mem, &cx->err, text, strlen(text), &draft))
        return false;
    if (strcmp(json_get_text(draft, "path", ""), path) != 0)
        return true;
    *out = json_object_get(draft, "values");
    return db_exec(cx, NULL, SQL_SESSION_SET_DRAFT, DB_NULL, DB_ID(cx->tenant_id),
                   DB_ID(session->id));
}

static const char SQL_SESSION_SET_ORGANISATION[] =
    "UPDATE session SET organisation_id = ? WHERE tenant_id = ? AND id = ?";

bool session_switch_organisation(struct ctx *cx, struct session *session, struct id organisation_id)
{
    struct session before = *session;
    struct viewer viewer = cx->viewer;

    if (session->is_staff || id_is_zero(session->person_id))
        return err_set(&cx->err, &ERR_NOT_FOUND, "no memberships");
    if (!session_fill_organisations(cx, session, organisation_id))
        return false;
    if (!id_equal(session->organisation_id, organisation_id)) {
        *session = before;
        cx->viewer = viewer;
        return err_set(&cx->err, &ERR_NOT_FOUND, "no membership in %s",
                       id_text(cx->mem, organisation_id));
    }
    return db_exec(cx, NULL, SQL_SESSION_SET_ORGANISATION, DB_ID(organisation_id),
                   DB_ID(cx->tenant_id), DB_ID(session->id));
}
