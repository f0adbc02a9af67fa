#include "portal/jobs/mailer.h"

#include "base/clock.h"
#include "base/log.h"
#include "db/event.h"
#include "db/job.h"
#include "portal/account/user.h"
#include "portal/mail/mail_account.h"
#include "portal/mail/mail_message.h"
#include "portal/mail/mail_out.h"
#include "portal/mail/mail_relay.h"
#include "portal/mail/mail_send.h"
#include "portal/mail/mail_signup.h"
#include "portal/mail/mail_told.h"
#include "portal/notice/notice_event.h"

#include <string.h>

static const char CONSUMER[] = "mail";
enum { EVENT_LEASE_SECONDS = 60, SEND_LEASE_SECONDS = 900, MEM_BLOCK = 64 * 1024 };

/* One item's run, so that its failure is not the next one's. */
static struct arena *start_run(struct ctx *cx, const struct ctx *base, struct id tenant_id)
{
    struct arena *mem = arena_make(MEM_BLOCK);

    ctx_start(cx, mem, base->pool);
    cx->now = base->now;
    cx->master = base->master;
    cx->tenant_id = tenant_id;
    return mem;
}

/* --- events --- */

struct telling {
    const struct app *app;
    const struct event_delivery *delivery;
};

static bool is_to_be_sent(struct ctx *cx, const struct event *event, bool *out)
{
    json_t *data = NULL;

    if (event->data != NULL &&
        !json_read(cx->mem, &cx->err, event->data, strlen(event->data), &data))
        return false;
    *out = event->kind == EVENT_PERSON_LOCKED ||
           (event->kind == EVENT_PERSON_PASSWORD_RESET && json_get_bool(data, "deliver", false));
    return true;
}

/* A person who is gone or shut out by now gets nothing. */
static bool write_mail(struct ctx *cx, const struct app *app, const struct event *event)
{
    enum mail_kind kind = event->kind == EVENT_PERSON_LOCKED ? MAIL_UNLOCK : MAIL_RESET;

    if (mail_account_send(cx, app, event->subject_id, kind))
        return true;
    if (cx->err.kind != &ERR_NOT_FOUND && cx->err.kind != &ERR_MAIL_ADDRESS)
        return false;
    log_info(cx->trace, "mail: none for %s: %s", event_name(event->kind), cx->err.oper);
    err_clear(&cx->err);
    return true;
}

static bool tell(struct ctx *cx, void *arg)
{
    const struct telling *t = arg;
    bool is_wanted;

    if (!is_to_be_sent(cx, &t->delivery->event, &is_wanted) || !db_begin(cx))
        return false;
    if ((!is_wanted || write_mail(cx, t->app, &t->delivery->event)) &&
        mail_told_event(cx, t->app, &t->delivery->event) &&
        notice_event_tell(cx, &t->delivery->event) && event_done(cx, t->delivery))
        return db_commit(cx);
    db_rollback(cx);
    return false;
}

static void tell_one(const struct ctx *base, const struct app *app,
                     const struct event_delivery *delivery)
{
    struct telling t = {app, delivery};
    bool gave_up = false;
    struct ctx cx;
    struct arena *mem = start_run(&cx, base, delivery->event.tenant_id);

    memcpy(cx.trace, delivery->event.trace, CTX_TRACE_SIZE - 1);
    if (!db_retry(&cx, tell, &t)) {
        const char *reason = arena_dup(mem, cx.err.oper);

        log_warn(cx.trace, "mail: %s, try %d: %s", event_name(delivery->event.kind),
                 delivery->attempts, reason);
        err_clear(&cx.err);
        if (!event_failed(&cx, delivery, reason, &gave_up))
            err_clear(&cx.err); /* then its lease runs out, and it comes again */
        if (gave_up)
            log_error(cx.trace, "mail: an event is parked");
    }
    db_release(&cx);
    arena_free(mem);
}

bool mailer_work_events(struct ctx *cx, const struct app *app, unsigned *worked)
{
    struct event_delivery *list;

    if (!event_claim(cx, CONSUMER, MAILER_BATCH, EVENT_LEASE_SECONDS * CLOCK_SECOND, &list, worked))
        return false;
    db_release(cx);
    for (unsigned i = 0; i < *worked; i++)
        tell_one(cx, app, &list[i]);
    return true;
}

/* --- who forgot --- */

struct asking {
    const struct app *app;
    const struct job *job;
    const char *kind;
};

static bool send_login(struct ctx *cx, const struct app *app, const char *email)
{
    struct person *p;

    if (!person_find_by_email(cx, email, &p))
        return false;
    if (p == NULL || p->is_disabled || mail_account_send(cx, app, p->id, MAIL_LOGIN))
        return true;
    if (cx->err.kind != &ERR_MAIL_ADDRESS)
        return false;
    err_clear(&cx->err);
    return true;
}

static bool answer_kind(struct ctx *cx, const struct asking *a, const json_t *data)
{
    const char *email = json_get_text(data, "email", "");

    if (strcmp(a->kind, MAIL_SIGNUP_JOB) == 0)
        return mail_signup_answer(cx, a->app, email, json_get_text(data, "language", ""));
    return strcmp(a->kind, MAIL_ACCOUNT_LOGIN_JOB) == 0
               ? send_login(cx, a->app, email)
               : user_ask_password(cx, email, json_get_bool(data, "deliver", true));
}

static bool answer(struct ctx *cx, void *arg)
{
    const struct asking *a = arg;
    const struct job *job = a->job;
    json_t *data;

    if (!json_read(cx->mem, &cx->err, job->data, strlen(job->data), &data) || !db_begin(cx))
        return false;
    if (answer_kind(cx, a, data) && job_done(cx, job))
        return db_commit(cx);
    db_rollback(cx);
    return false;
}

static bool work_asked(struct ctx *cx, const struct app *app, const char *kind, unsigned *worked)
{
    struct job *list;

    if (!job_claim(cx, kind, MAILER_BATCH, EVENT_LEASE_SECONDS * CLOCK_SECOND, &list, worked))
        return false;
    db_release(cx);
    for (unsigned i = 0; i < *worked; i++) {
        struct asking asking = {app, &list[i], kind};
        bool gave_up = false;
        struct ctx run;
        struct arena *mem = start_run(&run, cx, list[i].tenant_id);

        if (!db_retry(&run, answer, &asking)) {
            const char *reason = arena_dup(mem, run.err.oper);

            log_warn(run.trace, "mail: %s: %s", kind, reason);
            err_clear(&run.err);
            if (!job_failed(&run, &list[i], reason, &gave_up))
                err_clear(&run.err);
        }
        db_release(&run);
        arena_free(mem);
    }
    return true;
}

bool mailer_work_asked(struct ctx *cx, const struct app *app, unsigned *worked)
{
    unsigned logins = 0, signups = 0;
    bool ok = work_asked(cx, app, MAIL_ACCOUNT_JOB, worked) &&
              work_asked(cx, app, MAIL_ACCOUNT_LOGIN_JOB, &logins) &&
              work_asked(cx, app, MAIL_SIGNUP_JOB, &signups);

    *worked += ok ? logins + signups : 0;
    return ok;
}

/* --- sending --- */

struct settling {
    const struct mail_out *mail;
    const struct mail_outcome *outcome;
};

static bool write_outcome(struct ctx *cx, void *arg)
{
    const struct settling *s = arg;

    return mail_out_settle(cx, s->mail, s->outcome);
}

static void note(const struct ctx *cx, const struct mail_out *mail,
                 const struct mail_outcome *outcome)
{
    bool is_dead = outcome->is_final || mail->attempts >= MAIL_TRIES_MAX;

    if (outcome->is_sent)
        log_debug(cx->trace, "mail: %s is sent", id_text(cx->mem, mail->id));
    else if (is_dead)
        log_error(cx->trace, "mail: %s is given up: %s", id_text(cx->mem, mail->id),
                  outcome->fault);
    else
        log_warn(cx->trace, "mail: %s, try %d: %s", id_text(cx->mem, mail->id), mail->attempts,
                 outcome->fault);
}

static void send_one(const struct ctx *base, const struct app *app, struct mail_sender *sender,
                     const struct mail_out *mail)
{
    struct mail_outcome outcome = {.fault = "its text does not open"};
    struct settling s = {mail, &outcome};
    struct mail_content content;
    struct ctx cx;
    struct arena *mem = start_run(&cx, base, mail->tenant_id);
    struct mail_message message = {
        .id = mail->id,
        .at = mail->created_at,
        .from_name = mail->from_name,
        .from_address = *mail->from_address != '\0' ? mail->from_address : app->config.mail_sender,
        .to_name = mail->to_name,
        .to_address = mail->to_address,
        .subject = mail->subject};
    struct mail_sender *own = NULL;

    if (mail_out_content(&cx, mail, &content) && mail_relay_sender(&cx, &app->config, &own)) {
        message.text = content.text;
        message.html = content.html;
        message.reply_to = content.reply_to;
        message.references = content.references;
        message.stop_url = content.stop_url;
        mail_send(own != NULL ? own : sender, mem, mail, mail_message_write(mem, &message),
                  &outcome);
        mail_sender_free(own);
    }
    err_clear(&cx.err);
    note(&cx, mail, &outcome);
    if (!db_retry(&cx, write_outcome, &s)) /* then its lease runs out, and it comes again */
        log_warn(cx.trace, "mail: %s: %s", id_text(mem, mail->id), cx.err.oper);
    db_release(&cx);
    arena_free(mem);
}

bool mailer_work_out(struct ctx *cx, const struct app *app, unsigned *worked)
{
    struct mail_sender *sender = NULL;
    struct mail_out *mail;
    size_t count = 1;
    bool ok = true;

    /* One by one, so that no mail waits for a lease to run out when the program is killed. */
    for (*worked = 0; ok && count > 0 && *worked < MAILER_BATCH; *worked += (unsigned)count) {
        if (atomic_load(&app->jobs_must_stop))
            break;
        ok = mail_out_claim(cx, 1, SEND_LEASE_SECONDS * CLOCK_SECOND, &mail, &count);
        db_release(cx);
        if (!ok || count == 0)
            break;
        ok = sender != NULL || mail_sender_make(&cx->err, &app->config, &sender);
        if (ok)
            send_one(cx, app, sender, mail);
    }
    mail_sender_free(sender);
    return ok;
}
