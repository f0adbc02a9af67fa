#include "portal/desk/ticket_counts.h"
#include "portal/desk/ticket_status.h"
#include "portal/desk/ticket_thread.h"
#include "tests/portal/desk/desk_frame.h"

#include <string.h>

/* --- who sees a ticket --- */

struct look {
    const char *who;
    enum viewer_kind kind;
    char person;       /* a anna, t tom, e eve, p priya */
    char organisation; /* o own, x other, - none */
    uint64_t rights;
    bool sees;
};

static const struct look LOOKS[] = {
    {"the filer", VIEWER_CUSTOMER, 'a', 'o', RIGHT_TICKET_OWN, true},
    {"a colleague with all", VIEWER_CUSTOMER, 't', 'o', RIGHT_TICKET_ALL, true},
    {"a colleague with own", VIEWER_CUSTOMER, 't', 'o', RIGHT_TICKET_OWN, false},
    {"the filer without right", VIEWER_CUSTOMER, 'a', 'o', RIGHT_ORDER | RIGHT_ADMIN, false},
    {"the filer for another organisation", VIEWER_CUSTOMER, 'a', 'x', RIGHT_TICKET_ALL, false},
    {"another organisation", VIEWER_CUSTOMER, 'e', 'x', RIGHT_TICKET_ALL, false},
    {"a customer with a staff right", VIEWER_CUSTOMER, 'e', 'x', RIGHT_DESK, false},
    {"staff of the desk", VIEWER_STAFF, 'p', '-', RIGHT_DESK, true},
    {"staff of sales", VIEWER_STAFF, 'p', '-', RIGHT_SALES | RIGHT_TICKET_ALL, false},
    {"nobody", VIEWER_NOBODY, '-', '-', RIGHT_DESK | RIGHT_TICKET_ALL, false},
    {"the system", VIEWER_SYSTEM, '-', '-', 0, true},
};

static void look_as(struct ctx *cx, const struct desk *d, const struct look *l)
{
    const struct id none = {{0}};

    cx->viewer = (struct viewer){
        .kind = l->kind,
        .person_id = l->person == 'a'   ? d->anna
                     : l->person == 't' ? d->tom
                     : l->person == 'e' ? d->eve
                     : l->person == 'p' ? d->priya
                                        : none,
        .organisation_id = l->organisation == 'o'   ? d->organisation
                           : l->organisation == 'x' ? d->other_organisation
                                                    : none,
        .rights = l->rights,
    };
}

static void check_look(struct ctx *cx, struct id id, const char *number, const struct look *l)
{
    struct ticket *t;
    struct ticket_page_of page;
    struct ticket_counts counts;

    assert_int_equal(ticket_get(cx, id, &t), l->sees);
    if (!l->sees) {
        assert_ptr_equal(cx->err.kind, &ERR_NOT_FOUND);
        err_clear(&cx->err);
    }
    test_ok(cx, ticket_find_number(cx, number, &t));
    assert_int_equal(t != NULL, l->sees);
    test_ok(cx, ticket_list(cx, &(struct ticket_filter){.tab = TICKET_TAB_ALL}, &page));
    assert_int_equal(page.count, l->sees ? 1 : 0);
    test_ok(cx, ticket_list(cx, &(struct ticket_filter){.tab = TICKET_TAB_ALL, .search = number},
                            &page));
    assert_int_equal(page.count, l->sees ? 1 : 0);
    test_ok(cx, ticket_counts(cx, &counts));
    assert_int_equal(counts.open, l->sees ? 1 : 0);
}

static void list_get_search_and_count_agree_on_who_sees(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id id = desk_file(cx, &d, "Receipt printer stops");
    struct ticket *t;
    const char *number;

    test_ok(cx, ticket_get(cx, id, &t));
    number = t->number;
    for (size_t i = 0; i < COUNT(LOOKS); i++) {
        look_as(cx, &d, &LOOKS[i]);
        print_message("          %s\n", LOOKS[i].who);
        check_look(cx, id, number, &LOOKS[i]);
    }
}

static void another_tenant_finds_nothing(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id id = desk_file(cx, &d, "ours");
    struct ctx *other = test_ctx(state);
    struct ticket *t;
    struct id message;

    test_refused(other, ticket_get(other, id, &t), &ERR_NOT_FOUND);
    test_refused(other, ticket_reply(other, id, "hello", NULL, &message), &ERR_NOT_FOUND);
    test_refused(other, ticket_note(other, id, "hello", &message), &ERR_NOT_FOUND);
    test_refused(other, ticket_set_status(other, id, "closed"), &ERR_NOT_FOUND);
    test_refused(other, ticket_tag(other, id, "x"), &ERR_NOT_FOUND);
}

static void a_participant_sees_and_answers_as_allowed(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id id = desk_file(cx, &d, "with Tom");
    struct ticket *t;
    struct id message;

    desk_as_anna(cx, &d);
    test_ok(cx, ticket_thread_add_participant(cx, id, d.tom, false));
    test_refused(cx, ticket_thread_add_participant(cx, id, d.eve, true), &ERR_INVALID);
    test_as_customer(cx, d.tom, d.organisation, RIGHT_TICKET_OWN);
    test_ok(cx, ticket_get(cx, id, &t));
    test_refused(cx, ticket_reply(cx, id, "me too", NULL, &message), &ERR_DENIED);
    test_refused(cx, ticket_set_status(cx, id, "closed"), &ERR_DENIED);
    desk_as_anna(cx, &d);
    test_ok(cx, ticket_thread_add_participant(cx, id, d.tom, true));
    test_as_customer(cx, d.tom, d.organisation, RIGHT_TICKET_OWN);
    test_ok(cx, ticket_reply(cx, id, "me too", NULL, &message));
    desk_as_anna(cx, &d);
    test_ok(cx, ticket_thread_remove_participant(cx, id, d.tom));
    test_as_customer(cx, d.tom, d.organisation, RIGHT_TICKET_OWN);
    test_refused(cx, ticket_get(cx, id, &t), &ERR_NOT_FOUND);
}

static void a_caller_finds_his_ticket_by_his_address(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct ticket_new what = {.source = "desk",
                                    .organisation_id = d.organisation,
                                    .subject = "called",
                                    .text = "text",
                                    .topic = "fault",
                                    .reporter_name = "Tom",
                                    .reporter_email = " Tom@Marlow.example "};
    struct ticket *t;
    struct id message;

    desk_as_priya(cx, &d);
    test_ok(cx, ticket_create(cx, &what, &t));
    desk_as_anna(cx, &d);
    test_refused(cx, ticket_get(cx, t->id, &t), &ERR_NOT_FOUND);
    test_as_customer(cx, d.tom, d.organisation, RIGHT_TICKET_OWN);
    test_ok(cx, ticket_get(cx, t->id, &t));
    test_ok(cx, ticket_reply(cx, t->id, "it is me", NULL, &message));
    test_as_customer(cx, d.tom, d.other_organisation, RIGHT_TICKET_OWN);
    test_refused(cx, ticket_get(cx, t->id, &t), &ERR_NOT_FOUND);
}

/* --- notes --- */

static bool tells(struct ctx *cx, const json_t *json, const char *secret)
{
    return strstr(json_write(cx->mem, json), secret) != NULL;
}

static void a_note_never_reaches_a_customer(void **state)
{
    static const char SECRET[] = "SECRETNOTE";
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id id = desk_file(cx, &d, "plain subject");
    struct message **messages;
    struct attachment **files;
    struct ticket_page_of page;
    struct ticket *t;
    struct id note;
    size_t count;

    desk_as_priya(cx, &d);
    test_ok(cx, ticket_note(cx, id, SECRET, &note));
    test_ok(cx, ticket_set_level(cx, id, 1));
    test_ok(cx, ticket_tag(cx, id, SECRET));
    test_as_system(cx);
    test_sql(
        cx,
        "INSERT INTO attachment (tenant_id, id, ticket_id, message_id, hash, name, type, bytes, "
        "created_at) VALUES (?, ?, ?, ?, REPEAT('a', 64), 'SECRETNOTE.txt', 'text/plain', 1, ?)",
        DB_ID(cx->tenant_id), DB_ID(note), DB_ID(id), DB_ID(note), DB_TIME(cx->now));

    desk_as_tom(cx, &d);
    test_ok(cx, ticket_thread(cx, id, &messages, &count));
    assert_int_equal(count, 1);
    assert_string_equal(messages[0]->kind, "reply");
    assert_int_equal(messages[0]->file_count, 0);
    test_ok(cx, attachment_list(cx, id, &files, &count));
    assert_int_equal(count, 0);
    test_refused(cx, attachment_get(cx, note, &files[0]), &ERR_NOT_FOUND);
    test_ok(cx, ticket_get(cx, id, &t));
    assert_false(tells(cx, ticket_to_json(cx, t), SECRET));
    test_ok(cx, ticket_list(cx, &(struct ticket_filter){.tab = TICKET_TAB_ALL, .search = SECRET},
                            &page));
    assert_int_equal(page.count, 0);

    desk_as_priya(cx, &d);
    test_ok(cx, ticket_thread(cx, id, &messages, &count));
    assert_int_equal(count, 4);
    assert_string_equal(messages[1]->body, SECRET);
    assert_int_equal(messages[1]->file_count, 1);
}

static void customers_cannot_note_assign_or_sort(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id id = desk_file(cx, &d, "mine");
    struct id message;

    desk_as_tom(cx, &d);
    test_refused(cx, ticket_note(cx, id, "x", &message), &ERR_DENIED);
    test_refused(cx, ticket_assign(cx, id, d.priya), &ERR_DENIED);
    test_refused(cx, ticket_set_level(cx, id, 1), &ERR_DENIED);
    test_refused(cx, ticket_set_team(cx, id, d.team), &ERR_DENIED);
    test_refused(cx, ticket_set_topic(cx, id, "question"), &ERR_DENIED);
    test_refused(cx, ticket_tag(cx, id, "x"), &ERR_DENIED);
    test_refused(cx, ticket_set_review(cx, id, true), &ERR_DENIED);
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM event WHERE tenant_id = ?", DB_ID(cx->tenant_id)), 1);
}

/* The table refuses what no function of ours does. */
static void the_table_itself_refuses_a_public_note(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id id = desk_file(cx, &d, "s");

    assert_false(db_exec(cx, NULL,
                         "INSERT INTO message (tenant_id, id, ticket_id, kind, is_public, author, "
                         "source, body, created_at) VALUES (?, ?, ?, 'note', TRUE, 'staff', "
                         "'desk', 'x', ?)",
                         DB_ID(cx->tenant_id), DB_ID(id_make(cx->now)), DB_ID(id),
                         DB_TIME(cx->now)));
    err_clear(&cx->err);
}

/* --- states --- */

static void which_state_may_follow_depends_on_the_side(void **state)
{
    static const char *const STAFF[] = {"oooo", "oooo", "oooo", "o--o"};
    static const char *const CUSTOMER[] = {"---o", "o--o", "o--o", "o---"};

    (void)state;
    for (int from = 0; from < TICKET_CATEGORIES; from++)
        for (int to = 0; to < TICKET_CATEGORIES; to++) {
            const enum ticket_category a = (enum ticket_category)from, b = (enum ticket_category)to;

            assert_int_equal(ticket_status_decide(VIEWER_STAFF, a, b), STAFF[from][to] == 'o');
            assert_int_equal(ticket_status_decide(VIEWER_SYSTEM, a, b), STAFF[from][to] == 'o');
            assert_int_equal(ticket_status_decide(VIEWER_CUSTOMER, a, b),
                             CUSTOMER[from][to] == 'o');
            assert_false(ticket_status_decide(VIEWER_NOBODY, a, b));
        }
}

static void a_forbidden_state_is_refused_and_leaves_no_trace(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id id = desk_file(cx, &d, "s");
    struct ticket *t;

    desk_as_anna(cx, &d);
    test_refused(cx, ticket_set_status(cx, id, "waiting"), &ERR_TICKET_TRANSITION);
    test_refused(cx, ticket_set_status(cx, id, "no such"), &ERR_INVALID);
    test_ok(cx, ticket_get(cx, id, &t));
    assert_int_equal(t->category, TICKET_OPEN);
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM message WHERE tenant_id = ?", DB_ID(cx->tenant_id)), 1);
    assert_int_equal(t->version, 1);
}

/* --- changes --- */

static void a_change_tells_before_and_after(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id id = desk_file(cx, &d, "s");
    const char *text;
    json_t *data;

    desk_as_priya(cx, &d);
    test_ok(cx, ticket_set_level(cx, id, 1));
    test_ok(cx, ticket_tag(cx, id, "Ｓupport-Expired"));
    test_ok(cx, ticket_assign(cx, id, d.dan));
    test_ok(cx, ticket_set_team(cx, id, d.team));
    text = test_text(cx,
                     "SELECT data FROM event WHERE tenant_id = ? AND subject_id = ? AND name = "
                     "'ticket.updated' ORDER BY id DESC LIMIT 1",
                     DB_ID(cx->tenant_id), DB_ID(id));
    test_ok(cx, json_read(cx->mem, &cx->err, text, strlen(text), &data));
    assert_int_equal(json_array_size(json_object_get(json_object_get(data, "before"), "tags")), 0);
    assert_int_equal(json_get_i64(json_object_get(data, "before"), "level", 0), 1);
    assert_string_equal(json_string_value(json_array_get(
                            json_object_get(json_object_get(data, "after"), "tags"), 0)),
                        "support-expired");
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM event WHERE tenant_id = ? AND name = "
                              "'ticket.assigned'",
                              DB_ID(cx->tenant_id)),
                     2);
}

static void setting_what_is_set_changes_nothing(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id id = desk_file(cx, &d, "s");
    const struct id none = {{0}};

    desk_as_priya(cx, &d);
    test_ok(cx, ticket_set_level(cx, id, 2));
    test_ok(cx, ticket_set_status(cx, id, "open"));
    test_ok(cx, ticket_assign(cx, id, none));
    test_ok(cx, ticket_set_topic(cx, id, "fault"));
    test_ok(cx, ticket_untag(cx, id, "never"));
    test_ok(cx, ticket_set_review(cx, id, false));
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM event WHERE tenant_id = ?", DB_ID(cx->tenant_id)), 1);
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM message WHERE tenant_id = ?", DB_ID(cx->tenant_id)), 1);
}

static bool add_a_note(struct ctx *cx, void *arg)
{
    struct id message;

    return ticket_note(cx, *(struct id *)arg, "at once", &message);
}

static void note_at_once(struct ctx *cx, unsigned index, void *arg)
{
    struct id *noted = arg;

    if (db_retry(cx, add_a_note, &noted[0]))
        noted[index + 1] = noted[0];
}

enum { AT_ONCE = 8 };

static void changes_at_once_follow_each_other(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    struct id noted[AT_ONCE + 1] = {desk_file(cx, &d, "s")};
    struct ticket *t;

    test_threads(cx, AT_ONCE, note_at_once, noted);
    for (int i = 1; i <= AT_ONCE; i++)
        assert_true(id_equal(noted[i], noted[0]));
    test_ok(cx, ticket_get(cx, noted[0], &t));
    assert_int_equal(t->version, 1 + AT_ONCE);
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM message WHERE tenant_id = ? AND kind = 'note'",
                              DB_ID(cx->tenant_id)),
                     AT_ONCE);
}

static void wrong_values_are_refused(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id id = desk_file(cx, &d, "s");
    struct id message;

    desk_as_priya(cx, &d);
    test_refused(cx, ticket_assign(cx, id, d.anna), &ERR_INVALID);
    test_refused(cx, ticket_set_team(cx, id, d.anna), &ERR_INVALID);
    test_refused(cx, ticket_set_level(cx, id, 0), &ERR_INVALID);
    test_refused(cx, ticket_set_level(cx, id, 5), &ERR_INVALID);
    test_refused(cx, ticket_set_topic(cx, id, "no such"), &ERR_INVALID);
    test_refused(cx, ticket_tag(cx, id, ""), &ERR_INVALID);
    test_refused(cx, ticket_reply(cx, id, "", NULL, &message), &ERR_INVALID);
    test_refused(cx, ticket_note(cx, id, NULL, &message), &ERR_INVALID);
}

static void a_rule_applies_several_effects_in_one_transaction(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id id = desk_file(cx, &d, "s");
    struct message **messages;
    struct ticket *t;
    struct id note, team;
    size_t count;

    test_as_system(cx);
    cx->actor_id = id_make(cx->now);
    test_ok(cx, ticket_find_team(cx, "Printing", &team));
    test_ok(cx, db_begin(cx));
    test_ok(cx, ticket_set_team(cx, id, team));
    test_ok(cx, ticket_set_level(cx, id, 2)); /* set already: must not undo the rest */
    test_ok(cx, ticket_tag(cx, id, "printer"));
    test_ok(cx, ticket_note(cx, id, "routed", &note));
    test_ok(cx, db_commit(cx));
    test_ok(cx, ticket_get(cx, id, &t));
    assert_true(id_equal(t->team_id, d.team));
    test_ok(cx, ticket_thread(cx, id, &messages, &count));
    assert_int_equal(count, 4);
    assert_string_equal(messages[3]->author, "script");
    assert_string_equal(messages[3]->source, "rule");
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(list_get_search_and_count_agree_on_who_sees),
        cmocka_unit_test(another_tenant_finds_nothing),
        cmocka_unit_test(a_participant_sees_and_answers_as_allowed),
        cmocka_unit_test(a_caller_finds_his_ticket_by_his_address),
        cmocka_unit_test(a_note_never_reaches_a_customer),
        cmocka_unit_test(customers_cannot_note_assign_or_sort),
        cmocka_unit_test(the_table_itself_refuses_a_public_note),
        cmocka_unit_test(which_state_may_follow_depends_on_the_side),
        cmocka_unit_test(a_forbidden_state_is_refused_and_leaves_no_trace),
        cmocka_unit_test(a_change_tells_before_and_after),
        cmocka_unit_test(setting_what_is_set_changes_nothing),
        cmocka_unit_test(changes_at_once_follow_each_other),
        cmocka_unit_test(wrong_values_are_refused),
        cmocka_unit_test(a_rule_applies_several_effects_in_one_transaction),
    };

    return test_group_run("ticket", TESTS, COUNT(TESTS));
}
