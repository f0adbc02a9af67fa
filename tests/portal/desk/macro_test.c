#include "portal/desk/macro.h"
#include "portal/desk/ticket_gap.h"
#include "tests/portal/desk/desk_frame.h"

static struct macro save(struct ctx *cx, const char *body, enum saved_view_scope scope)
{
    struct macro m = {
        .name = "m", .language = "", .body = body, .status = "", .tag = "", .scope = scope};

    test_ok(cx, macro_save(cx, &m));
    return m;
}

static void variables_become_values_and_what_is_missing_a_gap(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id id = desk_file(cx, &d, "Printer");
    struct macro m;
    struct ticket *t;
    const char *text;

    desk_as_priya(cx, &d);
    test_ok(cx, ticket_get(cx, id, &t));
    m = save(cx, "{reporter} {organisation} {subject} {agent} {} {A} { x", SAVED_VIEW_OWN);
    test_ok(cx, macro_fill(cx, &m, t, &text));
    assert_string_equal(text, "Anna Keller Marlow Grocers Printer Priya Nair {} {A} { x");
    assert_false(ticket_gap_is_in(text));
    m = save(cx, "{store}{serial}", SAVED_VIEW_OWN);
    test_ok(cx, macro_fill(cx, &m, t, &text));
    assert_string_equal(text, "⟦store⟧⟦serial⟧");
    assert_true(ticket_gap_is_in(text));
}

static void a_gap_stops_staffs_answer_but_no_note_and_no_customer(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct id id = desk_file(cx, &d, "Printer");
    struct id message;

    desk_as_priya(cx, &d);
    assert_false(ticket_reply(cx, id, "Serial ⟦serial⟧", NULL, &message));
    assert_ptr_equal(cx->err.kind, &ERR_TICKET_GAP);
    cx->err = (struct err){.kind = NULL};
    test_ok(cx, ticket_note(cx, id, "Serial ⟦serial⟧", &message));
    desk_as_anna(cx, &d);
    test_ok(cx, ticket_reply(cx, id, "It says ⟦serial⟧", NULL, &message));
}

static void a_macro_is_seen_by_whom_it_is_for(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    struct macro own, all, *seen;
    size_t count;

    test_as_staff(cx, d.priya, RIGHT_DESK | RIGHT_SETTINGS);
    own = save(cx, "own", SAVED_VIEW_OWN);
    all = save(cx, "all", SAVED_VIEW_ALL);
    test_as_staff(cx, d.dan, RIGHT_DESK);
    test_ok(cx, macro_list(cx, &seen, &count));
    assert_int_equal(count, 1);
    assert_false(macro_get(cx, own.id, &seen));
    assert_ptr_equal(cx->err.kind, &ERR_NOT_FOUND);
    cx->err = (struct err){.kind = NULL};
    assert_false(macro_remove(cx, all.id));
    assert_ptr_equal(cx->err.kind, &ERR_DENIED);
    cx->err = (struct err){.kind = NULL};
    all.body = "changed";
    assert_false(macro_save(cx, &all));
    assert_ptr_equal(cx->err.kind, &ERR_DENIED);
    cx->err = (struct err){.kind = NULL};
    desk_as_tom(cx, &d);
    assert_false(macro_list(cx, &seen, &count));
    assert_ptr_equal(cx->err.kind, &ERR_DENIED);
}

static void refused(struct ctx *cx, struct macro m, const struct err_kind *kind)
{
    m.language = "";
    assert_false(macro_save(cx, &m));
    assert_ptr_equal(cx->err.kind, kind);
    cx->err = (struct err){.kind = NULL};
}

static void what_cannot_be_is_refused(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);

    desk_as_priya(cx, &d);
    refused(cx, (struct macro){.name = "", .body = "b", .status = "", .tag = ""}, &ERR_INVALID);
    refused(cx, (struct macro){.name = "n", .body = "", .status = "", .tag = ""}, &ERR_MACRO_EMPTY);
    refused(cx, (struct macro){.name = "n", .body = "{x}", .status = "", .tag = ""},
            &ERR_MACRO_VARIABLE);
    refused(cx, (struct macro){.name = "n", .body = "", .status = "gone", .tag = ""}, &ERR_INVALID);
    refused(cx, (struct macro){.name = "n", .body = "b", .status = "", .tag = "", .level = 5},
            &ERR_INVALID);
    refused(
        cx,
        (struct macro){.name = "n", .body = "b", .status = "", .tag = "", .scope = SAVED_VIEW_ALL},
        &ERR_INVALID);
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM macro WHERE tenant_id = ?", DB_ID(cx->tenant_id)), 0);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(variables_become_values_and_what_is_missing_a_gap),
        cmocka_unit_test(a_gap_stops_staffs_answer_but_no_note_and_no_customer),
        cmocka_unit_test(a_macro_is_seen_by_whom_it_is_for),
        cmocka_unit_test(what_cannot_be_is_refused),
    };

    return test_group_run("macro", TESTS, COUNT(TESTS));
}
