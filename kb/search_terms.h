/* Terms: what a text is found by. Latin words folded; Han, kana and Hangul in overlapping pairs. */
#pragma once

#include "base/str.h"

struct search_terms { /* distinct hashes with the highest weight each was added with; in its arena
                       */
    uint32_t *hash;
    uint8_t *weight;
    size_t count;
    size_t cap;
    struct arena *mem;
};

enum { SEARCH_TERMS_MAX = 20000 };

struct search_terms search_terms_new(struct arena *mem);
/* Adds the terms of a valid UTF-8 text for the index: words, single CJK characters and pairs. */
void search_terms_add(struct search_terms *terms, const char *text, uint8_t weight);
/* The same for a query: single CJK characters only where they stand alone, so that a query of two
 * characters asks for the pair. */
void search_terms_add_query(struct search_terms *terms, const char *text);
