/* The attributes of a policy as data: one table from which columns, the wire, the desk's form and
 * the import read and write them. */
#pragma once

#include "licensing/policy.h"

enum policy_attribute_type {
    POLICY_ATTRIBUTE_TEXT,    /* const char *, NULL for none */
    POLICY_ATTRIBUTE_LIMIT,   /* int64_t, POLICY_NO_LIMIT for none */
    POLICY_ATTRIBUTE_SECONDS, /* int64_t, 0 for none; counts of intervals too */
    POLICY_ATTRIBUTE_FLAG,    /* bool */
    POLICY_ATTRIBUTE_WORD     /* an enum with words */
};

struct policy_attribute {
    const char *name; /* the wire's: "maxMachines" */
    enum policy_attribute_type type;
    size_t offset; /* in struct policy */
    bool is_nullable;
    bool is_fixed;                 /* set when the policy is made, never after */
    const char *const *words;      /* WORD: by value; a NULL one stands for "not set" */
    size_t first_word, word_count; /* those before the first belong to another attribute */
};

/* In the order of POLICY_COLUMNS, from name on. */
enum { POLICY_ATTRIBUTE_COUNT = 41 };
extern const struct policy_attribute POLICY_ATTRIBUTES[POLICY_ATTRIBUTE_COUNT];

const struct policy_attribute *policy_attribute_find(const char *name); /* NULL: no such */

const char *policy_attribute_text(const struct policy *p, const struct policy_attribute *a);
int64_t policy_attribute_number(const struct policy *p, const struct policy_attribute *a);
bool policy_attribute_flag(const struct policy *p, const struct policy_attribute *a);
const char *policy_attribute_word(const struct policy *p, const struct policy_attribute *a);
/* Whether a number is there: a limit that is set, seconds that are not none. */
bool policy_attribute_has_number(const struct policy *p, const struct policy_attribute *a);

void policy_attribute_set_text(struct policy *p, const struct policy_attribute *a,
                               const char *text);
void policy_attribute_set_number(struct policy *p, const struct policy_attribute *a,
                                 int64_t number);
/* A limit, seconds or a word that is not set. */
void policy_attribute_clear(struct policy *p, const struct policy_attribute *a);
void policy_attribute_set_flag(struct policy *p, const struct policy_attribute *a, bool flag);
/* False when it is none of the attribute's words; NULL is "not set". */
bool policy_attribute_set_word(struct policy *p, const struct policy_attribute *a,
                               const char *word) MUST_CHECK;
