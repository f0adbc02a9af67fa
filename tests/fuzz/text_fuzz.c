/* Small readers of text from outside: numbers, ids, dates, money, UTF-8. What they accept they can
 * write, and read again as the same. */
#include "base/clock.h"
#include "base/id.h"
#include "base/money.h"
#include "base/parse.h"
#include "base/str.h"
#include "base/utf8.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void numbers(struct arena *mem, const char *text)
{
    struct str s = str_new(mem);
    int64_t value;
    int64_t again;
    uint8_t bytes[4];

    if (parse_i64(text, INT64_MIN, INT64_MAX, &value)) {
        str_i64(&s, value);
        if (!parse_i64(s.p, value, value, &again))
            abort();
    }
    if (parse_hex(text, bytes, sizeof bytes))
        assert(strlen(text) == 2 * sizeof bytes);
}

static void ids(const char *text)
{
    struct id id;
    struct id again;
    char written[ID_TEXT_SIZE];

    if (!id_parse(text, &id))
        return;
    id_format(id, written);
    if (!id_parse(written, &again))
        abort();
    assert(id_equal(id, again));
}

static void dates(const char *text)
{
    char written[CLOCK_ISO_SIZE];
    char http[CLOCK_HTTP_SIZE];
    struct civil c;
    int64_t us;
    int64_t again;

    if (!clock_parse_iso(text, &us))
        return;
    c = clock_civil(us);
    assert(clock_from_civil(&c) == us);
    clock_http(us, http);
    clock_iso(us, written);
    if (!clock_parse_iso(written, &again))
        abort();
    /* The written form has years 0 to 9999 and milliseconds. */
    assert(c.year < 0 || c.year > 9999 || (us - again >= 0 && us - again < 1000));
}

static void amounts(struct arena *mem, const char *text)
{
    static const char CURRENCIES[][4] = {"GBP", "JPY", "KWD"};
    struct money m;
    struct money again;

    for (size_t i = 0; i < COUNT(CURRENCIES); i++) {
        if (!money_parse(text, CURRENCIES[i], &m))
            continue;
        if (!money_parse(money_text(mem, m) + 4, CURRENCIES[i], &again))
            abort();
        assert(m.minor == again.minor);
    }
}

static void characters(struct arena *mem, const char *text, size_t len)
{
    size_t count = 0;

    for (size_t max = 0; max <= len && max < 64; max++)
        assert(utf8_prefix(text, max) <= max);
    if (!utf8_valid(text, strlen(text)))
        return;
    for (const char *at = text; utf8_next(&at) != 0;)
        count++;
    assert(count == utf8_count(text));
    for (size_t max = 0; max <= len && max < 64; max++)
        assert(utf8_valid(text, utf8_prefix(text, max)));
    text = utf8_fold(mem, text);
    assert(utf8_valid(text, strlen(text)));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct arena *mem = arena_make(4096);
    const char *text = arena_dup_bytes(mem, bytes, len);

    utf8_valid((const char *)bytes, len);
    numbers(mem, text);
    ids(text);
    dates(text);
    amounts(mem, text);
    characters(mem, text, len);
    arena_free(mem);
    return 0;
}
