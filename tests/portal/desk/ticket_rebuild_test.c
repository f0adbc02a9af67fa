/* Whatever is done to tickets, each row is what its events say. */
#include "base/clock.h"
#include "portal/desk/ticket_link.h"
#include "portal/desk/ticket_merge.h"
#include "portal/desk/ticket_rebuild.h"
#include "portal/desk/ticket_split.h"
#include "portal/desk/ticket_trash.h"
#include "tests/portal/desk/desk_frame.h"

#include <stdlib.h>

/* With GATEHOUSE_WHOLE=1 ten times as many, which takes minutes. */
enum { TICKETS = 1000, TICKETS_WHOLE = 10000, ROUNDS = 4, MEM_BLOCK = 64 * 1024 };

struct corpus {
    struct desk d;
    struct id *tickets;
    uint32_t count, seed;
    unsigned done, refused;
};

/* The same each time. */
static uint32_t next(struct corpus *c, uint32_t below)
{
    c->seed = c->seed * 1664525U + 1013904223U;
    return (c->seed >> 8) % below;
}

static const char *number(struct ctx *cx, struct id id)
{
    return test_text(cx, "SELECT number FROM ticket WHERE tenant_id = ? AND id = ?",
                     DB_ID(cx->tenant_id), DB_ID(id));
}

static bool split_one(struct ctx *cx, struct id id)
{
    struct db_rows rows;
    struct id message, made;

    if (!db_query(cx, &rows,
                  "SELECT id FROM message WHERE tenant_id = ? AND ticket_id = ? AND kind = 'reply' "
                  "ORDER BY id DESC LIMIT 1",
                  DB_ID(cx->tenant_id), DB_ID(id)) ||
        !db_next(&rows))
        return false;
    message = db_id(&rows.row, 0);
    return ticket_split(cx, id, &message, 1, "A part", &made);
}

static bool act(struct ctx *cx, struct corpus *c, struct id id)
{
    static const char *const STATES[] = {"open", "waiting", "solved", "closed"};
    struct id other = c->tickets[next(c, c->count)], made;

    switch (next(c, 14)) {
    case 0:
    case 1:
        return ticket_set_status(cx, id, STATES[next(c, COUNT(STATES))]);
    case 2:
        return ticket_set_level(cx, id, 1 + next(c, TICKET_LEVEL_MAX));
    case 3:
        return ticket_assign(cx, id, next(c, 2) != 0 ? c->d.dan : c->d.priya);
    case 4:
        return ticket_set_team(cx, id, c->d.team);
    case 5:
        return ticket_tag(cx, id, "printer");
    case 6:
    case 7:
        return ticket_reply(cx, id, "An answer.", next(c, 2) != 0 ? "solved" : NULL, &made);
    case 8:
        desk_as_anna(cx, &c->d);
        return ticket_reply(cx, id, "A question.", NULL, &made);
    case 9:
        return ticket_set_review(cx, id, next(c, 2) != 0);
    case 10:
        return ticket_set_topic(cx, id, next(c, 2) != 0 ? "question" : "fault");
    case 11:
        return next(c, 3) != 0 ? ticket_merge_undo(cx, id, TICKET_MERGE_DAYS)
                               : ticket_merge(cx, id, number(cx, other), false, &made);
    case 12:
        return next(c, 2) != 0 ? ticket_trash_add(cx, id) : ticket_trash_restore(cx, id);
    default:
        return split_one(cx, id);
    }
}

static void run(struct ctx *cx, struct corpus *c)
{
    struct arena *kept = cx->mem, *mem = arena_make(MEM_BLOCK);

    cx->mem = mem; /* what one act needs is forgotten before the next */
    for (unsigned i = 0; i < c->count; i++, arena_reset(mem))
        c->tickets[i] = desk_file(cx, &c->d, "Of many");
    for (unsigned i = 0; i < ROUNDS * c->count; i++) {
        cx->now += CLOCK_MINUTE + i; /* down to the microsecond */
        desk_as_priya(cx, &c->d);
        if (act(cx, c, c->tickets[next(c, c->count)]))
            c->done++;
        else
            c->refused++;
        cx->err = (struct err){.kind = NULL};
        arena_reset(mem);
    }
    cx->mem = kept;
    arena_free(mem);
    test_as_system(cx);
}

static void every_row_is_what_its_events_say(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct corpus *c = arena_new(cx->mem, struct corpus);
    struct arena *kept = cx->mem, *mem;
    json_t *told, *stored;
    struct db_rows rows;
    unsigned count = 0;

    c->d = desk_make(cx);
    c->seed = 20261122;
    c->count = getenv("GATEHOUSE_WHOLE") != NULL ? TICKETS_WHOLE : TICKETS;
    c->tickets = arena_array(cx->mem, struct id, c->count);
    run(cx, c);
    assert_true(c->done > c->count * 2);
    assert_true(c->refused > 0);
    test_ok(cx,
            db_query(cx, &rows, "SELECT id FROM ticket WHERE tenant_id = ?", DB_ID(cx->tenant_id)));
    cx->mem = mem = arena_make(MEM_BLOCK);
    for (; db_next(&rows); count++, arena_reset(mem)) {
        const struct id id = db_id(&rows.row, 0);

        test_ok(cx, ticket_rebuild(cx, id, &told));
        test_ok(cx, ticket_rebuild_stored(cx, id, &stored));
        if (!json_equal(told, stored))
            fail_msg("ticket %s\nevents: %s\nstored: %s", id_text(cx->mem, id),
                     json_write(cx->mem, told), json_write(cx->mem, stored));
    }
    cx->mem = kept;
    arena_free(mem);
    assert_true(count > c->count); /* some were made by splitting */
}

static void a_change_beside_the_events_is_seen(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id id = desk_file(cx, &d, "One");
    json_t *told, *stored;

    test_sql(cx, "UPDATE ticket SET city = 'Elsewhere' WHERE tenant_id = ? AND id = ?",
             DB_ID(cx->tenant_id), DB_ID(id));
    test_ok(cx, ticket_rebuild(cx, id, &told));
    test_ok(cx, ticket_rebuild_stored(cx, id, &stored));
    assert_false(json_equal(told, stored));
    test_refused(cx, ticket_rebuild(cx, d.team, &told), &ERR_NOT_FOUND);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(every_row_is_what_its_events_say),
        cmocka_unit_test(a_change_beside_the_events_is_seen),
    };

    return test_group_run("ticket_rebuild", TESTS, COUNT(TESTS));
}
