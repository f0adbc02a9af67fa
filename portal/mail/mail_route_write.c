/* What mails write: answers, notes, tickets. */
#include "base/crypto.h"
#include "base/utf8.h"
#include "portal/account/membership.h"
#include "portal/account/person.h"
#include "portal/desk/ticket_create.h"
#include "portal/desk/ticket_merge.h"
#include "portal/desk/ticket_topic.h"
#include "portal/mail/mail_route_parts.h"
#include "portal/mail/mail_thanks.h"
#include "portal/mail/mail_token.h"
#include "portal/mail/mail_worker.h"

#include <string.h>
#include <unistd.h>

static const char SQL_TICKET_LINK_RELATED[] =
    "INSERT IGNORE INTO ticket_link (tenant_id, ticket_id, other_id, kind, created_at) "
    "VALUES (?, ?, ?, 'related', ?)";
static const char SQL_MESSAGE_FIRST[] =
    "SELECT id FROM message WHERE tenant_id = ? AND ticket_id = ? ORDER BY id LIMIT 1";

static const char TOPIC[] = "question";
static const char NOTHING[] = "-"; /* a ticket has to have a subject and a text */
static const char MORE[] = " […]";

/* The first max characters. */
static const char *cut(struct ctx *cx, const char *text, size_t max)
{
    size_t at = 0;

    if (utf8_count(text) <= max)
        return text;
    for (size_t n = 0; n + COUNT(MORE) < max && text[at] != '\0'; n++)
        do
            at++;
        while (((unsigned char)text[at] & 0xc0) == 0x80);
    return arena_printf(cx->mem, "%.*s%s", (int)at, text, MORE);
}

static const char *first_line(struct ctx *cx, const char *text)
{
    struct span rest = span_of(text);
    struct span line = {NOTHING, 1};

    if (rest.len > 0)
        span_cut(&rest, '\n', &line);
    return span_dup(cx->mem, line);
}

bool mail_route_parse(struct ctx *cx, const char *storage_path, const struct mail_in *mail,
                      json_t **out)
{
    int64_t bytes;
    bool ok;
    int fd;

    if (!mail_in_open(cx, storage_path, mail, &fd, &bytes))
        return false;
    ok = mail_worker_parse(&cx->err, cx->mem, NULL, fd, out);
    close(fd);
    return ok;
}

void mail_route_read(struct ctx *cx, const struct mail_route *how, const struct mail_in *mail,
                     const json_t *parsed, struct routing *r)
{
    const char *subject = json_get_text(parsed, "subject", "");
    const char *text = json_get_text(parsed, "new", "");

    *r = (struct routing){.how = how,
                          .mail = mail,
                          .from = json_get_text(parsed, "from", ""),
                          .from_name = json_get_text(parsed, "from_name", ""),
                          .subject = subject,
                          .message_id = json_get_text(parsed, "message_id", ""),
                          .kind = json_get_text(parsed, "kind", "mail"),
                          .automatic = json_get_text(parsed, "auto", ""),
                          .status = json_get_text(parsed, "status", ""),
                          .text = *text != '\0' ? cut(cx, text, TICKET_BODY_MAX) : NOTHING,
                          .to = json_object_get(parsed, "to"),
                          .refs = json_object_get(parsed, "refs"),
                          .about = json_object_get(parsed, "about"),
                          .has_left_out = json_get_i64(parsed, "dropped", 0) > 0};
    r->fate = (struct mail_fate){.sender = r->from,
                                 .sender_name = r->from_name,
                                 .subject = r->subject,
                                 .message_id = r->message_id,
                                 .ticket_id = mail->ticket_id};
    if (parsed != NULL) {
        json_t *list = json_object_get(parsed, "files");
        json_t *file;
        size_t i;

        r->files = arena_array(cx->mem, struct attachment_file, ATTACHMENT_COUNT_MAX);
        json_array_foreach (list, i, file) {
            struct attachment_file *f = &r->files[r->file_count];
            uint8_t *bytes;

            if (r->file_count == ATTACHMENT_COUNT_MAX ||
                !crypto_from_base64(cx->mem, json_get_text(file, "data", ""), &bytes, &f->len) ||
                f->len == 0 || f->len > ATTACHMENT_BYTES_MAX) {
                r->has_left_out = true;
                continue;
            }
            f->bytes = (const char *)bytes;
            f->name = json_get_text(file, "name", "file");
            r->file_count++;
        }
    }
}

bool mail_route_store_files(struct ctx *cx, struct routing *r)
{
    return r->file_count == 0 ||
           attachment_store(cx, r->how->storage_path, r->files, r->file_count);
}

static bool done(struct routing *r, struct id ticket_id, struct id thread_id, const char *reason)
{
    r->fate.state = "DONE";
    r->fate.reason = r->has_left_out ? "files_left_out" : reason;
    r->fate.ticket_id = ticket_id;
    r->fate.thread_id = thread_id;
    return true;
}

static bool add_message(struct ctx *cx, struct routing *r, struct id ticket_id, bool is_note,
                        bool is_thanks, struct id *message_id)
{
    const struct ticket_answer answer = {.is_note = is_note,
                                         .is_thanks = is_thanks,
                                         .text = r->text,
                                         .source = "mail",
                                         .is_reporters = !is_note,
                                         .files = r->files,
                                         .file_count = r->file_count};

    return ticket_reply_send(cx, ticket_id, &answer, message_id);
}

/* The one that a merged ticket leads its sender to. */
static bool find_final(struct ctx *cx, const struct viewer *sender, struct ticket *t,
                       struct ticket **out)
{
    const struct viewer by = cx->viewer;
    bool ok;

    cx->viewer = *sender;
    ok = ticket_merge_final(cx, t, out);
    cx->viewer = by;
    return ok;
}

/* A follow-up of something that is over is a ticket of its own. */
bool mail_route_answer(struct ctx *cx, struct routing *r, struct ticket *t)
{
    struct id message_id;
    struct viewer viewer = {.kind = VIEWER_SYSTEM};
    struct ticket *final;
    bool is_robot = *r->automatic != '\0';
    bool is_thanks = false;
    bool ok;

    r->fate.ticket_id = t->id;
    if (!id_is_zero(r->person_id) &&
        !membership_viewer(cx, r->person_id, t->organisation_id, &viewer))
        return false;
    if (!find_final(cx, &viewer, t, &final))
        return false;
    r->fate.ticket_id = final->id;
    if (viewer.kind != VIEWER_STAFF && !is_robot && !mail_thanks_is(cx, r, final, &is_thanks))
        return false;
    if (final->category == TICKET_CLOSED && viewer.kind != VIEWER_STAFF && !is_robot &&
        !is_thanks) {
        r->related_id = final->id;
        return mail_route_file(cx, r);
    }
    /* Who may not see the ticket fails here, also with what a program answered for him. */
    cx->viewer = viewer;
    ok = !is_robot || ticket_get(cx, t->id, &(struct ticket *){NULL});
    if (is_robot)
        cx->viewer = (struct viewer){.kind = VIEWER_SYSTEM};
    ok = ok && add_message(cx, r, t->id, is_robot, is_thanks, &message_id);
    cx->viewer = (struct viewer){.kind = VIEWER_SYSTEM};
    return ok && done(r, final->id, message_id,
                      is_robot    ? "automatic"
                      : is_thanks ? "thanks"
                                  : "reply");
}

static bool link_related(struct ctx *cx, struct id ticket_id, struct id other_id)
{
    return id_is_zero(other_id) || db_exec(cx, NULL, SQL_TICKET_LINK_RELATED, DB_ID(cx->tenant_id),
                                           DB_ID(ticket_id), DB_ID(other_id), DB_TIME(cx->now));
}

bool mail_route_file(struct ctx *cx, struct routing *r)
{
    const struct viewer by = cx->viewer;
    struct ticket_new what = {
        .source = "mail",
        .subject =
            cut(cx, *r->subject != '\0' ? r->subject : first_line(cx, r->text), TICKET_SUBJECT_MAX),
        .text = r->text,
        .files = r->files,
        .file_count = r->file_count};
    struct viewer viewer = {.kind = VIEWER_NOBODY};
    struct ticket *t;
    struct db_rows rows;
    bool ok;

    if (!id_is_zero(r->person_id) &&
        !membership_viewer(cx, r->person_id, (struct id){{0}}, &viewer))
        return false;
    if (viewer.kind == VIEWER_CUSTOMER && !id_is_zero(viewer.organisation_id)) {
        cx->viewer = viewer;
    } else { /* no account with us, or one of our own */
        what.reporter_name = *r->from_name != '\0' ? r->from_name
                             : *r->from != '\0'    ? r->from
                                                   : NOTHING;
        what.reporter_email = *r->from != '\0' ? r->from : NULL;
    }
    ok = ticket_topic_default(cx, TOPIC, &what.topic) && ticket_create(cx, &what, &t);
    cx->viewer = by;
    return ok && link_related(cx, t->id, r->related_id) &&
           db_query(cx, &rows, SQL_MESSAGE_FIRST, DB_ID(cx->tenant_id), DB_ID(t->id)) &&
           db_next(&rows) && done(r, t->id, db_id(&rows.row, 0), "ticket");
}

bool mail_route_remember(struct ctx *cx, const struct routing *r)
{
    return strcmp(r->fate.state, "DONE") != 0 || *r->message_id == '\0' ||
           mail_token_remember(cx, r->message_id, r->fate.ticket_id, false);
}

/* --- by hand --- */

struct by_hand {
    struct routing *r;
    struct id ticket_id; /* zero: a new one */
};

static bool settle_by_hand(struct ctx *cx, void *arg)
{
    struct by_hand *h = arg;
    struct routing *r = h->r;
    struct id message_id;
    bool ok;

    if (!db_begin(cx))
        return false;
    if (id_is_zero(h->ticket_id))
        ok = mail_route_file(cx, r);
    else
        ok = add_message(cx, r, h->ticket_id, true, false, &message_id) &&
             done(r, h->ticket_id, message_id, "by_hand");
    if (ok && mail_route_remember(cx, r) && mail_in_settle(cx, r->mail, &r->fate))
        return db_commit(cx);
    db_rollback(cx);
    return false;
}

static bool by_hand(struct ctx *cx, struct by_hand *h)
{
    const char *state = h->r->mail->state;

    if (strcmp(state, "PARKED") != 0 && strcmp(state, "IGNORED") != 0)
        return err_set(&cx->err, &ERR_CONFLICT, "mail %s is %s", id_text(cx->mem, h->r->mail->id),
                       state);
    return mail_route_store_files(cx, h->r) && settle_by_hand(cx, h);
}

bool mail_route_make_ticket(struct ctx *cx, const struct mail_route *how,
                            const struct mail_in *mail, const json_t *parsed, struct id *ticket_id)
{
    struct routing r;
    struct by_hand h = {.r = &r};
    struct person *person;

    mail_route_read(cx, how, mail, parsed, &r);
    if (!person_find_by_email(cx, r.from, &person))
        return false;
    if (person != NULL && !person->is_disabled)
        r.person_id = person->id;
    if (!by_hand(cx, &h))
        return false;
    *ticket_id = r.fate.ticket_id;
    return true;
}

bool mail_route_attach(struct ctx *cx, const struct mail_route *how, const struct mail_in *mail,
                       const json_t *parsed, struct id ticket_id)
{
    struct routing r;
    struct by_hand h = {.r = &r, .ticket_id = ticket_id};

    mail_route_read(cx, how, mail, parsed, &r);
    return by_hand(cx, &h);
}
