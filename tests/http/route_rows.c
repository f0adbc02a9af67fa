#include "tests/http/route_rows.h"

#include "licensing/artefact.h"
#include "licensing/entitlement.h"
#include "licensing/licence.h"
#include "licensing/token.h"
#include "portal/desk/announcement.h"
#include "portal/desk/approval.h"
#include "portal/desk/calendar.h"
#include "portal/desk/dispatch.h"
#include "portal/desk/hours.h"
#include "portal/desk/leave.h"
#include "portal/desk/team.h"
#include "portal/desk/time_entry.h"
#include "portal/desk/visit.h"
#include "portal/hooks/webhook_endpoint.h"
#include "portal/mail/mail_in.h"
#include "portal/mail/mail_out.h"
#include "portal/oidc/oidc_provider.h"
#include "portal/sales/order.h"
#include "tests/licensing/licensing_make.h"

#include <string.h>

struct id route_rows_id(struct ctx *cx, const char *sql, struct id of)
{
    struct id id;

    assert_true(id_parse(id_is_zero(of) ? test_text(cx, sql, DB_ID(cx->tenant_id))
                                        : test_text(cx, sql, DB_ID(cx->tenant_id), DB_ID(of)),
                         &id));
    return id;
}

static void make_ticket(struct ctx *cx, struct route_rows *rows, const struct site_user *boss)
{
    static const char *const FIELDS[] = {"topic=fault", "subject=Receipt printer stops",
                                         "text=It stops.", "request_key=one", NULL};
    static const char SQL_FILE[] = "SELECT id FROM attachment WHERE tenant_id = ?";
    static const char SQL_TICKET[] = "SELECT id FROM ticket WHERE tenant_id = ?";
    const struct id none = {{0}};
    const struct site_answer filed =
        site_upload(cx, boss, "/tickets/new", FIELDS, "note.txt", "hello", 5);

    assert_int_equal(filed.status, 303);
    rows->ticket = route_rows_id(cx, SQL_TICKET, none);
    rows->file = route_rows_id(cx, SQL_FILE, none);
}

static void make_order(struct ctx *cx, struct route_rows *rows)
{
    const struct order_line line = {.description = "A seat",
                                    .quantity = 1,
                                    .list = {.minor = 100, .currency = "GBP"},
                                    .unit = {.minor = 100, .currency = "GBP"}};
    const struct order_draft draft = {
        .organisation_id = rows->organisation, .currency = "GBP", .lines = &line, .line_count = 1};

    test_ok(cx, order_place(cx, &draft, &rows->order));
}

static void make_licence(struct ctx *cx, struct route_rows *rows)
{
    struct policy draft = licensing_policy(cx);
    const struct policy *policy = licensing_add_policy(cx, &draft);
    struct entitlement *entitlement;
    struct licence *licence;

    test_ok(cx, licence_issue(cx,
                              &(struct licence_draft){.policy_id = policy->id,
                                                      .organisation_id = rows->organisation},
                              &licence));
    rows->licence = licence->id;
    rows->product = licence->product_id;
    rows->policy = licence->policy_id;
    test_ok(cx, entitlement_add(cx, &(struct entitlement){.name = "E", .code = "E"}, &entitlement));
    rows->entitlement = entitlement->id;
    rows->machine = licensing_machine(cx, licence->id, "fingerprint")->id;
}

static void make_calendar(struct ctx *cx, struct route_rows *rows)
{
    struct calendar calendar = {.name = "Office", .zone = "UTC"};

    test_ok(cx, calendar_save(cx, &calendar));
    rows->calendar = calendar.id;
}

static void make_view(struct ctx *cx, struct route_rows *rows)
{
    rows->view = ctx_new_id(cx);
    rows->macro = ctx_new_id(cx);
    test_sql(cx,
             "INSERT INTO saved_view (tenant_id, id, name, query, sort, scope, owner_id, "
             "created_at) VALUES (?, ?, 'Mine', 'assignee:me', 'due', 'own', ?, ?)",
             DB_ID(cx->tenant_id), DB_ID(rows->view), DB_ID(rows->staff), DB_TIME(cx->now));
    test_sql(cx,
             "INSERT INTO macro (tenant_id, id, name, body, scope, owner_id, created_at) "
             "VALUES (?, ?, 'Thanks', 'Thank you.', 'own', ?, ?)",
             DB_ID(cx->tenant_id), DB_ID(rows->macro), DB_ID(rows->staff), DB_TIME(cx->now));
    rows->trashed = ctx_new_id(cx);
    test_sql(cx,
             "INSERT INTO ticket (tenant_id, id, number, source, subject, topic, status, category, "
             "level, created_at, updated_at, deleted_at) VALUES (?, ?, 'T-BIN', 'desk', 'Thrown "
             "away', 'fault', 'open', 'open', 3, ?, ?, ?)",
             DB_ID(cx->tenant_id), DB_ID(rows->trashed), DB_TIME(cx->now), DB_TIME(cx->now),
             DB_TIME(cx->now));
}

static void make_token(struct ctx *cx, struct route_rows *rows)
{
    struct token *token;

    test_ok(cx, token_add(cx, &(struct token_draft){.kind = TOKEN_ADMIN}, &token));
    rows->token = token->id;
}

static void make_webhook(struct ctx *cx, struct route_rows *rows)
{
    const struct webhook_endpoint_draft draft = {.url = "https://hooks.example.com/in",
                                                 .subscriptions =
                                                     json_own(cx->mem, json_pack("[s]", "*"))};
    struct webhook_endpoint *endpoint;

    test_ok(cx, webhook_endpoint_add(cx, &draft, &endpoint));
    rows->webhook = endpoint->id;
    test_ok(cx, mail_out_add(cx,
                             &(struct mail_draft){.kind = "test",
                                                  .to_address = "boss@example.com",
                                                  .subject = "Hello",
                                                  .text = "Hello"},
                             &rows->mail));
}

/* Its file lies elsewhere: what is asked for here are rights, no worker that would read it. */
static void make_mail_in(struct ctx *cx, struct route_rows *rows)
{
    test_ok(cx, mail_in_keep(cx, test_dir(), "pipe", span_of("Subject: Hello\n\nHello"),
                             &rows->mail_in));
    test_sql(cx, "UPDATE mail_in SET state = 'PARKED', due_at = NULL WHERE tenant_id = ?",
             DB_ID(cx->tenant_id));
}

/* The organisation's own: its administrators and staff look after it. */
static void make_provider(struct ctx *cx, struct route_rows *rows)
{
    const struct viewer viewer = cx->viewer;
    const struct oidc_provider_draft draft = {.name = "Marlow",
                                              .issuer = "https://sso.example.com",
                                              .client_id = "gatehouse",
                                              .is_enabled = true};

    cx->viewer = (struct viewer){
        .kind = VIEWER_CUSTOMER, .organisation_id = rows->organisation, .rights = RIGHT_ADMIN};
    test_ok(cx, oidc_provider_add(cx, &draft, &rows->provider));
    cx->viewer = viewer;
}

static void make_release(struct ctx *cx, struct route_rows *rows)
{
    const struct release_draft draft = {
        .product_id = rows->product, .version = "1.0.0", .is_published = true};
    struct release *release;
    struct artefact *artefact;

    test_ok(cx, release_add(cx, &draft, &release));
    rows->release = release->id;
    test_ok(cx,
            artefact_add(cx, &(struct artefact){.release_id = release->id, .filename = "setup.exe"},
                         &artefact));
    rows->artefact = artefact->id;
}

static void make_address(struct ctx *cx, struct route_rows *rows, struct id person)
{
    rows->address = ctx_new_id(cx);
    test_sql(cx,
             "INSERT INTO person_address (tenant_id, id, person_id, email, confirmed_at) "
             "VALUES (?, ?, ?, 'boss@home.example', NOW())",
             DB_ID(cx->tenant_id), DB_ID(rows->address), DB_ID(person));
    rows->proposal = ctx_new_id(cx);
    test_sql(cx,
             "INSERT INTO profile_proposal (tenant_id, id, field, person_id, old_value, new_value, "
             "state, proposed_by, proposed_at) VALUES (?, ?, 'phone', ?, '', '1', 'waiting', ?, "
             "NOW())",
             DB_ID(cx->tenant_id), DB_ID(rows->proposal), DB_ID(person), DB_ID(person));
    rows->erasure = ctx_new_id(cx);
    test_sql(cx,
             "INSERT INTO erasure_request (tenant_id, id, person_id, requested_at, state) "
             "VALUES (?, ?, ?, NOW(), 'waiting')",
             DB_ID(cx->tenant_id), DB_ID(rows->erasure), DB_ID(person));
}

static void make_device(struct ctx *cx, struct route_rows *rows, struct id person)
{
    rows->device = ctx_new_id(cx);
    test_sql(cx,
             "INSERT INTO remembered (tenant_id, id, selector_hash, secret_hash, rotated_at, "
             "person_id, created_at, used_at, expires_at) VALUES (?, ?, 'a', 'b', ?, ?, ?, ?, "
             "'2100-01-01')",
             DB_ID(cx->tenant_id), DB_ID(rows->device), DB_TIME(cx->now), DB_ID(person),
             DB_TIME(cx->now), DB_TIME(cx->now));
}

static void make_signup(struct ctx *cx, struct route_rows *rows)
{
    rows->waiting = ctx_new_id(cx);
    rows->domain = ctx_new_id(cx);
    test_sql(cx,
             "INSERT INTO signup_wait (tenant_id, id, person_id, created_at) VALUES (?, ?, ?, ?)",
             DB_ID(cx->tenant_id), DB_ID(rows->waiting),
             DB_ID(make_person(cx, "New", "new@example.org")), DB_TIME(cx->now));
    test_sql(cx,
             "INSERT INTO signup_domain (tenant_id, id, organisation_id, domain, created_at) "
             "VALUES (?, ?, ?, 'example.org', ?)",
             DB_ID(cx->tenant_id), DB_ID(rows->domain), DB_ID(rows->organisation),
             DB_TIME(cx->now));
}

static void make_news(struct ctx *cx, struct route_rows *rows)
{
    struct announcement a = {.audience = ANNOUNCEMENT_ORGANISATIONS,
                             .codes = "C-1",
                             .topic = "",
                             .is_published = true,
                             .texts = {{"en", "News", "New."}},
                             .text_count = 1};

    test_ok(cx, announcement_save(cx, &a));
    rows->news = a.id;
}

static void make_team(struct ctx *cx, struct route_rows *rows)
{
    struct team team = {.name = "Field"};

    test_ok(cx, team_save(cx, &team));
    rows->team = team.id;
    test_ok(cx,
            leave_add(cx,
                      &(struct leave){
                          .person_id = rows->staff, .from_on = "2026-03-09", .to_on = "2026-03-10"},
                      &rows->leave));
    test_ok(cx, approval_ask(cx, rows->ticket,
                             &(struct approval_new){
                                 .kind = "order", .question = "May we?", .person_id = rows->staff},
                             &rows->approval));
    test_ok(cx, dispatch_send(cx, rows->ticket, &(struct dispatch_new){.team_id = team.id},
                              &rows->dispatch));
    test_ok(cx,
            time_entry_add(cx, rows->ticket, &(struct time_entry_new){.minutes = 5}, &rows->time));
    test_ok(cx, hours_buy(cx, rows->organisation, 60, (struct id){{0}}, NULL, &rows->hours));
}

static void make_bulk(struct ctx *cx, struct route_rows *rows)
{
    rows->bulk = ctx_new_id(cx);
    test_sql(cx,
             "INSERT INTO ticket_bulk (tenant_id, id, starter_id, state, created_at) "
             "VALUES (?, ?, ?, 'chosen', ?)",
             DB_ID(cx->tenant_id), DB_ID(rows->bulk), DB_ID(rows->staff), DB_TIME(cx->now));
}

void route_rows_make(struct ctx *cx, struct route_rows *rows, const struct site_user *boss,
                     struct id boss_id)
{
    const struct id none = {{0}};

    make_device(cx, rows, boss_id);
    make_signup(cx, rows);
    make_ticket(cx, rows, boss);
    make_order(cx, rows);
    make_licence(cx, rows);
    make_release(cx, rows);
    make_webhook(cx, rows);
    make_mail_in(cx, rows);
    make_calendar(cx, rows);
    make_provider(cx, rows);
    make_token(cx, rows);
    make_news(cx, rows);
    make_address(cx, rows, boss_id);
    test_ok(cx, visit_add(cx, rows->ticket, "2026-03-09", none, &rows->visit));
    make_view(cx, rows);
    make_team(cx, rows);
    make_bulk(cx, rows);
    route_path_make_field(cx, rows);
}
