/* The settings that make a house a tenant's own, on the pages of a real server. */
#include "portal/account/brand.h"
#include "portal/account/role.h"
#include "tests/http/site.h"

#include <string.h>

static const char BRAND[] = "/desk/settings/brand";
static const char PNG[] =
    "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x78\0\0\0\x28\x08\x06\0\0\0\0\0\0\0";

static struct site_user open_settings(struct ctx *cx)
{
    struct id sam = make_person(cx, "Sam", "sam@staff.example");

    test_ok(cx, role_add_presets(cx));
    test_ok(cx, role_staff_set(cx, sam, "Administrator", (struct id){{0}}, NULL));
    site_open(cx);
    return site_sign_in(cx, sam);
}

static void a_brand_is_on_each_page_and_for_strangers(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct site_user sam = open_settings(cx);
    const char *fields[] = {"name=Marlow & Sons",
                            "accent=#7a1fa2",
                            "accent_dark=#ce93d8",
                            "support_phone=+44 1",
                            "welcome_en=Good day",
                            "footer_en=Marlow **Ltd** <script>alert(1)</script>",
                            "contact_en=Write to [us](https://marlow.example)",
                            "contact_zh=写信给我们",
                            NULL};
    struct site_answer a = site_get(cx, &sam, BRAND);
    struct brand b;

    assert_int_equal(a.status, 200);
    a = site_upload(cx, &sam, BRAND, fields, "logo=logo.png", PNG, sizeof PNG - 1);
    assert_int_equal(a.status, 303);
    test_ok(cx, brand_get(cx, &b));
    a = site_get(cx, NULL, "/login");
    site_shows(&a, "Marlow &amp; Sons");
    site_shows(&a, "Good day");
    site_shows(&a, "/theme.css?accent=7a1fa2&amp;dark=ce93d8");
    site_shows(&a, "<p>Marlow <strong>Ltd</strong>");
    site_hides(&a, "<script>alert");
    site_shows(&a, arena_printf(cx->mem, "<img class=\"logo\" src=\"/brand/%s.png\"", b.logo_hash));
    a = site_get(cx, NULL, "/contact");
    site_shows(&a, "<a href=\"https://marlow.example\"");
    site_shows(&a, "+44 1");
    a = site_get(cx, NULL, "/contact?lang=zh");
    assert_int_equal(a.status, 303);
}

static void the_picture_is_served_as_what_it_is(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct site_answer a;
    struct brand b;

    open_settings(cx);
    test_ok(cx, brand_logo_set(cx, (struct span){PNG, sizeof PNG - 1}));
    test_ok(cx, brand_get(cx, &b));
    a = site_get(cx, NULL, arena_printf(cx->mem, "/brand/%s.png", b.logo_hash));
    assert_int_equal(a.status, 200);
    assert_non_null(strstr(a.head, "Content-Type: image/png"));
    assert_non_null(strstr(a.head, "X-Content-Type-Options: nosniff"));
    a = site_get(cx, NULL, arena_printf(cx->mem, "/brand/%s.html", b.logo_hash));
    assert_int_equal(a.status, 404);
    assert_int_equal(site_get(cx, NULL, "/brand/nothing").status, 404);
    assert_int_equal(site_get(cx, NULL, "/brand/.png").status, 404);
}

static void a_bad_colour_or_picture_is_said_beside_its_field(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct site_user sam = open_settings(cx);
    struct site_answer a =
        site_post(cx, &sam, BRAND, "name=Marlow&accent=%23ffdd00&accent_dark=%23ce93d8");
    const char *fields[] = {"name=Marlow", "accent=#7a1fa2", "accent_dark=#ce93d8", NULL};
    static const char SVG[] = "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>";
    struct brand b;

    assert_int_equal(a.status, 422);
    site_shows(&a, "Its contrast to the page is 1.2:1");
    site_shows(&a, "The nearest colour that has it is #");
    a = site_upload(cx, &sam, BRAND, fields, "logo=logo.png", SVG, sizeof SVG - 1);
    assert_int_equal(a.status, 422);
    site_shows(&a, "This is an SVG file, which can carry scripts.");
    a = site_post(cx, &sam, BRAND, "name=Marlow&accent=%23ffdd00&accent_dark=%23ce93d8&nearest=1");
    assert_int_equal(a.status, 303);
    test_ok(cx, brand_get(cx, &b));
    assert_string_not_equal(b.accent, "ffdd00");
}

static void a_stylesheet_is_made_of_colours_alone(void **state)
{
    static const char *const HOSTILE[] = {
        "red%3B%7Dbody%7Bdisplay%3Anone", "0e6380%3B", "%3C%2Fstyle%3E",
        "url%28//evil.example%29",        "",          "0e638"};
    struct ctx *cx = test_ctx(state);
    struct site_answer a;

    site_open(cx);
    a = site_get(cx, NULL, "/theme.css?accent=7a1fa2&dark=ce93d8");
    assert_int_equal(a.status, 200);
    for (size_t i = 0; i < COUNT(HOSTILE); i++) {
        const char *paths[] = {
            arena_printf(cx->mem, "/theme.css?accent=%s", HOSTILE[i]),
            arena_printf(cx->mem, "/theme.css?accent=0e6380&dark=%s", HOSTILE[i])};

        for (size_t p = 0; p < COUNT(paths); p++)
            assert_int_equal(site_get(cx, NULL, paths[p]).status, 404);
    }
}

static const char REGION[] = "/desk/settings/region";

static void a_language_that_is_not_offered_is_not_there(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct site_user sam = open_settings(cx);
    struct site_answer a = site_get(cx, &sam, REGION);

    site_shows(&a, "T-1001");
    a = site_post(cx, &sam, REGION,
                  "offer_zh=1&language=zh&time_zone=Asia/Shanghai&currency=cny&date_style=iso&"
                  "number_style=space");
    assert_int_equal(a.status, 303);
    a = site_get(cx, &sam, REGION);
    site_shows(&a, "<html lang=\"zh-CN\"");
    site_shows(&a, "现在是 20"); /* the year first: the server's clock is the real one */
    site_hides(&a, "lang=en");
    a = site_get(cx, NULL, "/login");
    site_shows(&a, "<html lang=\"zh-CN\"");
}

static void what_is_wrong_with_a_region_or_a_series_is_said_beside_it(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct site_user sam = open_settings(cx);
    struct site_answer a = site_post(cx, &sam, REGION,
                                     "offer_zh=1&language=en&time_zone=Mars&currency=EUR&"
                                     "date_style=iso&number_style=space");

    assert_int_equal(a.status, 422);
    site_shows(&a, "value=\"Mars\"");
    a = site_post(cx, &sam, REGION,
                  "offer_zh=1&language=en&time_zone=UTC&currency=EUR&date_style=iso&"
                  "number_style=space");
    assert_int_equal(a.status, 422);
    site_shows(&a, "has to be among those that are offered");
    a = site_post(cx, &sam, "/desk/settings/region/numbers/order", "format=T-%7Bn%7D&next=1");
    assert_int_equal(a.status, 422);
    site_shows(&a, "people could not tell the two apart");
    site_shows(&a, "value=\"T-{n}\"");
    a = site_post(cx, &sam, "/desk/settings/region/numbers/order", "format=B-%7Bn:5%7D&next=70");
    assert_int_equal(a.status, 303);
    a = site_get(cx, &sam, REGION);
    site_shows(&a, "B-00070");
    assert_int_equal(
        site_post(cx, &sam, "/desk/settings/region/numbers/unicorn", "format=B-%7Bn%7D&next=1")
            .status,
        404);
}

static const char SERVER[] = "/desk/settings/mail/server";
static const char INBOX[] = "/desk/settings/mail/inbox";

static void a_mail_server_is_kept_without_showing_its_password(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct site_user sam = open_settings(cx);
    struct site_answer a = site_post(
        cx, &sam, SERVER, "host=127.0.0.1&port=1&tls=never&user=marlow&password=s3cret-word");

    assert_int_equal(a.status, 303);
    a = site_get(cx, &sam, SERVER);
    site_shows(&a, "value=\"127.0.0.1\"");
    site_shows(&a, "One is kept, sealed.");
    site_hides(&a, "s3cret-word");
    a = site_post(cx, &sam, "/desk/settings/mail/server/try", "");
    assert_int_equal(a.status, 303);
    a = site_get(cx, &sam, SERVER);
    site_shows(&a, "The server cannot be reached");
    a = site_post(cx, &sam, SERVER, "host=other.example&port=587&tls=starttls&user=marlow");
    assert_int_equal(a.status, 422);
    site_shows(&a, "Type the password again");
    a = site_post(cx, &sam, SERVER, "host=a%2Fb&port=99999&tls=maybe&user=marlow");
    assert_int_equal(a.status, 422);
}

static void a_mailbox_is_set_tried_and_paused(void **state)
{
    static const char BOX[] =
        "address=help%40marlow.example&unknown_sender=tray&"
        "known_sender=ticket&hourly=30&port=1&tls=never&login=help&"
        "folder=INBOX&done_folder=";
    struct ctx *cx = test_ctx(state);
    struct site_user sam = open_settings(cx);
    struct site_answer a =
        site_post(cx, &sam, INBOX, arena_printf(cx->mem, "%s&host=127.0.0.1", BOX));

    assert_int_equal(a.status, 422);
    site_shows(&a, "Type the password again");
    a = site_post(cx, &sam, INBOX,
                  arena_printf(cx->mem, "%s&host=127.0.0.1&password=s3cret-word", BOX));
    assert_int_equal(a.status, 303);
    a = site_post(cx, &sam, "/desk/settings/mail/inbox/try", "");
    a = site_get(cx, &sam, INBOX);
    site_shows(&a, "The server cannot be reached");
    site_hides(&a, "s3cret-word");
    a = site_post(cx, &sam, "/desk/settings/mail/inbox/pause", "");
    assert_int_equal(a.status, 303);
    a = site_get(cx, &sam, INBOX);
    site_shows(&a, "Go on reading");
    a = site_post(cx, &sam, INBOX, arena_printf(cx->mem, "%s&host=other.example", BOX));
    assert_int_equal(a.status, 422);
    a = site_post(cx, &sam, INBOX, arena_printf(cx->mem, "%s&host=", BOX));
    assert_int_equal(a.status, 303);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_brand_is_on_each_page_and_for_strangers, site_start,
                                        site_stop),
        cmocka_unit_test_setup_teardown(the_picture_is_served_as_what_it_is, site_start, site_stop),
        cmocka_unit_test_setup_teardown(a_bad_colour_or_picture_is_said_beside_its_field,
                                        site_start, site_stop),
        cmocka_unit_test_setup_teardown(a_stylesheet_is_made_of_colours_alone, site_start,
                                        site_stop),
        cmocka_unit_test_setup_teardown(a_language_that_is_not_offered_is_not_there, site_start,
                                        site_stop),
        cmocka_unit_test_setup_teardown(what_is_wrong_with_a_region_or_a_series_is_said_beside_it,
                                        site_start, site_stop),
        cmocka_unit_test_setup_teardown(a_mail_server_is_kept_without_showing_its_password,
                                        site_start, site_stop),
        cmocka_unit_test_setup_teardown(a_mailbox_is_set_tried_and_paused, site_start, site_stop),
    };

    return test_group_run("tenant_pages", tests, COUNT(tests));
}
