#include "portal/pages/webhook_page.h"

#include "db/event.h"
#include "licensing/signing_key.h"
#include "portal/hooks/webhook_endpoint.h"
#include "portal/hooks/webhook_event.h"
#include "portal/hooks/webhook_url.h"
#include "portal/http/page.h"

#include <string.h>

enum { SHOWN = 50 };

static const char LIST[] = "/desk/settings/webhooks";
static const char *const VERSIONS[] = {"1.8", "1.7", "1.6", "1.5", "1.4", "1.3", "1.2", NULL};

struct webhook_fields {
    const char *url, *events, *api_version;
};

#define AT(member) offsetof(struct webhook_fields, member)
static const struct form_field FIELDS[] = {
    {"url", T("Address"), FORM_TEXT, true, 1, WEBHOOK_URL_MAX, NULL, AT(url)},
    {"events", T("Events"), FORM_LINES, true, 0, 0, NULL, AT(events)},
    {"api_version", T("API version"), FORM_CHOICE, true, 0, 0, VERSIONS, AT(api_version)},
};

static const char *href_of(struct req *rq, struct id id)
{
    return arena_printf(rq->cx.mem, "%s/%s", LIST, id_text(rq->cx.mem, id));
}

/* --- what is shown --- */

static const char *why_off(const struct webhook_endpoint *e)
{
    if (strcmp(e->disabled_why, "gone") == 0)
        return T("The receiver answered that it is gone for good (410).");
    if (strcmp(e->disabled_why, "failing") == 0)
        return T("Nothing could be delivered for days.");
    return T("Somebody here switched it off.");
}

static json_t *state_chip(struct req *rq, const struct webhook_endpoint *e)
{
    const char *kind = !e->is_enabled ? "bad" : e->failing_since != 0 ? "warn" : "ok";
    const char *icon = !e->is_enabled ? "ban" : e->failing_since != 0 ? "triangle-alert" : "check";
    const char *text = !e->is_enabled          ? T("Switched off")
                       : e->failing_since != 0 ? T("Failing")
                                               : T("In use");

    return json_pack("{s:s,s:s,s:s}", "kind", kind, "icon", icon, "text", req_text(rq, text));
}

static json_t *endpoint_json(struct req *rq, const struct webhook_endpoint *e)
{
    size_t count = json_array_size(e->subscriptions);
    const char *first = json_string_value(json_array_get(e->subscriptions, 0));
    const char *events = strcmp(first, "*") == 0 ? req_text(rq, T("All events"))
                         : count == 1
                             ? first
                             : lang_fill1(rq->cx.mem, rq->lang, T("{} events"),
                                          format_number(rq->cx.mem, &rq->format, (int64_t)count));

    return json_pack("{s:s,s:s,s:s,s:s,s:o,s:o,s:s?}", "href", href_of(rq, e->id), "url", e->url,
                     "events", events, "api_version", e->api_version, "chip", state_chip(rq, e),
                     "failing",
                     e->failing_since != 0 ? page_time(rq, e->failing_since) : json_null(), "why",
                     e->is_enabled ? NULL : req_text(rq, why_off(e)));
}

static json_t *outcome_chip(struct req *rq, const struct webhook_event *e)
{
    static const struct {
        const char *status, *kind, *icon, *text;
    } STATES[] = {
        {"DELIVERED", "ok", "check", T("Delivered")},
        {"DELIVERING", NULL, "clock", T("On its way")},
        {"FAILING", "warn", "triangle-alert", T("To be tried again")},
        {"FAILED", "bad", "x", T("Given up")},
    };

    for (size_t i = 0; i < COUNT(STATES); i++)
        if (strcmp(STATES[i].status, e->status) == 0)
            return json_pack("{s:s?,s:s,s:s}", "kind", STATES[i].kind, "icon", STATES[i].icon,
                             "text", req_text(rq, STATES[i].text));
    return json_null();
}

static json_t *event_json(struct req *rq, const struct webhook_event *e)
{
    const char *answer = e->last_code != 0
                             ? arena_printf(rq->cx.mem, "HTTP %lld", (long long)e->last_code)
                         : *e->last_fault != '\0' ? e->last_fault
                                                  : NULL;
    bool is_waiting = strcmp(e->status, "FAILING") == 0 && e->due_at != 0;

    return json_pack("{s:s,s:s,s:o,s:s?,s:s?,s:i,s:o,s:o,s:b}", "id", id_text(rq->cx.mem, e->id),
                     "name", e->name, "chip", outcome_chip(rq, e), "answer", answer, "body",
                     e->last_body, "tries", e->attempts, "at", page_time(rq, e->created_at), "next",
                     is_waiting ? page_time(rq, e->due_at) : json_null(), "can_repeat",
                     strcmp(e->status, "DELIVERING") != 0);
}

/* The key that receivers check with: as receivers' programs want it, in two forms. */
static bool add_key(struct req *rq, json_t *page)
{
    static const uint8_t SPKI[] = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03,
                                   0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};
    uint8_t der[sizeof SPKI + CRYPTO_PUBLIC_SIZE];
    struct signing_key *keys;
    size_t count;

    if (!signing_key_list(&rq->cx, &keys, &count))
        return false;
    if (count == 0)
        return true;
    memcpy(der, SPKI, sizeof SPKI);
    memcpy(der + sizeof SPKI, keys[0].public_key, CRYPTO_PUBLIC_SIZE);
    json_object_set_new(page, "key",
                        json_pack("{s:{s:s},s:{s:s}}", "hex", "code",
                                  crypto_hex(rq->cx.mem, keys[0].public_key, CRYPTO_PUBLIC_SIZE),
                                  "der", "code", crypto_base64(rq->cx.mem, der, sizeof der)));
    return true;
}

bool webhook_page_list(struct req *rq)
{
    json_t *rows = json_array();
    json_t *page = json_own(rq->cx.mem, json_pack("{s:o,s:b}", "webhooks", rows, "on_webhooks", 1));
    struct webhook_endpoint *list;
    size_t count;

    if (!webhook_endpoint_list(&rq->cx, (struct id){{0}}, &list, &count) || !add_key(rq, page))
        return false;
    for (size_t i = 0; i < count; i++)
        json_array_append_new(rows, endpoint_json(rq, &list[i]));
    json_object_set_new(page, "is_empty", json_boolean(count == 0));
    return page_render(rq, "webhook_list", page);
}

/* --- the form --- */

static bool has_line(const char *lines, const char *name)
{
    struct span rest = span_of(lines);
    struct span line;

    while (span_cut(&rest, '\n', &line))
        if (span_equal(span_trim(line), name))
            return true;
    return false;
}

static const char *lines_of(struct req *rq, const json_t *names)
{
    struct str s = str_new(rq->cx.mem);
    const json_t *name;
    size_t i;

    json_array_foreach (names, i, name)
        str_fmt(&s, "%s\n", json_string_value(name));
    return s.p;
}

/* Every event that is told, in groups by what it is about. */
static json_t *event_groups(struct req *rq, const char *chosen)
{
    json_t *groups = json_array();
    const char *group = "";
    json_t *events = NULL;

    for (unsigned kind = 0; kind < EVENT_KIND_COUNT; kind++) {
        const char *name = webhook_endpoint_event(kind);
        size_t length = name == NULL ? 0 : strcspn(name, ".");

        if (name == NULL)
            continue;
        if (events == NULL || strlen(group) != length || strncmp(group, name, length) != 0) {
            group = arena_dup_bytes(rq->cx.mem, name, length);
            events = json_array();
            json_array_append_new(groups, json_pack("{s:s,s:o}", "group", group, "events", events));
        }
        json_array_append_new(
            events, json_pack("{s:s,s:b}", "name", name, "is_on", has_line(chosen, name)));
    }
    return groups;
}

static json_t *versions(const char *chosen)
{
    json_t *list = json_array();

    for (size_t i = 0; VERSIONS[i] != NULL; i++)
        json_array_append_new(list, json_pack("{s:s,s:b}", "value", VERSIONS[i], "is_chosen",
                                              strcmp(VERSIONS[i], chosen) == 0));
    return list;
}

static bool add_deliveries(struct req *rq, const struct webhook_endpoint *e, json_t *page)
{
    const struct webhook_event_filter filter = {.endpoint_id = e->id, .limit = SHOWN};
    json_t *rows = json_array();
    struct webhook_event *list;
    size_t count;

    json_object_set_new(page, "deliveries", rows);
    if (!webhook_event_list(&rq->cx, &filter, &list, &count, NULL))
        return false;
    for (size_t i = 0; i < count; i++)
        json_array_append_new(rows, event_json(rq, &list[i]));
    json_object_set_new(page, "has_deliveries", json_boolean(count > 0));
    return true;
}

static bool show(struct req *rq, const struct form *form, const struct webhook_endpoint *e)
{
    const char *url = form ? form_value(form, "url") : e ? e->url : "";
    const char *events = form ? form_value(form, "events")
                         : e  ? lines_of(rq, e->subscriptions)
                              : "*\n";
    const char *version = form ? form_value(form, "api_version") : e ? e->api_version : "1.8";
    json_t *page = json_own(
        rq->cx.mem, json_pack("{s:s,s:b,s:o,s:o,s:b,s:s,s:n}", "url", url, "hears_all",
                              has_line(events, "*"), "groups", event_groups(rq, events), "versions",
                              versions(version), "is_new", e == NULL, "action",
                              e ? href_of(rq, e->id) : "/desk/settings/webhooks/new", "webhook"));

    if (e) {
        json_object_set_new(page, "webhook", endpoint_json(rq, e));
        json_object_set_new(page, "is_enabled", json_boolean(e->is_enabled));
        if (!add_deliveries(rq, e, page))
            return false;
    }
    return form ? page_render_form(rq, "webhook_form", page, form)
                : page_render(rq, "webhook_form", page);
}

static json_t *names_of(struct req *rq, const char *lines)
{
    json_t *names = json_own(rq->cx.mem, json_array());
    struct span rest = span_of(lines != NULL ? lines : "");
    struct span line;

    if (has_line(rest.p, "*")) {
        json_array_append_new(names, json_string("*"));
        return names;
    }
    while (span_cut(&rest, '\n', &line)) {
        line = span_trim(line);
        if (line.len > 0)
            json_array_append_new(names, json_stringn(line.p, line.len));
    }
    return names;
}

static bool read_form(struct req *rq, struct form **form, struct webhook_endpoint_draft *draft)
{
    struct webhook_fields in = {.url = NULL};

    if (!form_parse(rq, form))
        return false;
    form_read(rq, *form, FIELDS, COUNT(FIELDS), &in);
    *draft = (struct webhook_endpoint_draft){.url = in.url,
                                             .subscriptions = names_of(rq, in.events),
                                             .api_version = in.api_version,
                                             .allows_local = rq->app->config.webhook_allow_local};
    return true;
}

/* The wire's errors name members; the form's faults stand at its fields. */
static bool take_fault(struct req *rq, struct form *form)
{
    const struct err *err = &rq->cx.err;
    bool is_events =
        err->kind == &ERR_WEBHOOK_SUBSCRIPTION || err->kind == &ERR_WEBHOOK_SUBSCRIPTIONS_SHORT;

    if (err->kind->class != ERR_CLASS_INVALID)
        return false;
    form_fault(rq, form, is_events ? "events" : "url", is_events ? T("Events") : T("Address"),
               err->kind->text);
    err_clear(&rq->cx.err);
    return true;
}

static bool has_faults(const struct form *form)
{
    return json_object_size(form->faults) > 0;
}

bool webhook_page_new(struct req *rq)
{
    return show(rq, NULL, NULL);
}

bool webhook_page_add(struct req *rq)
{
    struct webhook_endpoint_draft draft;
    struct webhook_endpoint *e;
    struct form *form;

    if (!read_form(rq, &form, &draft))
        return false;
    if (has_faults(form))
        return show(rq, form, NULL);
    if (!webhook_endpoint_add(&rq->cx, &draft, &e))
        return take_fault(rq, form) && show(rq, form, NULL);
    return reply_flash(rq, "ok", req_text(rq, T("The webhook is added. Send a test to try it."))) &&
           reply_see_other(rq, href_of(rq, e->id));
}

bool webhook_page_view(struct req *rq)
{
    struct webhook_endpoint *e;

    return webhook_endpoint_get(&rq->cx, rq->id, (struct id){{0}}, &e) && show(rq, NULL, e);
}

bool webhook_page_save(struct req *rq)
{
    struct webhook_endpoint_draft draft;
    struct webhook_endpoint *e;
    struct form *form;

    if (!webhook_endpoint_get(&rq->cx, rq->id, (struct id){{0}}, &e) ||
        !read_form(rq, &form, &draft))
        return false;
    if (has_faults(form))
        return show(rq, form, e);
    if (!webhook_endpoint_change(&rq->cx, rq->id, &draft, &e))
        return take_fault(rq, form) && show(rq, form, e);
    return reply_flash(rq, "ok", req_text(rq, T("The webhook is saved."))) &&
           reply_see_other(rq, href_of(rq, rq->id));
}

/* --- acts --- */

static bool back(struct req *rq, const char *text)
{
    return reply_flash(rq, "ok", req_text(rq, text)) && reply_see_other(rq, href_of(rq, rq->id));
}

/* Refusals that are no fault of a form are said on the page. */
static bool refuse(struct req *rq)
{
    const char *text;

    if (rq->cx.err.kind->class != ERR_CLASS_INVALID)
        return false;
    text = req_text(rq, rq->cx.err.kind->text);
    err_clear(&rq->cx.err);
    return reply_flash(rq, "bad", text) && reply_see_other(rq, href_of(rq, rq->id));
}

bool webhook_page_test(struct req *rq)
{
    return webhook_event_test(&rq->cx, rq->id)
               ? back(rq, T("A test is on its way. Load the page again to see its outcome."))
               : refuse(rq);
}

bool webhook_page_enable(struct req *rq)
{
    return webhook_endpoint_enable(&rq->cx, rq->id, true) &&
           back(rq, T("The webhook is switched on."));
}

bool webhook_page_disable(struct req *rq)
{
    return webhook_endpoint_enable(&rq->cx, rq->id, false) &&
           back(rq, T("The webhook is switched off. What waited for it is given up."));
}

bool webhook_page_remove(struct req *rq)
{
    return webhook_endpoint_remove(&rq->cx, rq->id, (struct id){{0}}) &&
           reply_flash(rq, "ok", req_text(rq, T("The webhook is deleted."))) &&
           reply_see_other(rq, LIST);
}

bool webhook_page_again(struct req *rq)
{
    struct webhook_endpoint *endpoint;
    struct webhook_event *e;
    struct form *form;
    struct id id;

    if (!form_parse(rq, &form) ||
        !webhook_endpoint_get(&rq->cx, rq->id, (struct id){{0}}, &endpoint))
        return false;
    if (!id_parse(form_value(form, "event"), &id))
        return err_set(&rq->cx.err, &ERR_NOT_FOUND, "no event");
    if (!webhook_event_get(&rq->cx, id, (struct id){{0}}, &e))
        return false;
    if (!id_equal(e->endpoint_id, rq->id))
        return err_set(&rq->cx.err, &ERR_NOT_FOUND, "another webhook's event");
    return webhook_event_retry(&rq->cx, id, &e) ? back(rq, T("The event is sent once more."))
                                                : refuse(rq);
}
