/* Makers of rows that most tests need. */
#include "tests/support/test.h"

static const char SQL_TENANT_ADD[] =
    "INSERT INTO tenant (id, slug, name, token_secret, created_at, updated_at) "
    "VALUES (?, ?, ?, REPEAT('x', 32), ?, ?)";
static const char SQL_PERSON_ADD[] =
    "INSERT INTO person (tenant_id, id, full_name, email, created_at, updated_at) "
    "VALUES (?, ?, ?, ?, ?, ?)";
static const char SQL_ORGANISATION_ADD[] =
    "INSERT INTO organisation (tenant_id, id, code, name, created_at, updated_at) "
    "VALUES (?, ?, ?, ?, ?, ?)";
static const char SQL_MEMBERSHIP_ADD[] =
    "INSERT INTO membership (tenant_id, person_id, organisation_id, can_ticket_own, "
    "can_ticket_all, can_order, can_licence, can_billing, can_admin, created_at) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

struct id make_tenant(struct ctx *cx, const char *slug)
{
    struct id id = id_make(cx->now);

    test_sql(cx, SQL_TENANT_ADD, DB_ID(id), DB_TEXT(slug), DB_TEXT(slug), DB_TIME(cx->now),
             DB_TIME(cx->now));
    return id;
}

struct id make_person(struct ctx *cx, const char *name, const char *email)
{
    struct id id = id_make(cx->now);

    test_sql(cx, SQL_PERSON_ADD, DB_ID(cx->tenant_id), DB_ID(id), DB_TEXT(name), DB_TEXT(email),
             DB_TIME(cx->now), DB_TIME(cx->now));
    return id;
}

struct id make_organisation(struct ctx *cx, const char *code, const char *name)
{
    struct id id = id_make(cx->now);

    test_sql(cx, SQL_ORGANISATION_ADD, DB_ID(cx->tenant_id), DB_ID(id), DB_TEXT(code),
             DB_TEXT(name), DB_TIME(cx->now), DB_TIME(cx->now));
    return id;
}

void make_membership(struct ctx *cx, struct id person_id, struct id organisation_id,
                     uint64_t rights)
{
    test_sql(cx, SQL_MEMBERSHIP_ADD, DB_ID(cx->tenant_id), DB_ID(person_id), DB_ID(organisation_id),
             DB_BOOL(rights & RIGHT_TICKET_OWN), DB_BOOL(rights & RIGHT_TICKET_ALL),
             DB_BOOL(rights & RIGHT_ORDER), DB_BOOL(rights & RIGHT_LICENCE),
             DB_BOOL(rights & RIGHT_BILLING), DB_BOOL(rights & RIGHT_ADMIN), DB_TIME(cx->now));
}
