#include "portal/field/custom_field_words.h"

#include <string.h>

static const char *const AT_WORDS[] = {[FIELD_AT_TOPIC] = T("Topic"),
                                       [FIELD_AT_LEVEL] = T("Level"),
                                       [FIELD_AT_STATUS] = T("State"),
                                       [FIELD_AT_FIELD] = T("Field")};
_Static_assert(COUNT(AT_WORDS) == FIELD_ATS, "name all that conditions look at");
static const char *const TEST_WORDS[] = {
    [FIELD_IS] = T("{} is {}"),
    [FIELD_IS_NOT] = T("{} is not {}"),
    [FIELD_FILLED] = T("{} is filled in"),
    [FIELD_EMPTY] = T("{} is empty"),
    [FIELD_LEAST] = T("{} is at least {}"),
    [FIELD_MOST] = T("{} is at most {}"),
};
_Static_assert(COUNT(TEST_WORDS) == FIELD_TESTS, "name every test");

const char *custom_field_words_label(const struct lang *lang, const char *label,
                                     const char *label_zh)
{
    return *label_zh != '\0' && strcmp(lang_code(lang), "zh") == 0 ? label_zh : label;
}

static const char *option_label(const struct lang *lang, const struct option_list *list,
                                const char *code)
{
    for (size_t i = 0; list != NULL && i < list->value_count; i++)
        if (strcmp(list->values[i].code, code) == 0)
            return custom_field_words_label(lang, list->values[i].label, list->values[i].label_zh);
    return code;
}

static const char *one_value(const struct lang *lang, const struct custom_field *f,
                             const char *value)
{
    switch (f->kind) {
    case FIELD_YES:
        return lang_text(lang, strcmp(value, "yes") == 0 ? T("Yes") : T("No"));
    case FIELD_CHOICE:
    case FIELD_CHOICES:
        return option_label(lang, f->list, value);
    case FIELD_TEXT:
    case FIELD_LINES:
    case FIELD_NUMBER:
    case FIELD_DATE:
    case FIELD_KINDS:
        break;
    }
    return value;
}

/* Each line by its word, joined. */
static const char *each_line(struct arena *mem, const char *text, const char *between,
                             const char *(*word)(const void *arg, const char *line),
                             const void *arg)
{
    struct str s = str_new(mem);

    for (const char *p = text; p != NULL;) {
        const char *end = strchr(p, '\n');

        str_add(&s, p != text ? between : "");
        str_add(&s,
                word(arg, arena_dup_bytes(mem, p, end != NULL ? (size_t)(end - p) : strlen(p))));
        p = end != NULL ? end + 1 : NULL;
    }
    return s.p;
}

struct value_words {
    const struct lang *lang;
    const struct custom_field *f;
};

static const char *value_word(const void *arg, const char *line)
{
    const struct value_words *w = arg;

    return one_value(w->lang, w->f, line);
}

const char *custom_field_words_value(struct arena *mem, const struct lang *lang,
                                     const struct custom_field *f, const char *value)
{
    if (value == NULL)
        return "";
    if (f->kind == FIELD_LINES)
        return value;
    return each_line(mem, value, lang_text(lang, T(", ")), value_word,
                     &(struct value_words){lang, f});
}

struct code_words {
    const struct field_word *words;
    size_t count;
};

static const char *code_word(const void *arg, const char *line)
{
    const struct code_words *w = arg;

    for (size_t i = 0; i < w->count; i++)
        if (strcmp(w->words[i].code, line) == 0)
            return w->words[i].label;
    return line;
}

static const char *condition_text(struct arena *mem, const struct lang *lang,
                                  const struct field_set *set, const struct field_condition *c,
                                  const struct code_words *codes)
{
    const char *either = lang_text(lang, T(" or "));
    const char *args[2] = {lang_text(lang, AT_WORDS[c->looks_at]), ""};

    if (c->looks_at == FIELD_AT_FIELD && c->other < set->count) {
        const struct custom_field *other = &set->fields[c->other];

        args[0] = custom_field_words_label(lang, other->label, other->label_zh);
        args[1] = each_line(mem, c->value, either, value_word, &(struct value_words){lang, other});
    } else {
        args[1] = each_line(mem, c->value, either, code_word, codes);
    }
    return lang_fill(mem, lang, TEST_WORDS[c->test], args, COUNT(args));
}

const char *custom_field_words_conditions(struct arena *mem, const struct lang *lang,
                                          const struct field_set *set, const struct custom_field *f,
                                          enum field_effect effect, const struct field_word *words,
                                          size_t word_count)
{
    const struct code_words codes = {words, word_count};
    struct str s = str_new(mem);

    for (size_t i = 0; i < f->condition_count[effect]; i++) {
        str_add(&s, i > 0 ? lang_text(lang, T(", and ")) : "");
        str_add(&s, condition_text(mem, lang, set, &f->conditions[effect][i], &codes));
    }
    return s.p;
}

const char *custom_field_words_listed(struct arena *mem, const struct lang *lang,
                                      const struct field_set *set, const char *const *values,
                                      bool is_customer)
{
    struct str s = str_new(mem);

    for (size_t i = 0; i < set->count; i++) {
        const struct custom_field *f = &set->fields[i];

        if (f->is_listed && values[i] != NULL && f->kind != FIELD_LINES &&
            (!is_customer || f->access != FIELD_NONE))
            str_fmt(&s, "%s%s", s.len > 0 ? " · " : "",
                    custom_field_words_value(mem, lang, f, values[i]));
    }
    return s.len > 0 ? s.p : NULL;
}
