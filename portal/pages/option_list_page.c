#include "portal/pages/option_list_page.h"

#include "portal/field/option_list.h"
#include "portal/http/page.h"

#include <string.h>

enum { EMPTY_ROWS = 5 }; /* for new values, below those that are there */

static const char LIST_PATH[] = "/desk/settings/fields";

struct list_fields {
    const char *code, *label, *label_zh;
};

static const struct form_field FIELDS[] = {
    {"label", T("Label"), FORM_TEXT, true, 1, OPTION_LABEL_MAX, NULL,
     offsetof(struct list_fields, label)},
    {"label_zh", T("Label in Chinese"), FORM_TEXT, false, 0, OPTION_LABEL_MAX, NULL,
     offsetof(struct list_fields, label_zh)},
    {"code", T("Identifier"), FORM_TEXT, false, 0, OPTION_CODE_MAX, NULL,
     offsetof(struct list_fields, code)},
    {"values", T("Values"), FORM_TEXT, false, 0, 0, NULL, offsetof(struct list_fields, code)},
};
enum { READ_FIELDS = COUNT(FIELDS) - 1 }; /* the last only lends its label to faults */

static json_t *row_json(size_t n, const struct option_value *v, bool is_kept)
{
    return json_pack("{s:i,s:s,s:s,s:s,s:b,s:b}", "n", (int)n, "code", v->code, "label", v->label,
                     "label_zh", v->label_zh, "is_retired", v->is_retired, "is_kept", is_kept);
}

/* kept: how many of the values are there already, whose codes stay. */
static bool show(struct req *rq, const struct option_list *l, size_t kept, const struct form *form)
{
    static const struct option_value NOTHING = {"", "", "", false};
    const bool is_new = id_is_zero(l->id);
    json_t *rows = json_array();
    json_t *page = json_own(
        rq->cx.mem, json_pack("{s:o,s:s,s:s,s:s,s:s,s:b,s:b}", "values", rows, "action",
                              is_new ? "/desk/settings/options/new"
                                     : arena_printf(rq->cx.mem, "/desk/settings/options/%s",
                                                    id_text(rq->cx.mem, l->id)),
                              "code", l->code, "label", l->label, "label_zh", l->label_zh, "is_new",
                              is_new, "may_remove", !is_new && l->field_count == 0));

    for (size_t i = 0; i < l->value_count; i++)
        json_array_append_new(rows, row_json(i + 1, &l->values[i], i < kept));
    for (size_t i = 0; i < EMPTY_ROWS && l->value_count + i < OPTION_VALUES_MAX; i++)
        json_array_append_new(rows, row_json(l->value_count + i + 1, &NOTHING, false));
    return form != NULL ? page_render_form(rq, "option_list", page, form)
                        : page_render(rq, "option_list", page);
}

static const char *cell(struct req *rq, const struct form *form, const char *name, size_t n)
{
    return form_value(form, arena_printf(rq->cx.mem, "%s_%zu", name, n));
}

/* In the order of the numbers beside them; equal ones stay as they stand. */
static void sort_values(struct option_value *values, int64_t *places, size_t count)
{
    for (size_t i = 1; i < count; i++)
        for (size_t k = i; k > 0 && places[k - 1] > places[k]; k--) {
            const struct option_value v = values[k];
            const int64_t place = places[k];

            values[k] = values[k - 1];
            places[k] = places[k - 1];
            values[k - 1] = v;
            places[k - 1] = place;
        }
}

static int64_t place_of(const char *text, size_t n)
{
    int64_t place = 0;

    if (*text == '\0')
        return (int64_t)n;
    for (; *text >= '0' && *text <= '9' && place < OPTION_VALUES_MAX * 10; text++)
        place = place * 10 + (*text - '0');
    return place;
}

static void read_values(struct req *rq, const struct form *form, struct option_list *l)
{
    int64_t *places = arena_array(rq->cx.mem, int64_t, OPTION_VALUES_MAX);

    l->values = arena_array(rq->cx.mem, struct option_value, OPTION_VALUES_MAX);
    l->value_count = 0;
    for (size_t n = 1; n <= OPTION_VALUES_MAX; n++) {
        const struct option_value v = {cell(rq, form, "code", n), cell(rq, form, "label", n),
                                       cell(rq, form, "label_zh", n),
                                       *cell(rq, form, "retired", n) != '\0'};

        if (*v.code == '\0' && *v.label == '\0')
            continue;
        places[l->value_count] = place_of(cell(rq, form, "place", n), n);
        l->values[l->value_count++] = v;
    }
    sort_values(l->values, places, l->value_count);
}

static bool save(struct req *rq, struct option_list *l)
{
    struct list_fields in = {0};
    struct form *form;
    const size_t kept = 0; /* after a fault every code can be mended: what must stay is refused */

    if (!form_parse(rq, &form))
        return false;
    if (!form_read(rq, form, FIELDS, READ_FIELDS, &in)) {
        read_values(rq, form, l);
        return show(rq, l, kept, form);
    }
    if (id_is_zero(l->id))
        l->code = in.code != NULL ? in.code : "";
    l->label = in.label;
    l->label_zh = in.label_zh != NULL ? in.label_zh : "";
    read_values(rq, form, l);
    if (!option_list_save(&rq->cx, l))
        return form_take_err(rq, form, FIELDS, COUNT(FIELDS)) && show(rq, l, kept, form);
    return reply_flash(rq, "ok", req_text(rq, T("The list is saved."))) &&
           reply_see_other(rq, LIST_PATH);
}

static struct option_list *fresh(struct req *rq)
{
    struct option_list *l = arena_new(rq->cx.mem, struct option_list);

    *l = (struct option_list){.code = "", .label = "", .label_zh = ""};
    return l;
}

bool option_list_page_new(struct req *rq)
{
    return show(rq, fresh(rq), 0, NULL);
}

bool option_list_page_add(struct req *rq)
{
    return save(rq, fresh(rq));
}

bool option_list_page_view(struct req *rq)
{
    struct option_list *l;

    return option_list_get(&rq->cx, rq->id, &l) && show(rq, l, l->value_count, NULL);
}

bool option_list_page_save(struct req *rq)
{
    struct option_list *l;

    return option_list_get(&rq->cx, rq->id, &l) && save(rq, l);
}

bool option_list_page_remove(struct req *rq)
{
    return option_list_remove(&rq->cx, rq->id) &&
           reply_flash(rq, "ok", req_text(rq, T("The list is removed."))) &&
           reply_see_other(rq, LIST_PATH);
}
