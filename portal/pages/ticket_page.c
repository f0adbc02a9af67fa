#include "portal/pages/ticket_page.h"

#include "base/crypto.h"
#include "portal/desk/filing.h"
#include "portal/desk/ticket_counts.h"
#include "portal/desk/ticket_thread.h"
#include "portal/pages/merge_page.h"
#include "portal/pages/message_page.h"
#include "portal/pages/notice_page.h"
#include "portal/pages/survey_page.h"
#include "portal/pages/ticket_context.h"
#include "portal/pages/ticket_field_page.h"
#include "portal/pages/upload_context.h"

#include <string.h>

enum { SEARCH_MAX = 200, LIST_ROWS = 25 };

/* --- the list --- */

static const struct {
    const char *code, *label;
} TABS[] = {
    [TICKET_TAB_OPEN] = {"open", T("In progress")},
    [TICKET_TAB_WAITING] = {"waiting", T("Waiting for you")},
    [TICKET_TAB_SOLVED] = {"solved", T("Solved and closed")},
    [TICKET_TAB_ALL] = {"all", T("All")},
};
_Static_assert(COUNT(TABS) == TICKET_TABS, "label every tab");

static enum ticket_tab tab_of(const char *code)
{
    for (size_t i = 0; i < COUNT(TABS); i++)
        if (code != NULL && strcmp(code, TABS[i].code) == 0)
            return (enum ticket_tab)i;
    return TICKET_TAB_ALL;
}

static json_t *tabs_json(struct req *rq, enum ticket_tab current,
                         const struct ticket_counts *counts)
{
    const int64_t numbers[] = {
        [TICKET_TAB_OPEN] = counts->open,
        [TICKET_TAB_WAITING] = counts->waiting,
        [TICKET_TAB_SOLVED] = counts->solved + counts->closed,
        [TICKET_TAB_ALL] = counts->open + counts->waiting + counts->solved + counts->closed,
    };
    json_t *tabs = json_array();

    for (size_t i = 0; i < COUNT(TABS); i++)
        json_array_append_new(tabs,
                              json_pack("{s:s, s:s, s:s, s:b}", "href",
                                        arena_printf(rq->cx.mem, "/tickets?tab=%s", TABS[i].code),
                                        "label", req_text(rq, TABS[i].label), "count",
                                        format_number(rq->cx.mem, &rq->format, numbers[i]),
                                        "is_current", (enum ticket_tab)i == current));
    return json_pack("{s:s, s:o}", "label", req_text(rq, T("Which tickets")), "tabs", tabs);
}

static json_t *pager_json(struct req *rq, enum ticket_tab tab, const char *search, const char *next)
{
    struct str href = str_new(rq->cx.mem);

    if (next == NULL)
        return json_null();
    str_fmt(&href, "/tickets?tab=%s&after=%s", TABS[tab].code, next);
    if (search != NULL) {
        str_add(&href, "&q=");
        str_url(&href, search);
    }
    return json_pack("{s:s}", "next_href", href.p);
}

bool ticket_page_list(struct req *rq)
{
    struct ctx *cx = &rq->cx;
    const char *search = req_query(rq, "q");
    const enum ticket_tab tab = tab_of(req_query(rq, "tab"));
    struct ticket_words words;
    struct ticket_counts counts;
    struct ticket_page_of page;
    json_t *rows = json_own(cx->mem, json_array());

    if (search != NULL && (search[0] == '\0' || strlen(search) > SEARCH_MAX))
        search = NULL;
    if (!ticket_context_words(rq, false, &words) || !ticket_counts(cx, &counts) ||
        !ticket_list(cx,
                     &(struct ticket_filter){.tab = tab,
                                             .search = search,
                                             .is_short = true,
                                             .after = req_query(rq, "after"),
                                             .limit = LIST_ROWS},
                     &page) ||
        !ticket_field_page_list(rq, NULL, page.rows, page.count))
        return false;
    for (size_t i = 0; i < page.count; i++)
        json_array_append_new(rows, ticket_context_row(rq, &words, page.rows[i]));
    return page_render(
        rq, "ticket_list",
        json_own(cx->mem, json_pack("{s:o, s:O, s:b, s:s, s:s, s:b, s:o}", "views",
                                    tabs_json(rq, tab, &counts), "tickets", rows, "is_empty",
                                    page.count == 0, "search", search != NULL ? search : "", "tab",
                                    TABS[tab].code, "is_search", search != NULL, "pager",
                                    pager_json(rq, tab, search, page.next))));
}

/* --- a ticket --- */

static json_t *people_json(struct req *rq, const struct ticket *t, const struct participant *people,
                           size_t count)
{
    json_t *all = json_array();

    json_array_append_new(all, json_pack("{s:s, s:o, s:s, s:b}", "name", t->person_name, "initials",
                                         page_initials(t->person_name), "side",
                                         req_text(rq, T("filed this")), "is_staff", 0));
    for (size_t i = 0; i < count; i++)
        json_array_append_new(
            all, json_pack("{s:s, s:o, s:s, s:b, s:s}", "name", people[i].name, "initials",
                           page_initials(people[i].name), "side",
                           req_text(rq, people[i].can_reply ? T("can reply") : T("can read")),
                           "is_staff", 0, "id", id_text(rq->cx.mem, people[i].person_id)));
    if (!id_is_zero(t->assignee_id))
        json_array_append_new(all, json_pack("{s:s, s:o, s:s, s:b}", "name", t->assignee_name,
                                             "initials", page_initials(t->assignee_name), "side",
                                             req_text(rq, T("looks after this")), "is_staff", 1));
    return all;
}

/* Colleagues who are not on the ticket yet. */
static json_t *others_json(struct req *rq, const struct ticket *t, const struct participant *people,
                           size_t count, const struct filing_person *members, size_t member_count)
{
    json_t *all = json_array();

    for (size_t i = 0; i < member_count; i++) {
        bool is_in = id_equal(members[i].id, t->person_id);

        for (size_t p = 0; p < count; p++)
            is_in = is_in || id_equal(members[i].id, people[p].person_id);
        if (!is_in)
            json_array_append_new(all,
                                  json_pack("{s:s, s:s}", "id", id_text(rq->cx.mem, members[i].id),
                                            "name", members[i].name));
    }
    return all;
}

static bool add_people(struct req *rq, const struct ticket *t, json_t *context)
{
    struct participant *people;
    struct filing_person *members;
    size_t count, member_count;
    json_t *others;

    if (!ticket_thread_participants(&rq->cx, t, &people, &count) ||
        !filing_people(&rq->cx, t->organisation_id, &members, &member_count))
        return false;
    others = others_json(rq, t, people, count, members, member_count);
    json_object_set_new(context, "people", people_json(rq, t, people, count));
    json_object_set_new(context, "has_others", json_boolean(json_array_size(others) > 0));
    json_object_set_new(context, "others", others);
    return true;
}

static bool add_product(struct req *rq, const struct ticket *t, json_t *context)
{
    struct filing_licence *licence;
    struct filing_machine *machine;

    if (!filing_licence_of(&rq->cx, t, &licence) || !filing_machine_of(&rq->cx, t, &machine))
        return false;
    json_object_set_new(context, "licence", ticket_context_licence(rq, licence));
    if (licence != NULL && viewer_has(&rq->cx.viewer, RIGHT_LICENCE))
        json_object_set_new(context, "licence_href",
                            json_string(arena_printf(rq->cx.mem, "/licences/%s",
                                                     id_text(rq->cx.mem, licence->id))));
    json_object_set_new(context, "machine", json_text(machine != NULL ? machine->name : NULL));
    return true;
}

static bool see_ticket(struct req *rq, const char *fragment)
{
    return reply_see_other(
        rq, arena_printf(rq->cx.mem, "/tickets/%s%s", id_text(rq->cx.mem, rq->id), fragment));
}

/* *out is NULL when the ticket stands elsewhere by now, and the browser is sent there. */
static bool view_context(struct req *rq, json_t **out)
{
    struct ctx *cx = &rq->cx;
    struct ticket_words words;
    struct ticket *t;
    json_t *context, *thread, *files;
    bool is_elsewhere;

    if (!merge_page_find(rq, &t, &is_elsewhere))
        return false;
    if (is_elsewhere) {
        *out = NULL;
        return see_ticket(rq, "");
    }
    if (!ticket_context_words(rq, false, &words) || !ticket_context_fields(rq, &words) ||
        !ticket_context_thread(rq, &words, t, &thread, &files))
        return false;
    context = json_own(
        cx->mem,
        json_pack("{s:o, s:o, s:o, s:o, s:s, s:s, s:s, s:s, s:b, s:b, s:b}", "ticket",
                  ticket_context_row(rq, &words, t), "thread", thread, "chip",
                  ticket_context_chip(rq, &words, t), "due", ticket_context_due(rq, t),
                  "crumb_here", t->number, "city", t->city, "store", t->store, "version",
                  t->product_version, "is_active",
                  t->category == TICKET_OPEN || t->category == TICKET_WAITING, "is_solved",
                  t->category == TICKET_SOLVED, "is_closed", t->category == TICKET_CLOSED));
    json_object_set_new(context, "solve", ticket_context_solve(rq, t));
    json_object_set_new(
        context, "crumbs",
        json_pack("[{s:s, s:s}]", "href", "/tickets", "text", req_text(rq, T("Tickets"))));
    json_object_set_new(context, "request_key",
                        json_string(crypto_token(cx->mem, TICKET_REQUEST_KEY_BYTES)));
    json_object_set_new(context, "me", page_initials(rq->session->person_name));
    *out = context;
    json_object_set(context, "files", files);
    json_object_set_new(context, "has_files", json_boolean(json_array_size(files) > 0));
    return add_people(rq, t, context) && add_product(rq, t, context) &&
           ticket_field_page_of_ticket(rq, words.fields, t, context) &&
           survey_page_add(rq, t, context);
}

bool ticket_page_view(struct req *rq)
{
    json_t *context;

    return view_context(rq, &context) &&
           (context == NULL ||
            (notice_page_seen(rq, rq->id) && page_render(rq, "ticket_view", context)));
}

struct reply_fields {
    const char *text, *request_key;
    const char *files; /* they come apart; the row names them in faults */
};

static const struct form_field REPLY_FIELDS[] = {
    {"text", T("Your reply"), FORM_LINES, true, 1, TICKET_BODY_MAX, NULL,
     offsetof(struct reply_fields, text)},
    {"files", T("Files"), FORM_TEXT, false, 0, 0, NULL, offsetof(struct reply_fields, files)},
    {"request_key", T("Form"), FORM_TEXT, false, 0, TICKET_REQUEST_KEY_MAX, NULL,
     offsetof(struct reply_fields, request_key)},
};

bool ticket_page_again(struct req *rq, const struct form *form)
{
    json_t *context;

    if (!view_context(rq, &context))
        return false;
    if (context == NULL)
        return true;
    message_page_keep(json_object_get(context, "thread"), form);
    upload_context_keep(rq, form, context);
    return page_render_form(rq, "ticket_view", context, form);
}

bool ticket_page_reply(struct req *rq)
{
    struct form *form;
    struct reply_fields fields = {0};
    struct ticket_answer answer = {0};
    struct attachment_file *files;
    struct id message_id;

    if (!form_parse(rq, &form))
        return false;
    if (!form_read(rq, form, REPLY_FIELDS, COUNT(REPLY_FIELDS), &fields))
        return ticket_page_again(rq, form);
    answer.text = fields.text;
    answer.request_key = fields.request_key;
    if (!upload_context_store(rq, form, &files, &answer.file_count))
        return form_take_err(rq, form, REPLY_FIELDS, COUNT(REPLY_FIELDS)) &&
               ticket_page_again(rq, form);
    answer.files = files;
    if (!ticket_reply_send(&rq->cx, rq->id, &answer, &message_id))
        return form_take_err(rq, form, REPLY_FIELDS, COUNT(REPLY_FIELDS)) &&
               ticket_page_again(rq, form);
    return reply_flash(rq, "ok", req_text(rq, T("Your reply is sent."))) &&
           see_ticket(rq, arena_printf(rq->cx.mem, "#m-%s", id_text(rq->cx.mem, message_id)));
}

/* The first state of a category, by its code. */
static bool move_to(struct req *rq, enum ticket_category category, const char *flash)
{
    const struct ticket_status *status;

    return ticket_status_first(&rq->cx, category, &status) &&
           ticket_set_status(&rq->cx, rq->id, status->code) &&
           reply_flash(rq, "ok", req_text(rq, flash)) && see_ticket(rq, "");
}

bool ticket_page_confirm(struct req *rq)
{
    return move_to(rq, TICKET_CLOSED, T("Thank you. The ticket is closed."));
}

bool ticket_page_reopen(struct req *rq)
{
    return move_to(rq, TICKET_OPEN, T("The ticket is open again. Tell us what still happens."));
}

struct person_fields {
    struct id person_id;
    bool reads_only;
};

static const struct form_field PERSON_FIELDS[] = {
    {"person", T("Person"), FORM_ID, true, 0, 0, NULL, offsetof(struct person_fields, person_id)},
    {"reads_only", T("Can only read"), FORM_BOOL, false, 0, 0, NULL,
     offsetof(struct person_fields, reads_only)},
};

bool ticket_page_add_person(struct req *rq)
{
    struct form *form;
    struct person_fields fields = {0};

    if (!form_parse(rq, &form))
        return false;
    if (!form_read(rq, form, PERSON_FIELDS, COUNT(PERSON_FIELDS), &fields))
        return ticket_page_again(rq, form);
    if (!ticket_thread_add_participant(&rq->cx, rq->id, fields.person_id, !fields.reads_only))
        return form_take_err(rq, form, PERSON_FIELDS, COUNT(PERSON_FIELDS)) &&
               ticket_page_again(rq, form);
    return reply_flash(rq, "ok", req_text(rq, T("The person now sees this ticket."))) &&
           see_ticket(rq, "");
}

bool ticket_page_remove_person(struct req *rq)
{
    struct form *form;
    struct person_fields fields = {0};

    if (!form_parse(rq, &form))
        return false;
    if (!form_read(rq, form, PERSON_FIELDS, COUNT(PERSON_FIELDS), &fields))
        return ticket_page_again(rq, form);
    return ticket_thread_remove_participant(&rq->cx, rq->id, fields.person_id) &&
           reply_flash(rq, "ok", req_text(rq, T("The person is off this ticket."))) &&
           see_ticket(rq, "");
}

bool ticket_page_number(struct req *rq)
{
    struct ticket *t;

    if (!ticket_find_number(&rq->cx, rq->args[0], &t))
        return false;
    if (t == NULL)
        return err_set(&rq->cx.err, &ERR_NOT_FOUND, "ticket %.60s", rq->args[0]);
    return reply_see_other(rq, arena_printf(rq->cx.mem, "%s/tickets/%s",
                                            rq->cx.viewer.kind == VIEWER_STAFF ? "/desk" : "",
                                            id_text(rq->cx.mem, t->id)));
}
