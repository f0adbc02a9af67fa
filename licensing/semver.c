#include "licensing/semver.h"

#include "base/parse.h"
#include "base/str.h"

#include <string.h>

static const char DIGITS[] = "0123456789";
static const char WORD[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-";

/* Digits without a leading zero. */
static bool is_number(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (strchr(DIGITS, text.p[i]) == NULL || text.p[i] == '\0')
            return false;
    return text.len == 1 || (text.len > 1 && text.p[0] != '0');
}

static bool parse_number(struct span text, int64_t *out)
{
    char digits[20] = "";

    if (!is_number(text) || text.len >= sizeof digits)
        return false;
    memcpy(digits, text.p, text.len);
    return parse_i64(digits, 0, INT64_MAX, out);
}

/* Identifiers with dots between them. */
static bool is_tail(const char *text, bool may_lead_with_zero)
{
    struct span rest = span_of(text);
    struct span word;

    if (*text == '\0' || text[strlen(text) - 1] == '.')
        return false;
    while (span_cut(&rest, '.', &word)) {
        bool is_digits = true;

        if (word.len == 0)
            return false;
        for (size_t i = 0; i < word.len; i++) {
            if (strchr(WORD, word.p[i]) == NULL)
                return false;
            is_digits = is_digits && strchr(DIGITS, word.p[i]) != NULL;
        }
        if (is_digits && !may_lead_with_zero && !is_number(word))
            return false;
    }
    return true;
}

bool semver_parse(struct arena *mem, const char *text, struct semver *out)
{
    size_t core = strcspn(text, "-+");
    size_t before_build = strcspn(text, "+");
    struct span rest = {text, core};
    struct span major, minor, patch;
    struct semver v = {0};

    if (strlen(text) > SEMVER_MAX || !span_cut(&rest, '.', &major) ||
        !span_cut(&rest, '.', &minor) || !span_cut(&rest, '.', &patch) || rest.p != NULL ||
        !parse_number(major, &v.major) || !parse_number(minor, &v.minor) ||
        !parse_number(patch, &v.patch))
        return false;
    if (text[core] == '-')
        v.prerelease = arena_dup_bytes(mem, text + core + 1, before_build - core - 1);
    if (text[before_build] == '+')
        v.build = arena_dup(mem, text + before_build + 1);
    if ((v.prerelease != NULL && !is_tail(v.prerelease, false)) ||
        (v.build != NULL && !is_tail(v.build, true)))
        return false;
    *out = v;
    return true;
}

static int order(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

/* Numbers by their value (the longer is the greater), below words; words by their bytes. */
static int compare_words(struct span a, struct span b)
{
    bool a_is_number = is_number(a), b_is_number = is_number(b);
    int by_bytes;

    if (a_is_number != b_is_number)
        return a_is_number ? -1 : 1;
    if (a_is_number && a.len != b.len)
        return order((int64_t)a.len, (int64_t)b.len);
    by_bytes = memcmp(a.p, b.p, a.len < b.len ? a.len : b.len);
    return by_bytes != 0 ? by_bytes : order((int64_t)a.len, (int64_t)b.len);
}

static int compare_tails(const char *a, const char *b)
{
    struct span a_rest, b_rest, a_word, b_word;

    if (a == NULL || b == NULL) /* a version without one is above those with one */
        return (a == NULL) - (b == NULL);
    a_rest = span_of(a);
    b_rest = span_of(b);
    for (;;) {
        bool a_goes_on = span_cut(&a_rest, '.', &a_word);
        bool b_goes_on = span_cut(&b_rest, '.', &b_word);
        int by_word;

        if (!a_goes_on || !b_goes_on)
            return a_goes_on - b_goes_on;
        by_word = compare_words(a_word, b_word);
        if (by_word != 0)
            return by_word;
    }
}

int semver_compare(const struct semver *a, const struct semver *b)
{
    if (a->major != b->major)
        return order(a->major, b->major);
    if (a->minor != b->minor)
        return order(a->minor, b->minor);
    if (a->patch != b->patch)
        return order(a->patch, b->patch);
    return compare_tails(a->prerelease, b->prerelease);
}

bool semver_constraint_parse(const char *text, struct semver_constraint *out)
{
    struct semver_constraint c = {0};
    int64_t *const parts[] = {&c.major, &c.minor, &c.patch};
    struct span rest = span_of(text);
    struct span part;

    if (*text == '\0' || text[strlen(text) - 1] == '.')
        return false;
    while (span_cut(&rest, '.', &part)) {
        if (c.parts == 1 && span_equal(part, "x") && rest.p == NULL)
            break;
        if (c.parts == (int)COUNT(parts) || !parse_number(part, parts[c.parts]))
            return false;
        c.parts++;
    }
    *out = c;
    return true;
}

bool semver_allows(const struct semver_constraint *c, const struct semver *v)
{
    switch (c->parts) {
    case 0:
        return true;
    case 1:
        return v->major == c->major;
    case 2:
        return v->major == c->major && v->minor >= c->minor;
    default:
        return v->major == c->major && v->minor == c->minor && v->patch >= c->patch;
    }
}
