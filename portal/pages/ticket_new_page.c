#include "portal/pages/ticket_new_page.h"

#include "base/crypto.h"
#include "base/utf8.h"
#include "kb/article_search.h"
#include "portal/desk/sla.h"
#include "portal/desk/ticket_create.h"
#include "portal/pages/kb_page.h"
#include "portal/pages/level_page.h"
#include "portal/pages/news_page.h"
#include "portal/pages/ticket_context.h"
#include "portal/pages/ticket_form_fields.h"
#include "portal/pages/upload_context.h"
#include "scripts/script_run.h"

#include <string.h>

enum { SUGGEST_LETTERS_MIN = 3, SUGGEST_MAX = 3, TEXT_NUMBER_MAX = 12 };

struct new_fields {
    const char *subject, *text, *topic, *city, *request_key, *step, *files, *store;
    const char *reporter_name, *reporter_phone;
    struct id licence_id, site_id, machine_id;
    int64_t impact;
};

static const struct form_field NEW_FIELDS[] = {
    {"licence", T("Product and licence"), FORM_ID, false, 0, 0, NULL,
     offsetof(struct new_fields, licence_id)},
    {"topic", T("What is it about?"), FORM_TEXT, true, 1, 32, NULL,
     offsetof(struct new_fields, topic)},
    {"subject", T("Subject"), FORM_TEXT, true, 1, TICKET_SUBJECT_MAX, NULL,
     offsetof(struct new_fields, subject)},
    {"text", T("What happens?"), FORM_LINES, true, 1, TICKET_BODY_MAX, NULL,
     offsetof(struct new_fields, text)},
    {"site", T("Site"), FORM_ID, false, 0, 0, NULL, offsetof(struct new_fields, site_id)},
    {"machine", T("Machine"), FORM_ID, false, 0, 0, NULL, offsetof(struct new_fields, machine_id)},
    {"city", T("City"), FORM_TEXT, false, 0, TICKET_CITY_MAX, NULL,
     offsetof(struct new_fields, city)},
    {"impact", T("How much does it stop you?"), FORM_INT, false, 1, TICKET_LEVEL_MAX, NULL,
     offsetof(struct new_fields, impact)},
    {"reporter_name", T("Who reports the problem?"), FORM_TEXT, false, 0, 200, NULL,
     offsetof(struct new_fields, reporter_name)},
    {"reporter_phone", T("Telephone there"), FORM_TEXT, false, 0, 64, NULL,
     offsetof(struct new_fields, reporter_phone)},
    {"files", T("Files"), FORM_TEXT, false, 0, 0, NULL, offsetof(struct new_fields, files)},
    {"request_key", T("Form"), FORM_TEXT, false, 0, TICKET_REQUEST_KEY_MAX, NULL,
     offsetof(struct new_fields, request_key)},
    {"step", T("Form"), FORM_TEXT, false, 0, 16, NULL, offsetof(struct new_fields, step)},
};

/* What stands in a field: as it was typed, else from the address, else "". */
static const char *typed(struct req *rq, const struct form *form, const char *name)
{
    const char *given = form != NULL ? form_value(form, name) : req_query(rq, name);

    return given != NULL ? given : "";
}

static bool is_chosen(struct req *rq, const char *typed_id, struct id id)
{
    return strcmp(typed_id, id_text(rq->cx.mem, id)) == 0;
}

/* --- suggestions --- */

static json_t *suggestion_json(struct req *rq, const struct article *a)
{
    struct article *whole;
    struct article_body body;
    json_t *json = kb_page_article_json(rq, a);

    if (article_get(&rq->cx, a->number, &whole, &body))
        json_object_set_new(json, "body_html", json_text(body.html));
    else
        err_clear(&rq->cx.err); /* withdrawn since the search: the link says so */
    return json;
}

/* Articles for a subject; an empty list for a short one. */
static bool suggest(struct req *rq, const char *subject, json_t *context)
{
    struct article *found;
    size_t count = 0;
    json_t *all;

    if (utf8_count(subject) >= SUGGEST_LETTERS_MIN &&
        !article_search(
            &rq->cx,
            arena_dup_bytes(rq->cx.mem, subject, utf8_prefix(subject, ARTICLE_SEARCH_QUERY_MAX)),
            lang_code(rq->lang), SUGGEST_MAX, &found, &count))
        return false;
    all = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(all, suggestion_json(rq, &found[i]));
    json_object_set_new(context, "articles", all);
    json_object_set_new(context, "article_count",
                        json_text(format_number(rq->cx.mem, &rq->format, (int64_t)count)));
    json_object_set_new(context, "has_articles", json_boolean(count > 0));
    return true;
}

bool ticket_new_page_suggest(struct req *rq)
{
    json_t *context = json_own(rq->cx.mem, json_object());
    const char *subject = req_query(rq, "subject");

    return suggest(rq, subject != NULL ? subject : "", context) &&
           page_render(rq, "ticket_suggest", context);
}

/* --- the form --- */

static json_t *topics_json(struct req *rq, const struct ticket_words *words, const char *chosen)
{
    json_t *all = json_array();

    for (size_t i = 0; i < words->topic_count; i++) {
        const struct ticket_topic *t = &words->topics[i];

        if (t->is_staffs)
            continue;

        json_array_append_new(
            all, json_pack("{s:s, s:s, s:s, s:s, s:b, s:b}", "code", t->code, "label",
                           req_text(rq, t->label), "hint", req_text(rq, t->hint), "icon",
                           t->icon[0] != '\0' ? t->icon : "message-square-text", "is_chosen",
                           strcmp(t->code, chosen) == 0, "is_first", i == 0));
    }
    return all;
}

static const char *licence_text(struct req *rq, const struct filing_licence *l)
{
    struct str s = str_new(rq->cx.mem);

    if (strncmp(l->name, l->product_name, strlen(l->product_name)) == 0)
        str_add(&s, l->name); /* "Counter Professional" says it all */
    else
        str_fmt(&s, l->name[0] != '\0' ? "%s, %s" : "%s", l->product_name, l->name);
    if (viewer_has(&rq->cx.viewer, RIGHT_LICENCE))
        str_fmt(&s, " · %s", l->serial);
    if (l->version[0] != '\0')
        str_fmt(&s, " · %s", l->version);
    return s.p;
}

/* The only licence is chosen at once; with several the first is, unless another was. */
static bool add_licences(struct req *rq, const char *chosen, json_t *context)
{
    struct filing_licence *all;
    size_t count;
    json_t *options;

    if (!filing_licences(&rq->cx, rq->cx.viewer.organisation_id, &all, &count))
        return false;
    options = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(
            options, json_pack("{s:s, s:s, s:b}", "value", id_text(rq->cx.mem, all[i].id), "text",
                               licence_text(rq, &all[i]), "is_chosen",
                               chosen[0] != '\0' ? is_chosen(rq, chosen, all[i].id) : i == 0));
    json_object_set_new(context, "licences", options);
    json_object_set_new(context, "has_licences", json_boolean(count > 0));
    return true;
}

static bool add_places(struct req *rq, const char *site, const char *machine, json_t *context)
{
    struct filing_site *sites;
    struct filing_machine *machines;
    size_t site_count, machine_count;
    json_t *options;

    if (!filing_sites(&rq->cx, rq->cx.viewer.organisation_id, &sites, &site_count) ||
        !filing_machines(&rq->cx, rq->cx.viewer.organisation_id, &machines, &machine_count))
        return false;
    options = json_array();
    for (size_t i = 0; i < site_count; i++)
        json_array_append_new(
            options, json_pack("{s:s, s:s, s:b}", "value", id_text(rq->cx.mem, sites[i].id), "text",
                               arena_printf(rq->cx.mem, "%s · %s", sites[i].name, sites[i].city),
                               "is_chosen", is_chosen(rq, site, sites[i].id)));
    json_object_set_new(context, "sites", options);
    json_object_set_new(context, "has_sites", json_boolean(site_count > 0));
    options = json_array();
    for (size_t i = 0; i < machine_count; i++)
        json_array_append_new(options,
                              json_pack("{s:s, s:s, s:b}", "value",
                                        id_text(rq->cx.mem, machines[i].id), "text",
                                        machines[i].version[0] != '\0'
                                            ? arena_printf(rq->cx.mem, "%s · %s", machines[i].name,
                                                           machines[i].version)
                                            : machines[i].name,
                                        "is_chosen", is_chosen(rq, machine, machines[i].id)));
    json_object_set_new(context, "machines", options);
    json_object_set_new(context, "has_machines", json_boolean(machine_count > 0));
    return true;
}

static void add_impacts(struct req *rq, const char *chosen, json_t *context)
{
    json_t *options = json_array();

    for (size_t i = 0; i < TICKET_LEVEL_MAX; i++) {
        char value[TEXT_NUMBER_MAX];

        (void)snprintf(value, sizeof(value), "%zu", i + 1);
        json_array_append_new(options, json_pack("{s:s, s:s, s:b}", "value", value, "text",
                                                 req_text(rq, level_page_severity((int)i + 1)),
                                                 "is_chosen", strcmp(value, chosen) == 0));
    }
    json_object_set_new(context, "impacts", options);
}

/* form is NULL on the first view. */
static bool new_context(struct req *rq, const struct form *form, json_t **out)
{
    struct ticket_words words;
    json_t *context = json_own(rq->cx.mem, json_object());
    const char *key = typed(rq, form, "request_key");

    if (!ticket_context_words(rq, true, &words) ||
        !add_licences(rq, typed(rq, form, "licence"), context) ||
        !add_places(rq, typed(rq, form, "site"), typed(rq, form, "machine"), context) ||
        !suggest(rq, typed(rq, form, "subject"), context) ||
        !news_page_add_outages(
            rq, *typed(rq, form, "topic") != '\0' ? typed(rq, form, "topic") : NULL, context) ||
        !ticket_form_fields_add(rq, form, typed(rq, form, "topic"), "/tickets/new", context))
        return false;
    if (form == NULL || key[0] == '\0')
        key = crypto_token(rq->cx.mem, TICKET_REQUEST_KEY_BYTES);
    add_impacts(rq, typed(rq, form, "impact"), context);
    json_object_set_new(context, "topics", topics_json(rq, &words, typed(rq, form, "topic")));
    json_object_set_new(context, "request_key", json_string(key));
    json_object_set_new(context, "subject", json_string(typed(rq, form, "subject")));
    json_object_set_new(context, "organisation", json_text(rq->session->organisation_name));
    json_object_set_new(context, "phone", json_text(rq->tenant->support_phone));
    json_object_set_new(context, "hours", json_text(rq->tenant->support_hours));
    json_object_set_new(context, "crumb_here", json_string(req_text(rq, T("New"))));
    json_object_set_new(
        context, "crumbs",
        json_pack("[{s:s, s:s}]", "href", "/tickets", "text", req_text(rq, T("Tickets"))));
    *out = context;
    return true;
}

bool ticket_new_page_show(struct req *rq)
{
    json_t *context;

    return new_context(rq, NULL, &context) && page_render(rq, "ticket_new", context);
}

static bool show_again(struct req *rq, const struct form *form)
{
    json_t *context;

    if (!new_context(rq, form, &context))
        return false;
    upload_context_keep(rq, form, context);
    return page_render_form(rq, "ticket_new", context, form);
}

/* Without the script the suggestions are a step of the same page: nothing is filed yet. */
static bool show_step(struct req *rq, const struct form *form)
{
    json_t *context;

    if (!new_context(rq, form, &context))
        return false;
    upload_context_keep(rq, form, context);
    json_object_set_new(context, "is_step", json_true());
    json_object_set(context, "form",
                    json_own(rq->cx.mem, json_pack("{s:O}", "values", form->values)));
    return page_render(rq, "ticket_new", context);
}

static bool file_it(struct req *rq, struct form *form, const struct new_fields *f,
                    struct ticket **out)
{
    struct ticket_new what = {
        .source = "portal",
        .subject = f->subject,
        .text = f->text,
        .topic = f->topic,
        .licence_id = f->licence_id,
        .machine_id = f->machine_id,
        .site_id = f->site_id,
        .city = f->city,
        .store = f->store,
        .impact = f->impact,
        .request_key = f->request_key,
        .reporter_name = f->reporter_name,
        .reporter_phone = f->reporter_phone,
    };
    struct attachment_file *files;
    struct field_set set;

    if (!custom_field_set(&rq->cx, FIELD_TICKET, &set) ||
        !upload_context_store(rq, form, &files, &what.file_count))
        return false;
    what.files = files;
    what.fields = field_form_given(rq, &set, form);
    return ticket_create(&rq->cx, &what, out);
}

/* The tenant's check rules, before anything is written: they may refuse with a sentence or fill in
 * topic, city and store. */
static bool ask_rules(struct req *rq, struct form *form, struct new_fields *f, bool *is_refused)
{
    struct ctx *cx = &rq->cx;
    struct script_check answer;
    struct field_set set;
    json_t *new = json_own(cx->mem, json_pack("{s:s, s:s, s:s, s:s, s:I, s:s}", "subject",
                                              f->subject, "text", f->text, "topic", f->topic,
                                              "city", f->city != NULL ? f->city : "", "impact",
                                              (json_int_t)f->impact, "source", "portal"));

    *is_refused = false;
    if (!custom_field_set(cx, FIELD_TICKET, &set))
        return false;
    json_object_set(new, "fields", field_form_given(rq, &set, form));
    if (!script_run_check(cx, rq->app->scripts, EVENT_TICKET_CREATED, new, &answer))
        return false;
    if (answer.is_refused) {
        *is_refused = true;
        form_fault(rq, form, answer.field[0] != '\0' ? answer.field : "text", "", answer.text);
        return true;
    }
    f->topic = json_get_text(answer.fill, "topic", f->topic);
    f->city = json_get_text(answer.fill, "city", f->city);
    f->store = json_get_text(answer.fill, "store", f->store);
    return true;
}

static bool take_err(struct req *rq, struct form *form)
{
    return field_form_take_err_of(rq, form, NEW_FIELDS, COUNT(NEW_FIELDS), FIELD_TICKET);
}

bool ticket_new_page_send(struct req *rq)
{
    struct form *form;
    struct new_fields fields = {0};
    struct ticket *t;
    bool is_refused;

    if (!form_parse(rq, &form))
        return false;
    if (*form_value(form, "step") != '\0')
        return show_step(rq, form);
    if (!form_read(rq, form, NEW_FIELDS, COUNT(NEW_FIELDS), &fields))
        return show_again(rq, form);
    if (!ask_rules(rq, form, &fields, &is_refused))
        return false;
    if (is_refused)
        return show_again(rq, form);
    if (!file_it(rq, form, &fields, &t))
        return take_err(rq, form) && show_again(rq, form);
    return reply_flash(
               rq, "ok",
               lang_fill1(rq->cx.mem, rq->lang, T("Your ticket {} is filed."), t->number)) &&
           reply_see_other(rq, arena_printf(rq->cx.mem, "/tickets/%s", id_text(rq->cx.mem, t->id)));
}
