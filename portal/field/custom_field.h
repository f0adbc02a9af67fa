/* The fields that a tenant adds to its records: what they are, and the rules about them. */
#pragma once

#include "portal/field/option_list.h"

enum {
    FIELD_MAX = 60,       /* of a subject, retired ones apart from it included */
    FIELD_CONDITIONS = 3, /* of each effect */
    FIELD_HINT_MAX = 300,
    FIELD_TOPICS_MAX = 50, /* as many as a tenant has */
    FIELD_CONDITION_VALUE_MAX = 400
};

enum field_subject {
    FIELD_TICKET,
    FIELD_ORGANISATION,
    FIELD_PERSON,
    FIELD_ORDER,
    FIELD_LICENCE,
    FIELD_SUBJECTS
};
enum field_kind {
    FIELD_TEXT,
    FIELD_LINES,
    FIELD_NUMBER,
    FIELD_DATE,
    FIELD_YES,
    FIELD_CHOICE,
    FIELD_CHOICES,
    FIELD_KINDS
};
enum field_access { FIELD_NONE, FIELD_READ, FIELD_WRITE, FIELD_ACCESSES }; /* of customers */
enum field_effect { FIELD_SHOW, FIELD_REQUIRE, FIELD_EFFECTS };
enum field_looks_at { FIELD_AT_TOPIC, FIELD_AT_LEVEL, FIELD_AT_STATUS, FIELD_AT_FIELD, FIELD_ATS };
enum field_test {
    FIELD_IS, /* any of the values */
    FIELD_IS_NOT,
    FIELD_FILLED,
    FIELD_EMPTY,
    FIELD_LEAST, /* numbers and days; levels: the number */
    FIELD_MOST,
    FIELD_TESTS
};

struct field_condition {
    enum field_looks_at looks_at;
    enum field_test test;
    struct id other_id; /* the other field */
    size_t other;       /* its place in the set; SIZE_MAX: it is not there */
    const char *value;  /* a line each */
};

struct custom_field { /* in cx->mem */
    struct id id;     /* zero: a new one */
    enum field_subject subject;
    const char *code;
    const char *label, *label_zh;
    const char *hint, *hint_zh; /* "": none */
    enum field_kind kind;
    struct id list_id;
    const struct option_list *list; /* of FIELD_CHOICE and FIELD_CHOICES */
    bool is_required, is_listed, is_retired;
    enum field_access access;
    int64_t position;
    const char *topics[FIELD_TOPICS_MAX]; /* none: all */
    size_t topic_count;
    struct field_condition conditions[FIELD_EFFECTS][FIELD_CONDITIONS];
    size_t condition_count[FIELD_EFFECTS];
};

struct field_set { /* all of one subject, retired ones too, in their order */
    struct custom_field *fields;
    size_t count;
};

extern const struct err_kind ERR_FIELD_CIRCLE; /* shown if another is that is shown if this is */
extern const struct err_kind ERR_FIELD_USED;   /* other fields' conditions look at it */
extern const struct err_kind ERR_FIELD_MANY;

/* Their names in tables, addresses and files. */
const char *custom_field_subject_name(enum field_subject subject);
bool custom_field_subject_parse(const char *name, enum field_subject *out) MUST_CHECK;
const char *custom_field_kind_name(enum field_kind kind);
bool custom_field_kind_parse(const char *name, enum field_kind *out) MUST_CHECK;
const char *custom_field_access_name(enum field_access access);
bool custom_field_access_parse(const char *name, enum field_access *out) MUST_CHECK;
const char *custom_field_at_name(enum field_looks_at at);
bool custom_field_at_parse(const char *name, enum field_looks_at *out) MUST_CHECK;
const char *custom_field_test_name(enum field_test test);
bool custom_field_test_parse(const char *name, enum field_test *out) MUST_CHECK;

/* One statement when there are none. */
bool custom_field_set(struct ctx *cx, enum field_subject subject, struct field_set *out) MUST_CHECK;
/* The same without topics and conditions: enough to tell what values mean. */
bool custom_field_set_words(struct ctx *cx, enum field_subject subject,
                            struct field_set *out) MUST_CHECK;
/* NULL: none of that code. */
const struct custom_field *custom_field_find(const struct field_set *set, const char *code);
/* Fails: ERR_NOT_FOUND. */
bool custom_field_get(struct ctx *cx, struct id id, struct custom_field **out) MUST_CHECK;

/* Adds a field, or changes it (code, subject, kind and list stay as they were made). Fails:
 * ERR_DENIED; ERR_INVALID with the source; ERR_CONFLICT a code that is taken; ERR_FIELD_CIRCLE;
 * ERR_FIELD_MANY. Emits field.changed. */
bool custom_field_save(struct ctx *cx, struct custom_field *f) MUST_CHECK;
/* One place up or down among those of its subject. */
bool custom_field_move(struct ctx *cx, struct id id, bool is_up) MUST_CHECK;
/* Retires it or takes it back; what was filled in stays. Fails: ERR_FIELD_USED. */
bool custom_field_retire(struct ctx *cx, struct id id, bool is_retired) MUST_CHECK;
