/* The page behind a link that installed software gave to whoever reported. */
#include "portal/desk/feedback.h"
#include "portal/desk/ticket_thread.h"
#include "tests/http/site.h"
#include "tests/licensing/licensing_make.h"
#include "tests/portal/desk/desk_frame.h"

#include <string.h>

static struct feedback make_feedback(struct ctx *cx)
{
    const struct licence *l = licensing_licence(cx, NULL);
    struct feedback f;

    test_ok(cx, feedback_file(cx, test_dir(),
                              &(struct feedback_new){.licence_id = l->id,
                                                     .organisation_id = l->organisation_id,
                                                     .text = "It prints <b>twice</b>",
                                                     .request_key = "k"},
                              &f));
    return f;
}

static void the_link_shows_the_ticket_to_whoever_has_it(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    struct feedback f;
    struct site_answer a;
    struct id message;

    site_open(cx);
    f = make_feedback(cx);
    desk_as_priya(cx, &d);
    test_ok(cx, ticket_note(cx, f.ticket->id, "between ourselves", &message));
    test_ok(cx, ticket_reply(cx, f.ticket->id, "Turn it off and on", NULL, &message));
    a = site_get(cx, NULL, arena_printf(cx->mem, "/follow/%s", f.token));
    assert_int_equal(a.status, 200);
    site_shows(&a, f.ticket->number);
    site_shows(&a, "It prints &lt;b&gt;twice&lt;/b&gt;");
    site_shows(&a, "Turn it off and on");
    site_hides(&a, "between ourselves");
    site_hides(&a, "/reply");
    assert_non_null(strstr(a.head, "no-store"));
}

static void another_link_shows_nothing(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct feedback f;
    struct site_answer a;

    site_open(cx);
    f = make_feedback(cx);
    a = site_get(cx, NULL, "/follow/0123456789abcdef0123456789abcdef");
    assert_int_equal(a.status, 404);
    a = site_get(cx, NULL, site_path(cx, "/follow/%s", f.ticket->id));
    assert_int_equal(a.status, 404);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(the_link_shows_the_ticket_to_whoever_has_it),
        cmocka_unit_test(another_link_shows_nothing),
    };

    return test_group_run_around("follow_pages", TESTS, COUNT(TESTS), site_start, site_stop);
}
