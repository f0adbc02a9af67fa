#include "portal/pages/customer_merge_page.h"

#include "portal/account/merge.h"
#include "portal/account/person.h"
#include "portal/http/page.h"
#include "portal/pages/people_page.h"
#include "portal/sales/organisation.h"

#include <string.h>

struct one { /* of the two */
    struct id id;
    const char *name, *second;
};
struct place { /* where the kept one's pages are */
    enum merge_kind kind;
    struct one kept;
    const char *back; /* its own page; below it: /merge */
};

static bool person_place(struct req *rq, struct place *out)
{
    struct person *p;
    struct id id;

    if (!people_page_desk_person(rq, &id) || !person_get(&rq->cx, id, &p))
        return false;
    *out = (struct place){MERGE_PERSON,
                          {id, p->full_name, p->email},
                          arena_printf(rq->cx.mem, "/desk/customers/%s/people/%s",
                                       id_text(rq->cx.mem, rq->id), id_text(rq->cx.mem, id))};
    return true;
}

static bool customer_place(struct req *rq, struct place *out)
{
    struct organisation *o;

    if (!organisation_get(&rq->cx, rq->id, &o))
        return false;
    *out =
        (struct place){MERGE_ORGANISATION,
                       {o->id, o->name, o->code},
                       arena_printf(rq->cx.mem, "/desk/customers/%s", id_text(rq->cx.mem, rq->id))};
    return true;
}

/* --- looking --- */

/* By any address, or by the customer's code. *out stays empty when there is none. */
static bool find_other(struct req *rq, const struct place *place, const char *what, struct one *out)
{
    const struct organisation_filter filter = {.search = what};
    struct organisation *list;
    struct person *p;
    size_t count;
    bool has_more;

    if (place->kind == MERGE_PERSON) {
        if (!person_find_by_email(&rq->cx, what, &p))
            return false;
        if (p != NULL)
            *out = (struct one){p->id, p->full_name, p->email};
        return true;
    }
    if (!organisation_list(&rq->cx, &filter, &list, &count, &has_more))
        return false;
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i].code, what) == 0)
            *out = (struct one){list[i].id, list[i].name, list[i].code};
    return true;
}

static json_t *one_json(struct req *rq, const struct one *one)
{
    return json_pack("{s:s,s:s,s:s}", "id", id_text(rq->cx.mem, one->id), "name", one->name,
                     "second", one->second);
}

static bool add_preview(struct req *rq, const struct place *place, const struct one *other,
                        json_t *page)
{
    json_t *rows = json_array();
    struct merge_line *lines;
    size_t count;

    json_object_set_new(page, "lines", rows);
    if (!merge_preview(&rq->cx, place->kind, place->kept.id, other->id, &lines, &count)) {
        if (rq->cx.err.kind->class != ERR_CLASS_INVALID &&
            rq->cx.err.kind->class != ERR_CLASS_CONFLICT)
            return false;
        json_object_set_new(page, "fault", json_string(req_text(rq, rq->cx.err.kind->text)));
        err_clear(&rq->cx.err);
        return true;
    }
    for (size_t i = 0; i < count; i++)
        if (lines[i].kept + lines[i].gone > 0)
            json_array_append_new(
                rows, json_pack("{s:s,s:I,s:I}", "title", req_text(rq, lines[i].title), "kept",
                                (json_int_t)lines[i].kept, "gone", (json_int_t)lines[i].gone));
    json_object_set_new(page, "gone", one_json(rq, other));
    return true;
}

static bool add_merges(struct req *rq, const struct place *place, json_t *page)
{
    json_t *rows = json_array();
    struct merge *list;
    size_t count;

    json_object_set_new(page, "merges", rows);
    if (!merge_list(&rq->cx, place->kind, place->kept.id, &list, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        json_array_append_new(rows,
                              json_pack("{s:s,s:s,s:s,s:o}", "id", id_text(rq->cx.mem, list[i].id),
                                        "name", list[i].gone_name, "by", list[i].merged_by, "at",
                                        page_time(rq, list[i].merged_at)));
    json_object_set_new(page, "has_merges", json_boolean(count > 0));
    return true;
}

static bool show(struct req *rq, const struct place *place)
{
    const char *what = req_query(rq, "with");
    struct one other = {.name = NULL};
    json_t *page =
        json_own(rq->cx.mem,
                 json_pack("{s:b,s:o,s:s,s:s,s:n,s:n,s:n}", "is_person",
                           place->kind == MERGE_PERSON, "kept", one_json(rq, &place->kept), "back",
                           place->back, "with", what ? what : "", "gone", "fault", "lines"));

    if (!add_merges(rq, place, page))
        return false;
    if (what != NULL && *what != '\0') {
        if (!find_other(rq, place, what, &other))
            return false;
        if (other.name == NULL)
            json_object_set_new(page, "fault",
                                json_string(req_text(rq, place->kind == MERGE_PERSON
                                                             ? T("Nobody has this address.")
                                                             : T("No customer has this code."))));
        else if (!add_preview(rq, place, &other, page))
            return false;
    }
    return page_render(rq, "customer_merge", page);
}

bool customer_merge_page_person(struct req *rq)
{
    struct place place;

    return person_place(rq, &place) && show(rq, &place);
}

bool customer_merge_page_customer(struct req *rq)
{
    struct place place;

    return customer_place(rq, &place) && show(rq, &place);
}

/* --- doing --- */

static bool form_id(struct req *rq, const char *name, struct id *out)
{
    struct form *form;

    return form_parse(rq, &form) &&
           (id_parse(form_value(form, name), out) ||
            err_set(&rq->cx.err, &ERR_NOT_FOUND, "no %s in the form", name));
}

static bool merge_now(struct req *rq, const struct place *place)
{
    struct id other, merge;

    return form_id(rq, "gone", &other) &&
           merge_do(&rq->cx, place->kind, place->kept.id, other, &merge) &&
           reply_flash(rq, "ok", req_text(rq, T("The two are one now. It can be undone here."))) &&
           reply_see_other(rq, arena_printf(rq->cx.mem, "%s/merge", place->back));
}

static bool part(struct req *rq, const struct place *place)
{
    struct id merge;

    return form_id(rq, "merge", &merge) && merge_undo(&rq->cx, merge) &&
           reply_flash(rq, "ok",
                       req_text(rq, T("They are two again, each with what was theirs."))) &&
           reply_see_other(rq, arena_printf(rq->cx.mem, "%s/merge", place->back));
}

bool customer_merge_page_person_do(struct req *rq)
{
    struct place place;

    return person_place(rq, &place) && merge_now(rq, &place);
}

bool customer_merge_page_person_undo(struct req *rq)
{
    struct place place;

    return person_place(rq, &place) && part(rq, &place);
}

bool customer_merge_page_customer_do(struct req *rq)
{
    struct place place;

    return customer_place(rq, &place) && merge_now(rq, &place);
}

bool customer_merge_page_customer_undo(struct req *rq)
{
    struct place place;

    return customer_place(rq, &place) && part(rq, &place);
}
