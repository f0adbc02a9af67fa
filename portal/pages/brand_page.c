#include "portal/pages/brand_page.h"

#include "base/utf8.h"
#include "kb/article_markdown.h"
#include "portal/account/brand.h"
#include "portal/account/logo.h"
#include "portal/account/tenant.h"
#include "portal/http/page.h"
#include "portal/pages/setup_page.h"
#include "portal/pages/theme_page.h"

#include <math.h>
#include <string.h>

static const char HERE[] = "/desk/settings/brand";

static const struct {
    const char *name, *label;
    size_t max;
} TEXTS[] = {[BRAND_WELCOME] = {"welcome", T("Welcome line"), BRAND_WELCOME_MAX},
             [BRAND_FOOTER] = {"footer", T("Foot of each page"), BRAND_FOOTER_MAX},
             [BRAND_CONTACT] = {"contact", T("Contact page"), BRAND_CONTACT_MAX}};

/* --- what is shown --- */

static const char *hash_hex(struct arena *mem, struct colour c)
{
    char hex[COLOUR_HEX_SIZE];

    colour_hex(c, hex);
    return arena_printf(mem, "#%s", hex);
}

/* What the dark theme has for an accent of its own is made from the light one. */
static struct colour dark_of(const char *accent)
{
    struct theme_shades shades = {.text = {0}};
    struct colour c;

    if (colour_parse(accent, &c))
        theme_page_shades(c, true, &shades);
    return brand_nearest(shades.text, true);
}

static const char *contrast_text(struct arena *mem, double contrast)
{
    return arena_printf(mem, "%.1f",
                        floor(contrast * 10.0) / 10.0); /* never rounded up to enough */
}

/* The colour in an input, and whether it reads. */
/* The script fills it in anew as the colour changes. */
#define CONTRAST T("Contrast to the page: {}:1")

static json_t *colour_json(struct req *rq, const char *given, bool is_dark)
{
    struct arena *mem = rq->cx.mem;
    struct colour c = {0};

    if (!colour_parse(given, &c))
        c = is_dark ? BRAND_PAGE_LIGHT : (struct colour){0};
    return json_pack(
        "{s:s,s:s,s:s,s:b,s:s}", "value", hash_hex(mem, c), "say", req_text(rq, CONTRAST),
        "contrast",
        lang_fill1(mem, rq->lang, CONTRAST, contrast_text(mem, brand_contrast(c, is_dark))),
        "is_bad", !brand_is_readable(c, is_dark), "grounds",
        arena_printf(mem, "%s %s", hash_hex(mem, is_dark ? BRAND_PAGE_DARK : BRAND_PAGE_LIGHT),
                     hash_hex(mem, is_dark ? BRAND_CARD_DARK : BRAND_CARD_LIGHT)));
}

static const char *text_field(struct arena *mem, enum brand_text which, const struct lang *lang)
{
    return arena_printf(mem, "%s_%s", TEXTS[which].name, lang_code(lang));
}

static bool add_texts(struct req *rq, const struct form *form, json_t *page)
{
    json_t *list = json_array();

    json_object_set_new(page, "languages", list);
    for (size_t i = 0; i < lang_count(rq->app->langs); i++) {
        const struct lang *lang = lang_at(rq->app->langs, i);
        json_t *fields = json_array();

        json_array_append_new(list, json_pack("{s:s,s:s,s:o}", "name", lang_own_name(lang), "html",
                                              lang_html(lang), "fields", fields));
        for (int t = 0; t < BRAND_TEXT_COUNT; t++) {
            const char *field = text_field(rq->cx.mem, (enum brand_text)t, lang);
            const char *text;

            if (!brand_text_get(&rq->cx, (enum brand_text)t, lang_code(lang), &text))
                return false;
            json_array_append_new(
                fields, json_pack("{s:s,s:s,s:s,s:I,s:b,s:O?}", "field", field, "label",
                                  req_text(rq, TEXTS[t].label), "value",
                                  form != NULL ? form_value(form, field) : text, "max",
                                  (json_int_t)TEXTS[t].max, "is_line", t == BRAND_WELCOME, "fault",
                                  form == NULL ? NULL : json_object_get(form->faults, field)));
        }
    }
    return true;
}

static void add_plain(struct req *rq, const struct form *form, const struct brand *b, json_t *page)
{
    const struct {
        const char *name, *value;
    } fields[] = {{"name", b->name},
                  {"support_phone", b->support_phone},
                  {"support_email", b->support_email},
                  {"support_hours", b->support_hours}};
    const char *accent = form != NULL ? form_value(form, "accent") : b->accent;
    const char *dark = form != NULL ? form_value(form, "accent_dark") : b->accent_dark;

    for (size_t i = 0; i < COUNT(fields); i++)
        json_object_set_new(
            page, fields[i].name,
            json_string(form != NULL ? form_value(form, fields[i].name) : fields[i].value));
    if (*dark == '\0')
        dark = hash_hex(rq->cx.mem, dark_of(b->accent));
    json_object_set_new(page, "accent", colour_json(rq, accent, false));
    json_object_set_new(page, "accent_dark", colour_json(rq, dark, true));
    json_object_set_new(page, "logo",
                        *b->logo_hash == '\0'
                            ? json_null()
                            : json_pack("{s:s,s:I,s:I}", "href",
                                        brand_logo_path(rq->cx.mem, b->logo_hash, b->logo_type),
                                        "width", (json_int_t)b->logo_width, "height",
                                        (json_int_t)b->logo_height));
}

static bool show(struct req *rq, const struct form *form)
{
    json_t *page = json_own(rq->cx.mem, json_pack("{s:b}", "on_brand", 1));
    struct brand b;

    if (!brand_get(&rq->cx, &b) || !add_texts(rq, form, page))
        return false;
    add_plain(rq, form, &b, page);
    return form != NULL ? page_render_form(rq, "brand", page, form)
                        : page_render(rq, "brand", page);
}

bool brand_page_view(struct req *rq)
{
    return show(rq, NULL);
}

/* --- what is sent --- */

struct fields {
    const char *name, *accent, *accent_dark, *support_phone, *support_email, *support_hours;
    bool drop_logo, nearest;
};

static const struct form_field FIELDS[] = {
    {"name", T("Name"), FORM_TEXT, true, 1, TENANT_NAME_MAX, NULL, offsetof(struct fields, name)},
    {"accent", T("Colour on light ground"), FORM_TEXT, true, 6, 7, NULL,
     offsetof(struct fields, accent)},
    {"accent_dark", T("Colour on dark ground"), FORM_TEXT, false, 6, 7, NULL,
     offsetof(struct fields, accent_dark)},
    {"support_phone", T("Support's phone"), FORM_TEXT, false, 0, 64, NULL,
     offsetof(struct fields, support_phone)},
    {"support_email", T("Support's e-mail"), FORM_TEXT, false, 0, 254, NULL,
     offsetof(struct fields, support_email)},
    {"support_hours", T("Support's hours"), FORM_TEXT, false, 0, 200, NULL,
     offsetof(struct fields, support_hours)},
    {"drop_logo", T("Remove the picture"), FORM_BOOL, false, 0, 0, NULL,
     offsetof(struct fields, drop_logo)},
    {"nearest", T("Take the nearest colours"), FORM_BOOL, false, 0, 0, NULL,
     offsetof(struct fields, nearest)},
};

/* Says how far it is off, and what would do; or, if that was asked for, takes that. */
static const char *check_colour(struct req *rq, struct form *form, const struct fields *in,
                                bool is_dark)
{
    const char *given = is_dark ? in->accent_dark : in->accent;
    struct arena *mem = rq->cx.mem;
    const char *args[2];
    struct colour c;

    if (given == NULL || !colour_parse(given, &c) || brand_is_readable(c, is_dark))
        return given;
    args[0] = contrast_text(mem, brand_contrast(c, is_dark));
    args[1] = hash_hex(mem, brand_nearest(c, is_dark));
    if (in->nearest)
        return args[1];
    form_fault(rq, form, is_dark ? "accent_dark" : "accent",
               is_dark ? T("Colour on dark ground") : T("Colour on light ground"),
               lang_fill(mem, rq->lang,
                         T("Its contrast to the page is {}:1, and words need 4.5:1. The nearest "
                           "colour that has it is {}."),
                         args, COUNT(args)));
    return given;
}

static void check_texts(struct req *rq, struct form *form)
{
    for (size_t i = 0; i < lang_count(rq->app->langs); i++)
        for (int t = 0; t < BRAND_TEXT_COUNT; t++) {
            const char *field =
                text_field(rq->cx.mem, (enum brand_text)t, lang_at(rq->app->langs, i));

            if (utf8_count(form_value(form, field)) > TEXTS[t].max)
                form_fault(rq, form, field, TEXTS[t].label, T("This text is too long."));
        }
}

static const struct form_file *logo_file(const struct form *form)
{
    for (size_t i = 0; i < form->file_count; i++)
        if (strcmp(form->files[i].field, "logo") == 0 && form->files[i].bytes.len > 0)
            return &form->files[i];
    return NULL;
}

static bool write_texts(struct req *rq, const struct form *form)
{
    for (size_t i = 0; i < lang_count(rq->app->langs); i++)
        for (int t = 0; t < BRAND_TEXT_COUNT; t++) {
            const struct lang *lang = lang_at(rq->app->langs, i);
            struct span text = span_trim(
                span_of(form_value(form, text_field(rq->cx.mem, (enum brand_text)t, lang))));

            if (!brand_text_set(&rq->cx, (enum brand_text)t, lang_code(lang),
                                span_dup(rq->cx.mem, text)))
                return false;
        }
    return true;
}

/* The dark colour that the page showed for want of an own one is none. */
static const char *own_dark(struct req *rq, const struct brand *before, const char *given)
{
    struct colour c, was = dark_of(before->accent);

    (void)rq;
    if (given == NULL || !colour_parse(given, &c))
        return given == NULL ? "" : given;
    return *before->accent_dark == '\0' && c.r == was.r && c.g == was.g && c.b == was.b ? ""
                                                                                        : given;
}

static bool write_all(struct req *rq, const struct form *form, const struct brand *b,
                      bool drop_logo)
{
    struct ctx *cx = &rq->cx;
    const struct form_file *logo = logo_file(form);

    if (!db_begin(cx))
        return false;
    if (brand_set(cx, b) && write_texts(rq, form) &&
        (logo == NULL || brand_logo_set(cx, logo->bytes)) &&
        (logo != NULL || !drop_logo || brand_logo_remove(cx)))
        return db_commit(cx);
    db_rollback(cx);
    return false;
}

static const char *or_none(const char *text)
{
    return text == NULL ? "" : text;
}

bool brand_page_save(struct req *rq)
{
    struct fields in = {.name = NULL};
    struct brand before, b;
    struct form *form;

    if (!form_parse(rq, &form) || !brand_get(&rq->cx, &before))
        return false;
    form_read(rq, form, FIELDS, COUNT(FIELDS), &in);
    in.accent_dark = own_dark(rq, &before, in.accent_dark);
    b = (struct brand){.name = or_none(in.name),
                       .accent = or_none(check_colour(rq, form, &in, false)),
                       .accent_dark = or_none(check_colour(rq, form, &in, true)),
                       .support_phone = or_none(in.support_phone),
                       .support_email = or_none(in.support_email),
                       .support_hours = or_none(in.support_hours)};
    check_texts(rq, form);
    if (json_array_size(form->fault_list) > 0)
        return show(rq, form);
    if (!write_all(rq, form, &b, in.drop_logo))
        return form_take_err(rq, form, FIELDS, COUNT(FIELDS)) && show(rq, form);
    tenant_cache_forget(rq->app->tenants, rq->cx.tenant_id);
    return reply_flash(rq, "ok", req_text(rq, T("Saved."))) &&
           setup_page_next(rq, SETUP_BRAND, HERE);
}

/* --- for everybody --- */

bool brand_page_logo(struct req *rq)
{
    const char *dot = strchr(rq->args[0], '.');
    struct span bytes;

    if (dot == NULL ||
        !brand_logo_get(&rq->cx,
                        arena_dup_bytes(rq->cx.mem, rq->args[0], (size_t)(dot - rq->args[0])),
                        dot + 1, &bytes))
        return rq->cx.err.kind == NULL ? err_set(&rq->cx.err, &ERR_NOT_FOUND, "no dot") : false;
    str_add_n(&rq->out, bytes.p, bytes.len);
    rq->type = logo_mime(dot + 1);
    reply_header(rq, "Cache-Control", "public, max-age=31536000, immutable");
    return true;
}

bool brand_page_contact(struct req *rq)
{
    json_t *page = json_own(rq->cx.mem, json_pack("{s:n}", "body_html"));
    const char *text, *html;

    if (!brand_text_read(&rq->cx, BRAND_CONTACT, lang_code(rq->lang), &text))
        return false;
    if (*text != '\0') {
        if (!article_markdown_html(rq->cx.mem, &rq->cx.err, text, &html, NULL))
            return false;
        json_object_set_new(page, "body_html", json_string(html));
    }
    return page_render(rq, "contact", page);
}
