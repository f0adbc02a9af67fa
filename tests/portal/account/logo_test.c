#include "portal/account/logo.h"
#include "tests/support/unit.h"

#include <string.h>

/* The first bytes of real files, as their specifications lay them out. */
static const char PNG[] =
    "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x78\0\0\0\x28\x08\x06\0\0\0\0\0\0\0";
static const char JPEG[] =
    "\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"
    "\xff\xc0\0\x11\x08\0\x28\0\x78\3\1\x22\0\2\x11\1\3\x11\1";
static const char WEBP_LOSSY[] =
    "RIFF\x40\0\0\0WEBPVP8 \x30\0\0\0\0\0\0\x9d\x01\x2a\x78\0\x28\0\0\0";
static const char WEBP_LOSSLESS[] =
    "RIFF\x40\0\0\0WEBPVP8L\x30\0\0\0\x2f\x77\xc0\x09\0\0\0\0\0\0\0";
static const char WEBP_EXTENDED[] = "RIFF\x40\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x77\0\0\x27\0\0\0";

#define bytes_of(text) ((struct span){(text), sizeof(text) - 1})

static void a_picture_is_told_by_its_bytes(void **state)
{
    const struct {
        struct span bytes;
        const char *type;
    } rows[] = {{bytes_of(PNG), "png"},
                {bytes_of(JPEG), "jpg"},
                {bytes_of(WEBP_LOSSY), "webp"},
                {bytes_of(WEBP_LOSSLESS), "webp"},
                {bytes_of(WEBP_EXTENDED), "webp"}};

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct err err = {0};
        struct logo logo;

        assert_true(logo_look(&err, rows[i].bytes, &logo));
        assert_string_equal(logo.type, rows[i].type);
        assert_int_equal(logo.width, 120);
        assert_int_equal(logo.height, 40);
    }
}

static void refused(struct span bytes, const struct err_kind *kind)
{
    struct err err = {0};
    struct logo logo;

    assert_false(logo_look(&err, bytes, &logo));
    assert_ptr_equal(err.kind, kind);
    assert_string_equal(err.source, "logo");
}

static void other_files_are_refused_with_a_reason(void **state)
{
    static char large[LOGO_BYTES_MAX + 1];
    char tiny[sizeof PNG], wide[sizeof PNG];

    (void)state;
    refused(span_of("<?xml version=\"1.0\"?><svg onload=\"alert(1)\"></svg>"), &ERR_LOGO_SVG);
    refused(span_of("<script>alert(1)</script>"), &ERR_LOGO_KIND);
    refused(span_of(""), &ERR_LOGO_KIND);
    refused(bytes_of("GIF89a\1\0\1\0"), &ERR_LOGO_KIND);
    memcpy(large, PNG, sizeof PNG - 1);
    refused((struct span){large, sizeof large}, &ERR_LOGO_BYTES);
    memcpy(tiny, PNG, sizeof PNG);
    tiny[19] = 15;
    refused((struct span){tiny, sizeof PNG - 1}, &ERR_LOGO_SIDES);
    memcpy(wide, PNG, sizeof PNG);
    wide[16] = 0x7f;
    refused((struct span){wide, sizeof PNG - 1}, &ERR_LOGO_SIDES);
}

static void a_picture_cut_short_is_none(void **state)
{
    const struct span whole[] = {bytes_of(PNG), bytes_of(JPEG), bytes_of(WEBP_LOSSY)};

    (void)state;
    for (size_t i = 0; i < COUNT(whole); i++)
        for (size_t len = 0; len < 20; len++)
            refused((struct span){whole[i].p, len}, &ERR_LOGO_KIND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_picture_is_told_by_its_bytes),
                                       cmocka_unit_test(other_files_are_refused_with_a_reason),
                                       cmocka_unit_test(a_picture_cut_short_is_none)};

    return cmocka_run_group_tests_name("logo", tests, NULL, NULL);
}
