#include "portal/desk/redact.h"

#include <string.h>

struct cut {     /* what a rule found at a place */
    size_t keep; /* bytes that stay before the mask */
    size_t end;  /* where the secret ends; 0: nothing here */
};

/* Bounded looks ahead, so that the whole takes time in proportion to the text. */
enum {
    CARD_MIN = 13,
    CARD_MAX = 19,
    NAME_BYTES_MAX = 64,
    HEAD_BYTES_MAX = 80,
    BEARER_MIN = 8,
    TOKEN_HEX_MIN = 24,
    KEY_BYTES = sizeof "C1B6DE-39A6E3-DE1529-8559A0-4AF593-V3" - 1,
    KEY_DASHES = 5
};

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool begins(struct span s, size_t at, const char *word)
{
    size_t n = strlen(word);

    if (s.len - at < n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (lower(s.p[at + i]) != word[i])
            return false;
    return true;
}

/* The first place from `at` where a word lies; s.len if there is none. */
static size_t find(struct span s, size_t at, const char *word)
{
    while (at < s.len && !begins(s, at, word))
        at++;
    return at;
}

static size_t line_end(struct span s, size_t at)
{
    while (at < s.len && s.p[at] != '\n' && s.p[at] != '\r')
        at++;
    return at;
}

/* --- values whose name tells --- */

static const char *const SECRET_NAMES[] = {
    "password",    "passwd",      "passphrase",  "pwd",         "secret",
    "token",       "apikey",      "api_key",     "api-key",     "accesskey",
    "access_key",  "access-key",  "private",     "credential",  "auth",
    "cookie",      "licensekey",  "license_key", "license-key", "licencekey",
    "licence_key", "licence-key", "signature",   "session_id",  "sessionid"};

static bool is_secret_name(struct span name)
{
    for (size_t i = 0; i < COUNT(SECRET_NAMES); i++)
        if (find(name, 0, SECRET_NAMES[i]) < name.len)
            return true;
    return false;
}

/* Credentials of requests: words and blanks, up to the end of the line. */
static bool is_header_name(struct span name)
{
    static const char *const names[] = {"authorization", "proxy-authorization", "cookie",
                                        "set-cookie"};

    for (size_t i = 0; i < COUNT(names); i++)
        if (name.len == strlen(names[i]) && begins(name, 0, names[i]))
            return true;
    return false;
}

static size_t quoted_end(struct span s, size_t at, char quote)
{
    while (at < s.len && s.p[at] != quote && s.p[at] != '\n')
        at += s.p[at] == '\\' && s.len - at > 1 ? 2 : 1;
    return at;
}

static size_t bare_end(struct span s, size_t at)
{
    while (at < s.len && (unsigned char)s.p[at] > ' ' && strchr(",;&)}]\"'<", s.p[at]) == NULL)
        at++;
    return at;
}

static bool is_quote(struct span s, size_t at)
{
    return at < s.len && (s.p[at] == '"' || s.p[at] == '\'');
}

/* Past the backslashes of what is quoted within a text that is quoted itself. */
static size_t unescaped(struct span s, size_t at)
{
    size_t to = at;

    while (to < s.len && s.p[to] == '\\')
        to++;
    return is_quote(s, to) ? to : at;
}

/* The first quotation mark ends an escaped value, with the backslashes before it. */
static size_t escaped_end(struct span s, size_t at)
{
    size_t end = at;

    while (end < s.len && s.p[end] != '\n' && !is_quote(s, end))
        end++;
    while (end > at && s.p[end - 1] == '\\')
        end--;
    return end;
}

/* name=value, name: value, name := value, "name": "value", \"name\": \"value\", <name>value. */
static struct cut by_name(struct span s, size_t at)
{
    const struct cut none = {0, 0};
    size_t end = at, value;
    struct span name;

    while (end < s.len && end - at <= NAME_BYTES_MAX &&
           (is_word(s.p[end]) || s.p[end] == '-' || s.p[end] == '.'))
        end++;
    name = (struct span){s.p + at, end - at};
    if (name.len == 0 || name.len > NAME_BYTES_MAX || !is_secret_name(name))
        return none;
    value = unescaped(s, end);
    if (is_quote(s, value))
        value++;
    while (value < s.len && is_blank(s.p[value]))
        value++;
    if (value >= s.len || (s.p[value] != ':' && s.p[value] != '=' && s.p[value] != '>'))
        return none;
    value++;
    while (value < s.len && (is_blank(s.p[value]) || s.p[value] == '>' || s.p[value] == '='))
        value++;
    if (unescaped(s, value) > value) {
        value = unescaped(s, value) + 1;
        end = escaped_end(s, value);
    } else if (is_quote(s, value)) {
        end = quoted_end(s, value + 1, s.p[value]);
        value++;
    } else {
        end = is_header_name(name) ? line_end(s, value) : bare_end(s, value);
    }
    if (end == value || begins(s, value, REDACT_MASK))
        return none;
    return (struct cut){value - at, end};
}

/* --- shapes --- */

/* A block between two lines of dashes, or its beginning where the end was cut off. */
static struct cut by_armour(struct span s, size_t at)
{
    struct span head = {s.p + at, s.len - at < HEAD_BYTES_MAX ? s.len - at : HEAD_BYTES_MAX};
    size_t end;

    if (!begins(s, at, "-----begin "))
        return (struct cut){0, 0};
    head.len = line_end(head, 0);
    if (find(head, 0, "private key") == head.len && find(head, 0, "license file") == head.len &&
        find(head, 0, "machine file") == head.len)
        return (struct cut){0, 0};
    end = find(s, at + head.len, "-----end ");
    return (struct cut){0, line_end(s, end)};
}

/* scheme://user:password@host */
static struct cut by_address(struct span s, size_t at)
{
    size_t colon = 0, i = at + 3;

    if (!begins(s, at, "://"))
        return (struct cut){0, 0};
    for (; i < s.len && (unsigned char)s.p[i] > ' ' && strchr("/@\"'<>", s.p[i]) == NULL; i++)
        if (s.p[i] == ':' && colon == 0)
            colon = i;
    if (i >= s.len || s.p[i] != '@' || colon == 0 || i == colon + 1)
        return (struct cut){0, 0};
    return (struct cut){colon + 1 - at, i};
}

static const struct shape { /* begins so, at a word's begin, and goes on for at least min */
    const char *prefix;
    size_t min;
} SHAPES[] = {{"eyj", 20},
              {"key/", 40},
              {"akia", 16},
              {"ghp_", 20},
              {"gho_", 20},
              {"github_pat_", 20},
              {"glpat-", 20},
              {"sk_live_", 10},
              {"sk_test_", 10},
              {"rk_live_", 10},
              {"xoxb-", 10},
              {"xoxp-", 10},
              {"sk-", 20},
              {"admin-", TOKEN_HEX_MIN},
              {"dev-", TOKEN_HEX_MIN},
              {"sales-", TOKEN_HEX_MIN},
              {"spprt-", TOKEN_HEX_MIN},
              {"read-", TOKEN_HEX_MIN},
              {"user-", TOKEN_HEX_MIN},
              {"prod-", TOKEN_HEX_MIN},
              {"activ-", TOKEN_HEX_MIN}};

static size_t run_of(struct span s, size_t at)
{
    while (at < s.len && (is_word(s.p[at]) || strchr("-./+=", s.p[at]) != NULL) && s.p[at] != '\0')
        at++;
    return at;
}

/* A licence key as they are made: six groups of hexadecimal digits. */
static bool is_licence_key(struct span s, size_t at)
{
    size_t dashes = 0;

    if (s.len - at < KEY_BYTES || (s.len - at > KEY_BYTES && is_word(s.p[at + KEY_BYTES])))
        return false;
    for (size_t i = at; i < at + KEY_BYTES; i++) {
        char c = lower(s.p[i]);

        dashes += c == '-';
        if (c != '-' && c != 'v' && !is_digit(c) && !(c >= 'a' && c <= 'f'))
            return false;
    }
    return dashes == KEY_DASHES;
}

static struct cut by_shape(struct span s, size_t at)
{
    if (begins(s, at, "bearer ") && run_of(s, at + 7) >= at + 7 + BEARER_MIN)
        return (struct cut){7, run_of(s, at + 7)};
    for (size_t i = 0; i < COUNT(SHAPES); i++) {
        size_t end = begins(s, at, SHAPES[i].prefix) ? run_of(s, at) : at;

        if (end - at >= strlen(SHAPES[i].prefix) + SHAPES[i].min)
            return (struct cut){0, end};
    }
    return is_licence_key(s, at) ? (struct cut){0, at + KEY_BYTES} : (struct cut){0, 0};
}

/* 13 to 19 digits, in groups or not, with the check digit of payment cards. */
static struct cut by_card(struct span s, size_t at)
{
    int digits[CARD_MAX], sum = 0;
    size_t count = 0, i = at;

    for (; i < s.len && count <= CARD_MAX; i++) {
        if (is_digit(s.p[i])) {
            if (count == CARD_MAX)
                return (struct cut){0, 0};
            digits[count++] = s.p[i] - '0';
        } else if ((s.p[i] != ' ' && s.p[i] != '-') || i + 1 >= s.len || !is_digit(s.p[i + 1])) {
            break;
        }
    }
    if (count < CARD_MIN)
        return (struct cut){0, 0};
    for (size_t k = 0; k < count; k++) {
        int d = digits[count - 1 - k] * (k % 2 == 1 ? 2 : 1);

        sum += d > 9 ? d - 9 : d;
    }
    return sum % 10 == 0 && sum > 0 ? (struct cut){0, i} : (struct cut){0, 0};
}

/* --- all together --- */

static struct cut find_cut(struct span s, size_t at)
{
    struct cut c = {0, 0};

    if (s.p[at] == '-')
        return by_armour(s, at);
    if (s.p[at] == ':')
        return by_address(s, at);
    if (!is_word(s.p[at]) || (at > 0 && is_word(s.p[at - 1])))
        return c;
    c = by_shape(s, at);
    if (c.end == 0)
        c = by_name(s, at);
    if (c.end == 0 && is_digit(s.p[at]))
        c = by_card(s, at);
    return c;
}

/* First and everywhere: also inside what the rules leave as it is. */
static struct span without_known(struct arena *mem, struct span text, const char *known,
                                 size_t *count)
{
    const size_t n = known != NULL ? strlen(known) : 0;
    struct str out = str_new(mem);

    if (n == 0)
        return text;
    for (size_t at = 0; at < text.len;) {
        if (text.len - at < n || memcmp(text.p + at, known, n) != 0) {
            str_char(&out, text.p[at++]);
            continue;
        }
        str_add(&out, REDACT_MASK);
        at += n;
        ++*count;
    }
    return (struct span){out.p, out.len};
}

const char *redact_text(struct arena *mem, struct span text, const char *known, size_t *count)
{
    struct str out = str_new(mem);

    *count = 0;
    text = without_known(mem, text, known, count);
    for (size_t at = 0; at < text.len;) {
        struct cut c = find_cut(text, at);

        if (c.end == 0) {
            str_char(&out, text.p[at++]);
            continue;
        }
        str_add_n(&out, text.p + at, c.keep);
        str_add(&out, REDACT_MASK);
        at = c.end;
        ++*count;
    }
    return out.p;
}
