#include "base/utf8.h"
#include "portal/mail/mail_message.h"
#include "tests/support/unit.h"

#include <string.h>

static struct mail_message sample(void)
{
    return (struct mail_message){.at = INT64_C(1772442000000000),
                                 .from_name = "Tilwick",
                                 .from_address = "no-reply@tilwick.example",
                                 .to_name = "Anna Keller",
                                 .to_address = "anna@marlow.example",
                                 .subject = "Your account",
                                 .text = "Hello.\n\nBye.\n"};
}

static void a_mail_has_its_headers_and_its_text(void **state)
{
    struct arena *mem = arena_make(4096);
    struct mail_message m = sample();
    const char *text = mail_message_write(mem, &m).p;

    (void)state;
    assert_non_null(strstr(text, "Date: Mon, 02 Mar 2026 09:00:00 +0000\r\n"));
    assert_non_null(strstr(text, "From: \"Tilwick\"\r\n <no-reply@tilwick.example>\r\n"));
    assert_non_null(strstr(text, "To: \"Anna Keller\"\r\n <anna@marlow.example>\r\n"));
    assert_non_null(strstr(text, "Subject: Your account\r\n"));
    assert_non_null(
        strstr(text, "Message-ID: <00000000-0000-0000-0000-000000000000@tilwick.example>\r\n"));
    assert_non_null(strstr(text, "Auto-Submitted: auto-generated\r\n"));
    assert_string_equal(mail_message_text(mem, text), "Hello.\n\nBye.\n");
    arena_free(mem);
}

static void every_line_is_short_and_plain_whatever_the_language(void **state)
{
    struct arena *mem = arena_make(4096);
    struct mail_message m = sample();
    struct str long_text = str_new(mem);
    const char *text;

    (void)state;
    for (int i = 0; i < 300; i++)
        str_add(&long_text, "工单已更新。A line without an end, ");
    m.subject = "您在蒂尔威克的账户因多次输错密码而锁定，请打开邮件中的链接解锁账户";
    m.to_name = "王小明";
    m.from_name = "A \"quoted\" name that is rather longer than what fits into a single line of it";
    m.text = long_text.p;
    text = mail_message_write(mem, &m).p;
    for (const char *line = text; *line != '\0'; line = strstr(line, "\r\n") + 2) {
        assert_true(strcspn(line, "\r\n") <= 78);
        for (const char *c = line; *c != '\r'; c++)
            assert_true(*c >= ' ' && *c <= '~');
    }
    assert_string_equal(mail_message_text(mem, text), long_text.p);
    assert_non_null(strstr(text, "Subject: =?UTF-8?B?"));
    arena_free(mem);
}

static void nobody_breaks_out_of_a_header(void **state)
{
    struct arena *mem = arena_make(4096);
    struct mail_message m = sample();
    const char *text;

    (void)state;
    m.subject = "Hello\r\nBcc: eve@example.com\r\n\r\nbuy";
    m.to_name = "Anna\" <eve@example.com>,\r\nBcc: eve@example.com";
    text = mail_message_write(mem, &m).p;
    assert_null(strstr(text, "Bcc"));
    assert_null(strstr(text, "eve@"));
    assert_string_equal(mail_message_text(mem, text), "Hello.\n\nBye.\n");
    arena_free(mem);
}

static void an_address_has_no_room_for_tricks(void **state)
{
    static const char *const GOOD[] = {"a@b", "anna.keller+x@marlow.example", "o'hara@x-y.example"};
    static const char *const BAD[] = {
        "",     "anna", "@b",   "a@",   "a b@c", "a@b c",    "a@b\r\nRCPT TO:<c@d>",
        "a@b>", "a@@b", "a@.b", "a@-b", "王@b",  "\"a b\"@c"};

    (void)state;
    for (size_t i = 0; i < COUNT(GOOD); i++)
        assert_true(mail_message_address_is_good(GOOD[i]));
    for (size_t i = 0; i < COUNT(BAD); i++)
        assert_false(mail_message_address_is_good(BAD[i]));
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_mail_has_its_headers_and_its_text),
        cmocka_unit_test(every_line_is_short_and_plain_whatever_the_language),
        cmocka_unit_test(nobody_breaks_out_of_a_header),
        cmocka_unit_test(an_address_has_no_room_for_tricks),
    };

    return cmocka_run_group_tests_name("mail_message", TESTS, NULL, NULL);
}
