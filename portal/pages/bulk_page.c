#include "portal/pages/bulk_page.h"

#include "portal/desk/macro.h"
#include "portal/desk/ticket_bulk_act.h"
#include "portal/http/page.h"
#include "portal/http/reply.h"
#include "portal/pages/bulk_context.h"

#include <string.h>

enum { TICKS_MAX = 200 };

static const char NOBODY[] = "none";

struct choose_fields {
    const char *what, *view, *search, *ticks;
};

static const char *const WHATS[] = {"ticked", "all", NULL};

static const struct form_field CHOOSE_FIELDS[] = {
    {"what", T("Form"), FORM_CHOICE, true, 0, 0, WHATS, offsetof(struct choose_fields, what)},
    {"view", T("View"), FORM_TEXT, false, 0, 40, NULL, offsetof(struct choose_fields, view)},
    {"q", T("Search line"), FORM_TEXT, false, 0, TICKET_QUERY_BYTES_MAX, NULL,
     offsetof(struct choose_fields, search)},
    {"tick", T("Tickets"), FORM_LINES, false, 0, 0, NULL, offsetof(struct choose_fields, ticks)},
};

struct say_fields {
    const char *status, *topic, *assignee, *team, *tag, *untag, *text, *number;
    int64_t level;
    struct id macro_id;
    bool even_apart;
};

static const struct form_field SAY_FIELDS[] = {
    {"status", T("State"), FORM_TEXT, false, 0, 32, NULL, offsetof(struct say_fields, status)},
    {"level", T("Level"), FORM_INT, false, TICKET_LEVEL_MIN, TICKET_LEVEL_MAX, NULL,
     offsetof(struct say_fields, level)},
    {"topic", T("Topic"), FORM_TEXT, false, 0, 32, NULL, offsetof(struct say_fields, topic)},
    {"assignee", T("Assigned"), FORM_TEXT, false, 0, 40, NULL,
     offsetof(struct say_fields, assignee)},
    {"team", T("Team"), FORM_TEXT, false, 0, 40, NULL, offsetof(struct say_fields, team)},
    {"tag", T("Tag to add"), FORM_TEXT, false, 0, TICKET_TAG_MAX, NULL,
     offsetof(struct say_fields, tag)},
    {"untag", T("Tag to remove"), FORM_TEXT, false, 0, TICKET_TAG_MAX, NULL,
     offsetof(struct say_fields, untag)},
    {"text", T("Public reply"), FORM_LINES, false, 0, MACRO_BODY_MAX, NULL,
     offsetof(struct say_fields, text)},
    {"macro", T("Macro"), FORM_ID, false, 0, 0, NULL, offsetof(struct say_fields, macro_id)},
    {"number", T("Merge into ticket number"), FORM_TEXT, false, 0, 40, NULL,
     offsetof(struct say_fields, number)},
    {"even_apart", T("Confirm"), FORM_BOOL, false, 0, 0, NULL,
     offsetof(struct say_fields, even_apart)},
};

/* --- one change --- */

static bool add_rows(struct req *rq, const struct ticket_bulk *bulk, json_t *page)
{
    struct ticket_bulk_row *rows;
    json_t *all = json_array();
    size_t count;

    json_object_set_new(page, "rows", all);
    if (!ticket_bulk_rows(&rq->cx, bulk->id, &rows, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        json_array_append_new(all, json_pack("{s:s,s:s,s:s,s:s}", "href",
                                             arena_printf(rq->cx.mem, "/desk/tickets/%s",
                                                          id_text(rq->cx.mem, rows[i].ticket_id)),
                                             "number", rows[i].number, "subject", rows[i].subject,
                                             "reason", req_text(rq, rows[i].reason)));
    json_object_set_new(page, "has_rows", json_boolean(count > 0));
    json_object_set_new(page, "has_more_rows",
                        json_boolean(bulk->refused + bulk->left > (int64_t)count));
    return true;
}

static json_t *other_href(struct req *rq, struct id id)
{
    return id_is_zero(id)
               ? json_null()
               : json_string(arena_printf(rq->cx.mem, "/desk/bulk/%s", id_text(rq->cx.mem, id)));
}

static bool show(struct req *rq, const struct form *form)
{
    struct ticket_bulk *bulk;
    struct ticket_bulk_act act;
    json_t *page, *row;
    bool is_open;

    if (!ticket_bulk_get(&rq->cx, rq->id, &bulk) || !bulk_context_row(rq, bulk, &row) ||
        !ticket_bulk_act_read(&rq->cx, bulk->act, &act))
        return false;
    is_open = bulk->state <= TICKET_BULK_READY;
    page = json_own(rq->cx.mem,
                    json_pack("{s:O,s:b,s:b,s:b,s:b,s:b,s:o,s:o}", "bulk", row, "is_open", is_open,
                              "is_mine", ticket_bulk_is_own(&rq->cx, bulk), "is_running",
                              bulk->state == TICKET_BULK_RUNNING, "is_over",
                              bulk->state > TICKET_BULK_RUNNING, "can_undo",
                              bulk->state > TICKET_BULK_RUNNING && bulk->changed > 0 &&
                                  id_is_zero(bulk->undo_of) && id_is_zero(bulk->undone_by) &&
                                  act.merge_number == NULL && ticket_bulk_act_has_fields(&act),
                              "undo_of", other_href(rq, bulk->undo_of), "undone_by",
                              other_href(rq, bulk->undone_by)));
    if (is_open && !bulk_context_fields(rq, bulk, form, page))
        return false;
    if (bulk->state == TICKET_BULK_READY && form == NULL && !bulk_context_look(rq, bulk, page))
        return false;
    if (!is_open && !add_rows(rq, bulk, page))
        return false;
    return form != NULL ? page_render_form(rq, "ticket_bulk", page, form)
                        : page_render(rq, "ticket_bulk", page);
}

bool bulk_page_show(struct req *rq)
{
    return show(rq, NULL);
}

bool bulk_page_list(struct req *rq)
{
    struct ticket_bulk *list;
    json_t *rows = json_own(rq->cx.mem, json_array()), *row;
    size_t count;

    if (!ticket_bulk_list(&rq->cx, &list, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!bulk_context_row(rq, &list[i], &row))
            return false;
        json_array_append(rows, row);
    }
    return page_render(
        rq, "ticket_bulk_list",
        json_own(rq->cx.mem, json_pack("{s:O,s:b}", "rows", rows, "is_empty", count == 0)));
}

/* --- choosing --- */

static bool see(struct req *rq, struct id id)
{
    return reply_see_other(rq, arena_printf(rq->cx.mem, "/desk/bulk/%s", id_text(rq->cx.mem, id)));
}

static void read_ticks(struct req *rq, const char *ticks, struct ticket_bulk_choice *choice)
{
    struct id *ids = arena_array(rq->cx.mem, struct id, TICKS_MAX);
    struct span rest = span_of(ticks != NULL ? ticks : ""), line;

    while (choice->id_count < TICKS_MAX && span_cut(&rest, '\n', &line))
        if (id_parse(span_dup(rq->cx.mem, line), &ids[choice->id_count]))
            choice->id_count++;
    choice->ids = ids;
}

/* The search line, the saved view or the queue that the list was of. */
static bool read_all(struct req *rq, const struct choose_fields *f,
                     struct ticket_bulk_choice *choice)
{
    struct ticket_query *query;
    struct saved_view *saved;
    const char *line = f->search;
    struct id id;

    choice->origin = line;
    if (line == NULL && f->view != NULL && id_parse(f->view, &id)) {
        if (!saved_view_get(&rq->cx, id, &saved))
            return false;
        line = saved->query;
        choice->origin = saved->name;
    }
    if (line != NULL) {
        if (!saved_view_query(&rq->cx, line, &query))
            return false;
        choice->query = query;
        return true;
    }
    if (!ticket_view_parse(f->view != NULL ? f->view : "", &choice->view))
        return err_set_at(&rq->cx.err, &ERR_INVALID, "view", "no such view");
    choice->origin = req_text(rq, ticket_view_label(choice->view));
    return true;
}

bool bulk_page_choose(struct req *rq)
{
    struct ticket_bulk_choice choice = {.view = TICKET_VIEW_COUNT};
    struct form *form;
    struct choose_fields f = {0};
    struct id id;

    if (!form_parse(rq, &form))
        return false;
    if (!form_read(rq, form, CHOOSE_FIELDS, COUNT(CHOOSE_FIELDS), &f))
        return err_set(&rq->cx.err, &ERR_INVALID, "bulk change: the form");
    if (strcmp(f.what, "ticked") == 0)
        read_ticks(rq, f.ticks, &choice);
    else if (!read_all(rq, &f, &choice))
        return false;
    if (ticket_bulk_choose(&rq->cx, &choice, &id))
        return see(rq, id);
    if (rq->cx.err.kind != &ERR_TICKET_BULK_NONE)
        return false;
    err_clear(&rq->cx.err);
    return reply_flash(rq, "bad", req_text(rq, ERR_TICKET_BULK_NONE.text)) &&
           reply_see_other(rq, "/desk");
}

/* --- saying what --- */

static bool read_choice(struct req *rq, const char *text, const char *field, bool *is_given,
                        struct id *out)
{
    *is_given = text != NULL;
    *out = (struct id){{0}};
    if (text == NULL || strcmp(text, NOBODY) == 0 || id_parse(text, out))
        return true;
    return err_set_at(&rq->cx.err, &ERR_INVALID, field, "no id");
}

static bool read_act(struct req *rq, const struct say_fields *f, struct ticket_bulk_act *act)
{
    struct macro *macro;

    *act = (struct ticket_bulk_act){
        .values = {.status = f->status, .topic = f->topic, .level = f->level},
        .tag = f->tag,
        .untag = f->untag,
        .text = f->text,
        .merge_number = f->number,
        .even_apart = f->even_apart};
    if (f->text == NULL && !id_is_zero(f->macro_id)) {
        if (!macro_get(&rq->cx, f->macro_id, &macro))
            return false;
        act->text = macro->body;
    }
    return read_choice(rq, f->assignee, "assignee", &act->values.has_assignee,
                       &act->values.assignee_id) &&
           read_choice(rq, f->team, "team", &act->values.has_team, &act->values.team_id);
}

bool bulk_page_say(struct req *rq)
{
    struct ticket_bulk_act act;
    struct form *form;
    struct say_fields f = {0};

    if (!form_parse(rq, &form))
        return false;
    if (!form_read(rq, form, SAY_FIELDS, COUNT(SAY_FIELDS), &f))
        return show(rq, form);
    if (!read_act(rq, &f, &act) || !ticket_bulk_say(&rq->cx, rq->id, &act))
        return form_take_err(rq, form, SAY_FIELDS, COUNT(SAY_FIELDS)) && show(rq, form);
    return see(rq, rq->id);
}

/* --- starting and ending --- */

/* What came too late is said on the page as it is by now. */
static bool done(struct req *rq, bool ok, struct id id)
{
    const struct err_kind *why = rq->cx.err.kind;

    if (ok)
        return see(rq, id);
    if (why != &ERR_TICKET_BULK_STATE && why != &ERR_TICKET_BULK_UNDO)
        return false;
    err_clear(&rq->cx.err);
    return reply_flash(rq, "bad", req_text(rq, why->text)) && see(rq, id);
}

bool bulk_page_start(struct req *rq)
{
    return done(rq, ticket_bulk_start(&rq->cx, rq->id), rq->id);
}

bool bulk_page_cancel(struct req *rq)
{
    return done(rq, ticket_bulk_cancel(&rq->cx, rq->id), rq->id);
}

bool bulk_page_undo(struct req *rq)
{
    struct id id = rq->id;
    const bool ok = ticket_bulk_undo(&rq->cx, rq->id, &id);

    return done(rq, ok, id);
}
