#include "portal/jobs/work.h"

#include "base/log.h"
#include "licensing/artefact.h"
#include "licensing/expiry_notice.h"
#include "licensing/heartbeat.h"
#include "licensing/licence_notice.h"
#include "licensing/licence_signal.h"
#include "licensing/process.h"
#include "portal/account/remember.h"
#include "portal/account/request_answer.h"
#include "portal/account/tenant.h"
#include "portal/desk/approval.h"
#include "portal/desk/attachment.h"
#include "portal/desk/auto_close.h"
#include "portal/desk/dispatch.h"
#include "portal/desk/escalation.h"
#include "portal/desk/presence.h"
#include "portal/desk/ticket_bulk.h"
#include "portal/desk/ticket_purge.h"
#include "portal/desk/visit.h"
#include "portal/hooks/webhook_event.h"
#include "portal/jobs/audit_chain.h"
#include "portal/jobs/flow_event.h"
#include "portal/jobs/mail_fetch.h"
#include "portal/jobs/mail_intake.h"
#include "portal/jobs/mailer.h"
#include "portal/jobs/outbox.h"
#include "portal/jobs/webhook_deliver.h"
#include "portal/jobs/webhook_fan.h"
#include "portal/mail/mail_in.h"
#include "portal/mail/mail_out.h"
#include "portal/notice/notice.h"
#include "portal/notice/notice_mail.h"
#include "portal/notice/notice_news.h"

enum { PURGE_BATCH = 1000, PURGE_BULKS = 20, TENANTS_AT_ONCE = 100 };

#define FILES_EVERY_US (INT64_C(12) * CLOCK_HOUR / STORE_FOLDERS)

static bool work_outbox(struct ctx *cx, struct app *app, bool *has_more)
{
    unsigned worked;

    if (!outbox_work(cx, app->scripts, &worked))
        return false;
    *has_more = worked == OUTBOX_BATCH;
    return true;
}

static bool work_sign(struct ctx *cx, struct app *app, bool *has_more)
{
    unsigned made;

    (void)app, (void)has_more;
    return audit_chain_sign(cx, &made);
}

static bool work_chain(struct ctx *cx, struct app *app, bool *has_more)
{
    unsigned linked;

    (void)app, (void)has_more;
    return audit_chain_work(cx, &linked);
}

/* One tenant after the other, read a page at a time. What fails for one does not keep the others
 * waiting, unless the database is away; the first failure is told at the end. */
static bool each_tenant(struct ctx *cx, struct app *app, bool *has_more,
                        bool (*work)(struct ctx *cx, struct app *app, bool *has_more))
{
    const char *after = "";
    struct err first = {.kind = NULL};
    struct tenant *tenants;
    size_t count;

    do {
        if (!tenant_list(cx, after, TENANTS_AT_ONCE, &tenants, &count))
            return false;
        for (size_t i = 0; i < count; i++) {
            cx->tenant_id = tenants[i].id;
            after = tenants[i].slug;
            if (work(cx, app, has_more))
                continue;
            if (cx->err.kind == &ERR_BUSY)
                return false;
            if (first.kind == NULL)
                first = cx->err;
            err_clear(&cx->err);
        }
    } while (count == TENANTS_AT_ONCE);
    cx->err = first;
    return first.kind == NULL;
}

static bool purge_sessions(struct ctx *cx, struct app *app, bool *has_more)
{
    int64_t removed;

    if (!session_purge(cx, &app->config, PURGE_BATCH, &removed))
        return false;
    *has_more = *has_more || removed == PURGE_BATCH;
    if (!remember_purge(cx, PURGE_BATCH, &removed))
        return false;
    *has_more = *has_more || removed == PURGE_BATCH;
    if (!request_answer_purge(cx, PURGE_BATCH, &removed))
        return false;
    *has_more = *has_more || removed == PURGE_BATCH;
    return true;
}

static bool purge_presence(struct ctx *cx, struct app *app, bool *has_more)
{
    int64_t removed;

    (void)app;
    if (!presence_purge(cx, PURGE_BATCH, &removed))
        return false;
    *has_more = *has_more || removed == PURGE_BATCH;
    return true;
}

static bool work_presence(struct ctx *cx, struct app *app, bool *has_more)
{
    return each_tenant(cx, app, has_more, purge_presence);
}

static bool work_sessions(struct ctx *cx, struct app *app, bool *has_more)
{
    return each_tenant(cx, app, has_more, purge_sessions);
}

static bool tell_notices(struct ctx *cx, struct app *app, bool *has_more)
{
    unsigned told, ending;

    (void)app;
    if (!licence_notice_tell(cx, PURGE_BATCH, &told) ||
        !expiry_notice_tell(cx, PURGE_BATCH, &ending))
        return false;
    *has_more = *has_more || told >= PURGE_BATCH || ending >= PURGE_BATCH;
    return true;
}

static bool work_notices(struct ctx *cx, struct app *app, bool *has_more)
{
    return each_tenant(cx, app, has_more, tell_notices);
}

static bool tell_news(struct ctx *cx, struct app *app, bool *has_more)
{
    unsigned told;

    (void)app;
    if (!notice_news_tell(cx, PURGE_BATCH, &told))
        return false;
    *has_more = *has_more || told > 0;
    return true;
}

static bool work_news(struct ctx *cx, struct app *app, bool *has_more)
{
    return each_tenant(cx, app, has_more, tell_news);
}

static bool escalate(struct ctx *cx, struct app *app, bool *has_more)
{
    unsigned fired, told;

    (void)app;
    if (!escalation_work(cx, &fired) || !visit_work(cx, &told))
        return false;
    *has_more = *has_more || fired >= ESCALATION_BATCH || told >= VISIT_BATCH;
    return true;
}

static bool tend_flow(struct ctx *cx, struct app *app, bool *has_more)
{
    unsigned closed, ended, late;

    (void)app;
    if (!auto_close_work(cx, &closed) || !dispatch_work(cx, &ended) || !approval_work(cx, &late))
        return false;
    *has_more = *has_more || closed >= AUTO_CLOSE_BATCH || ended >= DISPATCH_BATCH ||
                late >= APPROVAL_BATCH;
    return true;
}

static bool work_flow(struct ctx *cx, struct app *app, bool *has_more)
{
    return each_tenant(cx, app, has_more, tend_flow);
}

static bool empty_bin(struct ctx *cx, struct app *app, bool *has_more)
{
    unsigned gone;

    (void)app;
    if (!ticket_purge_work(cx, &gone))
        return false;
    *has_more = *has_more || gone >= TICKET_PURGE_BATCH;
    return true;
}

static bool work_bin(struct ctx *cx, struct app *app, bool *has_more)
{
    return each_tenant(cx, app, has_more, empty_bin);
}

static bool work_flow_events(struct ctx *cx, struct app *app, bool *has_more)
{
    unsigned worked;

    (void)app;
    if (!flow_event_work(cx, &worked))
        return false;
    *has_more = worked == FLOW_EVENT_BATCH;
    return true;
}

static bool work_escalations(struct ctx *cx, struct app *app, bool *has_more)
{
    return each_tenant(cx, app, has_more, escalate);
}

static bool tell_signals(struct ctx *cx, struct app *app, bool *has_more)
{
    unsigned told;

    (void)app;
    if (!licence_signal_tell(cx, PURGE_BATCH, &told))
        return false;
    *has_more = *has_more || told >= PURGE_BATCH;
    return true;
}

static bool work_signals(struct ctx *cx, struct app *app, bool *has_more)
{
    return each_tenant(cx, app, has_more, tell_signals);
}

static bool work_heartbeats(struct ctx *cx, struct app *app, bool *has_more)
{
    unsigned done;

    (void)app;
    if (!heartbeat_sweep(cx, PURGE_BATCH, &done))
        return false;
    *has_more = done >= PURGE_BATCH;
    return true;
}

static bool work_processes(struct ctx *cx, struct app *app, bool *has_more)
{
    unsigned done;

    (void)app;
    if (!process_sweep(cx, PURGE_BATCH, &done))
        return false;
    *has_more = done >= PURGE_BATCH;
    return true;
}

static bool work_webhook_fan(struct ctx *cx, struct app *app, bool *has_more)
{
    unsigned worked;

    (void)app;
    if (!webhook_fan_work(cx, &worked))
        return false;
    *has_more = worked == WEBHOOK_FAN_BATCH;
    return true;
}

static bool work_webhooks(struct ctx *cx, struct app *app, bool *has_more)
{
    unsigned worked;

    if (!webhook_deliver_work(cx, &app->config, &app->jobs_must_stop, &worked))
        return false;
    *has_more = worked == WEBHOOK_DELIVER_BATCH;
    return true;
}

static bool work_webhook_purge(struct ctx *cx, struct app *app, bool *has_more)
{
    int64_t removed;

    (void)app;
    if (!webhook_event_purge(cx, PURGE_BATCH, &removed))
        return false;
    *has_more = removed == PURGE_BATCH;
    return true;
}

/* One of the folders each time, by the clock: each comes twice a day, on whatever node. */
static bool work_files(struct ctx *cx, struct app *app, bool *has_more)
{
    const char *storage = app->config.storage_path;
    unsigned folder = (unsigned)(cx->now / FILES_EVERY_US % STORE_FOLDERS);
    unsigned artefacts, attachments, mails;

    (void)has_more;
    if (!artefact_sweep(cx, storage, folder, &artefacts) ||
        !attachment_sweep(cx, storage, folder, &attachments) ||
        !mail_in_sweep(cx, storage, folder, &mails))
        return false;
    if (artefacts + attachments + mails > 0)
        log_info(cx->trace, "swept up %u files that nothing speaks of",
                 artefacts + attachments + mails);
    return true;
}

static bool work_mail_events(struct ctx *cx, struct app *app, bool *has_more)
{
    unsigned worked;

    if (!mailer_work_events(cx, app, &worked))
        return false;
    *has_more = worked == MAILER_BATCH;
    return true;
}

static bool work_mail_asked(struct ctx *cx, struct app *app, bool *has_more)
{
    unsigned worked;

    if (!mailer_work_asked(cx, app, &worked))
        return false;
    *has_more = worked >= MAILER_BATCH;
    return true;
}

static bool work_notices_due(struct ctx *cx, struct app *app, bool *has_more)
{
    unsigned worked;

    if (!notice_mail_work(cx, app, &worked))
        return false;
    *has_more = worked == NOTICE_MAIL_BATCH;
    return true;
}

static bool work_notice_purge(struct ctx *cx, struct app *app, bool *has_more)
{
    int64_t removed;

    (void)app;
    if (!notice_purge(cx, PURGE_BATCH, &removed))
        return false;
    *has_more = removed == PURGE_BATCH;
    return true;
}

static bool work_mail(struct ctx *cx, struct app *app, bool *has_more)
{
    unsigned worked;

    if (!mailer_work_out(cx, app, &worked))
        return false;
    *has_more = worked == MAILER_BATCH;
    return true;
}

static bool work_bulk(struct ctx *cx, struct app *app, bool *has_more)
{
    (void)app;
    return ticket_bulk_work(cx, has_more);
}

static bool work_bulk_purge(struct ctx *cx, struct app *app, bool *has_more)
{
    int64_t removed;

    (void)app, (void)has_more;
    return ticket_bulk_purge(cx, PURGE_BULKS, &removed);
}

static bool work_mail_purge(struct ctx *cx, struct app *app, bool *has_more)
{
    int64_t removed;

    (void)app;
    if (!mail_out_purge(cx, PURGE_BATCH, &removed))
        return false;
    *has_more = removed == PURGE_BATCH;
    return true;
}

static bool work_mailboxes(struct ctx *cx, struct app *app, bool *has_more)
{
    unsigned worked;

    (void)has_more;
    return mail_fetch_work(cx, app, &worked);
}

static bool work_mail_in(struct ctx *cx, struct app *app, bool *has_more)
{
    unsigned taken, worked;

    if (!mail_intake_spool(cx, app, &taken) || !mail_intake_work(cx, app, &worked))
        return false;
    *has_more = worked == MAIL_INTAKE_BATCH;
    return true;
}

const struct work WORK[] = {
    {"outbox", LOOP_RULES, WORK_TICK_MS * 1000, work_outbox},
    {"audit chain", LOOP_CHORES, CLOCK_SECOND, work_chain},
    {"audit signatures", LOOP_CHORES, CLOCK_MINUTE, work_sign},
    {"sessions", LOOP_CHORES, CLOCK_MINUTE, work_sessions},
    {"presence", LOOP_CHORES, 10 * CLOCK_MINUTE, work_presence},
    {"heartbeats", LOOP_CHORES, CLOCK_MINUTE, work_heartbeats},
    {"files", LOOP_CHORES, FILES_EVERY_US, work_files},
    {"escalations", LOOP_CHORES, CLOCK_MINUTE, work_escalations},
    {"tickets to be given", LOOP_CHORES, CLOCK_SECOND / 2, work_flow_events},
    {"flow of tickets", LOOP_CHORES, CLOCK_MINUTE, work_flow},
    {"recycle bin", LOOP_CHORES, CLOCK_HOUR, work_bin},
    {"licence notices", LOOP_CHORES, 10 * CLOCK_MINUTE, work_notices},
    {"licence signals", LOOP_CHORES, CLOCK_HOUR, work_signals},
    {"processes", LOOP_CHORES, CLOCK_MINUTE, work_processes},
    {"webhook events", LOOP_CHORES, WORK_TICK_MS * 1000, work_webhook_fan},
    {"webhooks", LOOP_WEBHOOKS, WORK_TICK_MS * 1000, work_webhooks},
    {"forgotten passwords", LOOP_CHORES, CLOCK_SECOND, work_mail_asked},
    {"mail events", LOOP_CHORES, WORK_TICK_MS * 1000, work_mail_events},
    {"notices", LOOP_CHORES, CLOCK_SECOND, work_notices_due},
    {"announcements", LOOP_CHORES, 10 * CLOCK_SECOND, work_news},
    {"old notices", LOOP_CHORES, CLOCK_HOUR, work_notice_purge},
    {"mail", LOOP_MAIL, 2 * WORK_TICK_MS * 1000, work_mail},
    {"mailboxes", LOOP_MAILBOX, CLOCK_SECOND, work_mailboxes},
    {"mail that came in", LOOP_MAIL_IN, CLOCK_SECOND, work_mail_in},
    {"changes of many tickets", LOOP_BULK, 5 * WORK_TICK_MS * 1000, work_bulk},
    {"old changes of many tickets", LOOP_BULK, CLOCK_HOUR, work_bulk_purge},
    {"old mails", LOOP_CHORES, CLOCK_HOUR, work_mail_purge},
    {"old webhook events", LOOP_CHORES, CLOCK_HOUR, work_webhook_purge},
};

const size_t WORK_COUNT = COUNT(WORK);
_Static_assert(COUNT(WORK) <= WORK_MAX, "each row has its state in a loop");
