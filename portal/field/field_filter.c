#include "portal/field/field_filter.h"

#include "base/utf8.h"

#include <string.h>

static const char *const VALUES[] = {
    [FIELD_FILTER_OF_ORGANISATION] =
        "EXISTS (SELECT 1 FROM custom_value x WHERE x.tenant_id = o.tenant_id "
        "AND x.subject_id = o.id AND x.field_id = ?",
    [FIELD_FILTER_OF_MEMBERS] =
        "EXISTS (SELECT 1 FROM membership fm JOIN custom_value x ON x.tenant_id = fm.tenant_id "
        "AND x.subject_id = fm.person_id WHERE fm.tenant_id = o.tenant_id "
        "AND fm.organisation_id = o.id AND x.field_id = ?",
    [FIELD_FILTER_OF_PERSON] =
        "EXISTS (SELECT 1 FROM custom_value x WHERE x.tenant_id = p.tenant_id "
        "AND x.subject_id = p.id AND x.field_id = ?",
};
_Static_assert(COUNT(VALUES) == FIELD_FILTER_OFS, "whose values");

static const char *const AMOUNTS[FIELD_FILTER_OPS] = {
    [FIELD_FILTER_IS] = " AND x.amount = ?",        [FIELD_FILTER_LESS] = " AND x.amount < ?",
    [FIELD_FILTER_AT_MOST] = " AND x.amount <= ?",  [FIELD_FILTER_MORE] = " AND x.amount > ?",
    [FIELD_FILTER_AT_LEAST] = " AND x.amount >= ?",
};

static const struct {
    const char *sign;
    enum field_filter_op op;
} SIGNS[] = {
    {"<=", FIELD_FILTER_AT_MOST}, {">=", FIELD_FILTER_AT_LEAST}, {"<", FIELD_FILTER_LESS},
    {">", FIELD_FILTER_MORE},     {"=", FIELD_FILTER_IS},
};

/* % and _ of the text stand for themselves. */
static const char *beginning(struct arena *mem, const char *text)
{
    struct str s = str_new(mem);

    for (; *text != '\0'; text++) {
        if (strchr("%_\\", *text) != NULL)
            str_char(&s, '\\');
        str_char(&s, *text);
    }
    str_char(&s, '%');
    return s.p;
}

static bool is_none(struct arena *mem, const char *typed)
{
    const char *folded = utf8_fold(mem, typed);

    return strcmp(folded, "none") == 0 || strcmp(folded, "无") == 0;
}

static bool has_amount(const struct custom_field *f)
{
    return f->kind == FIELD_NUMBER || f->kind == FIELD_DATE;
}

bool field_filter_read(struct arena *mem, const struct custom_field *field, const char *typed,
                       struct field_filter *out)
{
    struct field_filter f = {.field = field, .op = FIELD_FILTER_IS};
    const bool is_text = field->kind == FIELD_TEXT || field->kind == FIELD_LINES;

    typed += strspn(typed, " ");
    if (*typed == '\0' || is_none(mem, typed)) {
        f.op = *typed == '\0' ? FIELD_FILTER_FILLED : FIELD_FILTER_NONE;
        *out = f;
        return true;
    }
    for (size_t i = 0; has_amount(field) && i < COUNT(SIGNS); i++)
        if (strncmp(typed, SIGNS[i].sign, strlen(SIGNS[i].sign)) == 0) {
            f.op = SIGNS[i].op;
            typed += strlen(SIGNS[i].sign);
            break;
        }
    if (!custom_value_search(mem, field, typed + strspn(typed, " "), &f.word, &f.amount))
        return false;
    if (is_text) {
        f.op = FIELD_FILTER_BEGINS;
        f.word = beginning(mem, f.word);
    }
    *out = f;
    return true;
}

void field_filter_where(struct where *w, const struct field_filter *f, enum field_filter_of of)
{
    where_add(w, f->op == FIELD_FILTER_NONE ? " AND NOT " : " AND ", DB_NONE);
    where_add(w, VALUES[of], DB_ID(f->field->id));
    if (f->op == FIELD_FILTER_BEGINS)
        where_add(w, " AND x.word LIKE ?", DB_TEXT(f->word));
    else if (f->word != NULL)
        where_add(w, " AND x.word = ?", DB_TEXT(f->word));
    else if (AMOUNTS[f->op] != NULL)
        where_add(w, AMOUNTS[f->op], DB_INT(f->amount));
    where_add(w, ")", DB_NONE);
}
