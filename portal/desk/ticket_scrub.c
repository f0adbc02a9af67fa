#include "portal/desk/ticket_scrub.h"

#include "base/utf8.h"
#include "portal/desk/filing.h"
#include "portal/desk/redact.h"
#include "portal/desk/ticket_thread.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum {
    WORDS_MAX = 200,
    NAME_PART_MIN = 3, /* bytes: "Li" alone is in too many words; a Chinese character has three */
    PHONE_DIGITS_MIN = 6,
    SERIAL_PARTS_MIN = 2
};

/* --- shapes --- */

/* Latin letters and digits run on; Chinese may stand right before an address or a number. */
static bool is_word_byte(char c)
{
    return isalnum((unsigned char)c) != 0;
}

/* Bytes of an e-mail address or a web address from here; 0: none. */
static size_t address_length(const char *text, const char *at)
{
    static const char STOPS[] = " \t\r\n<>()[]{},;\"'";
    size_t len = 0;
    const char *sign;

    if (at > text && is_word_byte(at[-1]))
        return 0;
    while (at[len] != '\0' && (unsigned char)at[len] < 0x80 && strchr(STOPS, at[len]) == NULL)
        len++;
    sign = memchr(at, '@', len);
    return sign != NULL && sign > at && memchr(sign, '.', len - (size_t)(sign - at)) != NULL ? len
                                                                                             : 0;
}

/* "+44 1632 960 118", "0571-8888 6666": digits with what people put between them. */
static size_t phone_length(const char *text, const char *at)
{
    size_t digits = 0, len = 0, last = 0;

    if ((at > text && is_word_byte(at[-1])) || (*at != '+' && !isdigit((unsigned char)*at)))
        return 0;
    for (; at[len] != '\0' && strchr("+0123456789 -()/", at[len]) != NULL; len++)
        if (isdigit((unsigned char)at[len])) {
            digits++;
            last = len + 1;
        }
    if (last > 0 && is_word_byte(at[last]))
        return 0;
    return digits >= PHONE_DIGITS_MIN ? last : 0;
}

/* "CTR-YRFT-VY9V", "ABCD-1234-EFGH": groups of capitals and digits with a digit or two dashes. */
static size_t serial_length(const char *text, const char *at)
{
    size_t len = 0, dashes = 0;

    if (at > text && (is_word_byte(at[-1]) || at[-1] == '-'))
        return 0;
    while (isupper((unsigned char)at[len]) || isdigit((unsigned char)at[len]) ||
           (at[len] == '-' && len > 0 && at[len - 1] != '-'))
        dashes += at[len++] == '-';
    if (len > 0 && at[len - 1] == '-') {
        len--;
        dashes--;
    }
    return dashes >= SERIAL_PARTS_MIN && !is_word_byte(at[len]) ? len : 0;
}

static size_t known_length(const char *text, const char *at, const char *const *words, size_t count)
{
    size_t best = 0;

    for (size_t i = 0; i < count; i++) {
        const size_t len = strlen(words[i]);
        const bool is_latin = (unsigned char)words[i][0] < 0x80;

        if (len <= best || strncasecmp(at, words[i], len) != 0)
            continue;
        /* A Latin name is a word; a Chinese one stands between other characters. */
        if (is_latin &&
            ((at > text && isalnum((unsigned char)at[-1])) || isalnum((unsigned char)at[len])))
            continue;
        best = len;
    }
    return best;
}

const char *ticket_scrub_text(struct arena *mem, const char *text, const char *const *words,
                              size_t count)
{
    struct str s = str_new(mem);
    const char *at = text;

    str_add(&s, "");
    while (*at != '\0') {
        size_t len = address_length(text, at);

        if (len == 0)
            len = known_length(text, at, words, count);
        if (len == 0)
            len = serial_length(text, at);
        if (len == 0)
            len = phone_length(text, at);
        if (len == 0)
            str_char(&s, *at++);
        else
            str_add(&s, TICKET_SCRUB_MASK);
        at += len;
    }
    return s.p;
}

/* --- whom a ticket is about --- */

struct words {
    const char *list[WORDS_MAX];
    size_t count;
};

static void add_word(struct words *w, const char *word)
{
    if (word != NULL && strlen(word) >= NAME_PART_MIN && w->count < WORDS_MAX)
        w->list[w->count++] = word;
}

/* The whole name, and each part of it. */
static void add_name(struct arena *mem, struct words *w, const char *name)
{
    struct span rest = span_of(name != NULL ? name : "");
    struct span part;

    add_word(w, name);
    while (span_cut(&rest, ' ', &part))
        add_word(w, span_dup(mem, part));
    add_word(w, span_dup(mem, rest));
}

static bool add_people(struct ctx *cx, const struct ticket *t, struct message *const *thread,
                       size_t count, struct words *w)
{
    struct participant *people;
    size_t n;

    if (!ticket_thread_participants(cx, t, &people, &n))
        return false;
    for (size_t i = 0; i < n; i++)
        add_name(cx->mem, w, people[i].name);
    for (size_t i = 0; i < count; i++)
        add_name(cx->mem, w, thread[i]->author_name);
    return true;
}

bool ticket_scrub(struct ctx *cx, struct id ticket_id, const char **out)
{
    struct words *w = arena_new(cx->mem, struct words);
    struct filing_licence *licence;
    struct message **thread;
    struct ticket *t;
    const char *question = NULL, *answer = "", *text;
    size_t count, masked;

    if (!ticket_get(cx, ticket_id, &t) || !ticket_thread_of(cx, t, &thread, &count) ||
        !filing_licence_of(cx, t, &licence))
        return false;
    if (!ticket_sees_notes(cx))
        return err_set(&cx->err, &ERR_DENIED, "articles are the staff's");
    for (size_t i = 0; i < count; i++) {
        if (strcmp(thread[i]->kind, "reply") != 0 || !thread[i]->is_public)
            continue;
        if (question == NULL)
            question = thread[i]->body;
        else if (strcmp(thread[i]->author, "staff") == 0)
            answer = thread[i]->body;
    }
    if (!add_people(cx, t, thread, count, w))
        return false;
    add_name(cx->mem, w, t->person_name);
    add_name(cx->mem, w, t->reporter_name);
    add_name(cx->mem, w, t->assignee_name);
    add_word(w, t->organisation_name);
    add_word(w, t->organisation_code);
    add_word(w, t->store);
    add_word(w, t->city);
    add_word(w, t->reporter_address);
    add_word(w, t->number);
    add_word(w, licence != NULL ? licence->serial : NULL);
    text = arena_printf(cx->mem, "%s\n\n%s\n", question != NULL ? question : "", answer);
    text = redact_text(cx->mem, span_of(text), NULL, &masked);
    *out = ticket_scrub_text(cx->mem, text, w->list, w->count);
    return true;
}
