#include "tests/portal/account/people_make.h"

int64_t rows_of(struct ctx *cx, const char *table, const char *column, struct id id)
{
    return test_i64(cx,
                    arena_printf(cx->mem, "SELECT COUNT(*) FROM %s WHERE tenant_id = ? AND %s = ?",
                                 table, column),
                    DB_ID(cx->tenant_id), DB_ID(id));
}

static void make_ticket(struct ctx *cx, struct full_person *p, const char *mark)
{
    const struct db_arg tenant = DB_ID(cx->tenant_id), person = DB_ID(p->person);
    struct id reporter = ctx_new_id(cx);

    p->ticket = ctx_new_id(cx);
    p->message = ctx_new_id(cx);
    test_sql(cx,
             "INSERT INTO reporter (tenant_id, id, organisation_id, person_id, name, phone, email, "
             "address, created_at) VALUES (?, ?, ?, ?, ?, '0118', ?, 'Bell Street', NOW())",
             tenant, DB_ID(reporter), DB_ID(p->organisation), person, DB_TEXT(mark),
             DB_TEXT(arena_printf(cx->mem, "%s@marlow.example", mark)));
    test_sql(cx,
             "INSERT INTO ticket (tenant_id, id, number, organisation_id, person_id, reporter_id, "
             "source, subject, topic, status, category, level, created_at, updated_at, "
             "resolved_at) VALUES (?, ?, ?, ?, ?, ?, 'portal', 'It stops', 'other', 'solved', "
             "'solved', 3, ?, ?, ?)",
             tenant, DB_ID(p->ticket), DB_TEXT(id_text(cx->mem, p->ticket)), DB_ID(p->organisation),
             person, DB_ID(reporter), DB_TIME(cx->now), DB_TIME(cx->now), DB_TIME(cx->now));
    test_sql(cx,
             "INSERT INTO message (tenant_id, id, ticket_id, kind, is_public, author, author_id, "
             "author_name, source, body, created_at) VALUES (?, ?, ?, 'reply', TRUE, 'customer', "
             "?, ?, 'portal', 'Again', NOW())",
             tenant, DB_ID(p->message), DB_ID(p->ticket), person, DB_TEXT(mark));
    test_sql(cx,
             "INSERT INTO participant (tenant_id, ticket_id, person_id, added_at) "
             "VALUES (?, ?, ?, NOW())",
             tenant, DB_ID(p->ticket), person);
    test_sql(cx,
             "INSERT INTO survey (tenant_id, id, ticket_id, resolved_at, score, comment, way, "
             "person_id, answered_at) VALUES (?, ?, ?, ?, 4, 'Quick', 'portal', ?, ?)",
             tenant, DB_ID(ctx_new_id(cx)), DB_ID(p->ticket), DB_TIME(cx->now), person,
             DB_TIME(cx->now));
}

static void make_account(struct ctx *cx, struct full_person *p, const char *mark)
{
    const struct db_arg tenant = DB_ID(cx->tenant_id), person = DB_ID(p->person);

    test_sql(cx,
             "INSERT INTO person_address (tenant_id, id, person_id, email, confirmed_at) "
             "VALUES (?, ?, ?, ?, NOW())",
             tenant, DB_ID(ctx_new_id(cx)), person,
             DB_TEXT(arena_printf(cx->mem, "%s@home.example", mark)));
    test_sql(cx,
             "INSERT INTO session (tenant_id, id, token_hash, person_id, created_at, used_at, "
             "expires_at) VALUES (?, ?, UNHEX(SHA2(?, 256)), ?, NOW(), NOW(), '2100-01-01')",
             tenant, DB_ID(ctx_new_id(cx)), DB_TEXT(mark), person);
    test_sql(cx,
             "INSERT INTO login_event (tenant_id, id, email, person_id, address, outcome, at) "
             "VALUES (?, ?, ?, ?, '192.0.2.7', 'ok', NOW())",
             tenant, DB_ID(ctx_new_id(cx)),
             DB_TEXT(arena_printf(cx->mem, "%s@marlow.example", mark)), person);
    test_sql(cx,
             "INSERT INTO mail_out (tenant_id, id, kind, person_id, to_address, to_name, subject, "
             "created_at) VALUES (?, ?, 'test', ?, ?, ?, 'Hello', NOW())",
             tenant, DB_ID(ctx_new_id(cx)), person,
             DB_TEXT(arena_printf(cx->mem, "%s@marlow.example", mark)), DB_TEXT(mark));
    test_sql(cx,
             "INSERT IGNORE INTO custom_field (tenant_id, id, subject, code, label, kind, "
             "created_at) VALUES (?, ?, 'person', 'nickname', 'Nickname', 'text', NOW())",
             tenant, DB_ID(ctx_new_id(cx)));
    test_sql(cx,
             "INSERT INTO custom_value (tenant_id, subject_id, field_id, position, value, word) "
             "SELECT tenant_id, ?, id, 0, ?, ? FROM custom_field WHERE tenant_id = ? AND code = "
             "'nickname'",
             person, DB_TEXT(mark), DB_TEXT(mark), tenant);
    test_sql(cx, "INSERT INTO notice_habit (tenant_id, person_id) VALUES (?, ?)", tenant, person);
    test_sql(cx,
             "INSERT INTO profile_proposal (tenant_id, id, field, person_id, organisation_id, "
             "old_value, new_value, state, proposed_by, proposed_at) VALUES (?, ?, 'phone', ?, ?, "
             "'', ?, 'waiting', ?, NOW())",
             tenant, DB_ID(ctx_new_id(cx)), person, DB_ID(p->organisation), DB_TEXT(mark), person);
}

struct full_person full_person_make(struct ctx *cx, struct id organisation, const char *mark,
                                    uint32_t rights)
{
    struct full_person p = {.organisation = organisation};
    struct policy policy = licensing_policy(cx);
    const struct db_arg tenant = DB_ID(cx->tenant_id);

    p.person = make_person(cx, mark, arena_printf(cx->mem, "%s@marlow.example", mark));
    test_sql(cx,
             "UPDATE person SET verified_email = email, phone = ? WHERE tenant_id = ? AND id = ?",
             DB_TEXT(arena_printf(cx->mem, "phone-%s", mark)), tenant, DB_ID(p.person));
    make_membership(cx, p.person, organisation, rights);
    make_ticket(cx, &p, mark);
    make_account(cx, &p, mark);
    p.order = ctx_new_id(cx);
    test_sql(cx,
             "INSERT INTO sales_order (tenant_id, id, organisation_id, number, placed_by, status, "
             "currency, created_at, updated_at) VALUES (?, ?, ?, ?, ?, 'placed', 'GBP', NOW(), "
             "NOW())",
             tenant, DB_ID(p.order), DB_ID(organisation), DB_TEXT(id_text(cx->mem, p.order)),
             DB_ID(p.person));
    p.licence = licensing_licence(cx, &policy)->id;
    test_sql(cx,
             "UPDATE licence SET owner_id = ?, organisation_id = ? WHERE tenant_id = ? AND id = ?",
             DB_ID(p.person), DB_ID(organisation), tenant, DB_ID(p.licence));
    return p;
}
