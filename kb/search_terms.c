#include "kb/search_terms.h"

#include "base/utf8.h"

#include <string.h>

enum { FIRST_CAP = 64, WORD_MAX = 40 /* bytes of a Latin word that count */ };

struct search_terms search_terms_new(struct arena *mem)
{
    return (struct search_terms){.mem = mem};
}

/* FNV-1a, 32 bits: http://www.isthe.com/chongo/tech/comp/fnv/ */
static uint32_t hash_of(const char *bytes, size_t len)
{
    uint32_t hash = UINT32_C(2166136261);

    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (uint8_t)bytes[i]) * UINT32_C(16777619);
    return hash;
}

/* Open addressing: cap is a power of two and never more than half full; weight 0 is an empty place.
 */
static size_t place_of(const struct search_terms *terms, uint32_t hash)
{
    size_t at = hash & (terms->cap - 1);

    while (terms->weight[at] != 0 && terms->hash[at] != hash)
        at = (at + 1) & (terms->cap - 1);
    return at;
}

static void grow(struct search_terms *terms)
{
    struct search_terms old = *terms;

    terms->cap = old.cap == 0 ? FIRST_CAP : old.cap * 2;
    terms->hash = arena_array(terms->mem, uint32_t, terms->cap);
    terms->weight = arena_array(terms->mem, uint8_t, terms->cap);
    for (size_t i = 0; i < old.cap; i++) {
        if (old.weight[i] != 0) {
            size_t at = place_of(terms, old.hash[i]);
            terms->hash[at] = old.hash[i];
            terms->weight[at] = old.weight[i];
        }
    }
}

static void add(struct search_terms *terms, const char *bytes, size_t len, uint8_t weight)
{
    uint32_t hash = hash_of(bytes, len);
    size_t at;

    if (terms->count >= SEARCH_TERMS_MAX)
        return;
    if (terms->count * 2 >= terms->cap)
        grow(terms);
    at = place_of(terms, hash);
    if (terms->weight[at] == 0)
        terms->count++;
    terms->hash[at] = hash;
    if (terms->weight[at] < weight)
        terms->weight[at] = weight;
}

/* A run of CJK characters from p to end. */
static void add_run(struct search_terms *terms, const char *p, const char *end, uint8_t weight,
                    bool is_query)
{
    const char *second = p;

    utf8_next(&second);
    if (!is_query || second == end)
        add(terms, p, (size_t)(second - p), weight);
    while (second < end) {
        const char *third = second;

        utf8_next(&third);
        add(terms, p, (size_t)(third - p), weight);
        if (!is_query)
            add(terms, second, (size_t)(third - second), weight);
        p = second;
        second = third;
    }
}

static void add_text(struct search_terms *terms, const char *text, uint8_t weight, bool is_query)
{
    const char *p = utf8_fold(terms->mem, text);

    while (*p != '\0') {
        const char *start = p;
        const char *end = p;
        uint32_t c = utf8_next(&p);
        bool is_cjk = utf8_is_cjk(c);

        if (!is_cjk && !utf8_is_word(c))
            continue;
        while (c != 0 && (is_cjk ? utf8_is_cjk(c) : utf8_is_word(c))) {
            end = p;
            c = utf8_next(&p);
        }
        p = end;
        if (is_cjk)
            add_run(terms, start, end, weight, is_query);
        else
            add(terms, start, (size_t)(end - start) < WORD_MAX ? (size_t)(end - start) : WORD_MAX,
                weight);
    }
}

void search_terms_add(struct search_terms *terms, const char *text, uint8_t weight)
{
    add_text(terms, text, weight, false);
}

void search_terms_add_query(struct search_terms *terms, const char *text)
{
    add_text(terms, text, 1, true);
}
