#include "portal/pages/field_edit_page.h"

#include "base/utf8.h"
#include "portal/field/custom_value.h"
#include "portal/pages/field_settings_page.h"
#include "portal/pages/ticket_context.h"

#include <string.h>

struct edit_fields {
    const char *code, *label, *label_zh, *hint, *hint_zh, *kind, *access, *topics;
    struct id list_id;
    bool is_required, is_listed;
};

static const char *const KINDS[] = {"text", "lines",  "number",  "date",
                                    "yes",  "choice", "choices", NULL};
static const char *const ACCESSES[] = {"none", "read", "write", NULL};
static const char *const EFFECTS[] = {[FIELD_SHOW] = "show", [FIELD_REQUIRE] = "require"};

static const struct form_field FIELDS[] = {
    {"label", T("Label"), FORM_TEXT, true, 1, OPTION_LABEL_MAX, NULL,
     offsetof(struct edit_fields, label)},
    {"label_zh", T("Label in Chinese"), FORM_TEXT, false, 0, OPTION_LABEL_MAX, NULL,
     offsetof(struct edit_fields, label_zh)},
    {"code", T("Identifier"), FORM_TEXT, false, 0, OPTION_CODE_MAX, NULL,
     offsetof(struct edit_fields, code)},
    {"hint", T("Hint"), FORM_TEXT, false, 0, FIELD_HINT_MAX, NULL,
     offsetof(struct edit_fields, hint)},
    {"hint_zh", T("Hint in Chinese"), FORM_TEXT, false, 0, FIELD_HINT_MAX, NULL,
     offsetof(struct edit_fields, hint_zh)},
    {"kind", T("Kind"), FORM_CHOICE, false, 0, 0, KINDS, offsetof(struct edit_fields, kind)},
    {"list", T("Option list"), FORM_ID, false, 0, 0, NULL, offsetof(struct edit_fields, list_id)},
    {"access", T("Customers"), FORM_CHOICE, true, 0, 0, ACCESSES,
     offsetof(struct edit_fields, access)},
    {"required", T("Required"), FORM_BOOL, false, 0, 0, NULL,
     offsetof(struct edit_fields, is_required)},
    {"listed", T("In lists"), FORM_BOOL, false, 0, 0, NULL,
     offsetof(struct edit_fields, is_listed)},
    {"topics", T("Topics"), FORM_LINES, false, 0, 0, NULL, offsetof(struct edit_fields, topics)},
    {"show", T("Shown if"), FORM_TEXT, false, 0, 0, NULL, offsetof(struct edit_fields, code)},
    {"require", T("Required if"), FORM_TEXT, false, 0, 0, NULL, offsetof(struct edit_fields, code)},
};
enum { READ_FIELDS = COUNT(FIELDS) - 2 }; /* the last two only lend their labels to faults */

static const char *const TEST_LABELS[] = {
    [FIELD_IS] = T("is"),
    [FIELD_IS_NOT] = T("is not"),
    [FIELD_FILLED] = T("is filled in"),
    [FIELD_EMPTY] = T("is empty"),
    [FIELD_LEAST] = T("is at least"),
    [FIELD_MOST] = T("is at most"),
};
_Static_assert(COUNT(TEST_LABELS) == FIELD_TESTS, "label every test");

struct editing { /* what both directions need */
    struct custom_field *field;
    struct field_set set; /* of its subject */
    struct field_word *words;
    size_t word_count;
};

static bool start(struct req *rq, struct custom_field *f, struct editing *out)
{
    *out = (struct editing){.field = f};
    return custom_field_set(&rq->cx, f->subject, &out->set) &&
           field_settings_page_words(rq, &out->words, &out->word_count);
}

static json_t *choice(const char *value, const char *text, bool is_chosen)
{
    return json_pack("{s:s,s:s,s:b}", "value", value, "text", text, "is_chosen", is_chosen);
}

/* --- conditions: out --- */

static const char *as_line(struct arena *mem, const char *lines)
{
    struct str s = str_new(mem);

    for (; *lines != '\0'; lines++)
        if (*lines == '\n')
            str_add(&s, ", ");
        else
            str_char(&s, *lines);
    return s.p;
}

static json_t *at_options(struct req *rq, const struct editing *e, const struct field_condition *c)
{
    static const char *const ATS[] = {[FIELD_AT_TOPIC] = T("Topic"),
                                      [FIELD_AT_LEVEL] = T("Level"),
                                      [FIELD_AT_STATUS] = T("State")};
    json_t *all = json_array();

    json_array_append_new(all, choice("", req_text(rq, T("no condition")), c == NULL));
    for (int i = 0; e->field->subject == FIELD_TICKET && i < FIELD_AT_FIELD; i++)
        json_array_append_new(all, choice(custom_field_at_name((enum field_looks_at)i),
                                          req_text(rq, ATS[i]),
                                          c != NULL && c->looks_at == (enum field_looks_at)i));
    for (size_t i = 0; i < e->set.count; i++) {
        const struct custom_field *f = &e->set.fields[i];

        if (!id_equal(f->id, e->field->id) && !f->is_retired)
            json_array_append_new(
                all,
                choice(id_text(rq->cx.mem, f->id),
                       custom_field_words_label(rq->lang, f->label, f->label_zh),
                       c != NULL && c->looks_at == FIELD_AT_FIELD && id_equal(c->other_id, f->id)));
    }
    return all;
}

static json_t *conditions_json(struct req *rq, const struct editing *e, enum field_effect effect)
{
    json_t *rows = json_array();

    for (size_t n = 0; n < FIELD_CONDITIONS; n++) {
        const struct field_condition *c =
            n < e->field->condition_count[effect] ? &e->field->conditions[effect][n] : NULL;
        json_t *tests = json_array();

        for (int i = 0; i < FIELD_TESTS; i++)
            json_array_append_new(tests, choice(custom_field_test_name((enum field_test)i),
                                                req_text(rq, TEST_LABELS[i]),
                                                c != NULL && c->test == (enum field_test)i));
        json_array_append_new(rows,
                              json_pack("{s:s,s:o,s:o,s:s}", "name",
                                        arena_printf(rq->cx.mem, "%s_%zu", EFFECTS[effect], n + 1),
                                        "ats", at_options(rq, e, c), "tests", tests, "value",
                                        c != NULL ? as_line(rq->cx.mem, c->value) : ""));
    }
    return rows;
}

/* --- conditions: in --- */

/* What was typed for one value: an option, topic or state also by its label. */
static const char *code_of(struct req *rq, const struct editing *e, const struct field_condition *c,
                           const char *typed)
{
    const char *folded = utf8_fold(rq->cx.mem, typed), *word;
    int64_t amount;

    for (size_t i = 0; c->looks_at == FIELD_AT_FIELD && i < e->set.count; i++)
        if (id_equal(e->set.fields[i].id, c->other_id) && e->set.fields[i].list != NULL &&
            custom_value_search(rq->cx.mem, &e->set.fields[i], typed, &word, &amount))
            return word;
    for (size_t i = 0; c->looks_at != FIELD_AT_FIELD && i < e->word_count; i++)
        if (strcmp(utf8_fold(rq->cx.mem, e->words[i].label), folded) == 0)
            return e->words[i].code;
    return typed;
}

static const char *as_lines(struct req *rq, const struct editing *e,
                            const struct field_condition *c, const char *typed)
{
    struct str s = str_new(rq->cx.mem);

    while (*typed != '\0') {
        const char *end = typed, *next;

        while (*end != '\0' && *end != ',' && strncmp(end, "，", 3) != 0 &&
               strncmp(end, "、", 3) != 0)
            end++;
        next = *end == '\0' ? end : *end == ',' ? end + 1 : end + 3;
        while (typed < end && *typed == ' ')
            typed++;
        while (end > typed && end[-1] == ' ')
            end--;
        if (end > typed)
            str_fmt(&s, "%s%s", s.len > 0 ? "\n" : "",
                    code_of(rq, e, c, arena_dup_bytes(rq->cx.mem, typed, (size_t)(end - typed))));
        typed = next;
    }
    return s.p;
}

static void read_conditions(struct req *rq, const struct form *form, struct editing *e,
                            enum field_effect effect)
{
    struct custom_field *f = e->field;

    f->condition_count[effect] = 0;
    for (size_t n = 1; n <= FIELD_CONDITIONS; n++) {
        const char *name = arena_printf(rq->cx.mem, "%s_%zu", EFFECTS[effect], n);
        const char *at = form_value(form, arena_printf(rq->cx.mem, "%s_at", name));
        struct field_condition c = {.other = SIZE_MAX};

        if (*at == '\0')
            continue;
        if (!custom_field_at_parse(at, &c.looks_at) || c.looks_at == FIELD_AT_FIELD) {
            c.looks_at = FIELD_AT_FIELD;
            if (!id_parse(at, &c.other_id))
                continue;
        }
        for (size_t i = 0; i < e->set.count; i++)
            if (id_equal(e->set.fields[i].id, c.other_id))
                c.other = i;
        if (!custom_field_test_parse(form_value(form, arena_printf(rq->cx.mem, "%s_test", name)),
                                     &c.test))
            c.test = FIELD_IS;
        c.value = as_lines(rq, e, &c, form_value(form, arena_printf(rq->cx.mem, "%s_value", name)));
        f->conditions[effect][f->condition_count[effect]++] = c;
    }
}

static const char *or_empty(const char *text)
{
    return text != NULL ? text : "";
}

static void take(struct req *rq, const struct form *form, const struct edit_fields *in,
                 struct editing *e)
{
    struct custom_field *f = e->field;

    if (id_is_zero(f->id)) {
        f->code = or_empty(in->code);
        f->list_id = in->list_id;
        if (!custom_field_kind_parse(in->kind, &f->kind))
            f->kind = FIELD_TEXT;
    }
    f->label = or_empty(in->label);
    f->label_zh = or_empty(in->label_zh);
    f->hint = or_empty(in->hint);
    f->hint_zh = or_empty(in->hint_zh);
    f->is_required = in->is_required;
    f->is_listed = in->is_listed;
    if (!custom_field_access_parse(in->access, &f->access))
        f->access = FIELD_NONE;
    f->topic_count = 0;
    for (size_t i = 0; i < e->word_count; i++) /* topics come first among the words */
        if (field_rule_has_line(or_empty(in->topics), e->words[i].code) &&
            f->topic_count < FIELD_TOPICS_MAX) {
            bool is_there = false;

            for (size_t k = 0; k < f->topic_count; k++)
                is_there = is_there || strcmp(f->topics[k], e->words[i].code) == 0;
            if (!is_there)
                f->topics[f->topic_count++] = e->words[i].code;
        }
    read_conditions(rq, form, e, FIELD_SHOW);
    read_conditions(rq, form, e, FIELD_REQUIRE);
}

/* --- the page --- */

static bool add_choices(struct req *rq, const struct editing *e, json_t *page)
{
    static const char *const ACCESS_LABELS[] = {T("Staff only"), T("Customers read it"),
                                                T("Customers fill it in")};
    const struct custom_field *f = e->field;
    struct ticket_words words;
    struct option_list *lists;
    size_t count;
    json_t *kinds = json_array(), *choices = json_array(), *accesses = json_array(),
           *topics = json_array();

    json_object_set_new(page, "kinds", kinds);
    json_object_set_new(page, "lists", choices);
    json_object_set_new(page, "accesses", accesses);
    json_object_set_new(page, "topics", topics);
    if (!option_list_all(&rq->cx, &lists, &count) || !ticket_context_words(rq, true, &words))
        return false;
    for (int i = 0; i < FIELD_KINDS; i++)
        json_array_append_new(
            kinds, choice(KINDS[i], req_text(rq, field_settings_page_kind((enum field_kind)i)),
                          f->kind == (enum field_kind)i));
    for (size_t i = 0; i < count; i++)
        json_array_append_new(
            choices, choice(id_text(rq->cx.mem, lists[i].id),
                            custom_field_words_label(rq->lang, lists[i].label, lists[i].label_zh),
                            id_equal(lists[i].id, f->list_id)));
    for (int i = 0; i < FIELD_ACCESSES; i++)
        json_array_append_new(accesses, choice(ACCESSES[i], req_text(rq, ACCESS_LABELS[i]),
                                               f->access == (enum field_access)i));
    for (size_t i = 0; i < words.topic_count; i++) {
        bool is_chosen = false;

        for (size_t k = 0; k < f->topic_count; k++)
            is_chosen = is_chosen || strcmp(f->topics[k], words.topics[i].code) == 0;
        json_array_append_new(
            topics, choice(words.topics[i].code, req_text(rq, words.topics[i].label), is_chosen));
    }
    return true;
}

static bool show(struct req *rq, const struct editing *e, const struct form *form, bool is_refused)
{
    const struct custom_field *f = e->field;
    const bool is_new = id_is_zero(f->id);
    json_t *page =
        json_own(rq->cx.mem,
                 json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:b,s:b,s:b,s:b}", "action",
                           is_new ? arena_printf(rq->cx.mem, "/desk/settings/fields/new?subject=%s",
                                                 custom_field_subject_name(f->subject))
                                  : arena_printf(rq->cx.mem, "/desk/settings/fields/%s",
                                                 id_text(rq->cx.mem, f->id)),
                           "subject", req_text(rq, field_settings_page_subject(f->subject)), "code",
                           f->code, "label", f->label, "label_zh", f->label_zh, "hint", f->hint,
                           "hint_zh", f->hint_zh, "is_new", is_new, "is_required", f->is_required,
                           "is_listed", f->is_listed, "is_ticket", f->subject == FIELD_TICKET));

    json_object_set_new(page, "kind", json_string(req_text(rq, field_settings_page_kind(f->kind))));
    json_object_set_new(page, "shows", conditions_json(rq, e, FIELD_SHOW));
    json_object_set_new(page, "requires", conditions_json(rq, e, FIELD_REQUIRE));
    json_object_set_new(
        page, "shown",
        json_string(custom_field_words_conditions(rq->cx.mem, rq->lang, &e->set, f, FIELD_SHOW,
                                                  e->words, e->word_count)));
    json_object_set_new(
        page, "required",
        json_string(custom_field_words_conditions(rq->cx.mem, rq->lang, &e->set, f, FIELD_REQUIRE,
                                                  e->words, e->word_count)));
    if (!add_choices(rq, e, page))
        return false;
    return is_refused ? page_render_form(rq, "field_edit", page, form)
                      : page_render(rq, "field_edit", page);
}

static bool save(struct req *rq, struct custom_field *f)
{
    const bool is_new = id_is_zero(f->id);
    struct edit_fields in = {0};
    struct editing e;
    struct form *form;
    bool is_read;

    if (!start(rq, f, &e) || !form_parse(rq, &form))
        return false;
    is_read = form_read(rq, form, FIELDS, READ_FIELDS, &in);
    take(rq, form, &in, &e);
    if (strcmp(form_value(form, "step"), "preview") == 0)
        return show(rq, &e, NULL, false);
    if (!is_read)
        return show(rq, &e, form, true);
    if (!custom_field_save(&rq->cx, f))
        return form_take_err(rq, form, FIELDS, COUNT(FIELDS)) && show(rq, &e, form, true);
    return reply_flash(rq, "ok",
                       req_text(rq, is_new ? T("The field is added: it is in forms, lists, "
                                               "searches, exports and the API from now on.")
                                           : T("The field is changed."))) &&
           reply_see_other(rq, "/desk/settings/fields");
}

/* A new field of the subject in the address. */
static bool fresh(struct req *rq, struct custom_field **out)
{
    struct custom_field *f = arena_new(rq->cx.mem, struct custom_field);

    *f = (struct custom_field){.code = "", .label = "", .label_zh = "", .hint = "", .hint_zh = ""};
    if (!custom_field_subject_parse(req_query(rq, "subject"), &f->subject))
        return err_set(&rq->cx.err, &ERR_NOT_FOUND, "no such subject");
    *out = f;
    return true;
}

bool field_edit_page_new(struct req *rq)
{
    struct custom_field *f;
    struct editing e;

    return fresh(rq, &f) && start(rq, f, &e) && show(rq, &e, NULL, false);
}

bool field_edit_page_add(struct req *rq)
{
    struct custom_field *f;

    return fresh(rq, &f) && save(rq, f);
}

bool field_edit_page_view(struct req *rq)
{
    struct custom_field *f;
    struct editing e;

    return custom_field_get(&rq->cx, rq->id, &f) && start(rq, f, &e) && show(rq, &e, NULL, false);
}

bool field_edit_page_save(struct req *rq)
{
    struct custom_field *f;

    return custom_field_get(&rq->cx, rq->id, &f) && save(rq, f);
}
