#include "portal/sales/sales_text.h"

#include "base/clock.h"
#include "base/utf8.h"

#include <string.h>

bool sales_text_check(struct ctx *cx, const char *field, const char *text, size_t max,
                      bool is_required)
{
    size_t len = text ? strlen(text) : 0;

    if (len == 0) {
        return !is_required || err_set_at(&cx->err, &ERR_INVALID, field, "%s is missing", field);
    }
    if (!utf8_valid(text, len) || utf8_count(text) > max)
        return err_set_at(&cx->err, &ERR_INVALID, field, "%s is too long or not UTF-8", field);
    for (const char *c = text; *c; c++) {
        if (((unsigned char)*c < ' ' && *c != '\n' && *c != '\t') || *c == 0x7f)
            return err_set_at(&cx->err, &ERR_INVALID, field, "%s has a control character", field);
    }
    return true;
}

bool sales_text_check_date(struct ctx *cx, const char *field, const char *date)
{
    int64_t us;

    if (!date || (strlen(date) == 10 && clock_parse_iso(date, &us)))
        return true;
    return err_set_at(&cx->err, &ERR_INVALID, field, "%s is no date", field);
}

bool sales_text_check_currency(struct ctx *cx, const char *field, const char *code)
{
    if (strlen(code) == 3 && strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 3)
        return true;
    return err_set_at(&cx->err, &ERR_INVALID, field, "%s is no currency", field);
}

const char *sales_text(const char *text)
{
    return text ? text : "";
}

const char *sales_text_today(struct ctx *cx)
{
    char iso[CLOCK_ISO_SIZE];

    clock_iso(cx->now, iso);
    return arena_dup_bytes(cx->mem, iso, 10);
}

const char *sales_text_like(struct ctx *cx, const char *text, bool at_start)
{
    struct str s = str_new(cx->mem);

    if (!at_start)
        str_char(&s, '%');
    for (const char *c = text; *c; c++) {
        if (strchr("%_\\", *c))
            str_char(&s, '\\');
        str_char(&s, *c);
    }
    str_char(&s, '%');
    return s.p;
}
