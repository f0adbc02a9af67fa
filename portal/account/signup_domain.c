#include "portal/account/signup_domain.h"

#include "db/event.h"

#include <string.h>

enum { DOMAIN_MAX = 253, LABEL_MAX = 63 };

const struct err_kind ERR_SIGNUP_DOMAIN_NAME = {ERR_CLASS_INVALID, "DOMAIN_NAME",
                                                "Enter a mail domain such as example.com."};
const struct err_kind ERR_SIGNUP_DOMAIN_PUBLIC = {
    ERR_CLASS_INVALID, "DOMAIN_PUBLIC",
    "Anybody can have an address under this domain, so it shows nobody to be of one organisation."};
const struct err_kind ERR_SIGNUP_DOMAIN_TAKEN = {ERR_CLASS_CONFLICT, "DOMAIN_TAKEN",
                                                 "This domain belongs to an organisation already."};

/* The large ones, against a slip of the hand; no list could be whole. */
static const char *const PUBLIC[] = {
    "126.com",   "163.com",  "aliyun.com",     "aol.com",     "foxmail.com", "gmail.com",
    "gmx.de",    "gmx.net",  "googlemail.com", "hotmail.com", "icloud.com",  "live.com",
    "mail.ru",   "mail.com", "msn.com",        "outlook.com", "proton.me",   "protonmail.com",
    "qq.com",    "sina.com", "sohu.com",       "t-online.de", "web.de",      "yahoo.com",
    "yandex.ru", "yeah.net", "zoho.com",
};

static const char SQL_SIGNUP_DOMAIN_LIST[] =
    "SELECT d.id, d.organisation_id, d.domain, o.name, o.code FROM signup_domain d "
    "JOIN organisation o ON o.tenant_id = d.tenant_id AND o.id = d.organisation_id "
    "WHERE d.tenant_id = ? ORDER BY d.domain LIMIT ?";
static const char SQL_SIGNUP_DOMAIN_CODE[] =
    "SELECT id FROM organisation WHERE tenant_id = ? AND code = ? AND deleted_at IS NULL";
static const char SQL_SIGNUP_DOMAIN_ADD[] =
    "INSERT INTO signup_domain (tenant_id, id, organisation_id, domain, created_at) "
    "VALUES (?, ?, ?, ?, ?)";
static const char SQL_SIGNUP_DOMAIN_GET[] =
    "SELECT domain FROM signup_domain WHERE tenant_id = ? AND id = ?";
static const char SQL_SIGNUP_DOMAIN_REMOVE[] =
    "DELETE FROM signup_domain WHERE tenant_id = ? AND id = ?";

static bool check(struct ctx *cx, uint64_t right)
{
    return (cx->viewer.kind != VIEWER_CUSTOMER && viewer_has(&cx->viewer, right)) ||
           err_set(&cx->err, &ERR_DENIED, "mail domains of organisations");
}

bool signup_domain_list(struct ctx *cx, struct signup_domain **out, size_t *count)
{
    struct db_rows rows;

    if (!check(cx, RIGHT_SETTINGS_READ) ||
        !db_query(cx, &rows, SQL_SIGNUP_DOMAIN_LIST, DB_ID(cx->tenant_id),
                  DB_INT(SIGNUP_DOMAINS_MAX)))
        return false;
    *out = arena_array(cx->mem, struct signup_domain, rows.count + 1);
    *count = 0;
    while (db_next(&rows))
        (*out)[(*count)++] = (struct signup_domain){.id = db_id(&rows.row, 0),
                                                    .organisation_id = db_id(&rows.row, 1),
                                                    .domain = db_text(&rows.row, 2),
                                                    .organisation_name = db_text(&rows.row, 3),
                                                    .organisation_code = db_text(&rows.row, 4)};
    return true;
}

static bool is_label_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

/* In lower case, without an "@" in front; NULL: no name of a domain. */
static const char *clean(struct arena *mem, const char *text)
{
    struct span s = span_trim(span_of(text));
    char *name = span_dup(mem, s);
    size_t label = 0;
    bool has_dot = false;

    name += *name == '@';
    for (char *c = name; *c != '\0'; c++) {
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
        if (*c == '.' && label == 0)
            return NULL;
        if (*c != '.' && (!is_label_byte(*c) || ++label > LABEL_MAX))
            return NULL;
        has_dot = has_dot || *c == '.';
        label = *c == '.' ? 0 : label;
    }
    return has_dot && label > 0 && strlen(name) <= DOMAIN_MAX ? name : NULL;
}

static bool is_public(const char *domain)
{
    for (size_t i = 0; i < COUNT(PUBLIC); i++)
        if (strcmp(PUBLIC[i], domain) == 0)
            return true;
    return false;
}

static bool tell(struct ctx *cx, const char *change, const char *domain)
{
    return event_emit(
        cx, EVENT_TENANT_UPDATED, cx->tenant_id,
        json_own(cx->mem, json_pack("{s:s,s:s}", "change", change, "domain", domain)));
}

bool signup_domain_clean(struct ctx *cx, const char *text, const char **out)
{
    *out = clean(cx->mem, text);
    if (*out == NULL)
        return err_set_at(&cx->err, &ERR_SIGNUP_DOMAIN_NAME, "domain", "%.60s", text);
    return !is_public(*out) ||
           err_set_at(&cx->err, &ERR_SIGNUP_DOMAIN_PUBLIC, "domain", "%.60s", *out);
}

bool signup_domain_add(struct ctx *cx, const char *text, const char *code)
{
    const char *domain;
    struct db_rows rows;

    if (!check(cx, RIGHT_SETTINGS_UPDATE) || !signup_domain_clean(cx, text, &domain))
        return false;
    if (!db_query(cx, &rows, SQL_SIGNUP_DOMAIN_CODE, DB_ID(cx->tenant_id), DB_TEXT(code)))
        return false;
    if (!db_next(&rows))
        return err_set_at(&cx->err, &ERR_NOT_FOUND, "organisation", "organisation %.40s", code);
    if (!db_begin(cx))
        return false;
    if (db_exec(cx, NULL, SQL_SIGNUP_DOMAIN_ADD, DB_ID(cx->tenant_id), DB_ID(ctx_new_id(cx)),
                DB_ID(db_id(&rows.row, 0)), DB_TEXT(domain), DB_TIME(cx->now)) &&
        tell(cx, "signup_domain_added", domain))
        return db_commit(cx);
    db_rollback(cx);
    if (cx->err.kind == &ERR_CONFLICT) {
        err_clear(&cx->err);
        err_set_at(&cx->err, &ERR_SIGNUP_DOMAIN_TAKEN, "domain", "%.60s", domain);
    }
    return false;
}

bool signup_domain_remove(struct ctx *cx, struct id id)
{
    struct db_rows rows;

    if (!check(cx, RIGHT_SETTINGS_UPDATE) ||
        !db_query(cx, &rows, SQL_SIGNUP_DOMAIN_GET, DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "mail domain %s", id_text(cx->mem, id));
    if (!db_begin(cx))
        return false;
    if (!db_exec(cx, NULL, SQL_SIGNUP_DOMAIN_REMOVE, DB_ID(cx->tenant_id), DB_ID(id)) ||
        !tell(cx, "signup_domain_removed", db_text(&rows.row, 0))) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}
