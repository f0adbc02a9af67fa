/* Forms: what came is kept as typed, and read by a table of fields with all faults at once. */
#include "portal/http/form.h"

#include "base/json.h"
#include "base/parse.h"
#include "base/utf8.h"
#include "portal/http/reply.h"
#include "portal/http/url.h"

#include <string.h>
#include <strings.h>

enum { FORM_NAME_MAX = 100 };

static const struct err_kind ERR_FORM_TYPE = {
    ERR_CLASS_MALFORMED, "FORM_TYPE",
    "This page takes the fields of a form. Please go back and send the form again."};

/* --- what came --- */

bool form_add_value(struct arena *mem, struct err *err, json_t *values, const char *name,
                    const char *text)
{
    const json_t *before = json_object_get(values, name);
    struct str s = str_new(mem);

    if (name[0] == '\0' || strlen(name) > FORM_NAME_MAX)
        return err_set(err, &ERR_MALFORMED, "a form field without a usable name");
    if (before == NULL && json_object_size(values) >= FORM_FIELDS_MAX)
        return err_set(err, &ERR_MALFORMED, "more than %d form fields", FORM_FIELDS_MAX);
    if (before != NULL) { /* ticked boxes of one name: a line each */
        str_add(&s, json_string_value(before));
        str_char(&s, '\n');
    }
    for (; *text != '\0'; text++) /* browsers send text areas with CRLF */
        if (text[0] != '\r' || text[1] != '\n')
            str_char(&s, *text);
    json_object_set_new(values, name, json_string(s.p));
    return true;
}

bool form_parse_urlencoded(struct arena *mem, struct err *err, struct span body, json_t **out)
{
    json_t *values = json_own(mem, json_object());
    struct span rest = body, pair, key;
    unsigned pairs = 0;

    while (rest.len > 0 && span_cut(&rest, '&', &pair)) {
        const char *name, *text;

        if (++pairs > 2 * FORM_FIELDS_MAX)
            return err_set(err, &ERR_MALFORMED, "too many form fields");
        if (pair.len == 0)
            continue;
        span_cut(&pair, '=', &key);
        name = url_value(mem, key, false);
        text = pair.p == NULL ? "" : url_value(mem, pair, false);
        if (name == NULL || text == NULL)
            return err_set(err, &ERR_MALFORMED,
                           "a form field with a bad escape, a NUL or no UTF-8");
        if (!form_add_value(mem, err, values, name, text))
            return false;
    }
    *out = values;
    return true;
}

static bool is_type(const char *given, const char *type)
{
    size_t len = strlen(type);

    return strncasecmp(given, type, len) == 0 && strchr("; \t", given[len]) != NULL;
}

bool form_parse(struct req *rq, struct form **out)
{
    struct arena *mem = rq->cx.mem;
    struct form *form;
    bool ok = true;

    if (rq->form != NULL) {
        *out = rq->form;
        return true;
    }
    form = arena_new(mem, struct form);
    form->faults = json_own(mem, json_object());
    form->fault_list = json_own(mem, json_array());
    if (rq->body.len == 0)
        form->values = json_own(mem, json_object());
    else if (is_type(rq->body_type, "application/x-www-form-urlencoded"))
        ok = form_parse_urlencoded(mem, &rq->cx.err, rq->body, &form->values);
    else if (is_type(rq->body_type, "multipart/form-data"))
        ok = form_parse_multipart(mem, &rq->cx.err, rq->body, rq->body_type, &form->values,
                                  &form->files, &form->file_count);
    else
        ok = err_set(&rq->cx.err, &ERR_FORM_TYPE, "a body of type %.60s", rq->body_type);
    if (!ok)
        return false;
    rq->form = form;
    *out = form;
    return true;
}

const char *form_value(const struct form *form, const char *name)
{
    return json_get_text(form->values, name, "");
}

/* --- faults --- */

void form_fault(struct req *rq, struct form *form, const char *name, const char *label,
                const char *text)
{
    const char *shown = req_text(rq, text); /* a filled or translated one is no key: it stays */
    json_t *entry =
        json_pack("{s:s,s:s,s:s}", "name", name, "label", req_text(rq, label), "text", shown);

    if (json_object_get(form->faults, name) == NULL)
        json_object_set_new(form->faults, name, json_string(shown));
    json_array_append_new(form->fault_list, entry);
}

bool form_take_err(struct req *rq, struct form *form, const struct form_field *fields, size_t count)
{
    struct err *err = &rq->cx.err;
    const char *name = err->source == NULL ? "" : err->source;
    const char *label = "";

    if (err->kind == NULL ||
        (err->kind->class != ERR_CLASS_INVALID && err->kind->class != ERR_CLASS_CONFLICT))
        return false;
    for (size_t i = 0; i < count; i++)
        if (strcmp(fields[i].name, name) == 0)
            label = fields[i].label;
    form_fault(rq, form, name, label, lang_fill1(rq->cx.mem, rq->lang, err->kind->text, err->arg));
    err_clear(err);
    return true;
}

/* --- reading --- */

struct reading {
    struct req *rq;
    struct form *form;
    const struct form_field *field;
    const char *text; /* trimmed; "" when empty */
    void *at;         /* in the caller's struct */
};

static void fault(struct reading *r, const char *english)
{
    form_fault(r->rq, r->form, r->field->name, r->field->label, req_text(r->rq, english));
}

static void fault_numbers(struct reading *r, const char *english, int64_t a, int64_t b)
{
    struct arena *mem = r->rq->cx.mem;
    const char *const args[] = {format_number(mem, &r->rq->format, a),
                                format_number(mem, &r->rq->format, b)};

    form_fault(r->rq, r->form, r->field->name, r->field->label,
               lang_fill(mem, r->rq->lang, english, args, COUNT(args)));
}

static bool has_bad_character(const char *text, bool may_have_lines)
{
    for (; *text != '\0'; text++)
        if (((unsigned char)*text < 0x20 &&
             !(may_have_lines && (*text == '\n' || *text == '\t'))) ||
            *text == 0x7f)
            return true;
    return false;
}

static void read_text(struct reading *r)
{
    int64_t count = (int64_t)utf8_count(r->text);

    if (has_bad_character(r->text, r->field->type == FORM_LINES))
        fault(r, T("There are characters in it that cannot be used here."));
    else if (r->field->max > 0 && count > r->field->max)
        fault_numbers(r, T("This is too long: at most {} characters."), r->field->max, 0);
    else if (count < r->field->min)
        fault_numbers(r, T("This is too short: at least {} characters."), r->field->min, 0);
    else
        *(const char **)r->at = r->text;
}

/* Full-width digits, as an input method writes them, count as digits. */
static void read_int(struct reading *r)
{
    int64_t value;

    if (parse_i64(utf8_fold(r->rq->cx.mem, r->text), r->field->min, r->field->max, &value))
        *(int64_t *)r->at = value;
    else
        fault_numbers(r, T("Enter a whole number from {} to {}."), r->field->min, r->field->max);
}

static void read_choice(struct reading *r)
{
    for (const char *const *c = r->field->choices; *c != NULL; c++) {
        if (strcmp(*c, r->text) == 0) {
            *(const char **)r->at = *c;
            return;
        }
    }
    fault(r, T("Choose one of the list."));
}

static void read_date(struct reading *r)
{
    const char *text = utf8_fold(r->rq->cx.mem, r->text);
    int64_t us;
    struct civil c;

    if (strlen(text) == sizeof("2026-01-02") - 1 && clock_parse_iso(text, &us)) {
        c = clock_civil(us);
        if (strcmp(arena_printf(r->rq->cx.mem, "%04d-%02d-%02d", c.year, c.month, c.day), text) ==
            0) {
            *(const char **)r->at = text;
            return;
        }
    }
    fault(r, T("Enter a date like 2026-11-18."));
}

static void read_field(struct reading *r)
{
    if (r->field->type == FORM_BOOL) {
        *(bool *)r->at = r->text[0] != '\0' && strcmp(r->text, "0") != 0 &&
                         strcmp(r->text, "off") != 0 && strcmp(r->text, "false") != 0;
        return;
    }
    if (r->text[0] == '\0') {
        if (r->field->is_required)
            fault(r, T("This is needed."));
        return;
    }
    switch (r->field->type) {
    case FORM_TEXT:
    case FORM_LINES:
        read_text(r);
        break;
    case FORM_INT:
        read_int(r);
        break;
    case FORM_ID:
        if (!id_parse(r->text, (struct id *)r->at))
            fault(r, T("Choose one of the list."));
        break;
    case FORM_CHOICE:
        read_choice(r);
        break;
    case FORM_DATE:
        read_date(r);
        break;
    case FORM_BOOL:
        break;
    }
}

bool form_read(struct req *rq, struct form *form, const struct form_field *fields, size_t count,
               void *into)
{
    for (size_t i = 0; i < count; i++) {
        struct reading r = {.rq = rq, .form = form, .field = &fields[i]};

        r.at = (char *)into + fields[i].offset;
        r.text = span_dup(rq->cx.mem, span_trim(span_of(form_value(form, fields[i].name))));
        read_field(&r);
    }
    return json_array_size(form->fault_list) == 0;
}

bool form_flash(struct req *rq, const struct form *form, const char *done)
{
    const json_t *fault = json_array_get(form->fault_list, 0);

    return fault != NULL ? reply_flash(rq, "bad", json_get_text(fault, "text", ""))
                         : reply_flash(rq, "ok", req_text(rq, done));
}
