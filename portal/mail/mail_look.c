#include "portal/mail/mail_look.h"

#include "kb/article_markdown.h"
#include "portal/account/brand.h"
#include "portal/mail/mail_account.h"

#include <string.h>

static const char SQL_LOOK_TENANT[] =
    "SELECT t.name, t.accent, COALESCE(b.logo_hash, ''), COALESCE(b.logo_type, ''), "
    "COALESCE(NULLIF(?, ''), t.language), COALESCE(m.sender_name, ''), "
    "COALESCE(m.sender_address, '') FROM tenant t "
    "LEFT JOIN tenant_brand b ON b.tenant_id = ? "
    "LEFT JOIN mail_setting m ON m.tenant_id = ? WHERE t.id = ?";

/* --- a text as a page --- */

/* To the tenant's own pages alone: other addresses may be what somebody wrote in a name. */
static bool is_link(const char *base, const char *text)
{
    const size_t len = base != NULL ? strlen(base) : 0;

    return len > 0 && strncmp(text, base, len) == 0 && (text[len] == '/' || text[len] == '\0');
}

static void add_line(struct str *s, struct arena *mem, const char *base, struct span line)
{
    const char *text = span_dup(mem, line);

    if (!is_link(base, text) || strpbrk(text, " \t") != NULL) {
        str_html(s, text);
        return;
    }
    str_add(s, "<a href=\"");
    str_html(s, text);
    str_add(s, "\">");
    str_html(s, text);
    str_add(s, "</a>");
}

static void add_paragraphs(struct str *s, struct arena *mem, const char *base, const char *text)
{
    struct span rest = span_of(text), line;
    bool is_open = false;

    while (span_cut(&rest, '\n', &line)) {
        line = span_trim(line);
        if (line.len == 0) {
            str_add(s, is_open ? "</p>\n" : "");
            is_open = false;
            continue;
        }
        str_add(s, is_open ? "<br>\n" : "<p>");
        is_open = true;
        add_line(s, mem, base, line);
    }
    str_add(s, is_open ? "</p>\n" : "");
}

/* An accent comes from a row that holds six digits; a mail is no place to trust that. */
static const char *safe_accent(const char *accent)
{
    return strlen(accent) == 6 && strspn(accent, "0123456789abcdefABCDEF") == 6 ? accent : "1b1f23";
}

const char *mail_look_html(struct arena *mem, const struct lang *lang, const struct mail_look *look,
                           const char *text)
{
    struct str s = str_new(mem);

    str_fmt(&s,
            "<!doctype html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\"></head>\n"
            "<body style=\"margin:0;padding:24px;font:16px/1.6 system-ui,sans-serif;"
            "color:#1b1f23;background:#ffffff\">\n"
            "<div style=\"max-width:640px\"><div style=\"border-bottom:3px solid #%s;"
            "padding-bottom:8px;margin-bottom:16px;font-weight:600\">",
            lang_html(lang), safe_accent(look->accent));
    if (look->logo != NULL && *look->logo != '\0') {
        str_add(&s, "<img src=\"");
        str_html(&s, look->logo);
        str_add(&s,
                "\" alt=\"\" height=\"32\" style=\"height:32px;width:auto;margin-right:8px;"
                "vertical-align:middle\">");
    }
    str_html(&s, look->tenant_name);
    str_add(&s, "</div>\n");
    add_paragraphs(&s, mem, look->base, text);
    if (look->foot_html != NULL) {
        str_add(&s,
                "<div style=\"border-top:1px solid #d9dde1;margin-top:24px;padding-top:8px;"
                "font-size:14px;color:#57606a\">\n");
        str_add(&s, look->foot_html);
        str_add(&s, "</div>\n");
    }
    str_add(&s, "</div></body></html>\n");
    return s.p;
}

/* --- the tenant's --- */

static bool read_foot(struct ctx *cx, struct mail_look *look)
{
    struct err err = {0};

    if (!brand_text_read(cx, BRAND_FOOTER, lang_code(look->lang), &look->foot))
        return false;
    if (*look->foot == '\0' ||
        !article_markdown_html(cx->mem, &err, look->foot, &look->foot_html, NULL))
        look->foot_html = NULL;
    return true;
}

bool mail_look_read(struct ctx *cx, const struct app *app, const char *language,
                    struct mail_look *out)
{
    struct mail_look look = {0};
    struct db_rows rows;
    const char *logo;

    if (!mail_account_base(cx, &app->config, &look.base) ||
        !db_query(cx, &rows, SQL_LOOK_TENANT, DB_TEXT(language), DB_ID(cx->tenant_id),
                  DB_ID(cx->tenant_id), DB_ID(cx->tenant_id)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "tenant %s", id_text(cx->mem, cx->tenant_id));
    look.tenant_name = db_text(&rows.row, 0);
    look.accent = db_text(&rows.row, 1);
    logo = brand_logo_path(cx->mem, db_text(&rows.row, 2), db_text(&rows.row, 3));
    look.logo = *logo != '\0' ? arena_printf(cx->mem, "%s%s", look.base, logo) : "";
    look.lang = lang_find(app->langs, db_text(&rows.row, 4));
    look.sender_name = *db_text(&rows.row, 5) != '\0' ? db_text(&rows.row, 5) : look.tenant_name;
    look.sender_address = db_text(&rows.row, 6);
    if (!read_foot(cx, &look))
        return false;
    *out = look;
    return true;
}

bool mail_look_queue(struct ctx *cx, const struct mail_look *look, struct mail_draft *draft)
{
    struct id id;

    draft->from_name = look->sender_name;
    draft->from_address = look->sender_address;
    draft->html = mail_look_html(cx->mem, look->lang, look, draft->text);
    if (*look->foot != '\0')
        draft->text = arena_printf(cx->mem, "%s\n-- \n%s\n", draft->text, look->foot);
    return mail_out_add(cx, draft, &id);
}
