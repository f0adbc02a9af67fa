#include "portal/pages/role_page.h"

#include "portal/account/role.h"
#include "portal/account/role_edit.h"
#include "portal/account/staff.h"
#include "portal/http/page.h"

#include <string.h>

static const char ROLES_PATH[] = "/desk/settings/roles";

struct role_fields {
    const char *name;
    int64_t version;
    bool is_sure;
};

static const struct form_field FIELDS[] = {
    {"name", T("Name"), FORM_TEXT, true, 1, ROLE_EDIT_NAME_MAX, NULL,
     offsetof(struct role_fields, name)},
    {"version", T("Version"), FORM_INT, false, 0, INT64_MAX, NULL,
     offsetof(struct role_fields, version)},
    {"sure", T("I know that"), FORM_BOOL, false, 0, 0, NULL, offsetof(struct role_fields, is_sure)},
};

static const char *const SCOPE_LABELS[SCOPE_COUNT] = {
    [SCOPE_OWN] = T("Own"),
    [SCOPE_TEAM] = T("The team's"),
    [SCOPE_ALL] = T("All"),
};

static const char *role_href(struct req *rq, struct id id)
{
    return arena_printf(rq->cx.mem, "%s/%s", ROLES_PATH, id_text(rq->cx.mem, id));
}

static const char *number(struct req *rq, int64_t n)
{
    return format_number(rq->cx.mem, &rq->format, n);
}

/* --- the list --- */

/* What a role may do, in short: the modules that it reads, and those that it writes marked. */
static json_t *modules_json(struct req *rq, uint64_t rights)
{
    json_t *list = json_array();

    for (unsigned i = 0; i < MODULE_COUNT; i++) {
        bool writes = (rights & (RIGHT_OF(i, ACTION_CREATE) | RIGHT_OF(i, ACTION_UPDATE) |
                                 RIGHT_OF(i, ACTION_DELETE))) != 0;

        if ((rights & RIGHT_OF(i, ACTION_READ)) != 0)
            json_array_append_new(list,
                                  json_pack("{s:s?,s:s,s:s}", "kind", writes ? "accent" : NULL,
                                            "icon", writes ? "pencil" : "eye", "text",
                                            req_text(rq, ROLE_MODULES[i].label)));
    }
    return list;
}

bool role_page_list(struct req *rq)
{
    json_t *rows = json_array();
    json_t *page = json_own(rq->cx.mem, json_pack("{s:b,s:o}", "on_roles", true, "roles", rows));
    struct role_edit *list;
    size_t count;

    if (!role_edit_list(&rq->cx, &list, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        json_array_append_new(
            rows,
            json_pack("{s:s,s:s,s:s,s:o,s:b}", "href", role_href(rq, list[i].id), "name",
                      req_text(rq, list[i].name), "people", number(rq, list[i].people), "modules",
                      modules_json(rq, list[i].rights), "needs_second", list[i].needs_second));
    return page_render(rq, "role_list", page);
}

/* --- the matrix --- */

static const char *cell_name(struct req *rq, unsigned module, const char *what)
{
    return arena_printf(rq->cx.mem, "%s.%s", ROLE_MODULES[module].name, what);
}

static enum right_scope scope_of(uint64_t rights, unsigned module)
{
    return viewer_scope(&(const struct viewer){.kind = VIEWER_STAFF, .rights = rights}, module);
}

/* saved: what somebody else saved meanwhile; the same as rights when nobody did. */
static json_t *cells_json(struct req *rq, unsigned module, uint64_t rights, uint64_t saved)
{
    json_t *cells = json_array();

    for (unsigned a = 0; a < ACTION_COUNT; a++) {
        uint64_t bit = RIGHT_OF(module, a);
        bool differs = ((rights ^ saved) & bit) != 0;

        json_array_append_new(
            cells, json_pack("{s:s,s:s,s:b,s:b,s:s?}", "field",
                             cell_name(rq, module, ROLE_ACTION_NAMES[a]), "action",
                             req_text(rq, ROLE_ACTION_LABELS[a]), "is_there",
                             (ROLE_MODULES[module].actions & 1U << a) != 0, "is_on",
                             (rights & bit) != 0, "saved",
                             !differs             ? NULL
                             : (saved & bit) != 0 ? req_text(rq, T("saved: ticked"))
                                                  : req_text(rq, T("saved: not ticked"))));
    }
    return cells;
}

static json_t *scopes_json(struct req *rq, unsigned module, uint64_t rights)
{
    json_t *list = json_array();

    for (unsigned s = 0; s < SCOPE_COUNT; s++)
        json_array_append_new(list, json_pack("{s:s,s:s,s:b}", "value", ROLE_SCOPE_NAMES[s], "text",
                                              req_text(rq, SCOPE_LABELS[s]), "is_chosen",
                                              scope_of(rights, module) == s));
    return list;
}

static json_t *matrix_json(struct req *rq, uint64_t rights, uint64_t saved)
{
    json_t *rows = json_array();

    for (unsigned i = 0; i < MODULE_COUNT; i++) {
        bool differs = ROLE_MODULES[i].has_scope && (saved & RIGHT_OF(i, ACTION_READ)) != 0 &&
                       scope_of(rights, i) != scope_of(saved, i);

        json_array_append_new(
            rows,
            json_pack("{s:s,s:o,s:b,s:s,s:o,s:s?}", "label", req_text(rq, ROLE_MODULES[i].label),
                      "cells", cells_json(rq, i, rights, saved), "has_scope",
                      ROLE_MODULES[i].has_scope, "scope_field", cell_name(rq, i, "scope"), "scopes",
                      scopes_json(rq, i, rights), "scope_saved",
                      differs ? lang_fill1(rq->cx.mem, rq->lang, T("saved: {}"),
                                           req_text(rq, SCOPE_LABELS[scope_of(saved, i)]))
                              : NULL));
    }
    return rows;
}

static uint64_t rights_typed(struct req *rq, const struct form *form)
{
    uint64_t rights = 0;

    for (unsigned i = 0; i < MODULE_COUNT; i++) {
        const char *scope = form_value(form, cell_name(rq, i, "scope"));

        for (unsigned a = 0; a < ACTION_COUNT; a++)
            if (*form_value(form, cell_name(rq, i, ROLE_ACTION_NAMES[a])) != '\0')
                rights |= RIGHT_OF(i, a);
        if (!strcmp(scope, ROLE_SCOPE_NAMES[SCOPE_ALL]))
            rights |= RIGHT_ALL_OF(i);
        else if (!strcmp(scope, ROLE_SCOPE_NAMES[SCOPE_TEAM]))
            rights |= RIGHT_TEAM_OF(i);
    }
    return role_rights_normal(rights);
}

/* --- the form --- */

/* What a new role can begin with: the presets, and the tenant's own roles. */
static bool add_starts(struct req *rq, json_t *page, const char *from, uint64_t *rights)
{
    json_t *presets = json_array(), *own = json_array();
    struct role_edit *list;
    size_t count;

    json_object_set_new(page, "presets", presets);
    json_object_set_new(page, "own_roles", own);
    if (!role_edit_list(&rq->cx, &list, &count))
        return false;
    for (size_t i = 0; i < ROLE_PRESET_COUNT; i++) {
        const char *value = arena_printf(rq->cx.mem, "preset-%zu", i);
        bool is_chosen = from != NULL && strcmp(from, value) == 0;

        if (is_chosen)
            *rights = role_rights_normal(ROLE_PRESETS[i].rights);
        json_array_append_new(presets, json_pack("{s:s,s:s,s:b}", "value", value, "text",
                                                 req_text(rq, ROLE_PRESETS[i].name), "is_chosen",
                                                 is_chosen));
    }
    for (size_t i = 0; i < count; i++) {
        const char *value = id_text(rq->cx.mem, list[i].id);
        bool is_chosen = from != NULL && strcmp(from, value) == 0;

        if (is_chosen)
            *rights = list[i].rights;
        json_array_append_new(own, json_pack("{s:s,s:s,s:b}", "value", value, "text",
                                             req_text(rq, list[i].name), "is_chosen", is_chosen));
    }
    return true;
}

static bool show_new(struct req *rq, const struct form *form)
{
    uint64_t rights = 0;
    json_t *page = json_own(
        rq->cx.mem, json_pack("{s:b,s:s,s:b,s:s,s:s,s:n}", "is_new", true, "action",
                              "/desk/settings/roles/new", "may_save", true, "name",
                              form != NULL ? form_value(form, "name") : "", "version", "", "role"));

    if (!add_starts(rq, page, req_query(rq, "from"), &rights))
        return false;
    if (form != NULL)
        rights = rights_typed(rq, form);
    json_object_set_new(page, "modules", matrix_json(rq, rights, rights));
    return form != NULL ? page_render_form(rq, "role_form", page, form)
                        : page_render(rq, "role_form", page);
}

bool role_page_new(struct req *rq)
{
    return show_new(rq, NULL);
}

bool role_page_add(struct req *rq)
{
    struct role_fields in = {.name = NULL};
    struct role_edit_draft draft;
    struct form *form;
    struct id id;

    if (!form_parse(rq, &form))
        return false;
    if (!form_read(rq, form, FIELDS, COUNT(FIELDS), &in))
        return show_new(rq, form);
    draft = (struct role_edit_draft){.name = in.name, .rights = rights_typed(rq, form)};
    if (!role_edit_add(&rq->cx, &draft, &id))
        return form_take_err(rq, form, FIELDS, COUNT(FIELDS)) && show_new(rq, form);
    return reply_flash(rq, "ok", req_text(rq, T("The role is added."))) &&
           reply_see_other(rq, ROLES_PATH);
}

/* Who have the role, and to which others they can be moved. */
static bool add_people(struct req *rq, json_t *page, const struct role_edit *role)
{
    json_t *people = json_array(), *others = json_array();
    struct role_edit_person *list;
    struct role_edit *roles;
    size_t count, role_count;

    json_object_set_new(page, "people", people);
    json_object_set_new(page, "others", others);
    if (!role_edit_people(&rq->cx, role->id, &list, &count) ||
        !role_edit_list(&rq->cx, &roles, &role_count))
        return false;
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(people, json_pack("{s:s,s:s}", "href",
                                                arena_printf(rq->cx.mem, "/desk/settings/staff/%s",
                                                             id_text(rq->cx.mem, list[i].id)),
                                                "name", list[i].full_name));
        if (id_equal(list[i].id, rq->cx.viewer.person_id))
            json_object_set_new(page, "is_own", json_true());
    }
    for (size_t i = 0; i < role_count; i++)
        if (!id_equal(roles[i].id, role->id))
            json_array_append_new(others,
                                  json_pack("{s:s,s:s}", "value", id_text(rq->cx.mem, roles[i].id),
                                            "text", req_text(rq, roles[i].name)));
    json_object_set_new(page, "has_people", json_boolean(count > 0));
    json_object_set_new(page, "may_move",
                        json_boolean(viewer_has(&rq->cx.viewer, RIGHT_SETTINGS_UPDATE) &&
                                     !json_is_true(json_object_get(page, "is_own"))));
    return true;
}

static bool show(struct req *rq, const struct form *form, const struct role_edit *role)
{
    uint64_t rights = form != NULL ? rights_typed(rq, form) : role->rights;
    const struct viewer *v = &rq->cx.viewer;
    json_t *page = json_own(
        rq->cx.mem,
        json_pack("{s:b,s:s,s:b,s:s,s:s,s:o,s:{s:s,s:b,s:b},s:b}", "is_new", false, "action",
                  role_href(rq, role->id), "may_save", viewer_has(v, RIGHT_SETTINGS_UPDATE), "name",
                  form != NULL ? form_value(form, "name") : role->name, "version",
                  arena_printf(rq->cx.mem, "%lld", (long long)role->version), "modules",
                  matrix_json(rq, rights, role->rights), "role", "name", req_text(rq, role->name),
                  "needs_second", role->needs_second, "may_delete",
                  viewer_has(v, RIGHT_SETTINGS_DELETE), "is_own", false));

    if (!add_people(rq, page, role))
        return false;
    return form != NULL ? page_render_form(rq, "role_form", page, form)
                        : page_render(rq, "role_form", page);
}

bool role_page_view(struct req *rq)
{
    struct role_edit *role;

    return role_edit_get(&rq->cx, rq->id, &role) && show(rq, NULL, role);
}

static bool is_own(struct req *rq, bool *out)
{
    struct staff *me;

    if (!role_staff_find(&rq->cx, rq->cx.viewer.person_id, &me))
        return false;
    *out = me != NULL && id_equal(me->role_id, rq->id);
    return true;
}

/* A fault of another's doing: what is in the tables by now is shown beside what was typed. */
static bool show_fault(struct req *rq, struct form *form)
{
    struct role_edit *role;

    return form_take_err(rq, form, FIELDS, COUNT(FIELDS)) &&
           role_edit_get(&rq->cx, rq->id, &role) && show(rq, form, role);
}

bool role_page_save(struct req *rq)
{
    struct role_fields in = {.name = NULL};
    struct role_edit_draft draft;
    struct role_edit *role;
    struct form *form;
    bool is_mine;

    if (!role_edit_get(&rq->cx, rq->id, &role) || !form_parse(rq, &form) || !is_own(rq, &is_mine))
        return false;
    form_read(rq, form, FIELDS, COUNT(FIELDS), &in);
    draft = (struct role_edit_draft){
        .name = in.name, .rights = rights_typed(rq, form), .version = in.version};
    if (is_mine && (draft.rights & RIGHT_SETTINGS_UPDATE) == 0 && !in.is_sure)
        form_fault(rq, form, "sure", T("I know that"),
                   T("You take the right to change roles away from yourself. Tick this if you "
                     "mean it."));
    if (json_object_size(form->faults) > 0)
        return show(rq, form, role);
    if (!role_edit_change(&rq->cx, rq->id, &draft))
        return show_fault(rq, form);
    return reply_flash(rq, "ok", req_text(rq, T("The role is saved."))) &&
           reply_see_other(rq,
                           is_mine && (draft.rights & RIGHT_SETTINGS_READ) == 0 ? "/" : ROLES_PATH);
}

/* --- moving and removing --- */

static bool refuse(struct req *rq)
{
    const char *text = req_text(rq, rq->cx.err.kind->text);

    if (rq->cx.err.kind->class != ERR_CLASS_CONFLICT && rq->cx.err.kind != &ERR_ROLE_UNKNOWN)
        return false;
    err_clear(&rq->cx.err);
    return reply_flash(rq, "bad", text) && reply_see_other(rq, role_href(rq, rq->id));
}

bool role_page_move(struct req *rq)
{
    struct role_edit *role;
    struct form *form;
    struct id to;

    if (!role_edit_get(&rq->cx, rq->id, &role) || !form_parse(rq, &form))
        return false;
    if (!id_parse(form_value(form, "to"), &to))
        return reply_flash(rq, "bad", req_text(rq, T("Choose the role that they get."))) &&
               reply_see_other(rq, role_href(rq, rq->id));
    if (!role_edit_move(&rq->cx, rq->id, to))
        return refuse(rq);
    return reply_flash(rq, "ok", req_text(rq, T("They have the other role now."))) &&
           reply_see_other(rq, role_href(rq, rq->id));
}

bool role_page_remove(struct req *rq)
{
    if (!role_edit_remove(&rq->cx, rq->id))
        return refuse(rq);
    return reply_flash(rq, "ok", req_text(rq, T("The role is deleted."))) &&
           reply_see_other(rq, ROLES_PATH);
}
