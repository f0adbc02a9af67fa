/* Fields in words: their labels and values in the reader's language. */
#pragma once

#include "portal/field/custom_field.h"
#include "portal/http/lang.h"

/* The tenant's word in the reader's language, English where it has no Chinese one. */
const char *custom_field_words_label(const struct lang *lang, const char *label,
                                     const char *label_zh);
/* A kept value as people read it: options by their labels, "Yes", a day and a number as they are.
 * "" for NULL. In mem. */
const char *custom_field_words_value(struct arena *mem, const struct lang *lang,
                                     const struct custom_field *f, const char *value);

/* Of one record's values those that stand in a row of a list, joined; NULL for none. is_customer:
 * only what customers read. In mem. */
const char *custom_field_words_listed(struct arena *mem, const struct lang *lang,
                                      const struct field_set *set, const char *const *values,
                                      bool is_customer);

struct field_word { /* what a code of a topic, level or state is called */
    const char *code, *label;
};
/* "Topic is Fault, and Device is Printer or Scanner"; "" without conditions. words: the tenant's
 * topics and states. In mem. */
const char *custom_field_words_conditions(struct arena *mem, const struct lang *lang,
                                          const struct field_set *set, const struct custom_field *f,
                                          enum field_effect effect, const struct field_word *words,
                                          size_t word_count);
