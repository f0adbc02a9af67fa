#include "portal/pages/team_page.h"

#include "licensing/product.h"
#include "portal/desk/team.h"
#include "portal/http/form.h"
#include "portal/http/page.h"
#include "portal/http/reply.h"

#include <string.h>

enum { PRODUCTS_MAX = 200 };

static const char TEAMS_PATH[] = "/desk/settings/teams";
static const char *const WAYS[] = {"none", "turn", "load", NULL};

struct team_fields {
    const char *name, *assign_by, *skills, *products;
    struct id lead_id, person_id;
    bool by_skill, by_product, takes, is_off;
};

#define AT(member) offsetof(struct team_fields, member)
static const struct form_field TEAM_FIELDS[] = {
    {"name", T("Name"), FORM_TEXT, true, 1, TEAM_NAME_MAX, NULL, AT(name)},
    {"lead", T("Lead"), FORM_ID, false, 0, 0, NULL, AT(lead_id)},
    {"assign_by", T("New tickets"), FORM_CHOICE, true, 0, 0, WAYS, AT(assign_by)},
    {"by_skill", T("Skills"), FORM_BOOL, false, 0, 0, NULL, AT(by_skill)},
    {"by_product", T("Products"), FORM_BOOL, false, 0, 0, NULL, AT(by_product)},
};
static const struct form_field MEMBER_FIELDS[] = {
    {"person", T("Person"), FORM_ID, true, 0, 0, NULL, AT(person_id)},
    {"skills", T("Skills"), FORM_TEXT, false, 0, 1000, NULL, AT(skills)},
    {"products", T("Products"), FORM_LINES, false, 0, 0, NULL, AT(products)},
    {"takes", T("Is given tickets"), FORM_BOOL, false, 0, 0, NULL, AT(takes)},
    {"off", T("Remove"), FORM_BOOL, false, 0, 0, NULL, AT(is_off)},
};

static const char *way_text(struct req *rq, enum team_assign how)
{
    static const char *const TEXTS[] = {T("wait for somebody to take them"), T("go round by turn"),
                                        T("go to whoever has the fewest")};

    return req_text(rq, TEXTS[how]);
}

static const char *team_href(struct req *rq, struct id id)
{
    return arena_printf(rq->cx.mem, "%s/%s", TEAMS_PATH, id_text(rq->cx.mem, id));
}

static const char *number(struct req *rq, int64_t n)
{
    return format_number(rq->cx.mem, &rq->format, n);
}

bool team_page_list(struct req *rq)
{
    json_t *rows = json_array();
    json_t *page = json_own(rq->cx.mem, json_pack("{s:o,s:b}", "teams", rows, "on_teams", 1));
    struct team *list;
    size_t count;

    if (!team_list(&rq->cx, &list, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        json_array_append_new(
            rows, json_pack("{s:s,s:s,s:b,s:s,s:s,s:s,s:s?}", "href", team_href(rq, list[i].id),
                            "name", list[i].name, "is_default", list[i].is_default, "lead",
                            list[i].lead_name, "members", number(rq, list[i].members), "way",
                            way_text(rq, list[i].assign_by), "away",
                            list[i].away > 0 ? number(rq, list[i].away) : NULL));
    json_object_set_new(page, "is_empty", json_boolean(count == 0));
    return page_render(rq, "team_list", page);
}

/* --- one team --- */

static json_t *option(const char *value, const char *text, bool is_chosen)
{
    return json_pack("{s:s,s:s,s:b}", "value", value, "text", text, "is_chosen", is_chosen);
}

static json_t *ways_json(struct req *rq, const char *chosen)
{
    json_t *out = json_array();

    for (int i = 0; i < TEAM_ASSIGN_COUNT; i++) {
        const char *name = team_assign_name((enum team_assign)i);

        json_array_append_new(
            out, option(name, way_text(rq, (enum team_assign)i), strcmp(name, chosen) == 0));
    }
    return out;
}

static bool add_products(struct req *rq, const struct team_member *m, json_t *row)
{
    json_t *out = json_array();
    struct product *list;
    size_t count;

    json_object_set_new(row, "products", out);
    if (!product_list(&rq->cx, PRODUCTS_MAX, &list, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        bool knows = false;

        for (size_t p = 0; p < m->product_count; p++)
            knows = knows || id_equal(m->products[p], list[i].id);
        json_array_append_new(out, option(id_text(rq->cx.mem, list[i].id), list[i].name, knows));
    }
    return true;
}

static bool add_member(struct req *rq, const struct team_member *m, json_t *rows)
{
    json_t *row =
        json_pack("{s:s,s:s,s:o,s:s,s:b,s:s,s:s,s:o}", "id", id_text(rq->cx.mem, m->person_id),
                  "name", m->full_name, "initials", page_initials(m->full_name), "title", m->title,
                  "takes", m->takes, "skills", m->skills, "open", number(rq, m->open_tickets),
                  "away", m->away_until != NULL ? page_date(rq, m->away_until) : json_null());

    json_array_append_new(rows, row);
    return add_products(rq, m, row);
}

static bool add_people(struct req *rq, const struct team *t, const char *lead, json_t *page)
{
    json_t *members = json_array(), *others = json_array(), *leads = json_array();
    struct team_member *list;
    size_t count;

    json_object_set_new(page, "members", members);
    json_object_set_new(page, "others", others);
    json_object_set_new(page, "leads", leads);
    if (!team_members(&rq->cx, (struct id){{0}}, &list, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        const char *id = id_text(rq->cx.mem, list[i].person_id);

        json_array_append_new(leads, option(id, list[i].full_name, strcmp(id, lead) == 0));
        if (!id_is_zero(t->id) && id_equal(list[i].team_id, t->id)) {
            if (!add_member(rq, &list[i], members))
                return false;
            continue;
        }
        json_array_append_new(
            others,
            option(id,
                   *list[i].team_name == '\0'
                       ? list[i].full_name
                       : arena_printf(rq->cx.mem, "%s (%s)", list[i].full_name, list[i].team_name),
                   false));
    }
    json_object_set_new(page, "has_members", json_boolean(json_array_size(members) > 0));
    json_object_set_new(page, "has_others", json_boolean(json_array_size(others) > 0));
    return true;
}

static bool show(struct req *rq, const struct team *t, const struct form *form)
{
    const char *lead = form != NULL             ? form_value(form, "lead")
                       : id_is_zero(t->lead_id) ? ""
                                                : id_text(rq->cx.mem, t->lead_id);
    json_t *page = json_own(
        rq->cx.mem,
        json_pack(
            "{s:b,s:b,s:s,s:s,s:o,s:b,s:b,s:b,s:s}", "on_teams", 1, "is_new", id_is_zero(t->id),
            "title", t->name, "name", form != NULL ? form_value(form, "name") : t->name, "ways",
            ways_json(rq, form != NULL ? form_value(form, "assign_by")
                                       : team_assign_name(t->assign_by)),
            "by_skill", form != NULL ? *form_value(form, "by_skill") != '\0' : t->by_skill,
            "by_product", form != NULL ? *form_value(form, "by_product") != '\0' : t->by_product,
            "is_default", t->is_default, "action",
            id_is_zero(t->id) ? arena_printf(rq->cx.mem, "%s/new", TEAMS_PATH)
                              : team_href(rq, t->id)));

    if (!add_people(rq, t, lead, page))
        return false;
    return form != NULL ? page_render_form(rq, "team_form", page, form)
                        : page_render(rq, "team_form", page);
}

bool team_page_new(struct req *rq)
{
    return show(rq, &(struct team){.name = "", .assign_by = TEAM_ASSIGN_TURN}, NULL);
}

bool team_page_view(struct req *rq)
{
    struct team *t;

    return team_get(&rq->cx, rq->id, &t) && show(rq, t, NULL);
}

static bool take(struct req *rq, struct team *t, const char *said)
{
    struct team_fields f = {0};
    struct team is = *t;
    struct form *form;

    if (!form_parse(rq, &form))
        return false;
    if (!form_read(rq, form, TEAM_FIELDS, COUNT(TEAM_FIELDS), &f))
        return show(rq, t, form);
    is.name = f.name;
    is.lead_id = f.lead_id;
    is.by_skill = f.by_skill;
    is.by_product = f.by_product;
    if (!team_assign_parse(f.assign_by, &is.assign_by) || !team_save(&rq->cx, &is))
        return form_take_err(rq, form, TEAM_FIELDS, COUNT(TEAM_FIELDS)) && show(rq, t, form);
    return reply_flash(rq, "ok", req_text(rq, said)) && reply_see_other(rq, team_href(rq, is.id));
}

bool team_page_add(struct req *rq)
{
    struct team t = {.name = ""};

    return take(rq, &t, T("The team is added."));
}

bool team_page_save(struct req *rq)
{
    struct team *t;

    return team_get(&rq->cx, rq->id, &t) && take(rq, t, T("Saved."));
}

bool team_page_remove(struct req *rq)
{
    if (team_remove(&rq->cx, rq->id))
        return reply_flash(rq, "ok", req_text(rq, T("The team is removed."))) &&
               reply_see_other(rq, TEAMS_PATH);
    if (rq->cx.err.kind != &ERR_CONFLICT)
        return false;
    err_clear(&rq->cx.err);
    return reply_flash(rq, "bad",
                       req_text(rq, T("People, tickets or settings still name this team."))) &&
           reply_see_other(rq, team_href(rq, rq->id));
}

/* --- a member --- */

static size_t read_products(struct req *rq, const char *lines, struct id *out)
{
    struct span rest = span_of(lines != NULL ? lines : ""), line;
    size_t n = 0;

    while (n < TEAM_PRODUCTS_MAX && span_cut(&rest, '\n', &line))
        if (id_parse(span_dup(rq->cx.mem, line), &out[n]))
            n++;
    return n;
}

/* Who is newly put into the team keeps what he knows: the form for that has no fields for it. */
static bool set_member(struct req *rq, const struct team *t, const struct team_fields *f,
                       bool is_added)
{
    struct id products[TEAM_PRODUCTS_MAX];
    struct team_knows k = {.team_id = t->id, .takes = f->takes, .skills = f->skills};
    struct team_member *m;

    if (!team_member_find(&rq->cx, f->person_id, &m))
        return false;
    if (m == NULL)
        return err_set(&rq->cx.err, &ERR_NOT_FOUND, "no such member of staff");
    k.products = products;
    k.product_count = read_products(rq, f->products, products);
    if (is_added || f->is_off) {
        k.takes = m->takes;
        k.skills = m->skills;
        k.products = m->products;
        k.product_count = m->product_count;
    }
    if (f->is_off)
        k.team_id = (struct id){{0}};
    return team_member_set(&rq->cx, f->person_id, &k);
}

bool team_page_member(struct req *rq)
{
    struct team_fields f = {0};
    struct form *form;
    struct team *t;

    if (!team_get(&rq->cx, rq->id, &t) || !form_parse(rq, &form))
        return false;
    if (form_read(rq, form, MEMBER_FIELDS, COUNT(MEMBER_FIELDS), &f) &&
        !set_member(rq, t, &f, *form_value(form, "is_added") != '\0') &&
        !form_take_err(rq, form, MEMBER_FIELDS, COUNT(MEMBER_FIELDS)))
        return false;
    if (json_array_size(form->fault_list) > 0)
        return reply_flash(rq, "bad",
                           json_get_text(json_array_get(form->fault_list, 0), "text", "")) &&
               reply_see_other(rq, team_href(rq, rq->id));
    return reply_flash(rq, "ok", req_text(rq, T("Saved."))) &&
           reply_see_other(rq, team_href(rq, rq->id));
}
