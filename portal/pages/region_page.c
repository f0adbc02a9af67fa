#include "portal/pages/region_page.h"

#include "portal/account/name_order.h"
#include "portal/account/region.h"
#include "portal/account/tenant_cache.h"
#include "portal/http/page.h"
#include "portal/pages/setup_page.h"

#include <string.h>

static const char HERE[] = "/desk/settings/region";

enum { ZONE_MAX = 64, CURRENCY_LENGTH = 3, FORMAT_MAX = 64 };

/* What is offered for typing ahead; any zone of the machine's files is taken. */
static const char *const ZONES[] = {"UTC",
                                    "Africa/Cairo",
                                    "Africa/Johannesburg",
                                    "Africa/Lagos",
                                    "Africa/Nairobi",
                                    "America/Bogota",
                                    "America/Chicago",
                                    "America/Denver",
                                    "America/Los_Angeles",
                                    "America/Mexico_City",
                                    "America/New_York",
                                    "America/Sao_Paulo",
                                    "America/Toronto",
                                    "Asia/Dubai",
                                    "Asia/Ho_Chi_Minh",
                                    "Asia/Hong_Kong",
                                    "Asia/Jakarta",
                                    "Asia/Kolkata",
                                    "Asia/Kuala_Lumpur",
                                    "Asia/Manila",
                                    "Asia/Seoul",
                                    "Asia/Shanghai",
                                    "Asia/Singapore",
                                    "Asia/Taipei",
                                    "Asia/Tokyo",
                                    "Australia/Sydney",
                                    "Europe/Amsterdam",
                                    "Europe/Berlin",
                                    "Europe/Istanbul",
                                    "Europe/London",
                                    "Europe/Madrid",
                                    "Europe/Paris",
                                    "Europe/Rome",
                                    "Europe/Stockholm",
                                    "Europe/Vienna",
                                    "Europe/Warsaw",
                                    "Europe/Zurich",
                                    "Pacific/Auckland"};

/* --- what is shown --- */

static json_t *languages_json(struct req *rq, const char *language, const char *languages)
{
    json_t *list = json_array();

    for (size_t i = 0; i < lang_count(rq->app->langs); i++) {
        const struct lang *lang = lang_at(rq->app->langs, i);

        json_array_append_new(list, json_pack("{s:s,s:s,s:s,s:b,s:b}", "code", lang_code(lang),
                                              "name", lang_own_name(lang), "html", lang_html(lang),
                                              "is_own", strcmp(lang_code(lang), language) == 0,
                                              "is_offered", lang_is_offered(lang, languages)));
    }
    return list;
}

/* Each style by what today and a sum look like in it. */
static json_t *dates_json(struct req *rq, const char *chosen)
{
    json_t *list = json_array();

    for (int i = 0; i < STYLE_DATES_COUNT; i++) {
        struct format f = rq->format;

        f.dates = (enum style_dates)i;
        json_array_append_new(list,
                              json_pack("{s:s,s:s,s:b}", "value", STYLE_DATES_NAMES[i], "text",
                                        format_day(rq->cx.mem, &f, rq->cx.now), "is_chosen",
                                        strcmp(STYLE_DATES_NAMES[i], chosen) == 0));
    }
    return list;
}

static json_t *numbers_json(struct req *rq, const char *chosen, const char *currency)
{
    const struct money sample = {.minor = 123456789};
    json_t *list = json_array();

    for (int i = 0; i < STYLE_NUMBERS_COUNT; i++) {
        struct format f = rq->format;
        struct money m = sample;

        f.numbers = (enum style_numbers)i;
        memcpy(m.currency, strlen(currency) == CURRENCY_LENGTH ? currency : "EUR", CURRENCY_LENGTH);
        json_array_append_new(list, json_pack("{s:s,s:s,s:b}", "value", STYLE_NUMBERS_NAMES[i],
                                              "text", format_money(rq->cx.mem, &f, m), "is_chosen",
                                              strcmp(STYLE_NUMBERS_NAMES[i], chosen) == 0));
    }
    return list;
}

/* typed: the series that was sent, with its fault; NULL: none. */
static bool add_series(struct req *rq, const char *typed, const struct form *form, json_t *page)
{
    struct region_series list[REGION_SERIES_COUNT];
    json_t *rows = json_array();

    json_object_set_new(page, "series", rows);
    json_object_set_new(
        page, "format_hint",
        json_string(
            req_text(rq, T("{n} is the number, {n:4} the same with leading zeros, {yyyy} and "
                           "{yy} the year. A format that could give two records the same "
                           "number is refused."))));
    if (!region_series_list(&rq->cx, list))
        return false;
    for (size_t i = 0; i < REGION_SERIES_COUNT; i++) {
        const bool is_typed = typed != NULL && strcmp(typed, list[i].name) == 0;
        const char *next = arena_printf(rq->cx.mem, "%lld", (long long)list[i].next);

        json_array_append_new(
            rows,
            json_pack("{s:s,s:s,s:s,s:s,s:s,s:O?,s:O?,s:b}", "name", list[i].name, "label",
                      req_text(rq, list[i].label), "format",
                      is_typed ? form_value(form, "format") : list[i].format, "next",
                      is_typed ? form_value(form, "next") : next, "preview", list[i].preview,
                      "format_fault", is_typed ? json_object_get(form->faults, "format") : NULL,
                      "next_fault", is_typed ? json_object_get(form->faults, "next") : NULL,
                      "is_typed", is_typed));
    }
    return true;
}

static void add_region(struct req *rq, const struct region *r, json_t *page)
{
    json_t *zones = json_array();

    for (size_t i = 0; i < COUNT(ZONES); i++)
        json_array_append_new(zones, json_string(ZONES[i]));
    json_object_set_new(page, "zones", zones);
    json_object_set_new(page, "languages", languages_json(rq, r->language, r->languages));
    json_object_set_new(page, "dates", dates_json(rq, r->date_style));
    json_object_set_new(page, "numbers", numbers_json(rq, r->number_style, r->currency));
    json_object_set_new(
        page, "is_family_first",
        json_boolean(r->name_order != NULL && strcmp(r->name_order, "family") == 0));
    json_object_set_new(page, "time_zone", json_string(r->time_zone));
    json_object_set_new(page, "currency", json_string(r->currency));
    json_object_set_new(page, "now", json_string(format_time(rq->cx.mem, &rq->format, rq->cx.now)));
}

/* r: as typed, NULL: as it is. */
static bool show(struct req *rq, const struct region *r, const char *series,
                 const struct form *form)
{
    json_t *page =
        json_own(rq->cx.mem, json_pack("{s:b,s:b}", "on_region", 1, "is_series", series != NULL));
    struct region now;

    if (!region_get(&rq->cx, &now) || !add_series(rq, series, form, page))
        return false;
    add_region(rq, r == NULL ? &now : r, page);
    return form != NULL ? page_render_form(rq, "region", page, form)
                        : page_render(rq, "region", page);
}

bool region_page_view(struct req *rq)
{
    return show(rq, NULL, NULL, NULL);
}

/* --- what is sent --- */

struct fields {
    const char *language, *time_zone, *currency, *date_style, *number_style, *name_order;
};

static const struct form_field FIELDS[] = {
    {"language", T("Own language"), FORM_TEXT, true, 1, 8, NULL, offsetof(struct fields, language)},
    {"time_zone", T("Time zone"), FORM_TEXT, true, 1, ZONE_MAX, NULL,
     offsetof(struct fields, time_zone)},
    {"currency", T("Currency"), FORM_TEXT, true, CURRENCY_LENGTH, CURRENCY_LENGTH, NULL,
     offsetof(struct fields, currency)},
    {"date_style", T("Dates"), FORM_CHOICE, true, 0, 0, STYLE_DATES_NAMES,
     offsetof(struct fields, date_style)},
    {"number_style", T("Figures"), FORM_CHOICE, true, 0, 0, STYLE_NUMBERS_NAMES,
     offsetof(struct fields, number_style)},
    {"name_order", T("Names"), FORM_CHOICE, false, 0, 0, NAME_ORDER_NAMES,
     offsetof(struct fields, name_order)},
};

/* The ticked ones; all of them is as none: what comes later is offered too. */
static const char *ticked_languages(struct req *rq, const struct form *form)
{
    const struct lang_set *langs = rq->app->langs;
    struct str codes = str_new(rq->cx.mem);
    size_t ticked = 0;

    for (size_t i = 0; i < lang_count(langs); i++) {
        const char *code = lang_code(lang_at(langs, i));

        if (*form_value(form, arena_printf(rq->cx.mem, "offer_%s", code)) == '\0')
            continue;
        str_fmt(&codes, "%s%s", ticked++ > 0 ? "," : "", code);
    }
    return ticked == lang_count(langs) ? "" : codes.p;
}

static bool is_here(const struct req *rq, const char *code)
{
    return strcmp(lang_code(lang_find(rq->app->langs, code)), code) == 0;
}

static const char *upper(struct arena *mem, const char *text)
{
    char *s = arena_dup(mem, text);

    for (char *c = s; *c != '\0'; c++)
        if (*c >= 'a' && *c <= 'z')
            *c = (char)(*c - 'a' + 'A');
    return s;
}

static const char *or_none(const char *text)
{
    return text == NULL ? "" : text;
}

bool region_page_save(struct req *rq)
{
    struct fields in = {.language = NULL};
    struct region r;
    struct form *form;
    bool is_read;

    if (!form_parse(rq, &form))
        return false;
    is_read = form_read(rq, form, FIELDS, COUNT(FIELDS), &in);
    r = (struct region){.language = or_none(in.language),
                        .languages = ticked_languages(rq, form),
                        .time_zone = or_none(in.time_zone),
                        .currency = upper(rq->cx.mem, or_none(in.currency)),
                        .date_style = or_none(in.date_style),
                        .number_style = or_none(in.number_style),
                        .name_order = in.name_order};
    if (is_read && !is_here(rq, r.language))
        form_fault(rq, form, "language", T("Own language"), T("Choose one of these."));
    if (json_array_size(form->fault_list) > 0)
        return show(rq, &r, NULL, form);
    if (*r.languages == '\0' &&
        *form_value(form, arena_printf(rq->cx.mem, "offer_%s", r.language)) == '\0')
        r.languages = r.language; /* nothing was ticked: it speaks its own */
    if (!region_set(&rq->cx, &r))
        return form_take_err(rq, form, FIELDS, COUNT(FIELDS)) && show(rq, &r, NULL, form);
    tenant_cache_forget(rq->app->tenants, rq->cx.tenant_id);
    return reply_flash(rq, "ok", req_text(rq, T("Saved."))) &&
           setup_page_next(rq, SETUP_REGION, HERE);
}

struct number_fields {
    const char *format;
    int64_t next;
};

static const struct form_field NUMBER_FIELDS[] = {
    {"format", T("Format"), FORM_TEXT, true, 1, FORMAT_MAX, NULL,
     offsetof(struct number_fields, format)},
    {"next", T("Next number"), FORM_INT, true, 1, 999999999, NULL,
     offsetof(struct number_fields, next)},
};

bool region_page_number(struct req *rq)
{
    struct number_fields in = {.format = NULL};
    struct form *form;

    if (!form_parse(rq, &form))
        return false;
    if (!form_read(rq, form, NUMBER_FIELDS, COUNT(NUMBER_FIELDS), &in))
        return show(rq, NULL, rq->args[0], form);
    if (!region_series_set(&rq->cx, rq->args[0], in.format, in.next))
        return form_take_err(rq, form, NUMBER_FIELDS, COUNT(NUMBER_FIELDS)) &&
               show(rq, NULL, rq->args[0], form);
    return reply_flash(rq, "ok", req_text(rq, T("Saved."))) && reply_see_other(rq, HERE);
}
