#include "portal/pages/profile_form.h"

#include "portal/account/profile_proposal.h"
#include "portal/http/page.h"

#include <string.h>

/* --- showing --- */

/* A form with a "secret" in it is kept nowhere (page_kept): not for after the session either. */
static const char *input_name(struct req *rq, enum profile_field field)
{
    const char *name = profile_field_name(field);

    return profile_field_is_sensitive(field) ? arena_printf(rq->cx.mem, "secret_%s", name) : name;
}

static const char *autocomplete_of(enum profile_field field)
{
    return field == PROFILE_NAME         ? "name"
           : field == PROFILE_PHONE      ? "tel"
           : field == PROFILE_BIRTH_DATE ? "bday"
                                         : "off";
}

static json_t *language_options(struct req *rq, const char *chosen)
{
    json_t *list = json_array();

    for (size_t i = 0; i < lang_count(rq->app->langs); i++) {
        const struct lang *lang = lang_at(rq->app->langs, i);

        json_array_append_new(list, json_pack("{s:s,s:s,s:b}", "value", lang_code(lang), "text",
                                              lang_own_name(lang), "is_chosen",
                                              strcmp(lang_code(lang), chosen) == 0));
    }
    return list;
}

/* What a reader sees instead of a code. */
static const char *shown(struct req *rq, enum profile_field field, const char *value)
{
    if (field == PROFILE_LANGUAGE && *value != '\0')
        return lang_own_name(lang_find(rq->app->langs, value));
    return value;
}

static json_t *proposal_json(struct req *rq, const struct profile_proposal *list, size_t count,
                             enum profile_field field, enum profile_proposal_state state)
{
    const struct profile_proposal *found = NULL;

    for (size_t i = 0; i < count; i++) /* the last one made */
        if (list[i].field == field && list[i].state == state)
            found = &list[i];
    if (found == NULL)
        return json_null();
    return json_pack("{s:s,s:s,s:s,s:o}", "new_value",
                     profile_field_is_sensitive(field) ? PROFILE_DOTS
                                                       : shown(rq, field, found->new_value),
                     "reason", found->reason, "id", id_text(rq->cx.mem, found->id), "at",
                     page_time(rq, found->proposed_at));
}

struct shown_field { /* one field with what there is about it */
    enum profile_field field;
    const struct profile *profile;
    const struct form *form;
};

static json_t *field_json(struct req *rq, const struct profile_form *what,
                          const struct shown_field *f)
{
    const char *name = input_name(rq, f->field);
    enum profile_level level = f->profile->level[f->field];
    bool is_secret = profile_field_is_sensitive(f->field);
    bool takes = level >= PROFILE_PROPOSE;
    const char *value =
        f->form && takes && !is_secret ? form_value(f->form, name) : f->profile->value[f->field];
    json_t *fault = f->form ? json_object_get(f->form->faults, name) : NULL;
    json_t *j = json_pack("{s:s,s:s,s:s,s:s,s:s,s:I,s:b,s:b,s:b,s:b,s:b}", "name", name, "label",
                          req_text(rq, profile_field_label(f->field)), "value", value, "shown",
                          shown(rq, f->field, f->profile->value[f->field]), "autocomplete",
                          autocomplete_of(f->field), "max", (json_int_t)profile_field_max(f->field),
                          "takes", takes, "proposes", level == PROFILE_PROPOSE, "is_required",
                          f->field == PROFILE_NAME, "is_secret", is_secret, "is_select",
                          takes && f->field == PROFILE_LANGUAGE);

    json_object_set_new(j, "is_text",
                        json_boolean(takes && !is_secret && f->field != PROFILE_LANGUAGE));
    json_object_set_new(j, "has", json_boolean(f->profile->has[f->field]));
    json_object_set_new(j, "is_date", json_boolean(f->field == PROFILE_BIRTH_DATE));
    json_object_set_new(j, "reveal",
                        f->profile->has[f->field] && what->reveal != NULL
                            ? json_string(arena_printf(rq->cx.mem, "%s/%s", what->reveal,
                                                       profile_field_name(f->field)))
                            : json_null());
    json_object_set_new(j, "options",
                        f->field == PROFILE_LANGUAGE ? language_options(rq, value) : json_null());
    json_object_set_new(j, "fault", fault ? json_incref(fault) : json_null());
    return j;
}

bool profile_form_json(struct req *rq, const struct profile_form *what, const struct form *form,
                       json_t **out)
{
    struct profile_proposal *proposals = NULL;
    struct profile profile;
    size_t count = 0;

    if (!profile_get(&rq->cx, &what->of, &profile) ||
        (what->has_proposals &&
         !profile_proposal_list_own(&rq->cx, what->of_organisation, &proposals, &count)))
        return false;
    *out = json_array();
    for (unsigned i = 0; i < PROFILE_FIELD_COUNT; i++) {
        enum profile_field field = (enum profile_field)i;
        const struct shown_field f = {field, &profile, form};
        json_t *j;

        if (profile.value[i] == NULL ||
            profile_field_is_of_organisation(field) != what->of_organisation)
            continue;
        j = field_json(rq, what, &f);
        json_object_set_new(j, "waiting",
                            proposal_json(rq, proposals, count, field, PROFILE_PROPOSAL_WAITING));
        json_object_set_new(j, "declined",
                            proposal_json(rq, proposals, count, field, PROFILE_PROPOSAL_DECLINED));
        json_array_append_new(*out, j);
    }
    return true;
}

/* --- saving --- */

static void fault_of(struct req *rq, struct form *form)
{
    const char *name = rq->cx.err.source;
    enum profile_field field = PROFILE_NAME;
    const char *text =
        rq->cx.err.kind == &ERR_INVALID ? T("This is empty or too long.") : rq->cx.err.kind->text;

    if (name != NULL && profile_field_parse(name, &field))
        form_fault(rq, form, input_name(rq, field), profile_field_label(field), text);
    err_clear(&rq->cx.err);
}

bool profile_form_save(struct req *rq, const struct profile_form *what, struct form *form,
                       struct profile_outcome *out)
{
    struct profile_change change = {.value = {NULL}};

    for (unsigned i = 0; i < PROFILE_FIELD_COUNT; i++) {
        enum profile_field field = (enum profile_field)i;
        const char *name = input_name(rq, field);
        const char *value = span_dup(rq->cx.mem, span_trim(span_of(form_value(form, name))));
        const char *gone = arena_printf(rq->cx.mem, "%s_gone", name);

        if (json_object_get(form->values, name) == NULL ||
            profile_field_is_of_organisation(field) != what->of_organisation)
            continue;
        if (!profile_field_is_sensitive(field) || *value != '\0')
            change.value[i] = value; /* a sensitive one left empty stays */
        else if (*form_value(form, gone) != '\0')
            change.value[i] = "";
    }
    if (profile_change(&rq->cx, &what->of, &change, out))
        return true;
    if (rq->cx.err.kind->class == ERR_CLASS_INVALID)
        fault_of(rq, form);
    return false;
}

bool profile_form_flash(struct req *rq, const struct profile_outcome *outcome)
{
    if (outcome->proposed > 0)
        return reply_flash(rq, "ok",
                           req_text(rq, T("What you have proposed waits until our support team has "
                                          "looked at it.")));
    return reply_flash(rq, "ok", req_text(rq, T("Your details are saved.")));
}
