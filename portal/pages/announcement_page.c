#include "portal/pages/announcement_page.h"

#include "base/zone.h"
#include "licensing/product.h"
#include "portal/desk/announcement.h"
#include "portal/pages/ticket_context.h"

#include <string.h>

enum { PRODUCTS_MAX = 200, READERS_MAX = 200 };

static const char LIST_PATH[] = "/desk/news";

static const char *const AUDIENCE_CHOICES[] = {"everybody", "customers", "organisations",
                                               "product",   "staff",     NULL};
static const char *const AUDIENCE_LABELS[] = {
    [ANNOUNCEMENT_EVERYBODY] = T("Everybody, also visitors who are not signed in"),
    [ANNOUNCEMENT_CUSTOMERS] = T("All customers"),
    [ANNOUNCEMENT_ORGANISATIONS] = T("Some customers, by their codes"),
    [ANNOUNCEMENT_PRODUCT] = T("Customers with a licence of a product"),
    [ANNOUNCEMENT_STAFF] = T("The staff"),
};

struct fields {
    const char *audience, *codes, *topic, *from, *until;
    const char *title, *body; /* one for each language, read apart: these rows name the faults */
    struct id product_id;
    bool is_outage, by_mail, is_published;
    int64_t version;
};

static const struct form_field FIELDS[] = {
    {"title", T("Title"), FORM_TEXT, false, 0, 0, NULL, offsetof(struct fields, title)},
    {"body", T("Text"), FORM_LINES, false, 0, 0, NULL, offsetof(struct fields, body)},
    {"audience", T("For whom"), FORM_CHOICE, true, 0, 0, AUDIENCE_CHOICES,
     offsetof(struct fields, audience)},
    {"codes", T("Customer codes"), FORM_LINES, false, 0, 0, NULL, offsetof(struct fields, codes)},
    {"product", T("Product"), FORM_ID, false, 0, 0, NULL, offsetof(struct fields, product_id)},
    {"outage", T("It is an outage"), FORM_BOOL, false, 0, 0, NULL,
     offsetof(struct fields, is_outage)},
    {"topic", T("Topic"), FORM_TEXT, false, 0, 32, NULL, offsetof(struct fields, topic)},
    {"from", T("From"), FORM_DATE, false, 0, 0, NULL, offsetof(struct fields, from)},
    {"until", T("Last day"), FORM_DATE, false, 0, 0, NULL, offsetof(struct fields, until)},
    {"mail", T("Also by mail"), FORM_BOOL, false, 0, 0, NULL, offsetof(struct fields, by_mail)},
    {"published", T("Published"), FORM_BOOL, false, 0, 0, NULL,
     offsetof(struct fields, is_published)},
    {"version", T("Form"), FORM_INT, false, 0, INT64_MAX, NULL, offsetof(struct fields, version)},
};

/* --- days of the tenant --- */

static int64_t day_start(struct req *rq, const char *day, int add_days)
{
    struct civil c;
    int64_t us;

    if (day == NULL || !clock_parse_iso(day, &us))
        return 0;
    c = clock_civil(us + add_days * CLOCK_DAY);
    return rq->tenant->zone != NULL ? zone_from_civil(rq->tenant->zone, &c)
                                    : us + add_days * CLOCK_DAY;
}

static const char *day_text(struct req *rq, int64_t us)
{
    struct civil c;

    if (us == 0)
        return "";
    c = rq->tenant->zone != NULL ? zone_civil(rq->tenant->zone, us) : clock_civil(us);
    return arena_printf(rq->cx.mem, "%04d-%02d-%02d", c.year, c.month, c.day);
}

/* --- the form --- */

static json_t *option(const char *value, const char *text, const char *chosen)
{
    return json_pack("{s:s,s:s,s:b}", "value", value, "text", text, "is_chosen",
                     strcmp(value, chosen) == 0);
}

static json_t *audiences_json(struct req *rq, const char *chosen)
{
    json_t *all = json_array();

    for (int i = 0; i < ANNOUNCEMENT_AUDIENCES; i++)
        json_array_append_new(all, option(announcement_audience_name((enum announcement_audience)i),
                                          req_text(rq, AUDIENCE_LABELS[i]), chosen));
    return all;
}

static bool add_choices(struct req *rq, const char *product, const char *topic, json_t *page)
{
    struct ticket_words words;
    struct product *products;
    size_t count;
    json_t *all;

    if (!product_list(&rq->cx, PRODUCTS_MAX, &products, &count) ||
        !ticket_context_words(rq, true, &words))
        return false;
    all = json_array();
    json_array_append_new(all, option("", req_text(rq, T("none")), product));
    for (size_t i = 0; i < count; i++)
        json_array_append_new(
            all, option(id_text(rq->cx.mem, products[i].id), products[i].name, product));
    json_object_set_new(page, "products", all);
    all = json_array();
    json_array_append_new(all, option("", req_text(rq, T("all topics")), topic));
    for (size_t i = 0; i < words.topic_count; i++)
        json_array_append_new(
            all, option(words.topics[i].code, req_text(rq, words.topics[i].label), topic));
    json_object_set_new(page, "topics", all);
    return true;
}

static const struct announcement_text *text_in(const struct announcement *a, const char *language)
{
    static const struct announcement_text NONE = {.language = "", .title = "", .body = ""};

    for (size_t i = 0; i < a->text_count; i++)
        if (strcmp(a->texts[i].language, language) == 0)
            return &a->texts[i];
    return &NONE;
}

/* What a list calls it: in the reader's language, else in any. */
static const char *title_of(struct req *rq, const struct announcement *a)
{
    const char *own = text_in(a, lang_code(rq->lang))->title;

    return *own != '\0' || a->text_count == 0 ? own : a->texts[0].title;
}

static json_t *texts_json(struct req *rq, const struct form *form, const struct announcement *a)
{
    struct arena *mem = rq->cx.mem;
    json_t *all = json_array();

    for (size_t i = 0; i < lang_count(rq->app->langs); i++) {
        const struct lang *lang = lang_at(rq->app->langs, i);
        const char *code = lang_code(lang);
        const char *title = text_in(a, code)->title, *body = text_in(a, code)->body;

        if (form != NULL) {
            title = form_value(form, arena_printf(mem, "title_%s", code));
            body = form_value(form, arena_printf(mem, "body_%s", code));
        }
        json_array_append_new(all, json_pack("{s:s, s:s, s:s, s:s}", "code", code, "language",
                                             lang_own_name(lang), "title", title, "body", body));
    }
    return all;
}

static const char *pick(const struct form *form, const char *name, const char *is)
{
    return form != NULL ? form_value(form, name) : is;
}

static bool add_form(struct req *rq, const struct form *form, const struct announcement *a,
                     json_t *page)
{
    struct arena *mem = rq->cx.mem;
    const char *product = id_is_zero(a->product_id) ? "" : id_text(mem, a->product_id);

    json_object_set_new(page, "texts", texts_json(rq, form, a));
    json_object_set_new(
        page, "audiences",
        audiences_json(rq, pick(form, "audience", announcement_audience_name(a->audience))));
    json_object_set_new(page, "codes", json_string(pick(form, "codes", a->codes)));
    json_object_set_new(page, "from", json_string(pick(form, "from", day_text(rq, a->show_from))));
    json_object_set_new(
        page, "until",
        json_string(pick(form, "until",
                         day_text(rq, a->show_until != 0 ? a->show_until - CLOCK_SECOND : 0))));
    json_object_set_new(page, "is_outage",
                        json_boolean(*pick(form, "outage", a->is_outage ? "1" : "") != '\0'));
    json_object_set_new(page, "by_mail",
                        json_boolean(*pick(form, "mail", a->by_mail ? "1" : "") != '\0'));
    json_object_set_new(page, "is_published",
                        json_boolean(*pick(form, "published", a->is_published ? "1" : "") != '\0'));
    json_object_set_new(page, "version", json_integer(a->version));
    return add_choices(rq, pick(form, "product", product), pick(form, "topic", a->topic), page);
}

static const struct announcement NOTHING = {
    .audience = ANNOUNCEMENT_CUSTOMERS, .codes = "", .topic = "", .is_published = true};

static bool show(struct req *rq, const struct form *form, const struct announcement *a,
                 json_t *page)
{
    if (!add_form(rq, form, a, page))
        return false;
    return form != NULL ? page_render_form(rq, "announcement", page, form)
                        : page_render(rq, "announcement", page);
}

static bool show_new(struct req *rq, const struct form *form)
{
    json_t *page =
        json_own(rq->cx.mem, json_pack("{s:s, s:s, s:b}", "action", "/desk/news/new", "heading",
                                       req_text(rq, T("New announcement")), "is_new", 1));

    return show(rq, form, &NOTHING, page);
}

static bool readers_json(struct req *rq, int64_t read_count, json_t *page)
{
    struct announcement_reader *list;
    size_t count;
    json_t *all;

    if (!announcement_readers(&rq->cx, rq->id, READERS_MAX, &list, &count))
        return false;
    all = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(all, json_pack("{s:s, s:s, s:o}", "name", list[i].name,
                                             "organisation", list[i].organisation, "at",
                                             page_time(rq, list[i].read_at)));
    json_object_set_new(page, "readers", all);
    json_object_set_new(page, "has_readers", json_boolean(count > 0));
    json_object_set_new(page, "is_unread", json_boolean(read_count == 0));
    json_object_set_new(page, "hides_some",
                        json_boolean(count < READERS_MAX && read_count > (int64_t)count));
    return true;
}

static bool show_one(struct req *rq, const struct form *form)
{
    struct announcement *a;
    json_t *page;

    if (!announcement_get(&rq->cx, rq->id, &a))
        return false;
    page = json_own(rq->cx.mem,
                    json_pack("{s:s, s:s, s:b, s:s, s:s}", "action",
                              arena_printf(rq->cx.mem, "/desk/news/%s", id_text(rq->cx.mem, a->id)),
                              "heading", a->text_count > 0 ? a->texts[0].title : "", "is_new", 0,
                              "id", id_text(rq->cx.mem, a->id), "read_count",
                              format_number(rq->cx.mem, &rq->format, a->read_count)));
    return readers_json(rq, a->read_count, page) && show(rq, form, a, page);
}

bool announcement_page_new(struct req *rq)
{
    return show_new(rq, NULL);
}

bool announcement_page_view(struct req *rq)
{
    return show_one(rq, NULL);
}

/* --- the list --- */

static json_t *state_json(struct req *rq, const struct announcement *a)
{
    if (!a->is_published)
        return json_pack("{s:n, s:s, s:s}", "kind", "icon", "pencil", "text",
                         req_text(rq, T("Draft")));
    if (a->show_from > rq->cx.now)
        return json_pack("{s:s, s:s, s:s}", "kind", "accent", "icon", "clock", "text",
                         req_text(rq, T("Scheduled")));
    if (a->show_until != 0 && a->show_until <= rq->cx.now)
        return json_pack("{s:n, s:s, s:s}", "kind", "icon", "archive", "text",
                         req_text(rq, T("Over")));
    return json_pack("{s:s, s:s, s:s}", "kind", "ok", "icon", "check", "text",
                     req_text(rq, T("Shown")));
}

bool announcement_page_list(struct req *rq)
{
    struct announcement **all;
    size_t count;
    json_t *rows;

    if (!announcement_all(&rq->cx, &all, &count))
        return false;
    rows = json_array();
    for (size_t i = 0; i < count; i++) {
        const struct announcement *a = all[i];

        json_array_append_new(
            rows, json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:s, s:b}", "href",
                            arena_printf(rq->cx.mem, "/desk/news/%s", id_text(rq->cx.mem, a->id)),
                            "title", title_of(rq, a), "audience",
                            req_text(rq, AUDIENCE_LABELS[a->audience]), "chip", state_json(rq, a),
                            "from", page_day(rq, a->show_from), "until",
                            page_day(rq, a->show_until != 0 ? a->show_until - CLOCK_SECOND : 0),
                            "read_count", format_number(rq->cx.mem, &rq->format, a->read_count),
                            "is_outage", a->is_outage));
    }
    return page_render(
        rq, "announcement_list",
        json_own(rq->cx.mem,
                 json_pack("{s:o, s:b, s:b}", "rows", rows, "is_empty", count == 0, "may_add",
                           viewer_has(&rq->cx.viewer, RIGHT_KNOWLEDGE_CREATE))));
}

/* --- keeping --- */

static void read_texts(struct req *rq, const struct form *form, struct announcement *a)
{
    for (size_t i = 0; i < lang_count(rq->app->langs) && a->text_count < ANNOUNCEMENT_LANGUAGES_MAX;
         i++) {
        const char *code = lang_code(lang_at(rq->app->langs, i));
        const char *title = form_value(form, arena_printf(rq->cx.mem, "title_%s", code));
        const char *body = form_value(form, arena_printf(rq->cx.mem, "body_%s", code));

        if (*title != '\0' || *body != '\0')
            a->texts[a->text_count++] =
                (struct announcement_text){.language = code, .title = title, .body = body};
    }
}

static bool refused(struct req *rq, struct form *form,
                    bool (*again)(struct req *, const struct form *))
{
    const struct err e = rq->cx.err;

    if (e.kind != &ERR_ANNOUNCEMENT_CODE)
        return form_take_err(rq, form, FIELDS, COUNT(FIELDS)) && again(rq, form);
    err_clear(&rq->cx.err);
    form_fault(rq, form, "codes", T("Customer codes"),
               lang_fill1(rq->cx.mem, rq->lang, e.kind->text, e.arg));
    return again(rq, form);
}

static bool save(struct req *rq, struct id id, bool (*again)(struct req *, const struct form *))
{
    struct announcement a = {.id = id};
    struct fields f = {0};
    struct form *form;

    if (!form_parse(rq, &form))
        return false;
    if (!form_read(rq, form, FIELDS, COUNT(FIELDS), &f))
        return again(rq, form);
    if (!announcement_audience_parse(f.audience, &a.audience))
        return err_set(&rq->cx.err, &ERR_INTERNAL, "a choice without a meaning");
    a.product_id = f.product_id;
    a.codes = f.codes != NULL ? f.codes : "";
    a.is_outage = f.is_outage;
    a.topic = f.topic != NULL ? f.topic : "";
    a.by_mail = f.by_mail;
    a.is_published = f.is_published;
    a.show_from = day_start(rq, f.from, 0);
    a.show_until = day_start(rq, f.until, 1);
    a.version = f.version;
    read_texts(rq, form, &a);
    if (!announcement_save(&rq->cx, &a))
        return refused(rq, form, again);
    return reply_flash(rq, "ok", req_text(rq, T("The announcement is saved."))) &&
           reply_see_other(rq, LIST_PATH);
}

bool announcement_page_add(struct req *rq)
{
    return save(rq, (struct id){{0}}, show_new);
}

bool announcement_page_save(struct req *rq)
{
    struct announcement *a;

    return announcement_get(&rq->cx, rq->id, &a) && save(rq, rq->id, show_one);
}

bool announcement_page_remove(struct req *rq)
{
    return announcement_remove(&rq->cx, rq->id) &&
           reply_flash(rq, "ok", req_text(rq, T("The announcement is removed."))) &&
           reply_see_other(rq, LIST_PATH);
}
