#include "portal/pages/approval_page.h"

#include "portal/desk/approval.h"
#include "portal/desk/team.h"
#include "portal/http/reply.h"
#include "portal/pages/queue_page.h"

#include <string.h>

static const char *const KINDS[] = {"ticket", "order", "discount", "activation", NULL};
static const char *const ANSWERS[] = {"yes", "no", NULL};

struct approval_fields {
    const char *kind, *question, *answer, *opinion;
    struct id person_id;
    int64_t days;
};

#define AT(member) offsetof(struct approval_fields, member)
static const struct form_field ASK_FIELDS[] = {
    {"kind", T("What is asked"), FORM_CHOICE, true, 0, 0, KINDS, AT(kind)},
    {"question", T("What is to be decided, and why"), FORM_LINES, true, 1, APPROVAL_TEXT_MAX, NULL,
     AT(question)},
    {"approver", T("Approver"), FORM_ID, true, 0, 0, NULL, AT(person_id)},
    {"days", T("Days"), FORM_INT, false, 0, APPROVAL_DAYS_MAX, NULL, AT(days)},
};
static const struct form_field WITHDRAW_FIELDS[] = {
    {"opinion", T("Reason"), FORM_LINES, true, 1, APPROVAL_TEXT_MAX, NULL, AT(opinion)},
};
static const struct form_field DECIDE_FIELDS[] = {
    {"answer", T("Decision"), FORM_CHOICE, true, 0, 0, ANSWERS, AT(answer)},
    {"opinion", T("Opinion"), FORM_LINES, false, 0, APPROVAL_TEXT_MAX, NULL, AT(opinion)},
};

static const char *kind_text(struct req *rq, const char *kind)
{
    static const char *const TEXTS[] = {T("Ticket"), T("Order"), T("Discount"),
                                        T("Extra activation")};

    for (size_t i = 0; i < COUNT(TEXTS); i++)
        if (strcmp(KINDS[i], kind) == 0)
            return req_text(rq, TEXTS[i]);
    return kind;
}

static json_t *state_json(struct req *rq, const struct approval *a)
{
    static const struct {
        const char *state, *kind, *icon, *text;
    } STATES[] = {
        {"waiting", "accent", "clock", T("Waits for the decision")},
        {"approved", "ok", "check", T("Approved")},
        {"refused", "bad", "circle-x", T("Refused")},
        {"expired", "warn", "hourglass", T("Not decided in time")},
        {"withdrawn", "", "rotate-ccw", T("Withdrawn")},
    };
    size_t i = 0;

    while (i < COUNT(STATES) - 1 && strcmp(STATES[i].state, a->state) != 0)
        i++;
    return json_pack("{s:s,s:s,s:s}", "kind", STATES[i].kind, "icon", STATES[i].icon, "text",
                     req_text(rq, STATES[i].text));
}

static json_t *approval_json(struct req *rq, const struct approval *a)
{
    const char *id = id_text(rq->cx.mem, a->id);

    return json_pack(
        "{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:o,s:o,s:o,s:o,s:b,s:b}", "id", id, "href",
        arena_printf(rq->cx.mem, "/desk/tickets/%s", id_text(rq->cx.mem, a->ticket_id)), "number",
        a->number, "subject", a->subject, "kind", kind_text(rq, a->kind), "question", a->question,
        "opinion", a->opinion, "approver", a->approver, "asked",
        *a->asked_name != '\0' ? a->asked_name : req_text(rq, T("A rule")), "action",
        arena_printf(rq->cx.mem, "/desk/approvals/%s", id), "chip", state_json(rq, a), "at",
        page_time(rq, a->created_at), "due", page_time(rq, a->due_at), "decided",
        page_time(rq, a->decided_at), "may_decide", a->may_decide, "may_withdraw", a->may_withdraw);
}

bool approval_page_list(struct req *rq)
{
    json_t *rows = json_array();
    json_t *page = json_own(rq->cx.mem, json_pack("{s:o}", "approvals", rows));
    struct approval *list;
    size_t count;

    if (!approval_waiting(&rq->cx, &list, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        json_array_append_new(rows, approval_json(rq, &list[i]));
    json_object_set_new(page, "is_empty", json_boolean(count == 0));
    return page_render(rq, "approval_list", page);
}

bool approval_page_of_ticket(struct req *rq, const struct ticket *t,
                             const struct team_person *people, size_t people_count, json_t *context)
{
    json_t *rows = json_array(), *choices = json_array(), *kinds = json_array();
    struct approval *list;
    size_t count;

    json_object_set_new(context, "approvals", rows);
    json_object_set_new(context, "approval_people", choices);
    json_object_set_new(context, "approval_kinds", kinds);
    for (size_t i = 0; KINDS[i] != NULL; i++)
        json_array_append_new(
            kinds, json_pack("{s:s,s:s}", "value", KINDS[i], "text", kind_text(rq, KINDS[i])));
    if (!approval_of_ticket(&rq->cx, t->id, &list, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        json_array_append_new(rows, approval_json(rq, &list[i]));
    for (size_t i = 0; i < people_count; i++) {
        if (id_equal(people[i].id, rq->cx.viewer.person_id))
            continue; /* nobody decides what he asked for himself */
        json_array_append_new(choices,
                              json_pack("{s:s,s:s}", "value", id_text(rq->cx.mem, people[i].id),
                                        "text", people[i].full_name));
    }
    return true;
}

static bool back(struct req *rq, const struct form *form, const char *said, const char *path)
{
    return form_flash(rq, form, said) && reply_see_other(rq, path);
}

bool approval_page_ask(struct req *rq)
{
    struct approval_fields f = {0};
    struct form *form;
    struct ticket *t;
    struct id id;

    if (!form_parse(rq, &form) || !ticket_get(&rq->cx, rq->id, &t))
        return false;
    if (form_read(rq, form, ASK_FIELDS, COUNT(ASK_FIELDS), &f) &&
        !approval_ask(
            &rq->cx, rq->id,
            &(struct approval_new){
                .kind = f.kind, .question = f.question, .person_id = f.person_id, .days = f.days},
            &id) &&
        !form_take_err(rq, form, ASK_FIELDS, COUNT(ASK_FIELDS)))
        return false;
    return queue_page_answer(rq, form, "is_approval", T("The approval is asked for."));
}

/* An old page, or somebody else's, is told like a fault. */
static bool take_err(struct req *rq, struct form *form)
{
    const char *source = rq->cx.err.source != NULL ? rq->cx.err.source : "";

    if (strcmp(source, "opinion") == 0 && *form_value(form, "opinion") == '\0') {
        err_clear(&rq->cx.err);
        form_fault(rq, form, "opinion", T("Opinion"), T("Say why."));
        return true;
    }
    if (rq->cx.err.kind != &ERR_DENIED)
        return form_take_err(rq, form, DECIDE_FIELDS, COUNT(DECIDE_FIELDS));
    err_clear(&rq->cx.err);
    form_fault(rq, form, "answer", T("Decision"), T("This decision is somebody else's."));
    return true;
}

static const char *said(const struct approval_fields *f)
{
    return f->answer != NULL && strcmp(f->answer, "yes") == 0 ? T("It is approved.")
                                                              : T("It is refused.");
}

bool approval_page_decide(struct req *rq)
{
    struct approval_fields f = {0};
    struct approval *a;
    struct form *form;

    if (!form_parse(rq, &form) || !approval_get(&rq->cx, rq->id, &a))
        return false;
    if (form_read(rq, form, DECIDE_FIELDS, COUNT(DECIDE_FIELDS), &f) &&
        !approval_decide(&rq->cx, rq->id, strcmp(f.answer, "yes") == 0, f.opinion) &&
        !take_err(rq, form))
        return false;
    return back(rq, form, said(&f), "/desk/approvals");
}

bool approval_page_withdraw(struct req *rq)
{
    struct approval_fields f = {0};
    struct approval *a;
    struct form *form;

    if (!form_parse(rq, &form) || !approval_get(&rq->cx, rq->id, &a))
        return false;
    if (form_read(rq, form, WITHDRAW_FIELDS, COUNT(WITHDRAW_FIELDS), &f) &&
        !approval_withdraw(&rq->cx, rq->id, f.opinion) && !take_err(rq, form))
        return false;
    return back(rq, form, T("The question is withdrawn."),
                arena_printf(rq->cx.mem, "/desk/tickets/%s", id_text(rq->cx.mem, a->ticket_id)));
}

/* --- by a mail's link: looking at it decides nothing --- */

/* What there is to say to whoever may not, or no longer, decide. */
static const char *over_text(struct req *rq, const struct approval *a)
{
    if (strcmp(a->state, "withdrawn") == 0)
        return lang_fill1(
            rq->cx.mem, rq->lang,
            T("{} has withdrawn this question. There is nothing left to decide; thank "
              "you for looking."),
            *a->decided_name != '\0' ? a->decided_name : "–");
    if (strcmp(a->state, "approved") == 0 || strcmp(a->state, "refused") == 0)
        return lang_fill1(rq->cx.mem, rq->lang,
                          T("{} has decided this. There is nothing left to do."),
                          *a->decided_name != '\0' ? a->decided_name : "–");
    if (strcmp(a->state, "expired") == 0 || (a->due_at != 0 && a->due_at <= rq->cx.now))
        return req_text(rq, T("The time to decide this is over. Whoever asked was told."));
    return req_text(rq, T("Somebody else decides this now. There is nothing left to do."));
}

/* form: NULL, or with the fault of the opinion. */
static bool link_page(struct req *rq, const struct approval *a, const struct form *form)
{
    json_t *page;

    page = json_own(rq->cx.mem, json_pack("{s:o}", "approval", approval_json(rq, a)));
    json_object_set_new(json_object_get(page, "approval"), "action", json_string(rq->path));
    if (!a->may_decide)
        json_object_set_new(json_object_get(page, "approval"), "over",
                            json_string(over_text(rq, a)));
    /* The address is the right: it must not be kept by anybody between. */
    reply_header(rq, "Cache-Control", "private, no-store");
    if (form == NULL)
        return page_render(rq, "approval", page);
    json_object_set(json_object_get(page, "approval"), "opinion_fault",
                    json_object_get(form->faults, "opinion"));
    return page_render_form(rq, "approval", page, form);
}

bool approval_page_link(struct req *rq)
{
    struct approval *a;

    return approval_open(&rq->cx, rq->args[0], &a) && link_page(rq, a, NULL);
}

bool approval_page_link_send(struct req *rq)
{
    struct approval_fields f = {0};
    struct approval *a;
    struct form *form;

    if (!form_parse(rq, &form) || !approval_open(&rq->cx, rq->args[0], &a))
        return false;
    if (form_read(rq, form, DECIDE_FIELDS, COUNT(DECIDE_FIELDS), &f) &&
        !approval_decide_link(&rq->cx, rq->args[0], strcmp(f.answer, "yes") == 0, f.opinion) &&
        !take_err(rq, form))
        return false;
    if (a->may_decide && json_object_get(form->faults, "opinion") != NULL)
        return link_page(rq, a, form);
    return back(rq, form, said(&f), rq->path);
}
