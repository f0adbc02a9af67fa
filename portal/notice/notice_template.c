#include "portal/notice/notice_template.h"

#include "base/utf8.h"

#include <string.h>

enum { NAME_MAX_LETTERS = 20, FAULT_BYTES = 200 };

static const char SQL_TEMPLATE_GET[] =
    "SELECT subject, body, fault FROM mail_template "
    "WHERE tenant_id = ? AND kind = ? AND language = ?";
static const char SQL_TEMPLATE_SET[] =
    "INSERT INTO mail_template (tenant_id, kind, language, subject, body, updated_by, updated_at) "
    "VALUES (?, ?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE subject = VALUES(subject), "
    "body = VALUES(body), fault = '', updated_by = VALUES(updated_by), "
    "updated_at = VALUES(updated_at)";
static const char SQL_TEMPLATE_RESET[] =
    "DELETE FROM mail_template WHERE tenant_id = ? AND kind = ? AND language = ?";
static const char SQL_TEMPLATE_FAULT[] =
    "UPDATE mail_template SET fault = ? "
    "WHERE tenant_id = ? AND kind = ? AND language = ? AND fault <> ?";

const char *const NOTICE_NAMES[] = {"name",  "number",       "subject", "changes", "link", "state",
                                    "agent", "organisation", "tenant",  "licence", "days", "date"};
const size_t NOTICE_NAME_COUNT = COUNT(NOTICE_NAMES);

bool notice_template_knows(enum notice_kind kind, const char *name)
{
    static const char *const OF_TICKETS[] = {"number", "subject", "state", "agent"};
    static const char *const OF_LICENCES[] = {"licence", "days", "date"};
    const bool has_ticket = notice_kind_words(kind)->is_about_ticket;
    const bool has_licence = kind == NOTICE_LICENCE_ENDING || kind == NOTICE_DESK_LICENCE;
    bool is_known = false;

    for (size_t i = 0; i < COUNT(NOTICE_NAMES); i++)
        is_known = is_known || strcmp(NOTICE_NAMES[i], name) == 0;
    for (size_t i = 0; i < COUNT(OF_TICKETS); i++)
        is_known = is_known && (has_ticket || strcmp(OF_TICKETS[i], name) != 0);
    for (size_t i = 0; i < COUNT(OF_LICENCES); i++)
        is_known = is_known && (has_licence || strcmp(OF_LICENCES[i], name) != 0);
    return is_known;
}

/* --- filling in --- */

/* The name that starts here as {name}; NULL: these are other words, and stay. */
static const char *name_at(struct arena *mem, const char *at)
{
    size_t len = strspn(at + 1, "abcdefghijklmnopqrstuvwxyz_");

    if (*at != '{' || len == 0 || len > NAME_MAX_LETTERS || at[1 + len] != '}')
        return NULL;
    return arena_dup_bytes(mem, at + 1, len);
}

static const char *value_of(const struct notice_fact *facts, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(facts[i].name, name) == 0)
            return facts[i].value;
    return NULL;
}

bool notice_template_fill(struct arena *mem, const char *template, const struct notice_fact *facts,
                          size_t count, const char **out, const char **fault)
{
    struct str s = str_new(mem);

    for (const char *at = template; *at != '\0';) {
        const char *name = name_at(mem, at);
        const char *value;

        if (name == NULL) {
            str_char(&s, *at++);
            continue;
        }
        value = value_of(facts, count, name);
        if (value == NULL) {
            *fault = arena_printf(mem, "{%s}", name);
            return false;
        }
        str_add(&s, value);
        at += strlen(name) + 2;
    }
    *out = s.p;
    return true;
}

/* --- rows --- */

static bool find_own(struct ctx *cx, const struct lang *lang, enum notice_kind kind,
                     struct notice_template *out)
{
    struct db_rows rows;

    out->is_own = false;
    if (!db_query(cx, &rows, SQL_TEMPLATE_GET, DB_ID(cx->tenant_id),
                  DB_TEXT(notice_kind_words(kind)->name), DB_TEXT(lang_code(lang))))
        return false;
    if (!db_next(&rows))
        return true;
    *out = (struct notice_template){.subject = db_text(&rows.row, 0),
                                    .body = db_text(&rows.row, 1),
                                    .fault = db_text(&rows.row, 2),
                                    .is_own = true};
    return true;
}

bool notice_template_get(struct ctx *cx, const struct lang *lang, enum notice_kind kind,
                         struct notice_template *out)
{
    if (!find_own(cx, lang, kind, out))
        return false;
    if (!out->is_own) {
        notice_kind_shipped(cx->mem, lang, kind, true, &out->subject, &out->body);
        out->fault = "";
    }
    return true;
}

static bool may_set(struct ctx *cx)
{
    return cx->viewer.kind == VIEWER_SYSTEM ||
           (cx->viewer.kind == VIEWER_STAFF && viewer_has(&cx->viewer, RIGHT_SETTINGS_UPDATE)) ||
           err_set(&cx->err, &ERR_DENIED, "words of mails");
}

static bool check(struct ctx *cx, enum notice_kind kind, const char *source, const char *text,
                  size_t max)
{
    if (*text == '\0' || utf8_count(text) > max)
        return err_set_at(&cx->err, &ERR_INVALID, source, "%zu characters", utf8_count(text));
    for (const char *at = text; *at != '\0'; at++) {
        const char *name = name_at(cx->mem, at);

        if (name == NULL || notice_template_knows(kind, name))
            continue;
        err_set_at(&cx->err, &ERR_INVALID, source, "{%s} is not known", name);
        err_arg(&cx->err, name);
        return false;
    }
    return true;
}

bool notice_template_set(struct ctx *cx, const struct lang *lang, enum notice_kind kind,
                         const char *subject, const char *body)
{
    if (!may_set(cx) || !check(cx, kind, "subject", subject, NOTICE_SUBJECT_MAX) ||
        !check(cx, kind, "body", body, NOTICE_BODY_MAX))
        return false;
    if (strpbrk(subject, "\r\n") != NULL)
        return err_set_at(&cx->err, &ERR_INVALID, "subject", "of several lines");
    if (strstr(body, "{link}") == NULL) {
        err_set_at(&cx->err, &ERR_INVALID, "body", "no {link}");
        err_arg(&cx->err, "link");
        return false;
    }
    return db_exec(cx, NULL, SQL_TEMPLATE_SET, DB_ID(cx->tenant_id),
                   DB_TEXT(notice_kind_words(kind)->name), DB_TEXT(lang_code(lang)),
                   DB_TEXT(subject), DB_TEXT(body), DB_ID_OR_NULL(cx->viewer.person_id),
                   DB_TIME(cx->now));
}

bool notice_template_reset(struct ctx *cx, const struct lang *lang, enum notice_kind kind)
{
    return may_set(cx) && db_exec(cx, NULL, SQL_TEMPLATE_RESET, DB_ID(cx->tenant_id),
                                  DB_TEXT(notice_kind_words(kind)->name), DB_TEXT(lang_code(lang)));
}

/* --- writing --- */

static bool note_fault(struct ctx *cx, const struct lang *lang, enum notice_kind kind,
                       struct notice_filled *out)
{
    const char *fault =
        span_dup(cx->mem, (struct span){out->fault, utf8_prefix(out->fault, FAULT_BYTES)});
    int64_t changed;

    if (!db_exec(cx, &changed, SQL_TEMPLATE_FAULT, DB_TEXT(fault), DB_ID(cx->tenant_id),
                 DB_TEXT(notice_kind_words(kind)->name), DB_TEXT(lang_code(lang)), DB_TEXT(fault)))
        return false;
    out->is_new_fault = changed > 0;
    return true;
}

static bool fill_both(struct arena *mem, const struct notice_template *t,
                      const struct notice_fact *facts, size_t count, struct notice_filled *out)
{
    return notice_template_fill(mem, t->subject, facts, count, &out->subject, &out->fault) &&
           notice_template_fill(mem, t->body, facts, count, &out->body, &out->fault);
}

/* A reader of whom no more is known than the address is greeted without it. */
static bool is_named(const struct notice_fact *facts, size_t count)
{
    const char *name = value_of(facts, count, "name");

    return name != NULL && *name != '\0' && strchr(name, '@') == NULL;
}

bool notice_template_write(struct ctx *cx, const struct lang *lang, enum notice_kind kind,
                           const struct notice_fact *facts, size_t count, struct notice_filled *out)
{
    struct notice_template own, shipped;
    struct notice_filled plain = {0};

    *out = (struct notice_filled){0};
    if (!find_own(cx, lang, kind, &own))
        return false;
    if (own.is_own && fill_both(cx->mem, &own, facts, count, out))
        return true;
    notice_kind_shipped(cx->mem, lang, kind, is_named(facts, count), &shipped.subject,
                        &shipped.body);
    if (!fill_both(cx->mem, &shipped, facts, count, &plain))
        return err_set(&cx->err, &ERR_INTERNAL, "shipped words of %s: %s",
                       notice_kind_words(kind)->name, plain.fault);
    out->subject = plain.subject;
    out->body = plain.body;
    return !own.is_own || note_fault(cx, lang, kind, out);
}
