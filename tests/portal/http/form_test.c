#include "portal/http/form.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct work {
    struct arena *mem;
    struct lang_set *langs;
    struct req rq;
};

static struct work work;

static int set_up(void **state)
{
    struct err err = {.kind = NULL};

    (void)state;
    work.mem = arena_make(16 * 1024);
    if (!lang_load(&err, GH_WWW_DIR, &work.langs))
        return -1;
    work.rq = (struct req){.cx = {.mem = work.mem},
                           .method = METHOD_POST,
                           .body_type = "application/x-www-form-urlencoded",
                           .lang = lang_find(work.langs, "en")};
    work.rq.format.lang = work.rq.lang;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(work.mem);
    lang_free(work.langs);
    return 0;
}

static struct form *parse(const char *body)
{
    struct form *form = NULL;

    work.rq.form = NULL;
    work.rq.body = span_of(body);
    assert_true(form_parse(&work.rq, &form));
    return form;
}

static void refuse(const char *type, struct span body)
{
    struct form *form;

    err_clear(&work.rq.cx.err);
    work.rq.form = NULL;
    work.rq.body_type = type;
    work.rq.body = body;
    assert_false(form_parse(&work.rq, &form));
    assert_int_equal(work.rq.cx.err.kind->class, ERR_CLASS_MALFORMED);
}

/* --- what came --- */

static void values_are_kept_as_typed(void **state)
{
    struct form *form = parse("a=1&b=two+words%21&%E4%BD%A0=%E5%A5%BD&empty=&bare&lines=x%0D%0Ay");

    (void)state;
    assert_string_equal(form_value(form, "a"), "1");
    assert_string_equal(form_value(form, "b"), "two words!");
    assert_string_equal(form_value(form, "你"), "好");
    assert_string_equal(form_value(form, "empty"), "");
    assert_string_equal(form_value(form, "bare"), "");
    assert_string_equal(form_value(form, "lines"), "x\ny");
    assert_string_equal(form_value(form, "none"), "");
}

static void ticked_boxes_of_one_name_are_lines(void **state)
{
    (void)state;
    assert_string_equal(form_value(parse("tag=a&tag=b&tag=c"), "tag"), "a\nb\nc");
}

static void what_cannot_be_read_is_refused(void **state)
{
    static const char URLENCODED[] = "application/x-www-form-urlencoded; charset=utf-8";
    struct str many = str_new(work.mem);

    (void)state;
    refuse(URLENCODED, (struct span){"a=1\0&b=2", 8});
    refuse(URLENCODED, span_of("a=%00"));
    refuse(URLENCODED, span_of("a=%zz"));
    refuse(URLENCODED, span_of("a=%4"));
    refuse(URLENCODED, span_of("a=%ff%fe"));
    refuse(URLENCODED, span_of("=x"));
    refuse("text/plain", span_of("a=1"));
    refuse("", span_of("a=1"));
    for (int i = 0; i <= FORM_FIELDS_MAX; i++)
        str_fmt(&many, "f%d=1&", i);
    refuse(URLENCODED, span_of(many.p));
}

static void a_multipart_body_gives_values_and_files(void **state)
{
    static const char BODY[] =
        "--b1\r\n"
        "Content-Disposition: form-data; name=\"text\"\r\n\r\n"
        "two\r\nlines\r\n"
        "--b1\r\n"
        "content-disposition: form-data; name=\"f\"; "
        "filename=\"C:\\tmp\\till \\\"1\\\".jpg\"\r\n"
        "Content-Type: image/jpeg\r\n\r\n"
        "\xff\xd8\0\r\n--b\r\n"
        "\r\n--b1\r\n"
        "Content-Disposition: form-data; name=\"g\"; filename=\"\"\r\n\r\n"
        "\r\n--b1--\r\n";
    struct form *form = NULL;

    (void)state;
    work.rq.form = NULL;
    work.rq.body_type = "multipart/form-data; boundary=b1";
    work.rq.body = (struct span){BODY, sizeof(BODY) - 1};
    assert_true(form_parse(&work.rq, &form));
    assert_string_equal(form_value(form, "text"), "two\nlines");
    assert_int_equal(form->file_count, 1); /* the other was left empty */
    assert_string_equal(form->files[0].field, "f");
    assert_string_equal(form->files[0].name, "till \"1\".jpg");
    assert_int_equal(form->files[0].bytes.len, 10);
    assert_memory_equal(form->files[0].bytes.p, "\xff\xd8\0\r\n--b\r\n", 10);
}

static void a_broken_multipart_body_is_refused(void **state)
{
    static const char TYPE[] = "multipart/form-data; boundary=b1";
    static const char *const BODIES[] = {
        "preamble\r\n--b1\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--b1--",
        "--b1",
        "--b1\r\n",
        "--b1x\r\n",
        "--b1\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx",
        "--b1\r\nContent-Disposition: form-data; name=\"a\"\r\n",
        "--b1\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b1--",
        "--b1\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\nx\r\n--b1--",
        "--b1\r\nno colon\r\n\r\nx\r\n--b1--",
        "--b1\r\n\r\nx\r\n--b1--",
        "--b1\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\xff\r\n--b1--",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(BODIES); i++)
        refuse(TYPE, span_of(BODIES[i]));
    refuse("multipart/form-data", span_of(BODIES[0]));
    refuse("multipart/form-data; boundary=", span_of(BODIES[0]));
}

/* --- reading by the table --- */

struct fields {
    const char *subject, *text, *level, *on;
    int64_t seats;
    bool urgent;
    struct id machine;
};

static const char *const LEVELS[] = {"low", "high", NULL};
static const struct form_field FIELDS[] = {
    {"subject", "Subject", FORM_TEXT, true, 3, 10, NULL, offsetof(struct fields, subject)},
    {"text", "Text", FORM_LINES, false, 0, 100, NULL, offsetof(struct fields, text)},
    {"level", "Level", FORM_CHOICE, true, 0, 0, LEVELS, offsetof(struct fields, level)},
    {"on", "Day", FORM_DATE, false, 0, 0, NULL, offsetof(struct fields, on)},
    {"seats", "Seats", FORM_INT, false, 1, 1000, NULL, offsetof(struct fields, seats)},
    {"urgent", "Urgent", FORM_BOOL, false, 0, 0, NULL, offsetof(struct fields, urgent)},
    {"machine", "Machine", FORM_ID, false, 0, 0, NULL, offsetof(struct fields, machine)},
};

static void fields_are_read_into_the_struct(void **state)
{
    struct fields f = {.subject = NULL};
    struct form *form = parse(
        "subject=++Printer+%0D%0A&text=a%0D%0Ab&level=high&on=2026-11-18&"
        "seats=%EF%BC%91%EF%BC%92&urgent=1&"
        "machine=0190c0de-0000-7000-8000-000000000001");

    (void)state;
    assert_true(form_read(&work.rq, form, FIELDS, COUNT(FIELDS), &f));
    assert_string_equal(f.subject, "Printer");
    assert_string_equal(f.text, "a\nb");
    assert_string_equal(f.level, "high");
    assert_string_equal(f.on, "2026-11-18");
    assert_int_equal(f.seats, 12); /* full-width digits */
    assert_true(f.urgent);
    assert_false(id_is_zero(f.machine));
}

static void absent_fields_are_empty(void **state)
{
    struct fields f = {.subject = NULL};

    (void)state;
    assert_true(form_read(&work.rq, parse("subject=abc&level=low&urgent=0&on=+"), FIELDS,
                          COUNT(FIELDS), &f));
    assert_null(f.text);
    assert_null(f.on);
    assert_false(f.urgent);
    assert_int_equal(f.seats, 0);
    assert_true(id_is_zero(f.machine));
}

static void all_faults_are_told_at_once_and_the_input_is_kept(void **state)
{
    struct fields f = {.subject = NULL};
    struct form *form = parse(
        "subject=12345678901&text=%07&level=none&on=2026-02-30&seats=0&"
        "machine=m");

    (void)state;
    assert_false(form_read(&work.rq, form, FIELDS, COUNT(FIELDS), &f));
    assert_int_equal(json_array_size(form->fault_list), 6);
    assert_string_equal(json_get_text(form->faults, "subject", ""),
                        "This is too long: at most 10 characters.");
    assert_string_equal(json_get_text(form->faults, "seats", ""),
                        "Enter a whole number from 1 to 1,000.");
    assert_string_equal(json_get_text(form->faults, "on", ""), "Enter a date like 2026-11-18.");
    assert_string_equal(json_get_text(json_array_get(form->fault_list, 0), "label", ""), "Subject");
    assert_string_equal(form_value(form, "on"), "2026-02-30");
    assert_null(f.subject);
}

static void faults_speak_the_readers_language(void **state)
{
    struct fields f = {.subject = NULL};
    struct form *form;

    (void)state;
    work.rq.lang = work.rq.format.lang = lang_find(work.langs, "zh");
    form = parse("subject=ab");
    assert_false(form_read(&work.rq, form, FIELDS, COUNT(FIELDS), &f));
    assert_string_equal(json_get_text(form->faults, "subject", ""), "内容过短：至少 3 个字符。");
    assert_string_equal(json_get_text(form->faults, "level", ""), "此项必填。");
}

static void an_error_of_the_domain_becomes_a_fault_of_its_field(void **state)
{
    struct form *form = parse("subject=abc");

    (void)state;
    assert_false(err_set_at(&work.rq.cx.err, &ERR_INVALID, "seats", "as the test wants it"));
    assert_true(form_take_err(&work.rq, form, FIELDS, COUNT(FIELDS)));
    assert_null(work.rq.cx.err.kind);
    assert_string_equal(json_get_text(form->faults, "seats", ""), ERR_INVALID.text);
    assert_string_equal(json_get_text(json_array_get(form->fault_list, 0), "label", ""), "Seats");
    assert_false(err_set(&work.rq.cx.err, &ERR_BUSY, "as the test wants it"));
    assert_false(form_take_err(&work.rq, form, FIELDS, COUNT(FIELDS)));
    assert_ptr_equal(work.rq.cx.err.kind, &ERR_BUSY);
}

#define A_FORM(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        A_FORM(values_are_kept_as_typed),
        A_FORM(ticked_boxes_of_one_name_are_lines),
        A_FORM(what_cannot_be_read_is_refused),
        A_FORM(a_multipart_body_gives_values_and_files),
        A_FORM(a_broken_multipart_body_is_refused),
        A_FORM(fields_are_read_into_the_struct),
        A_FORM(absent_fields_are_empty),
        A_FORM(all_faults_are_told_at_once_and_the_input_is_kept),
        A_FORM(faults_speak_the_readers_language),
        A_FORM(an_error_of_the_domain_becomes_a_fault_of_its_field),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
