#include "portal/pages/queue_act_page.h"

#include "portal/account/role.h"
#include "portal/desk/macro.h"
#include "portal/desk/ticket_link.h"
#include "portal/pages/queue_page.h"
#include "portal/pages/split_page.h"
#include "portal/pages/ticket_context.h"
#include "portal/pages/upload_context.h"

#include <string.h>

static const char *const KINDS[] = {"reply", "note", NULL};

struct act_fields { /* of all forms on the page; each reads its own */
    const char *text, *kind, *status, *topic, *tag, *files, *request_key;
    const char *link_kind, *number;
    const char *was; /* what the page showed; NULL: the form does not say */
    struct id person_id, team_id, macro_id, other_id, seen_id;
    int64_t level;
    bool is_removed;
};

static const struct form_field REPLY_FIELDS[] = {
    {"text", T("Your answer"), FORM_LINES, true, 1, TICKET_BODY_MAX, NULL,
     offsetof(struct act_fields, text)},
    {"kind", T("Answer or note"), FORM_CHOICE, true, 0, 0, KINDS,
     offsetof(struct act_fields, kind)},
    {"status", T("State"), FORM_TEXT, false, 0, 32, NULL, offsetof(struct act_fields, status)},
    {"files", T("Files"), FORM_TEXT, false, 0, 0, NULL, offsetof(struct act_fields, files)},
    {"request_key", T("Form"), FORM_TEXT, false, 0, TICKET_REQUEST_KEY_MAX, NULL,
     offsetof(struct act_fields, request_key)},
    {"macro", T("Macro"), FORM_ID, false, 0, 0, NULL, offsetof(struct act_fields, macro_id)},
    {"seen", T("Form"), FORM_ID, false, 0, 0, NULL, offsetof(struct act_fields, seen_id)},
};
static const struct form_field STATUS_FIELDS[] = {
    {"status", T("State"), FORM_TEXT, true, 1, 32, NULL, offsetof(struct act_fields, status)},
};
static const struct form_field ASSIGN_FIELDS[] = {
    {"assignee", T("Assigned"), FORM_ID, false, 0, 0, NULL, offsetof(struct act_fields, person_id)},
};
static const struct form_field TEAM_FIELDS[] = {
    {"team", T("Team"), FORM_ID, false, 0, 0, NULL, offsetof(struct act_fields, team_id)},
};
static const struct form_field LEVEL_FIELDS[] = {
    {"level", T("Level"), FORM_INT, true, TICKET_LEVEL_MIN, TICKET_LEVEL_MAX, NULL,
     offsetof(struct act_fields, level)},
};
static const struct form_field TOPIC_FIELDS[] = {
    {"topic", T("Topic"), FORM_TEXT, true, 1, 32, NULL, offsetof(struct act_fields, topic)},
};
static const struct form_field TAG_FIELDS[] = {
    {"tag", T("Tag"), FORM_TEXT, true, 1, TICKET_TAG_MAX, NULL, offsetof(struct act_fields, tag)},
    {"remove", T("Remove"), FORM_BOOL, false, 0, 0, NULL, offsetof(struct act_fields, is_removed)},
};

static const char *const LINK_KINDS[] = {"duplicate", "blocks", "parent", "related", NULL};

static const struct form_field LINK_FIELDS[] = {
    {"link", T("Link"), FORM_CHOICE, true, 0, 0, LINK_KINDS,
     offsetof(struct act_fields, link_kind)},
    {"number", T("Ticket number"), FORM_TEXT, true, 1, 40, NULL,
     offsetof(struct act_fields, number)},
};
static const struct form_field UNLINK_FIELDS[] = {
    {"link", T("Link"), FORM_CHOICE, true, 0, 0, LINK_KINDS,
     offsetof(struct act_fields, link_kind)},
    {"other", T("Ticket number"), FORM_ID, true, 0, 0, NULL, offsetof(struct act_fields, other_id)},
};

/* Back to the ticket, in the queue it was opened from. */
static bool done(struct req *rq, const struct form *form, const char *said)
{
    return reply_flash(rq, "ok", req_text(rq, said)) &&
           reply_see_other(rq, queue_page_address(rq, form_value(form, "view")));
}

static bool refused(struct req *rq, struct form *form, const struct form_field *fields,
                    size_t count)
{
    return form_take_err(rq, form, fields, count) && queue_page_again(rq, form);
}

/* One form with one act: read, do, say. */
static bool act(struct req *rq, const struct form_field *fields, size_t count,
                bool (*work)(struct req *rq, const struct act_fields *f), const char *said)
{
    struct form *form;
    struct act_fields f = {0};

    if (!form_parse(rq, &form))
        return false;
    if (!form_read(rq, form, fields, count, &f))
        return queue_page_again(rq, form);
    if (!work(rq, &f))
        return refused(rq, form, fields, count);
    return done(rq, form, said);
}

static struct ticket_values status_values(const struct act_fields *f)
{
    return (struct ticket_values){.status = f->status, .was = f->was};
}

static struct ticket_values assign_values(const struct act_fields *f)
{
    return (struct ticket_values){.has_assignee = true, .assignee_id = f->person_id, .was = f->was};
}

static struct ticket_values team_values(const struct act_fields *f)
{
    return (struct ticket_values){.has_team = true, .team_id = f->team_id, .was = f->was};
}

static struct ticket_values level_values(const struct act_fields *f)
{
    return (struct ticket_values){.level = f->level, .was = f->was};
}

static struct ticket_values topic_values(const struct act_fields *f)
{
    return (struct ticket_values){.topic = f->topic, .was = f->was};
}

static bool set_tag(struct req *rq, const struct act_fields *f)
{
    return f->is_removed ? ticket_untag(&rq->cx, rq->id, f->tag)
                         : ticket_tag(&rq->cx, rq->id, f->tag);
}

static bool add_link(struct req *rq, const struct act_fields *f)
{
    enum ticket_link_kind kind;

    return ticket_link_parse(f->link_kind, &kind) &&
           ticket_link_add(&rq->cx, rq->id, kind, f->number);
}

static bool remove_link(struct req *rq, const struct act_fields *f)
{
    enum ticket_link_kind kind;

    return ticket_link_parse(f->link_kind, &kind) &&
           ticket_link_remove(&rq->cx, rq->id, kind, f->other_id);
}

static bool end_review(struct req *rq, const struct act_fields *f)
{
    (void)f; /* the form has one button and nothing else */
    return ticket_set_review(&rq->cx, rq->id, false);
}

/* The name of what a ticket has, or was to have, in one of its fields. */
static bool name_of(struct req *rq, const struct ticket *t, const char *field, const char **out)
{
    struct ticket_words words;
    struct staff *person;
    struct filing_team *teams;
    size_t count;

    if (!ticket_context_words(rq, true, &words))
        return false;
    *out = req_text(rq, T("none"));
    if (strcmp(field, "status") == 0)
        *out = ticket_context_status(rq, &words, t->status);
    else if (strcmp(field, "topic") == 0)
        *out = ticket_context_topic(rq, &words, t->topic);
    else if (strcmp(field, "level") == 0)
        *out = arena_printf(rq->cx.mem, "%d", t->level);
    else if (strcmp(field, "assignee") == 0) {
        if (!role_staff_find(&rq->cx, t->assignee_id, &person))
            return false;
        *out = person != NULL ? person->full_name : req_text(rq, T("nobody"));
    } else {
        if (!filing_teams(&rq->cx, &teams, &count))
            return false;
        for (size_t i = 0; i < count; i++)
            if (id_equal(teams[i].id, t->team_id))
                *out = teams[i].name;
    }
    return true;
}

/* Both values are told; the page shows the present one, and choosing again sets it. */
static bool clashed(struct req *rq, struct form *form, const struct form_field *field,
                    const struct ticket_values *v)
{
    struct ticket *t, wanted = {.status = v->status,
                                .topic = v->topic,
                                .level = (int)v->level,
                                .team_id = v->team_id,
                                .assignee_id = v->assignee_id};
    const char *is, *mine;

    err_clear(&rq->cx.err);
    if (!ticket_get(&rq->cx, rq->id, &t) || !name_of(rq, t, field->name, &is) ||
        !name_of(rq, &wanted, field->name, &mine))
        return false;
    form_fault(rq, form, field->name, field->label,
               lang_fill(rq->cx.mem, rq->lang,
                         T("Meanwhile somebody set it to “{}”. Your choice “{}” is not set: choose "
                           "again if it should be."),
                         (const char *const[]){is, mine}, 2));
    return queue_page_again(rq, form);
}

/* One form that sets one field of the ticket. */
static bool set(struct req *rq, const struct form_field *field,
                struct ticket_values (*values_of)(const struct act_fields *f), const char *said)
{
    struct form *form;
    struct act_fields f = {0};
    struct ticket_values v;

    if (!form_parse(rq, &form))
        return false;
    if (!form_read(rq, form, field, 1, &f))
        return queue_page_again(rq, form);
    f.was = json_string_value(json_object_get(form->values, "was"));
    v = values_of(&f);
    if (ticket_set_values(&rq->cx, rq->id, &v))
        return done(rq, form, said);
    if (rq->cx.err.kind == &ERR_TICKET_CLASH)
        return clashed(rq, form, field, &v);
    return refused(rq, form, field, 1);
}

bool queue_act_page_status(struct req *rq)
{
    return set(rq, STATUS_FIELDS, status_values, T("The state is set.")) &&
           split_page_ask_parts(rq);
}

bool queue_act_page_assign(struct req *rq)
{
    return set(rq, ASSIGN_FIELDS, assign_values, T("The ticket is assigned."));
}

bool queue_act_page_team(struct req *rq)
{
    return set(rq, TEAM_FIELDS, team_values, T("The team is set."));
}

bool queue_act_page_level(struct req *rq)
{
    return set(rq, LEVEL_FIELDS, level_values, T("The level is set."));
}

bool queue_act_page_topic(struct req *rq)
{
    return set(rq, TOPIC_FIELDS, topic_values, T("The topic is set."));
}

bool queue_act_page_tag(struct req *rq)
{
    return act(rq, TAG_FIELDS, COUNT(TAG_FIELDS), set_tag, T("The tags are changed."));
}

bool queue_act_page_link(struct req *rq)
{
    struct ticket *t;

    return ticket_get(&rq->cx, rq->id, &t) &&
           act(rq, LINK_FIELDS, COUNT(LINK_FIELDS), add_link, T("The tickets are linked."));
}

bool queue_act_page_unlink(struct req *rq)
{
    struct ticket *t;

    return ticket_get(&rq->cx, rq->id, &t) &&
           act(rq, UNLINK_FIELDS, COUNT(UNLINK_FIELDS), remove_link, T("The link is removed."));
}

bool queue_act_page_review(struct req *rq)
{
    return act(rq, NULL, 0, end_review, T("The review is done."));
}

/* The answer, and what the macro that its text came from sets: both or neither. */
static bool send(struct req *rq, const struct ticket_answer *answer, struct id macro_id)
{
    struct ctx *cx = &rq->cx;
    struct macro *m;
    struct id message_id;

    if (id_is_zero(macro_id))
        return ticket_reply_send(cx, rq->id, answer, &message_id);
    if (!macro_get(cx, macro_id, &m) || !db_begin(cx))
        return false;
    if (!ticket_reply_send(cx, rq->id, answer, &message_id) || !macro_apply(cx, m, rq->id)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

bool queue_act_page_reply(struct req *rq)
{
    struct form *form;
    struct act_fields f = {0};
    struct ticket_answer answer = {0};
    struct attachment_file *files;

    if (!form_parse(rq, &form))
        return false;
    if (!form_read(rq, form, REPLY_FIELDS, COUNT(REPLY_FIELDS), &f))
        return queue_page_again(rq, form);
    answer = (struct ticket_answer){.is_note = strcmp(f.kind, "note") == 0,
                                    .text = f.text,
                                    .status = f.status,
                                    .request_key = f.request_key,
                                    .seen_id = f.seen_id};
    if (!upload_context_store(rq, form, &files, &answer.file_count))
        return refused(rq, form, REPLY_FIELDS, COUNT(REPLY_FIELDS));
    answer.files = files;
    if (!send(rq, &answer, f.macro_id))
        return refused(rq, form, REPLY_FIELDS, COUNT(REPLY_FIELDS));
    return done(rq, form, answer.is_note ? T("The note is kept.") : T("Your reply is sent."));
}
