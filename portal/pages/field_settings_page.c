#include "portal/pages/field_settings_page.h"

#include "portal/http/page.h"
#include "portal/pages/ticket_context.h"

#include <string.h>

static const char *const KIND_WORDS[] = {
    [FIELD_TEXT] = T("A line of text"),
    [FIELD_LINES] = T("Several lines"),
    [FIELD_NUMBER] = T("A number"),
    [FIELD_DATE] = T("A day"),
    [FIELD_YES] = T("Yes or no"),
    [FIELD_CHOICE] = T("One of a list"),
    [FIELD_CHOICES] = T("Several of a list"),
};
_Static_assert(COUNT(KIND_WORDS) == FIELD_KINDS, "name every kind");
static const char *const SUBJECT_WORDS[] = {
    [FIELD_TICKET] = T("Tickets"),   [FIELD_ORGANISATION] = T("Organisations"),
    [FIELD_PERSON] = T("People"),    [FIELD_ORDER] = T("Orders"),
    [FIELD_LICENCE] = T("Licences"),
};
_Static_assert(COUNT(SUBJECT_WORDS) == FIELD_SUBJECTS, "name every subject");
static const char *const ACCESS_WORDS[] = {
    [FIELD_NONE] = T("Staff only"),
    [FIELD_READ] = T("Customers read it"),
    [FIELD_WRITE] = T("Customers fill it in"),
};
_Static_assert(COUNT(ACCESS_WORDS) == FIELD_ACCESSES, "name every access");

const char *field_settings_page_kind(enum field_kind kind)
{
    return KIND_WORDS[kind];
}

const char *field_settings_page_subject(enum field_subject subject)
{
    return SUBJECT_WORDS[subject];
}

bool field_settings_page_words(struct req *rq, struct field_word **out, size_t *count)
{
    static const char *const CATEGORIES[] = {T("In progress"), T("Waiting"), T("Solved"),
                                             T("Closed")};
    struct ticket_words words;
    struct field_word *list;
    size_t n = 0;

    if (!ticket_context_words(rq, true, &words))
        return false;
    list = arena_array(rq->cx.mem, struct field_word,
                       words.topic_count + words.status_count + TICKET_CATEGORIES);
    for (size_t i = 0; i < words.topic_count; i++)
        list[n++] = (struct field_word){words.topics[i].code, req_text(rq, words.topics[i].label)};
    for (size_t i = 0; i < words.status_count; i++)
        list[n++] = (struct field_word){words.statuses[i].code,
                                        req_text(rq, words.statuses[i].staff_label)};
    for (int i = 0; i < TICKET_CATEGORIES; i++)
        list[n++] = (struct field_word){ticket_category_name((enum ticket_category)i),
                                        req_text(rq, CATEGORIES[i])};
    *out = list;
    *count = n;
    return true;
}

static const char *topics_text(struct req *rq, const struct custom_field *f,
                               const struct field_word *words, size_t count)
{
    struct str s = str_new(rq->cx.mem);

    for (size_t i = 0; i < f->topic_count; i++) {
        const char *label = f->topics[i];

        for (size_t w = 0; w < count; w++)
            if (strcmp(words[w].code, f->topics[i]) == 0) {
                label = words[w].label;
                break;
            }
        str_fmt(&s, "%s%s", i > 0 ? req_text(rq, T(", ")) : "", label);
    }
    return s.p;
}

static json_t *field_json(struct req *rq, const struct field_set *set, const struct custom_field *f,
                          const struct field_word *words, size_t count)
{
    const char *shown =
        custom_field_words_conditions(rq->cx.mem, rq->lang, set, f, FIELD_SHOW, words, count);
    const char *required =
        custom_field_words_conditions(rq->cx.mem, rq->lang, set, f, FIELD_REQUIRE, words, count);

    return json_pack(
        "{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:b,s:b,s:s}", "href",
        arena_printf(rq->cx.mem, "/desk/settings/fields/%s", id_text(rq->cx.mem, f->id)), "label",
        custom_field_words_label(rq->lang, f->label, f->label_zh), "code", f->code, "kind",
        req_text(rq, KIND_WORDS[f->kind]), "topics", topics_text(rq, f, words, count), "shown",
        shown, "required", required, "is_required", f->is_required, "is_retired", f->is_retired,
        "access", req_text(rq, ACCESS_WORDS[f->access]));
}

static bool add_lists(struct req *rq, json_t *page)
{
    struct option_list *lists;
    size_t count;
    json_t *rows = json_array();

    json_object_set_new(page, "lists", rows);
    if (!option_list_all(&rq->cx, &lists, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        json_array_append_new(
            rows, json_pack("{s:s,s:s,s:s}", "href",
                            arena_printf(rq->cx.mem, "/desk/settings/options/%s",
                                         id_text(rq->cx.mem, lists[i].id)),
                            "label",
                            custom_field_words_label(rq->lang, lists[i].label, lists[i].label_zh),
                            "count",
                            format_number(rq->cx.mem, &rq->format, (int64_t)lists[i].value_count)));
    json_object_set_new(page, "has_lists", json_boolean(count > 0));
    return true;
}

static bool add_group(struct req *rq, enum field_subject subject, const struct field_word *words,
                      size_t count, json_t *groups)
{
    struct field_set set;
    json_t *rows = json_array();

    json_array_append_new(groups,
                          json_pack("{s:s,s:s,s:o}", "subject", custom_field_subject_name(subject),
                                    "title", req_text(rq, SUBJECT_WORDS[subject]), "fields", rows));
    if (!custom_field_set(&rq->cx, subject, &set))
        return false;
    for (size_t i = 0; i < set.count; i++)
        json_array_append_new(rows, field_json(rq, &set, &set.fields[i], words, count));
    json_object_set_new(json_array_get(groups, json_array_size(groups) - 1), "has_fields",
                        json_boolean(set.count > 0));
    return true;
}

bool field_settings_page_list(struct req *rq)
{
    struct field_word *words;
    size_t count;
    json_t *groups = json_array();
    json_t *page = json_own(rq->cx.mem, json_pack("{s:o,s:b}", "groups", groups, "on_fields", 1));

    if (!field_settings_page_words(rq, &words, &count) || !add_lists(rq, page))
        return false;
    for (int subject = 0; subject < FIELD_SUBJECTS; subject++)
        if (!add_group(rq, (enum field_subject)subject, words, count, groups))
            return false;
    return page_render(rq, "field_list", page);
}

/* Back to the list; what cannot be done is said there. */
static bool go_back(struct req *rq, bool ok, const char *said)
{
    struct err *err = &rq->cx.err;

    if (!ok && (err->kind == NULL || err->kind->class != ERR_CLASS_CONFLICT))
        return false;
    if (!ok)
        said = lang_fill1(rq->cx.mem, rq->lang, err->kind->text, err->arg);
    err_clear(err);
    return (said == NULL || reply_flash(rq, ok ? "ok" : "bad", said)) &&
           reply_see_other(rq, "/desk/settings/fields");
}

bool field_settings_page_move(struct req *rq)
{
    struct form *form;

    return form_parse(rq, &form) &&
           go_back(rq,
                   custom_field_move(&rq->cx, rq->id, strcmp(form_value(form, "to"), "up") == 0),
                   NULL);
}

bool field_settings_page_retire(struct req *rq)
{
    struct form *form;
    bool is_back;

    if (!form_parse(rq, &form))
        return false;
    is_back = *form_value(form, "back") != '\0';
    return go_back(rq, custom_field_retire(&rq->cx, rq->id, !is_back),
                   req_text(rq, is_back ? T("The field is in use again.")
                                        : T("The field is retired. What was filled in stays.")));
}
