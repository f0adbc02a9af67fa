#include "portal/http/page.h"

#include "base/log.h"
#include "base/utf8.h"
#include "portal/http/page_prune.h"
#include "portal/http/page_shell.h"
#include "portal/http/route.h"
#include "portal/http/template.h"

#include <string.h>

static const struct err_kind ERR_PAGE_TEMPLATE = {
    ERR_CLASS_INTERNAL, "TEMPLATE", "This page cannot be shown at the moment. We have been told."};

bool page_render(struct req *rq, const char *name, json_t *context)
{
    struct str out = str_new(rq->cx.mem);

    json_object_set_new(context, "shell", page_shell(rq));
    if (!template_render(rq->app->templates, rq->lang, name, context, &out))
        return err_set(&rq->cx.err, &ERR_PAGE_TEMPLATE, "no template %s", name);
    rq->type = "text/html; charset=utf-8";
    rq->out = out;
    page_prune(rq);
    rq->is_flash_shown = true;
    return true;
}

bool page_render_form(struct req *rq, const char *name, json_t *context, const struct form *form)
{
    bool has_faults = json_array_size(form->fault_list) > 0;

    json_object_set_new(context, "form",
                        json_pack("{s:O,s:O,s:O,s:b}", "values", form->values, "faults",
                                  form->faults, "fault_list", form->fault_list, "has_faults",
                                  has_faults));
    if (!page_render(rq, name, context))
        return false;
    rq->status = 422;
    return true;
}

/* --- errors --- */

static void log_failure(const struct req *rq)
{
    const struct err *err = &rq->cx.err;
    enum log_level level = LOG_INFO;

    if (err->kind->class == ERR_CLASS_INTERNAL)
        level = LOG_ERROR;
    else if (err->kind->class == ERR_CLASS_BUSY || err->kind->class == ERR_CLASS_DENIED)
        level = LOG_WARN;
    log_write(level, rq->cx.trace, err->where, "%s %s: %s: %s", route_method_name(rq->method),
              rq->route == NULL ? "-" : rq->route->pattern, err->kind->code, err->oper);
}

static const char *error_title(int status)
{
    switch (status) {
    case 400:
        return T("This request could not be read");
    case 401:
        return T("Please sign in");
    case 403:
        return T("You may not do this");
    case 404:
        return T("This page does not exist");
    case 405:
        return T("This address cannot be used that way");
    case 408:
        return T("This took too long");
    case 409:
        return T("Somebody else was quicker");
    case 410:
        return T("This is no longer here");
    case 413:
        return T("This is too large");
    case 422:
        return T("This cannot be done as it is");
    case 429:
        return T("Too many requests");
    case 503:
        return T("Please try again in a moment");
    default:
        return T("Something did not work");
    }
}

static const char *error_sentence(const struct req *rq)
{
    const struct err *err = &rq->cx.err;

    return lang_fill1(rq->cx.mem, rq->lang, err->kind->text, err->arg);
}

/* A form that asks for a secret is typed anew as a whole: its other fields may hold the secret
 * again ("current", "repeat"). */
static bool has_secret(json_t *values)
{
    static const char *const SECRETS[] = {"password", "secret", "totp", "recovery"};
    const char *name;
    json_t *value;

    json_object_foreach (values, name, value)
        for (size_t i = 0; i < COUNT(SECRETS); i++)
            if (strstr(name, SECRETS[i]) != NULL || strcmp(name, "code") == 0)
                return true;
    return false;
}

/* Ids, numbers and ticks go back unseen; what a person wrote is shown. */
static bool is_written(const char *value)
{
    struct id id;

    return value[0] != '\0' && !id_parse(value, &id) &&
           strspn(value, "0123456789abcdefghijklmnopqrstuvwxyz_-") != strlen(value);
}

json_t *page_kept(json_t *values)
{
    json_t *kept = json_object();

    if (!has_secret(values)) {
        json_object_update(kept, values);
        json_object_del(kept, "csrf"); /* it has to be fresh */
    }
    return kept;
}

json_t *page_typed(json_t *values)
{
    json_t *kept = page_kept(values);
    json_t *list = json_array();
    const char *name;
    json_t *value;

    json_object_foreach (kept, name, value)
        if (json_is_string(value))
            json_array_append_new(list,
                                  json_pack("{s:s,s:O,s:b}", "name", name, "value", value,
                                            "is_written", is_written(json_string_value(value))));
    json_decref(kept);
    return list;
}

/* What was typed, where it can be read: the error itself may be that it cannot. */
static void add_typed(struct req *rq, json_t *context)
{
    struct err kept = rq->cx.err;
    struct form *form;
    json_t *typed = NULL;
    bool has_files = false;

    err_clear(&rq->cx.err);
    if (rq->method == METHOD_POST && rq->body.len > 0 && form_parse(rq, &form)) {
        typed = page_typed(form->values);
        has_files = form->file_count > 0 && rq->resume == NULL;
    }
    rq->cx.err = kept;
    json_object_set_new(context, "has_typed",
                        json_boolean(json_array_size(typed) > 0 || rq->resume != NULL));
    json_object_set_new(context, "typed", typed == NULL ? json_array() : typed);
    json_object_set_new(context, "has_files", json_boolean(has_files));
}

static void error_plain(struct req *rq, const char *sentence)
{
    rq->type = "text/plain; charset=utf-8";
    rq->out = str_new(rq->cx.mem);
    str_fmt(&rq->out, "%s\n(%s)\n", sentence, rq->cx.trace);
}

/* "/subject"; a member of a member, which forms write "fields.till", is "/fields/till". */
static const char *pointer(struct req *rq, const char *source)
{
    char *text = arena_printf(rq->cx.mem, "%s%s", source[0] == '/' ? "" : "/", source);

    for (char *p = text; *p != '\0'; p++)
        if (*p == '.')
            *p = '/';
    return text;
}

/* "?limit" is a parameter of the query, ":Idempotency-Key" a header, all else in the body. */
static json_t *error_source(struct req *rq, const char *source)
{
    if (source[0] == '?')
        return json_pack("{s:s}", "parameter", source + 1);
    if (source[0] == ':')
        return json_pack("{s:s}", "header", source + 1);
    return json_pack("{s:s}", "pointer", pointer(rq, source));
}

static void error_json(struct req *rq)
{
    const struct err_kind *kind = rq->cx.err.kind;
    json_t *error =
        json_pack("{s:s,s:s,s:s,s:s}", "id", rq->cx.trace, "status",
                  arena_printf(rq->cx.mem, "%d", rq->status), "code", kind->code, "detail",
                  lang_fill1(rq->cx.mem, rq->lang, kind->text, rq->cx.err.arg));

    if (rq->cx.err.source != NULL)
        json_object_set_new(error, "source", error_source(rq, rq->cx.err.source));
    reply_json(rq, rq->status, json_own(rq->cx.mem, json_pack("{s:[o]}", "errors", error)));
}

/* The same request may well succeed a little later. */
static bool may_pass(const struct req *rq)
{
    return rq->method == METHOD_GET &&
           (rq->status == 408 || rq->status == 429 || rq->status == 500 || rq->status == 503);
}

static void error_page(struct req *rq)
{
    struct err kept = rq->cx.err;
    json_t *context =
        json_own(rq->cx.mem, json_pack("{s:i,s:s,s:s,s:s,s:s,s:b,s:b}", "status", rq->status,
                                       "title", req_text(rq, error_title(rq->status)), "sentence",
                                       error_sentence(rq), "trace", rq->cx.trace, "action",
                                       rq->resume == NULL ? rq->target : rq->resume, "is_not_found",
                                       rq->status == 404, "may_pass", may_pass(rq)));

    add_typed(rq, context);
    err_clear(&rq->cx.err);
    if (!page_render(rq, "error", context))
        error_plain(rq, req_text(rq, kept.kind->text));
    rq->cx.err = kept; /* the server looks whether it was ERR_BUSY */
}

void page_error(struct req *rq)
{
    int status;

    if (rq->cx.err.kind == NULL)
        err_set(&rq->cx.err, &ERR_INTERNAL, "a handler failed without saying why");
    log_failure(rq);
    status = reply_status_of(rq->cx.err.kind->class);
    if (rq->allow != NULL && rq->route == NULL && status == 404) {
        status = 405;
        reply_header(rq, "Allow", rq->allow);
    }
    rq->status = status;
    rq->redirect = NULL;
    if (rq->tenant == NULL || rq->lang == NULL)
        error_plain(rq, rq->cx.err.kind->text);
    else if (strncmp(rq->path, "/api/", 5) == 0)
        error_json(rq);
    else
        error_page(rq);
}

/* --- values for contexts --- */

static json_t *time_json(const char *iso, const char *text, const char *ago)
{
    return json_pack("{s:s,s:s,s:s}", "iso", iso, "text", text, "ago", ago);
}

json_t *page_time(struct req *rq, int64_t us)
{
    char iso[CLOCK_ISO_SIZE];

    if (us == 0)
        return json_null();
    clock_iso(us, iso);
    return time_json(iso, format_time(rq->cx.mem, &rq->format, us),
                     format_ago(rq->cx.mem, &rq->format, us));
}

json_t *page_day(struct req *rq, int64_t us)
{
    char iso[CLOCK_ISO_SIZE];

    if (us == 0)
        return json_null();
    clock_iso(us, iso);
    return time_json(iso, format_day(rq->cx.mem, &rq->format, us),
                     format_day_ago(rq->cx.mem, &rq->format, us));
}

json_t *page_date(struct req *rq, const char *iso_date)
{
    if (iso_date == NULL || iso_date[0] == '\0')
        return json_null();
    return time_json(iso_date, format_date_text(rq->cx.mem, &rq->format, iso_date),
                     format_date_ago(rq->cx.mem, &rq->format, iso_date));
}

json_t *page_money(struct req *rq, struct money m)
{
    return json_string(format_money(rq->cx.mem, &rq->format, m));
}

json_t *page_label(struct req *rq, const char *english)
{
    return json_string(req_text(rq, english));
}

enum { INITIALS_MAX = 16 };

static size_t add_first(char *out, size_t at, const char *word)
{
    const char *after = word;

    utf8_next(&after);
    memcpy(out + at, word, (size_t)(after - word));
    return at + (size_t)(after - word);
}

json_t *page_initials(const char *name)
{
    char out[INITIALS_MAX] = "";
    const char *first = name == NULL ? "" : name, *last, *next;
    size_t len;

    first += strspn(first, " ");
    next = first;
    if (utf8_is_cjk(utf8_next(&next))) /* the family name, one character as a rule, stands first */
        return json_stringn(first, (size_t)(next - first));
    if (*first == '\0')
        return json_string("?");
    len = add_first(out, 0, first);
    last = strrchr(first, ' ');
    if (last != NULL && last[1] != '\0')
        add_first(out, len, last + 1);
    return json_string(out);
}
