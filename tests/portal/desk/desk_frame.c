#include "tests/portal/desk/desk_frame.h"

static void make_staff(struct ctx *cx, struct id person_id, struct id role_id)
{
    test_sql(cx, "INSERT INTO staff_member (tenant_id, person_id, role_id) VALUES (?, ?, ?)",
             DB_ID(cx->tenant_id), DB_ID(person_id), DB_ID(role_id));
}

struct desk desk_make(struct ctx *cx)
{
    struct desk d = {
        .organisation = make_organisation(cx, "C-1", "Marlow Grocers"),
        .other_organisation = make_organisation(cx, "C-2", "Bracken Books"),
        .anna = make_person(cx, "Anna Keller", "anna@marlow.example"),
        .tom = make_person(cx, "Tom Reyes", "tom@marlow.example"),
        .eve = make_person(cx, "Eve Stone", "eve@bracken.example"),
        .priya = make_person(cx, "Priya Nair", "priya@tilwick.example"),
        .dan = make_person(cx, "Dan Osei", "dan@tilwick.example"),
        .team = id_make(cx->now),
    };
    const struct id role = id_make(cx->now);

    make_membership(cx, d.anna, d.organisation, RIGHT_TICKET_OWN);
    make_membership(cx, d.tom, d.organisation, RIGHT_TICKET_OWN | RIGHT_TICKET_ALL);
    make_membership(cx, d.eve, d.other_organisation, RIGHT_TICKET_OWN | RIGHT_TICKET_ALL);
    test_sql(cx, "INSERT INTO role (tenant_id, id, name) VALUES (?, ?, 'agent')",
             DB_ID(cx->tenant_id), DB_ID(role));
    test_sql(cx, "INSERT INTO team (tenant_id, id, name) VALUES (?, ?, 'Printing')",
             DB_ID(cx->tenant_id), DB_ID(d.team));
    make_staff(cx, d.priya, role);
    make_staff(cx, d.dan, role);
    return d;
}

void desk_as_anna(struct ctx *cx, const struct desk *d)
{
    test_as_customer(cx, d->anna, d->organisation, RIGHT_TICKET_OWN);
}

void desk_as_tom(struct ctx *cx, const struct desk *d)
{
    test_as_customer(cx, d->tom, d->organisation, RIGHT_TICKET_OWN | RIGHT_TICKET_ALL);
}

void desk_as_eve(struct ctx *cx, const struct desk *d)
{
    test_as_customer(cx, d->eve, d->other_organisation, RIGHT_TICKET_OWN | RIGHT_TICKET_ALL);
}

void desk_as_priya(struct ctx *cx, const struct desk *d)
{
    test_as_staff(cx, d->priya, RIGHT_DESK);
}

struct id desk_file(struct ctx *cx, const struct desk *d, const char *subject)
{
    const struct ticket_new what = {.source = "portal",
                                    .subject = subject,
                                    .text = "It prints two receipts and stops.",
                                    .topic = "fault"};
    struct ticket *t;

    desk_as_anna(cx, d);
    test_ok(cx, ticket_create(cx, &what, &t));
    test_as_system(cx);
    return t->id;
}
