#include "portal/pages/field_form.h"

#include <string.h>

const char *field_form_name(struct req *rq, const struct custom_field *f)
{
    return arena_printf(rq->cx.mem, "fields.%s", f->code);
}

/* What the form says, as the rule table takes it; what does not suit stays as it was typed. */
static const char **typed_values(struct req *rq, const struct field_form *f)
{
    const char **values = arena_array(rq->cx.mem, const char *, f->set->count + 1);

    for (size_t i = 0; i < f->set->count; i++) {
        const struct custom_field *field = &f->set->fields[i];
        const char *before = f->values != NULL ? f->values[i] : NULL;
        const char *name = field_form_name(rq, field), *clean;

        values[i] = before;
        if (f->form == NULL || json_object_get(f->form->values, name) == NULL)
            continue;
        values[i] = form_value(f->form, name);
        if (field_rule_clean(rq->cx.mem, field, values[i], before, &clean))
            values[i] = clean;
    }
    return values;
}

static json_t *options_json(struct req *rq, const struct custom_field *f, const char *value)
{
    json_t *all = json_array();

    if (f->kind == FIELD_CHOICE || f->kind == FIELD_YES)
        json_array_append_new(
            all, json_pack("{s:s,s:s,s:b}", "value", "", "text", "–", "is_chosen", value == NULL));
    if (f->kind == FIELD_YES) {
        json_array_append_new(all, json_pack("{s:s,s:s,s:b}", "value", "yes", "text",
                                             req_text(rq, T("Yes")), "is_chosen",
                                             value != NULL && strcmp(value, "yes") == 0));
        json_array_append_new(all, json_pack("{s:s,s:s,s:b}", "value", "no", "text",
                                             req_text(rq, T("No")), "is_chosen",
                                             value != NULL && strcmp(value, "no") == 0));
    }
    for (size_t i = 0; f->list != NULL && i < f->list->value_count; i++) {
        const struct option_value *v = &f->list->values[i];
        const bool is_chosen = value != NULL && field_rule_has_line(value, v->code);

        if (!v->is_retired || is_chosen)
            json_array_append_new(
                all, json_pack("{s:s,s:s,s:b}", "value", v->code, "text",
                               custom_field_words_label(rq->lang, v->label, v->label_zh),
                               "is_chosen", is_chosen));
    }
    return all;
}

/* A condition of another field looks at it. */
static bool is_decider(const struct field_set *set, size_t at)
{
    for (size_t i = 0; i < set->count; i++)
        for (int effect = 0; effect < FIELD_EFFECTS; effect++)
            for (size_t c = 0; c < set->fields[i].condition_count[effect]; c++)
                if (set->fields[i].conditions[effect][c].other == at)
                    return true;
    return false;
}

static json_t *input_json(struct req *rq, const struct field_form *f, size_t at, bool is_required,
                          const char *value)
{
    const struct custom_field *field = &f->set->fields[at];
    const char *name = field_form_name(rq, field);
    const char *hint = custom_field_words_label(rq->lang, field->hint, field->hint_zh);
    const json_t *fault =
        f->form != NULL && f->form->faults != NULL ? json_object_get(f->form->faults, name) : NULL;
    const bool is_select = field->kind == FIELD_CHOICE || field->kind == FIELD_YES;
    const bool is_area = field->kind == FIELD_LINES, is_many = field->kind == FIELD_CHOICES;

    return json_pack("{s:s,s:s,s:s?,s:s?,s:s,s:o,s:b,s:b,s:b,s:b,s:b,s:b,s:b,s:s,s:o,s:n}", "name",
                     name, "label",
                     custom_field_words_label(rq->lang, field->label, field->label_zh), "hint",
                     *hint != '\0' ? hint : NULL, "fault", json_string_value(fault), "value",
                     value != NULL ? value : "", "max",
                     field->kind == FIELD_TEXT || is_area
                         ? json_integer(is_area ? FIELD_LINES_MAX : FIELD_TEXT_MAX)
                         : json_null(),
                     "is_required", is_required, "is_optional", !is_required, "is_text",
                     !is_select && !is_area && !is_many, "is_area", is_area, "is_select", is_select,
                     "is_many", is_many, "is_decider", is_decider(f->set, at), "input_type",
                     field->kind == FIELD_DATE ? "date" : "text", "options",
                     options_json(rq, field, value), "autocomplete");
}

void field_form_add(struct req *rq, const struct field_form *f, json_t *context)
{
    const char **values = typed_values(rq, f);
    struct field_state *states = arena_array(rq->cx.mem, struct field_state, f->set->count + 1);
    json_t *inputs = json_array(), *kept = json_array();

    field_rule_judge(f->set, &f->facts, values, states);
    for (size_t i = 0; i < f->set->count; i++) {
        if (states[i].may_edit)
            json_array_append_new(inputs, input_json(rq, f, i, states[i].is_required, values[i]));
        else if (f->form != NULL && values[i] != NULL &&
                 json_object_get(f->form->values, field_form_name(rq, &f->set->fields[i])) != NULL)
            json_array_append_new(kept, json_pack("{s:s,s:s}", "name",
                                                  field_form_name(rq, &f->set->fields[i]), "value",
                                                  values[i]));
    }
    json_object_set_new(context, "has_custom_fields", json_boolean(json_array_size(inputs) > 0));
    json_object_set_new(context, "custom_fields", inputs);
    json_object_set_new(context, "kept_fields", kept);
}

json_t *field_form_given(struct req *rq, const struct field_set *set, const struct form *form)
{
    json_t *given = json_own(rq->cx.mem, json_object());

    for (size_t i = 0; i < set->count; i++) {
        const struct custom_field *f = &set->fields[i];
        const json_t *value = json_object_get(form->values, field_form_name(rq, f));

        if (json_is_string(value) && !f->is_retired &&
            (rq->cx.viewer.kind != VIEWER_CUSTOMER || f->access == FIELD_WRITE))
            json_object_set_new(given, f->code, json_string(json_string_value(value)));
    }
    return given;
}

static const struct custom_field *field_of(const struct field_set *set, const char *source)
{
    static const char PREFIX[] = "fields.";

    return source != NULL && strncmp(source, PREFIX, sizeof PREFIX - 1) == 0
               ? custom_field_find(set, source + sizeof PREFIX - 1)
               : NULL;
}

bool field_form_take_err(struct req *rq, struct form *form, const struct form_field *fields,
                         size_t count, const struct field_set *set)
{
    const struct err *err = &rq->cx.err;

    for (; err != NULL && err->kind != NULL; err = err->more) {
        const struct custom_field *f = field_of(set, err->source);
        const char *label;

        if (f == NULL)
            return form_take_err(rq, form, fields, count);
        label = custom_field_words_label(rq->lang, f->label, f->label_zh);
        form_fault(rq, form, err->source, label,
                   lang_fill1(rq->cx.mem, rq->lang, err->kind->text, label));
    }
    err_clear(&rq->cx.err);
    return true;
}

bool field_form_take_err_of(struct req *rq, struct form *form, const struct form_field *fields,
                            size_t count, enum field_subject subject)
{
    const struct err kept = rq->cx.err;
    struct field_set set;

    err_clear(&rq->cx.err); /* the fields' labels are read first */
    if (!custom_field_set(&rq->cx, subject, &set))
        return false;
    rq->cx.err = kept;
    return field_form_take_err(rq, form, fields, count, &set);
}

json_t *field_form_facts(struct req *rq, const struct field_set *set, const char *const *values)
{
    json_t *all = json_array();

    for (size_t i = 0; i < set->count; i++) {
        const struct custom_field *f = &set->fields[i];

        if (values[i] == NULL || (rq->cx.viewer.kind == VIEWER_CUSTOMER && f->access == FIELD_NONE))
            continue;
        json_array_append_new(
            all, json_pack("{s:s,s:s}", "label",
                           custom_field_words_label(rq->lang, f->label, f->label_zh), "value",
                           f->kind == FIELD_DATE
                               ? format_date_text(rq->cx.mem, &rq->format, values[i])
                               : custom_field_words_value(rq->cx.mem, rq->lang, f, values[i])));
    }
    return all;
}
