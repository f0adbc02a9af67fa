#include "portal/pages/macro_page.h"

#include "portal/desk/macro.h"
#include "portal/pages/queue_page.h"
#include "portal/pages/ticket_context.h"

#include <string.h>

static const char MACROS_PATH[] = "/desk/macros";

struct macro_fields {
    const char *name, *language, *body, *status, *tag, *scope;
    int64_t level;
    bool is_note, takes_it;
};

static const char *const SCOPE_CHOICES[] = {"own", "team", "all", NULL};

static const struct form_field FIELDS[] = {
    {"name", T("Name"), FORM_TEXT, true, 1, MACRO_NAME_MAX, NULL,
     offsetof(struct macro_fields, name)},
    {"language", T("Language"), FORM_TEXT, false, 0, 8, NULL,
     offsetof(struct macro_fields, language)},
    {"body", T("Text"), FORM_LINES, false, 0, MACRO_BODY_MAX, NULL,
     offsetof(struct macro_fields, body)},
    {"is_note", T("Internal note"), FORM_BOOL, false, 0, 0, NULL,
     offsetof(struct macro_fields, is_note)},
    {"status", T("State"), FORM_TEXT, false, 0, 32, NULL, offsetof(struct macro_fields, status)},
    {"level", T("Level"), FORM_INT, false, TICKET_LEVEL_MIN, TICKET_LEVEL_MAX, NULL,
     offsetof(struct macro_fields, level)},
    {"takes_it", T("Take it myself"), FORM_BOOL, false, 0, 0, NULL,
     offsetof(struct macro_fields, takes_it)},
    {"tag", T("Tag"), FORM_TEXT, false, 0, TICKET_TAG_MAX, NULL,
     offsetof(struct macro_fields, tag)},
    {"scope", T("For whom"), FORM_CHOICE, true, 0, 0, SCOPE_CHOICES,
     offsetof(struct macro_fields, scope)},
};

static const char *const SCOPE_LABELS[] = {
    [SAVED_VIEW_OWN] = T("Only me"),
    [SAVED_VIEW_TEAM] = T("My team"),
    [SAVED_VIEW_ALL] = T("Everybody at the desk"),
};
_Static_assert(COUNT(SCOPE_LABELS) == SAVED_VIEW_SCOPES, "name every scope");

/* --- the form --- */

static json_t *option(const char *value, const char *text, const char *chosen)
{
    return json_pack("{s:s,s:s,s:b}", "value", value, "text", text, "is_chosen",
                     strcmp(value, chosen) == 0);
}

static json_t *languages_json(struct req *rq, const char *chosen)
{
    return json_pack("[o,o,o]", option("", req_text(rq, T("any language")), chosen),
                     option("en", "English", chosen), option("zh", "简体中文", chosen));
}

static json_t *levels_json(struct req *rq, const char *chosen)
{
    json_t *all = json_array();

    json_array_append_new(all, option("", req_text(rq, T("as it is")), chosen));
    for (int level = TICKET_LEVEL_MIN; level <= TICKET_LEVEL_MAX; level++) {
        const char *text = arena_printf(rq->cx.mem, "%d", level);

        json_array_append_new(all, option(text, text, chosen));
    }
    return all;
}

static json_t *scopes_json(struct req *rq, const char *chosen)
{
    json_t *all = json_array();

    for (int i = 0; i < SAVED_VIEW_SCOPES; i++)
        if (i != SAVED_VIEW_ALL || viewer_has(&rq->cx.viewer, RIGHT_SETTINGS_UPDATE))
            json_array_append_new(all, option(saved_view_scope_name((enum saved_view_scope)i),
                                              req_text(rq, SCOPE_LABELS[i]), chosen));
    return all;
}

static bool statuses_json(struct req *rq, const char *chosen, json_t **out)
{
    struct ticket_words words;
    json_t *all;

    if (!ticket_context_words(rq, false, &words))
        return false;
    all = json_array();
    json_array_append_new(all, option("", req_text(rq, T("as it is")), chosen));
    for (size_t i = 0; i < words.status_count; i++)
        json_array_append_new(all, option(words.statuses[i].code,
                                          req_text(rq, words.statuses[i].staff_label), chosen));
    *out = all;
    return true;
}

/* What was typed, else what is (m; NULL for a new one). */
static bool add_form(struct req *rq, const struct form *form, const struct macro *m, json_t *page)
{
    static const struct macro NOTHING = {
        .name = "", .language = "", .body = "", .status = "", .tag = ""};
    const struct macro *is = m != NULL ? m : &NOTHING;
    const char *level = is->level == 0 ? "" : arena_printf(rq->cx.mem, "%d", (int)is->level);
    json_t *statuses;

    if (!statuses_json(rq, form != NULL ? form_value(form, "status") : is->status, &statuses))
        return false;
    json_object_set_new(page, "statuses", statuses);
    json_object_set_new(page, "name",
                        json_string(form != NULL ? form_value(form, "name") : is->name));
    json_object_set_new(page, "body",
                        json_string(form != NULL ? form_value(form, "body") : is->body));
    json_object_set_new(page, "tag", json_string(form != NULL ? form_value(form, "tag") : is->tag));
    json_object_set_new(
        page, "is_note",
        json_boolean(form != NULL ? *form_value(form, "is_note") != '\0' : is->is_note));
    json_object_set_new(
        page, "takes_it",
        json_boolean(form != NULL ? *form_value(form, "takes_it") != '\0' : is->takes_it));
    json_object_set_new(
        page, "languages",
        languages_json(rq, form != NULL ? form_value(form, "language") : is->language));
    json_object_set_new(page, "levels",
                        levels_json(rq, form != NULL ? form_value(form, "level") : level));
    json_object_set_new(page, "scopes",
                        scopes_json(rq, form != NULL ? form_value(form, "scope")
                                                     : saved_view_scope_name(is->scope)));
    return true;
}

static json_t *row_json(struct req *rq, const struct macro *m)
{
    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:b}", "id", id_text(rq->cx.mem, m->id), "name", m->name,
                     "language", m->language, "body", m->body, "whose",
                     m->scope == SAVED_VIEW_TEAM  ? m->team_name
                     : m->scope == SAVED_VIEW_ALL ? req_text(rq, SCOPE_LABELS[m->scope])
                                                  : m->owner_name,
                     "may_change", m->may_change);
}

static bool show_list(struct req *rq, const struct form *form)
{
    struct macro *all;
    size_t count;
    json_t *rows, *page;

    if (!macro_list(&rq->cx, &all, &count))
        return false;
    rows = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(rows, row_json(rq, &all[i]));
    page = json_own(rq->cx.mem, json_pack("{s:o,s:b}", "macros", rows, "has_macros", count > 0));
    if (!add_form(rq, form, NULL, page))
        return false;
    return form != NULL ? page_render_form(rq, "macro_list", page, form)
                        : page_render(rq, "macro_list", page);
}

static bool show_one(struct req *rq, const struct form *form)
{
    struct macro *m;
    json_t *page;

    if (!macro_get(&rq->cx, rq->id, &m))
        return false;
    if (!m->may_change)
        return err_set(&rq->cx.err, &ERR_DENIED, "another's macro");
    page = json_own(rq->cx.mem,
                    json_pack("{s:s,s:s}", "id", id_text(rq->cx.mem, m->id), "title", m->name));
    if (!add_form(rq, form, m, page))
        return false;
    return form != NULL ? page_render_form(rq, "macro", page, form)
                        : page_render(rq, "macro", page);
}

bool macro_page_list(struct req *rq)
{
    return show_list(rq, NULL);
}

bool macro_page_show(struct req *rq)
{
    return show_one(rq, NULL);
}

/* --- keeping --- */

/* Sentences with a value in them are filled here: the form shows them beside the field. */
static bool take_fault(struct req *rq, struct form *form)
{
    const struct err e = rq->cx.err;

    if (e.kind != &ERR_MACRO_VARIABLE)
        return form_take_err(rq, form, FIELDS, COUNT(FIELDS));
    err_clear(&rq->cx.err);
    form_fault(rq, form, "body", T("Text"), lang_fill1(rq->cx.mem, rq->lang, e.kind->text, e.arg));
    return true;
}

static const char *or_empty(const char *text)
{
    return text != NULL ? text : "";
}

static bool save(struct req *rq, struct id id, bool (*again)(struct req *, const struct form *))
{
    struct form *form;
    struct macro_fields f = {0};
    struct macro m = {.id = id};

    if (!form_parse(rq, &form))
        return false;
    if (!form_read(rq, form, FIELDS, COUNT(FIELDS), &f))
        return again(rq, form);
    m.name = f.name;
    m.language = or_empty(f.language);
    m.body = or_empty(f.body);
    m.is_note = f.is_note;
    m.status = or_empty(f.status);
    m.level = f.level;
    m.takes_it = f.takes_it;
    m.tag = or_empty(f.tag);
    if (!saved_view_scope_parse(f.scope, &m.scope))
        return err_set(&rq->cx.err, &ERR_INTERNAL, "a choice without a meaning");
    if (!macro_save(&rq->cx, &m))
        return take_fault(rq, form) && again(rq, form);
    return reply_flash(rq, "ok", req_text(rq, T("The macro is saved."))) &&
           reply_see_other(rq, MACROS_PATH);
}

bool macro_page_add(struct req *rq)
{
    return save(rq, (struct id){{0}}, show_list);
}

bool macro_page_change(struct req *rq)
{
    struct macro *m;

    return macro_get(&rq->cx, rq->id, &m) && save(rq, rq->id, show_one);
}

bool macro_page_remove(struct req *rq)
{
    return macro_remove(&rq->cx, rq->id) &&
           reply_flash(rq, "ok", req_text(rq, T("The macro is removed."))) &&
           reply_see_other(rq, MACROS_PATH);
}

/* --- using --- */

/* Behind what is typed already. */
static bool put_text(struct req *rq, struct form *form, const struct macro *m,
                     const struct ticket *t)
{
    const char *typed = form_value(form, "text"), *text;

    if (!macro_fill(&rq->cx, m, t, &text))
        return false;
    if (*typed != '\0')
        text = arena_printf(rq->cx.mem, "%s\n\n%s", typed, text);
    json_object_set_new(form->values, "text", json_string(text));
    json_object_set_new(form->values, "kind", json_string(m->is_note ? "note" : "reply"));
    json_object_set_new(form->values, "macro", json_string(id_text(rq->cx.mem, m->id)));
    if (*m->status != '\0')
        json_object_set_new(form->values, "status", json_string(m->status));
    if (!queue_page_again(rq, form))
        return false;
    rq->status = 200; /* nothing was wrong with it */
    return true;
}

static bool set_all(struct req *rq, const struct macro *m)
{
    struct ctx *cx = &rq->cx;

    if (!db_begin(cx))
        return false;
    if (!macro_apply(cx, m, rq->id) ||
        (*m->status != '\0' && !ticket_set_status(cx, rq->id, m->status))) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

bool macro_page_use(struct req *rq)
{
    struct form *form;
    struct ticket *t;
    struct macro *m;
    struct id id;

    if (!form_parse(rq, &form) || !ticket_get(&rq->cx, rq->id, &t))
        return false;
    if (!id_parse(form_value(form, "fill"), &id))
        return err_set_at(&rq->cx.err, &ERR_INVALID, "fill", "no macro is named");
    if (!macro_get(&rq->cx, id, &m))
        return false;
    if (*m->body != '\0')
        return put_text(rq, form, m, t);
    if (!set_all(rq, m))
        return form_take_err(rq, form, NULL, 0) && queue_page_again(rq, form);
    return reply_flash(rq, "ok", req_text(rq, T("The macro is done."))) &&
           reply_see_other(rq, queue_page_address(rq, form_value(form, "view")));
}
