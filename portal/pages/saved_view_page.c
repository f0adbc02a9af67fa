#include "portal/pages/saved_view_page.h"

#include "portal/desk/saved_view.h"
#include "portal/desk/ticket_counts.h"
#include "portal/http/form.h"
#include "portal/http/page.h"
#include "portal/http/reply.h"
#include "portal/pages/queue_column.h"

#include <string.h>

static const char VIEWS_PATH[] = "/desk/views";

struct view_fields {
    const char *name, *query, *sort, *scope, *columns;
    bool is_pinned;
};

static const char *const SORT_CHOICES[] = {"due", "updated", "created", NULL};
static const char *const SCOPE_CHOICES[] = {"own", "team", "all", NULL};

static const struct form_field FIELDS[] = {
    {"name", T("Name"), FORM_TEXT, true, 1, SAVED_VIEW_NAME_MAX, NULL,
     offsetof(struct view_fields, name)},
    {"q", T("Search line"), FORM_TEXT, true, 1, TICKET_QUERY_BYTES_MAX, NULL,
     offsetof(struct view_fields, query)},
    {"sort", T("Sort order"), FORM_CHOICE, true, 0, 0, SORT_CHOICES,
     offsetof(struct view_fields, sort)},
    {"scope", T("For whom"), FORM_CHOICE, true, 0, 0, SCOPE_CHOICES,
     offsetof(struct view_fields, scope)},
    {"columns", T("Columns"), FORM_LINES, false, 0, TICKET_COLUMN_LIST_MAX, NULL,
     offsetof(struct view_fields, columns)},
};
static const struct form_field PIN_FIELDS[] = {
    {"pin", T("Pinned"), FORM_BOOL, false, 0, 0, NULL, offsetof(struct view_fields, is_pinned)},
};

static const char *const SORT_LABELS[] = {
    [TICKET_SORT_DUE] = T("Due first"),
    [TICKET_SORT_UPDATED] = T("Changed last first"),
    [TICKET_SORT_CREATED] = T("Filed last first"),
};
static const char *const SCOPE_LABELS[] = {
    [SAVED_VIEW_OWN] = T("Only me"),
    [SAVED_VIEW_TEAM] = T("My team"),
    [SAVED_VIEW_ALL] = T("Everybody at the desk"),
};
_Static_assert(COUNT(SORT_LABELS) == TICKET_SORTS, "name every order");
_Static_assert(COUNT(SCOPE_LABELS) == SAVED_VIEW_SCOPES, "name every scope");

static json_t *option(struct req *rq, const char *value, const char *label, const char *chosen)
{
    return json_pack("{s:s,s:s,s:b}", "value", value, "text", req_text(rq, label), "is_chosen",
                     chosen != NULL && strcmp(value, chosen) == 0);
}

static json_t *sorts_json(struct req *rq, const char *chosen)
{
    json_t *all = json_array();

    for (int i = 0; i < TICKET_SORTS; i++)
        json_array_append_new(
            all, option(rq, ticket_sort_name((enum ticket_sort)i), SORT_LABELS[i], chosen));
    return all;
}

/* Everybody's views are made by those who set up the tenant. */
static json_t *scopes_json(struct req *rq, const char *chosen)
{
    json_t *all = json_array();

    for (int i = 0; i < SAVED_VIEW_SCOPES; i++)
        if (i != SAVED_VIEW_ALL || viewer_has(&rq->cx.viewer, RIGHT_SETTINGS_UPDATE))
            json_array_append_new(all, option(rq, saved_view_scope_name((enum saved_view_scope)i),
                                              SCOPE_LABELS[i], chosen));
    return all;
}

/* The form's part of both pages; v is NULL for a new one. */
static bool add_form(struct req *rq, const struct form *form, const struct saved_view *v,
                     json_t *page)
{
    const char *search = req_query(rq, "q");
    const char *name = v != NULL ? v->name : "";
    const char *query = v != NULL ? v->query : search != NULL ? search : "";
    const char *sort = v != NULL ? ticket_sort_name(v->sort) : "due";
    const char *scope = v != NULL ? saved_view_scope_name(v->scope) : "own", *columns = "";

    if (v != NULL && !queue_column_chosen(rq, v, &columns))
        return false;
    if (form != NULL) {
        name = form_value(form, "name");
        query = form_value(form, "q");
        sort = form_value(form, "sort");
        scope = form_value(form, "scope");
        columns = form_value(form, "columns");
    }
    json_object_set_new(page, "name", json_string(name));
    json_object_set_new(page, "query", json_string(query));
    json_object_set_new(page, "sorts", sorts_json(rq, sort));
    json_object_set_new(page, "scopes", scopes_json(rq, scope));
    return queue_column_offer(rq, columns, page);
}

static json_t *row_json(struct req *rq, const struct saved_view *v, int64_t found)
{
    struct ctx *cx = &rq->cx;
    const char *id = id_text(cx->mem, v->id);
    const char *number = format_number(cx->mem, &rq->format, found);

    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:b,s:b}", "id", id, "name", v->name, "query",
                     v->query, "href", arena_printf(cx->mem, "/desk?view=%s", id), "count",
                     found < TICKET_COUNTS_CAP ? number : arena_printf(cx->mem, "%s+", number),
                     "whose",
                     v->scope == SAVED_VIEW_TEAM  ? v->team_name
                     : v->scope == SAVED_VIEW_ALL ? req_text(rq, SCOPE_LABELS[v->scope])
                                                  : v->owner_name,
                     "is_pinned", v->is_pinned, "may_change", v->may_change);
}

static bool show_list(struct req *rq, const struct form *form)
{
    struct saved_view *all;
    size_t count;
    int64_t found;
    json_t *rows, *page;

    if (!saved_view_list(&rq->cx, &all, &count))
        return false;
    rows = json_own(rq->cx.mem, json_array());
    for (size_t i = 0; i < count; i++) {
        if (!saved_view_count(&rq->cx, &all[i], &found))
            return false;
        json_array_append_new(rows, row_json(rq, &all[i], found));
    }
    page = json_own(rq->cx.mem, json_pack("{s:O,s:b}", "views", rows, "has_views", count > 0));
    if (!add_form(rq, form, NULL, page))
        return false;
    return form != NULL ? page_render_form(rq, "saved_view_list", page, form)
                        : page_render(rq, "saved_view_list", page);
}

static bool show_one(struct req *rq, const struct form *form)
{
    struct saved_view *v;
    json_t *page;

    if (!saved_view_get(&rq->cx, rq->id, &v))
        return false;
    if (!v->may_change)
        return err_set(&rq->cx.err, &ERR_DENIED, "another's view");
    page = json_own(rq->cx.mem,
                    json_pack("{s:s,s:s}", "id", id_text(rq->cx.mem, v->id), "title", v->name));
    if (!add_form(rq, form, v, page))
        return false;
    return form != NULL ? page_render_form(rq, "saved_view", page, form)
                        : page_render(rq, "saved_view", page);
}

bool saved_view_page_list(struct req *rq)
{
    return show_list(rq, NULL);
}

bool saved_view_page_show(struct req *rq)
{
    return show_one(rq, NULL);
}

/* The fault is told where the line was typed, with its place. */
static bool take_fault(struct req *rq, struct form *form)
{
    const struct err e = rq->cx.err;

    if (e.kind == NULL || e.source == NULL || strcmp(e.source, "q") != 0 || e.arg[0] == '\0')
        return form_take_err(rq, form, FIELDS, COUNT(FIELDS));
    rq->cx.err = (struct err){.kind = NULL};
    form_fault(rq, form, "q", T("Search line"),
               lang_fill1(rq->cx.mem, rq->lang, e.kind->text, e.arg));
    return true;
}

static bool save(struct req *rq, struct id id, bool (*again)(struct req *, const struct form *))
{
    struct form *form;
    struct view_fields f = {0};
    struct saved_view v = {.id = id};

    if (!form_parse(rq, &form))
        return false;
    if (!form_read(rq, form, FIELDS, COUNT(FIELDS), &f))
        return again(rq, form);
    v.name = f.name;
    v.query = f.query;
    v.columns = f.columns;
    if (!ticket_sort_parse(f.sort, &v.sort) || !saved_view_scope_parse(f.scope, &v.scope))
        return err_set(&rq->cx.err, &ERR_INTERNAL, "a choice without a meaning");
    if (!saved_view_save(&rq->cx, &v))
        return take_fault(rq, form) && again(rq, form);
    return reply_flash(rq, "ok", req_text(rq, T("The view is saved."))) &&
           reply_see_other(rq,
                           arena_printf(rq->cx.mem, "/desk?view=%s", id_text(rq->cx.mem, v.id)));
}

bool saved_view_page_add(struct req *rq)
{
    return save(rq, (struct id){{0}}, show_list);
}

bool saved_view_page_change(struct req *rq)
{
    struct saved_view *v;

    return saved_view_get(&rq->cx, rq->id, &v) && save(rq, rq->id, show_one);
}

bool saved_view_page_pin(struct req *rq)
{
    struct form *form;
    struct view_fields f = {0};

    if (!form_parse(rq, &form))
        return false;
    if (!form_read(rq, form, PIN_FIELDS, COUNT(PIN_FIELDS), &f))
        return show_list(rq, form);
    if (!saved_view_pin(&rq->cx, rq->id, f.is_pinned))
        return form_take_err(rq, form, PIN_FIELDS, COUNT(PIN_FIELDS)) && show_list(rq, form);
    return reply_see_other(rq, VIEWS_PATH);
}

bool saved_view_page_remove(struct req *rq)
{
    return saved_view_remove(&rq->cx, rq->id) &&
           reply_flash(rq, "ok", req_text(rq, T("The view is removed."))) &&
           reply_see_other(rq, VIEWS_PATH);
}
