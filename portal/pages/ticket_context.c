#include "portal/pages/ticket_context.h"

#include "base/clock.h"
#include "base/parse.h"
#include "portal/desk/message_edit.h"
#include "portal/desk/ticket_thread.h"
#include "portal/field/custom_field_words.h"
#include "portal/mail/mail_in.h"
#include "portal/pages/service_text.h"

#include <string.h>

enum { DUE_SOON_HOURS = TICKET_VIEW_DUE_HOURS };

/* A tenant's own words in the reader's language; the defaults' are translated where they are shown.
 */
static void take_language(struct req *rq, struct ticket_words *words)
{
    struct ticket_topic *topics =
        arena_array(rq->cx.mem, struct ticket_topic, words->topic_count + 1);

    for (size_t i = 0; i < words->topic_count; i++) {
        topics[i] = words->topics[i];
        topics[i].label = custom_field_words_label(rq->lang, topics[i].label, topics[i].label_zh);
        topics[i].hint = custom_field_words_label(rq->lang, topics[i].hint, topics[i].hint_zh);
    }
    words->topics = topics;
}

bool ticket_context_words(struct req *rq, bool with_topics, struct ticket_words *out)
{
    *out = (struct ticket_words){.is_staff = ticket_sees_notes(&rq->cx)};
    if (!ticket_status_list(&rq->cx, &out->statuses, &out->status_count) ||
        (with_topics && !ticket_topic_list(&rq->cx, &out->topics, &out->topic_count)))
        return false;
    take_language(rq, out);
    return true;
}

bool ticket_context_fields(struct req *rq, struct ticket_words *words)
{
    struct field_set *set = arena_new(rq->cx.mem, struct field_set);

    words->fields = set;
    return custom_field_set(&rq->cx, FIELD_TICKET, set);
}

/* A code that the tenant has dropped meanwhile is shown as it is. */
const char *ticket_context_topic(struct req *rq, const struct ticket_words *words, const char *code)
{
    for (size_t i = 0; i < words->topic_count; i++)
        if (strcmp(words->topics[i].code, code) == 0)
            return req_text(rq, words->topics[i].label);
    return code;
}

const char *ticket_context_status(struct req *rq, const struct ticket_words *words,
                                  const char *code)
{
    for (size_t i = 0; i < words->status_count; i++)
        if (strcmp(words->statuses[i].code, code) == 0)
            return req_text(rq, words->is_staff ? words->statuses[i].staff_label
                                                : words->statuses[i].customer_label);
    return code;
}

json_t *ticket_context_chip(struct req *rq, const struct ticket_words *words,
                            const struct ticket *t)
{
    static const struct {
        const char *kind, *icon;
    } LOOKS[] = {
        [TICKET_OPEN] = {"accent", "loader"},
        [TICKET_WAITING] = {"warn", "message-circle"},
        [TICKET_SOLVED] = {"ok", "circle-check"},
        [TICKET_CLOSED] = {NULL, "archive"},
    };

    return json_pack("{s:s?, s:s, s:s}", "kind", LOOKS[t->category].kind, "icon",
                     LOOKS[t->category].icon, "text", ticket_context_status(rq, words, t->status));
}

static json_t *deadline_json(struct req *rq, int64_t due_at)
{
    const int64_t left = due_at - rq->cx.now;
    const char *ago;
    json_t *chip = json_null();

    if (due_at == 0)
        return json_null();
    ago = format_ago(rq->cx.mem, &rq->format, due_at);
    if (left < DUE_SOON_HOURS * CLOCK_HOUR)
        chip = json_pack("{s:s, s:s, s:s, s:o}", "kind", left < 0 ? "bad" : "warn", "icon",
                         left < 0 ? "circle-alert" : "clock", "text",
                         lang_fill1(rq->cx.mem, rq->lang, T("Due {}"), ago), "time",
                         page_time(rq, due_at));
    return json_pack(
        "{s:o, s:s, s:s, s:o}", "chip", chip, "text",
        lang_fill1(rq->cx.mem, rq->lang, T("Due {}"), format_time(rq->cx.mem, &rq->format, due_at)),
        "ago", ago, "time", page_time(rq, due_at));
}

const char *ticket_context_minute(struct req *rq, int64_t us)
{
    struct civil c;

    if (us == 0)
        return "";
    c = zone_civil(rq->format.zone, us);
    return arena_printf(rq->cx.mem, "%04d-%02d-%02d %02d:%02d", c.year, c.month, c.day, c.hour,
                        c.minute);
}

json_t *ticket_context_due(struct req *rq, const struct ticket *t)
{
    return deadline_json(rq, t->due_at);
}

json_t *ticket_context_solve(struct req *rq, const struct ticket *t)
{
    json_t *due = deadline_json(rq, t->solve_due_at);
    bool is_paused = t->category == TICKET_WAITING && t->status_at != 0;

    return json_pack("{s:o, s:o}", "due", due, "paused",
                     is_paused ? page_time(rq, t->status_at) : json_null());
}

json_t *ticket_context_row(struct req *rq, const struct ticket_words *words, const struct ticket *t)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:s?}", "href",
                     arena_printf(rq->cx.mem, "/tickets/%s", id_text(rq->cx.mem, t->id)), "number",
                     t->number, "subject", t->subject, "product", t->product_name, "person",
                     t->person_name, "store", t->store, "chip", ticket_context_chip(rq, words, t),
                     "updated", page_time(rq, t->updated_at), "due", ticket_context_due(rq, t),
                     "listed", t->listed);
}

json_t *ticket_context_file(struct req *rq, const struct attachment *a)
{
    return json_pack("{s:s, s:s, s:s, s:b}", "href",
                     arena_printf(rq->cx.mem, "/files/%s", id_text(rq->cx.mem, a->id)), "name",
                     a->name, "size", format_bytes(rq->cx.mem, &rq->format, a->bytes), "is_image",
                     strncmp(a->type, "image/", strlen("image/")) == 0);
}

/* --- the thread --- */

static const struct {
    const char *change;
    const char *set;  /* who, to what */
    const char *none; /* who: when it is set to nothing */
    const char *icon;
} LINES[] = {
    {"status", T("{} set the state: {}"), NULL, "refresh-cw"},
    {"assignee", T("{} gave this ticket to {}"), T("{} put this ticket back into the queue"),
     "eye"},
    {"team", T("{} gave this ticket to the team {}"), T("{} took this ticket off its team"),
     "users"},
    {"level", T("{} set level {}"), NULL, "flag"},
    {"weight", T("{} set impact and urgency: {}"), NULL, "flag"},
    {"topic", T("{} set the topic: {}"), NULL, "folder"},
    {"tag", T("{} added the tag {}"), NULL, "tag"},
    {"visit", T("{} planned a return visit for {}"), NULL, "calendar"},
    {"visitor", T("{} gave the return visit to {}"),
     T("{} left the return visit to whoever tracks the ticket"), "calendar"},
    {"visited", T("{} kept the outcome of a return visit: {}"), NULL, "calendar"},
    {"link", T("{} linked the ticket {}"), NULL, "link"},
    {"merge", T("{} merged the ticket {} into this one"), NULL, "workflow"},
    {"split", T("{} took a part out of this ticket: {}"), NULL, "workflow"},
    {"split_from", T("{} made this ticket out of a part of {}"), NULL, "workflow"},
    {"survey", T("{} noted the customer's rating: {} of 5"), NULL, "star"},
    {"bounced", T("{} noted: a mail to {} came back"), NULL, "mail"},
    {"warning", T("{} warned: {} is due soon"), NULL, "clock"},
    {"dispatch", T("{} dispatched this ticket to {}"), NULL, "send"},
    {"accepted", NULL, T("{} accepted the dispatch"), "check"},
    {"declined", T("{} declined the dispatch: {}"), NULL, "circle-x"},
    {"unanswered", T("{} noted: {} did not answer the dispatch in time"), NULL, "hourglass"},
    {"approval", T("{} asked {} for an approval"), NULL, "circle-question-mark"},
    {"approved", T("{} approved: {}"), T("{} approved"), "circle-check"},
    {"refused", T("{} refused: {}"), NULL, "circle-x"},
    {"approval_withdrawn", T("{} withdrew the question: {}"), NULL, "rotate-ccw"},
    {"expired", NULL, T("{} noted: an approval was not decided in time"), "hourglass"},
    {"time", T("{} entered time: {}"), NULL, "hourglass"},
    {"withdrawn", NULL, T("{} withdrew the dispatch"), "rotate-ccw"},
    {"auto_close", T("{} closed the ticket: {} days passed without a word"), NULL, "archive"},
    {"thanks", NULL, T("A word of thanks, which leaves the state as it is"), "thumbs-up"},
    {"breach", T("{} noted: {} is late"), NULL, "circle-alert"},
};

static const char *target_text(struct req *rq, const char *target)
{
    return req_text(rq, strcmp(target, "solve") == 0 ? T("the solution") : T("the answer"));
}

static const char *outcome_text(struct req *rq, const char *outcome)
{
    if (strcmp(outcome, "unreached") == 0)
        return req_text(rq, T("Not reached"));
    return req_text(rq, strcmp(outcome, "content") == 0 ? T("Content") : T("Not content"));
}

const char *ticket_context_author(struct req *rq, const struct message *m)
{
    if (m->author_name != NULL && m->author_name[0] != '\0')
        return m->author_name;
    if (strcmp(m->author, "script") == 0)
        return req_text(rq, T("A rule"));
    return req_text(rq, T("The system"));
}

/* "Priya set Till: 3": what a field was set to, in the reader's words. */
static const char *field_text(struct req *rq, const struct ticket_words *words,
                              const struct message *m)
{
    const char *code = json_get_text(m->data, "field", ""), *who = ticket_context_author(rq, m);
    const char *to = json_get_text(m->data, "to", NULL);
    const struct custom_field *f =
        words->fields != NULL ? custom_field_find(words->fields, code) : NULL;
    const char *label =
        f != NULL ? custom_field_words_label(rq->lang, f->label, f->label_zh) : code;

    if (to == NULL)
        return lang_fill(rq->cx.mem, rq->lang, T("{} emptied {}"),
                         (const char *const[]){who, label}, 2);
    if (f != NULL)
        to = custom_field_words_value(rq->cx.mem, rq->lang, f, to);
    return lang_fill(rq->cx.mem, rq->lang, T("{} set {}: {}"),
                     (const char *const[]){who, label, to}, 3);
}

/* The length of an entered time, as the rest of the page writes it. */
static const char *time_text(struct req *rq, const char *minutes)
{
    int64_t n;

    return parse_i64(minutes, INT32_MIN, INT32_MAX, &n)
               ? service_text_read_length(rq->cx.mem, rq->lang, n)
               : minutes;
}

static const char *line_text(struct req *rq, const struct ticket_words *words,
                             const struct message *m, const char **icon)
{
    const char *change = json_get_text(m->data, "change", "");
    const char *to = json_get_text(m->data, "to", NULL);
    const char *who = ticket_context_author(rq, m);

    *icon = "info";
    if (strcmp(change, "field") == 0)
        return field_text(rq, words, m);
    if (strcmp(change, "review") == 0)
        return lang_fill1(rq->cx.mem, rq->lang,
                          to != NULL && strcmp(to, "yes") == 0 ? T("{} marked it for review")
                                                               : T("{} ended the review"),
                          who);
    if (strcmp(change, "assignee") == 0 && to != NULL && strcmp(to, who) == 0) {
        *icon = "eye";
        return lang_fill1(rq->cx.mem, rq->lang, T("{} looks after this ticket"), who);
    }
    if (strcmp(change, "tag") == 0 && to == NULL)
        return lang_fill(rq->cx.mem, rq->lang, T("{} removed the tag {}"),
                         (const char *const[]){who, json_get_text(m->data, "from", "")}, 2);
    if (strcmp(change, "link") == 0 && to == NULL)
        return lang_fill(rq->cx.mem, rq->lang, T("{} ended the link to the ticket {}"),
                         (const char *const[]){who, json_get_text(m->data, "from", "")}, 2);
    for (size_t i = 0; i < COUNT(LINES); i++) {
        if (strcmp(change, LINES[i].change) != 0)
            continue;
        *icon = LINES[i].icon;
        if (to == NULL)
            return LINES[i].none != NULL ? lang_fill1(rq->cx.mem, rq->lang, LINES[i].none, who)
                                         : who;
        if (strcmp(change, "status") == 0)
            to = ticket_context_status(rq, words, to);
        if (strcmp(change, "topic") == 0)
            to = ticket_context_topic(rq, words, to);
        if (strcmp(change, "visited") == 0)
            to = outcome_text(rq, to);
        if (strcmp(change, "time") == 0)
            to = time_text(rq, to);
        if (strcmp(change, "visit") == 0)
            to = format_date_text(rq->cx.mem, &rq->format, to);
        if (strcmp(change, "warning") == 0 || strcmp(change, "breach") == 0)
            to = target_text(rq, to);
        return lang_fill(rq->cx.mem, rq->lang, LINES[i].set, (const char *const[]){who, to}, 2);
    }
    return who;
}

/* The word beside the name: which side speaks, or by which way it came. */
static const char *side_text(struct req *rq, const struct ticket_words *words,
                             const struct message *m)
{
    if (strcmp(m->kind, "note") == 0)
        return req_text(rq, T("internal note"));
    if (strcmp(m->author, "customer") != 0)
        return words->is_staff ? req_text(rq, T("public reply")) : rq->tenant->name;
    if (strcmp(m->source, "mail") == 0)
        return req_text(rq, T("by mail"));
    return words->is_staff ? req_text(rq, T("customer")) : "";
}

struct earlier { /* texts that messages had; only staff ask */
    struct message_earlier *list;
    size_t count;
};

struct mails { /* that came in for the ticket; only staff ask */
    struct mail_in *list;
    size_t count;
};

static json_t *mail_href(struct req *rq, const struct mails *mails, const struct message *m)
{
    for (size_t i = 0; i < mails->count; i++)
        if (id_equal(mails->list[i].thread_id, m->id))
            return json_string(
                arena_printf(rq->cx.mem, "/desk/mail/%s", id_text(rq->cx.mem, mails->list[i].id)));
    return json_null();
}

/* What a message said before. */
static json_t *earlier_json(struct req *rq, const struct earlier *earlier, const struct message *m)
{
    json_t *all = json_array();

    for (size_t i = 0; i < earlier->count; i++)
        if (id_equal(earlier->list[i].message_id, m->id))
            json_array_append_new(all,
                                  json_pack("{s:s, s:o}", "text", earlier->list[i].body, "until",
                                            page_time(rq, earlier->list[i].replaced_at)));
    return all;
}

/* The form that changes a message, for whoever may. */
static json_t *change_json(struct req *rq, const struct ticket *t, const struct message *m)
{
    if (!message_edit_may(&rq->cx, t, m))
        return json_null();
    return json_pack("{s:s, s:I, s:s, s:b}", "action",
                     arena_printf(rq->cx.mem, "%s/tickets/%s/message",
                                  rq->cx.viewer.kind == VIEWER_STAFF ? "/desk" : "",
                                  id_text(rq->cx.mem, t->id)),
                     "edited_at", (json_int_t)m->edited_at, "text", m->body, "is_open", 0);
}

static json_t *message_json(struct req *rq, const struct ticket_words *words,
                            const struct mails *mails, const struct message *m)
{
    const bool is_customer = strcmp(m->author, "customer") == 0;
    const bool is_note = strcmp(m->kind, "note") == 0;
    const char *icon;
    json_t *files;

    if (strcmp(m->kind, "event") == 0) {
        const char *text = line_text(rq, words, m, &icon);

        return json_pack("{s:b, s:s, s:s, s:o}", "is_event", 1, "icon", icon, "text", text, "at",
                         page_time(rq, m->created_at));
    }
    files = json_array();
    for (size_t i = 0; i < m->file_count; i++)
        json_array_append_new(files, ticket_context_file(rq, m->files[i]));
    return json_pack("{s:s, s:b, s:b, s:b, s:b, s:s, s:o, s:s, s:o, s:s, s:b, s:o, s:o}", "id",
                     id_text(rq->cx.mem, m->id), "is_event", 0, "is_customer", is_customer,
                     "is_staff", !is_customer && !is_note, "is_note", is_note, "name",
                     ticket_context_author(rq, m), "initials",
                     page_initials(ticket_context_author(rq, m)), "side", side_text(rq, words, m),
                     "at", page_time(rq, m->created_at), "body", m->body, "has_files",
                     m->file_count > 0, "files", files, "mail", mail_href(rq, mails, m));
}

/* The fields' words, where a line tells of one. */
static bool add_fields(struct req *rq, struct message *const *messages, size_t count,
                       struct ticket_words *words)
{
    for (size_t i = 0; i < count && words->fields == NULL; i++)
        if (strcmp(json_get_text(messages[i]->data, "change", ""), "field") == 0 &&
            !ticket_context_fields(rq, words))
            return false;
    return true;
}

bool ticket_context_thread(struct req *rq, const struct ticket_words *words, const struct ticket *t,
                           json_t **out, json_t **files)
{
    struct mails mails = {NULL, 0};
    struct ticket_words said = *words;
    struct earlier earlier;
    struct message **messages;
    size_t count;
    json_t *thread, *all, *one, *before;

    if (!ticket_thread_of(&rq->cx, t, &messages, &count) ||
        !add_fields(rq, messages, count, &said) ||
        !message_earlier_list(&rq->cx, t, &earlier.list, &earlier.count) ||
        (words->is_staff && !mail_in_of_ticket(&rq->cx, t->id, &mails.list, &mails.count)))
        return false;
    thread = json_array();
    all = json_own(rq->cx.mem, json_array());
    for (size_t i = 0; i < count; i++) {
        one = message_json(rq, &said, &mails, messages[i]);
        before = earlier_json(rq, &earlier, messages[i]);
        json_object_set_new(one, "has_earlier", json_boolean(json_array_size(before) > 0));
        json_object_set_new(one, "earlier", before);
        json_object_set_new(one, "edited", page_time(rq, messages[i]->edited_at));
        json_object_set_new(one, "change", change_json(rq, t, messages[i]));
        json_array_append_new(thread, one);
        for (size_t f = 0; f < messages[i]->file_count; f++)
            json_array_append_new(all, ticket_context_file(rq, messages[i]->files[f]));
    }
    *files = all;
    *out = thread;
    return true;
}

json_t *ticket_context_licence(struct req *rq, const struct filing_licence *l)
{
    const bool ends_soon =
        l != NULL && l->expires_at != 0 && l->expires_at - rq->cx.now < 30 * CLOCK_DAY;
    const bool is_over = l != NULL && l->expires_at != 0 && l->expires_at < rq->cx.now;

    if (l == NULL)
        return json_null();
    return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:b, s:b, s:b, s:b, s:s?, s:s}", "product",
                     l->product_name, "serial", l->serial, "name", l->name, "version", l->version,
                     "expires", page_day(rq, l->expires_at), "support",
                     page_day(rq, l->support_until), "is_over", is_over, "ends_soon",
                     ends_soon && !is_over, "is_suspended", l->is_suspended, "is_trial",
                     l->is_trial, "seats",
                     l->seats > 0 ? format_number(rq->cx.mem, &rq->format, l->seats) : NULL,
                     "seats_used", format_number(rq->cx.mem, &rq->format, l->seats_used));
}
