/* Every mail of the corpus, and 5,000 made of them from a fixed seed: none ends the program, and
 * what is said of each is valid and within its bounds. */
#include "base/crypto.h"
#include "base/utf8.h"
#include "portal/mail/mail_parse.h"
#include "tests/portal/mail/mail_corpus.h"
#include "tests/support/unit.h"

#include <string.h>

enum { MUTATIONS = 5000 };

static const char *text_of(const json_t *mail, const char *name)
{
    const char *text = json_get_text(mail, name, NULL);

    if (text == NULL || !utf8_valid(text, strlen(text)))
        fail_msg("%s is missing or no UTF-8", name);
    return text;
}

static void check_lists(const json_t *mail)
{
    assert_true(json_array_size(json_object_get(mail, "to")) <= MAIL_PARSE_LIST_MAX);
    assert_true(json_array_size(json_object_get(mail, "refs")) <= 2 * MAIL_PARSE_LIST_MAX);
    assert_true(json_array_size(json_object_get(mail, "files")) <= MAIL_PARSE_FILES_MAX);
}

static void check(const json_t *mail)
{
    static const char *const TEXTS[] = {"from", "from_name", "subject", "message_id", "kind",
                                        "auto", "status",    "text",    "new"};

    for (size_t i = 0; i < COUNT(TEXTS); i++)
        text_of(mail, TEXTS[i]);
    assert_true(utf8_count(text_of(mail, "subject")) <= MAIL_PARSE_LINE_MAX);
    assert_null(strchr(text_of(mail, "subject"), '\n'));
    assert_true(strlen(text_of(mail, "from")) <= MAIL_PARSE_ADDRESS_MAX);
    assert_true(strlen(text_of(mail, "new")) <= strlen(text_of(mail, "text")));
    check_lists(mail);
}

static void each_mail_is_read_as_it_was_meant(void **state)
{
    struct arena *mem = *state;
    struct corpus_mail *mails = arena_array(mem, struct corpus_mail, CORPUS_MAILS_MAX);
    size_t count = corpus_make(mem, mails);
    unsigned faults = 0;

    assert_true(count >= CORPUS_MAILS_MIN);
    for (size_t i = 0; i < count; i++) {
        const json_t *mail = mail_parse(mem, mails[i].bytes);
        const char *new = json_get_text(mail, "new", "");
        bool is_good =
            (mails[i].has == NULL || strstr(new, mails[i].has) != NULL) &&
            (mails[i].hasnot == NULL || strstr(new, mails[i].hasnot) == NULL) &&
            (mails[i].subject == NULL || strcmp(text_of(mail, "subject"), mails[i].subject) == 0);

        check(mail);
        if (!is_good)
            print_message("%s: \"%.80s\" (%s)\n", mails[i].name, new, text_of(mail, "subject"));
        faults += !is_good;
    }
    print_message("%zu mails\n", count);
    assert_int_equal(faults, 0);
}

static void no_mutation_of_them_gets_out_of_bounds(void **state)
{
    struct arena *mem = *state;
    struct corpus_mail *mails = arena_array(mem, struct corpus_mail, CORPUS_MAILS_MAX);
    size_t count = corpus_make(mem, mails);
    struct arena *each = arena_make(64 * 1024);

    for (uint64_t n = 0; n < MUTATIONS; n++) {
        check(mail_parse(each, corpus_mutate(each, mails, count, n)));
        arena_reset(each);
    }
    arena_free(each);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {with_arena(each_mail_is_read_as_it_was_meant),
                                              with_arena(no_mutation_of_them_gets_out_of_bounds)};

    crypto_init();
    mail_parse_start();
    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
