#include "portal/pages/queue_new_page.h"

#include "base/crypto.h"
#include "portal/desk/ticket_create.h"
#include "portal/pages/ticket_context.h"
#include "portal/pages/ticket_form_fields.h"
#include "portal/pages/upload_context.h"

#include <string.h>

static const struct err_kind ERR_QUEUE_NEW_ORGANISATION = {
    ERR_CLASS_INVALID, "ORGANISATION_UNKNOWN", "No customer has this code or name."};
static const struct err_kind ERR_QUEUE_NEW_SERIAL = {ERR_CLASS_INVALID, "SERIAL_UNKNOWN",
                                                     "No licence has this serial."};
static const struct err_kind ERR_QUEUE_NEW_FOREIGN = {ERR_CLASS_INVALID, "SERIAL_FOREIGN",
                                                      "This serial belongs to another customer."};

struct call_fields {
    const char *organisation, *serial, *subject, *text, *topic, *city, *request_key, *files;
    const char *reporter_name, *reporter_phone, *reporter_email, *store, *address;
    int64_t level;
};

static const struct form_field CALL_FIELDS[] = {
    {"reporter_name", T("Who reports the problem?"), FORM_TEXT, true, 1, 200, NULL,
     offsetof(struct call_fields, reporter_name)},
    {"reporter_phone", T("Telephone"), FORM_TEXT, false, 0, 64, NULL,
     offsetof(struct call_fields, reporter_phone)},
    {"reporter_email", T("E-mail"), FORM_TEXT, false, 0, 254, NULL,
     offsetof(struct call_fields, reporter_email)},
    {"organisation", T("Customer (code or name)"), FORM_TEXT, false, 0, 200, NULL,
     offsetof(struct call_fields, organisation)},
    {"serial", T("Serial"), FORM_TEXT, false, 0, 20, NULL, offsetof(struct call_fields, serial)},
    {"store", T("Store"), FORM_TEXT, false, 0, TICKET_STORE_MAX, NULL,
     offsetof(struct call_fields, store)},
    {"city", T("City"), FORM_TEXT, false, 0, TICKET_CITY_MAX, NULL,
     offsetof(struct call_fields, city)},
    {"address", T("Address"), FORM_TEXT, false, 0, 400, NULL,
     offsetof(struct call_fields, address)},
    {"topic", T("Topic"), FORM_TEXT, true, 1, 32, NULL, offsetof(struct call_fields, topic)},
    {"level", T("Level"), FORM_INT, false, TICKET_LEVEL_MIN, TICKET_LEVEL_MAX, NULL,
     offsetof(struct call_fields, level)},
    {"subject", T("Subject"), FORM_TEXT, true, 1, TICKET_SUBJECT_MAX, NULL,
     offsetof(struct call_fields, subject)},
    {"text", T("What happens?"), FORM_LINES, true, 1, TICKET_BODY_MAX, NULL,
     offsetof(struct call_fields, text)},
    {"request_key", T("Form"), FORM_TEXT, false, 0, TICKET_REQUEST_KEY_MAX, NULL,
     offsetof(struct call_fields, request_key)},
    {"files", T("Files"), FORM_TEXT, false, 0, 0, NULL, offsetof(struct call_fields, files)},
};

/* Kinds of input that the browser knows, and which fields take a line of their own. */
static const char *input_type(const char *name)
{
    if (strcmp(name, "reporter_phone") == 0)
        return "tel";
    return strcmp(name, "reporter_email") == 0 ? "email" : "text";
}

static json_t *field_json(struct req *rq, const struct form *form, const struct form_field *f)
{
    const char *value = form != NULL ? form_value(form, f->name) : req_query(rq, f->name);
    const json_t *fault = form != NULL ? json_object_get(form->faults, f->name) : NULL;

    return json_pack("{s:s, s:s, s:s, s:s, s:I, s:b, s:b, s:b, s:s?, s:n, s:n}", "name", f->name,
                     "label", req_text(rq, f->label), "value", value != NULL ? value : "",
                     "input_type", input_type(f->name), "max", (json_int_t)f->max, "is_required",
                     f->is_required, "is_optional", !f->is_required, "is_text", 1, "fault",
                     json_string_value(fault), "hint", "autocomplete");
}

static const char *chosen(struct req *rq, const struct form *form, const char *name)
{
    const char *value = form != NULL ? form_value(form, name) : req_query(rq, name);

    return value != NULL ? value : "";
}

static void add_choices(struct req *rq, const struct form *form, const struct ticket_words *words,
                        json_t *context)
{
    json_t *topics = json_array(), *levels = json_array();

    for (size_t i = 0; i < words->topic_count; i++)
        json_array_append_new(
            topics, json_pack("{s:s, s:s, s:b}", "value", words->topics[i].code, "text",
                              req_text(rq, words->topics[i].label), "is_chosen",
                              strcmp(chosen(rq, form, "topic"), words->topics[i].code) == 0));
    for (int level = TICKET_LEVEL_MIN; level <= TICKET_LEVEL_MAX; level++) {
        const char *value = arena_printf(rq->cx.mem, "%d", level);

        json_array_append_new(levels, json_pack("{s:s, s:s, s:b}", "value", value, "text", value,
                                                "is_chosen",
                                                strcmp(chosen(rq, form, "level"), value) == 0));
    }
    json_object_set_new(context, "topics", topics);
    json_object_set_new(context, "levels", levels);
}

/* form is NULL on the first view; is_step: nothing was sent yet. */
static bool show(struct req *rq, const struct form *form, bool is_step)
{
    struct ticket_words words;
    json_t *fields, *context = json_own(rq->cx.mem, json_object());
    const char *key = form != NULL ? form_value(form, "request_key") : "";

    if (!ticket_context_words(rq, true, &words) ||
        !ticket_form_fields_add(rq, form, chosen(rq, form, "topic"), "/desk/tickets/new", context))
        return false;
    fields = json_array();
    for (size_t i = 0; i < COUNT(CALL_FIELDS) && strcmp(CALL_FIELDS[i].name, "topic") != 0; i++)
        json_array_append_new(fields, field_json(rq, form, &CALL_FIELDS[i]));
    json_object_set_new(context, "fields", fields);
    json_object_set_new(
        context, "request_key",
        json_string(key[0] != '\0' ? key : crypto_token(rq->cx.mem, TICKET_REQUEST_KEY_BYTES)));
    json_object_set_new(context, "crumb_here", json_string(req_text(rq, T("New"))));
    json_object_set_new(
        context, "crumbs",
        json_pack("[{s:s, s:s}]", "href", "/desk", "text", req_text(rq, T("Queues"))));
    add_choices(rq, form, &words, context);
    if (form == NULL)
        return page_render(rq, "queue_new", context);
    upload_context_keep(rq, form, context);
    if (is_step) {
        json_object_set(context, "form",
                        json_own(rq->cx.mem, json_pack("{s:O}", "values", form->values)));
        return page_render(rq, "queue_new", context);
    }
    return page_render_form(rq, "queue_new", context, form);
}

bool queue_new_page_show(struct req *rq)
{
    return show(rq, NULL, false);
}

/* Customer and licence from what was typed; a serial alone names its customer too. */
static bool find_customer(struct req *rq, const struct call_fields *f, struct ticket_new *what)
{
    struct ctx *cx = &rq->cx;
    struct id owner = {{0}};

    if (f->organisation != NULL) {
        if (!filing_find_organisation(cx, f->organisation, &what->organisation_id))
            return false;
        if (id_is_zero(what->organisation_id))
            return err_set_at(&cx->err, &ERR_QUEUE_NEW_ORGANISATION, "organisation", "unknown");
    }
    if (f->serial == NULL)
        return true;
    if (!filing_find_serial(cx, f->serial, &what->licence_id, &owner))
        return false;
    if (id_is_zero(what->licence_id))
        return err_set_at(&cx->err, &ERR_QUEUE_NEW_SERIAL, "serial", "unknown");
    if (id_is_zero(what->organisation_id))
        what->organisation_id = owner;
    if (!id_equal(what->organisation_id, owner))
        return err_set_at(&cx->err, &ERR_QUEUE_NEW_FOREIGN, "serial", "of another customer");
    return true;
}

static bool file_it(struct req *rq, struct form *form, const struct call_fields *f,
                    struct ticket **out)
{
    struct ticket_new what = {
        .source = "desk",
        .subject = f->subject,
        .text = f->text,
        .topic = f->topic,
        .level = f->level,
        .city = f->city,
        .store = f->store,
        .request_key = f->request_key,
        .reporter_name = f->reporter_name,
        .reporter_phone = f->reporter_phone,
        .reporter_email = f->reporter_email,
        .reporter_store = f->store,
        .reporter_address = f->address,
    };
    struct attachment_file *files;
    struct field_set set;

    if (!find_customer(rq, f, &what) || !custom_field_set(&rq->cx, FIELD_TICKET, &set) ||
        !upload_context_store(rq, form, &files, &what.file_count))
        return false;
    what.files = files;
    what.fields = field_form_given(rq, &set, form);
    return ticket_create(&rq->cx, &what, out);
}

static bool take_err(struct req *rq, struct form *form)
{
    return field_form_take_err_of(rq, form, CALL_FIELDS, COUNT(CALL_FIELDS), FIELD_TICKET);
}

bool queue_new_page_send(struct req *rq)
{
    struct form *form;
    struct call_fields fields = {0};
    struct ticket *t;

    if (!form_parse(rq, &form))
        return false;
    if (strcmp(form_value(form, "step"), "fields") == 0)
        return show(rq, form, true);
    if (!form_read(rq, form, CALL_FIELDS, COUNT(CALL_FIELDS), &fields))
        return show(rq, form, false);
    if (!file_it(rq, form, &fields, &t))
        return take_err(rq, form) && show(rq, form, false);
    return reply_flash(rq, "ok",
                       lang_fill1(rq->cx.mem, rq->lang, T("Ticket {} is filed."), t->number)) &&
           reply_see_other(
               rq, arena_printf(rq->cx.mem, "/desk/tickets/%s", id_text(rq->cx.mem, t->id)));
}
