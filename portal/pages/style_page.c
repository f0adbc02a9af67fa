#include "portal/pages/style_page.h"

#include "portal/http/page.h"

static const struct {
    const char *theme, *label;
} SETS[] = {
    {"light", T("Light")},
    {"dark", T("Dark")},
};

/* The samples with each text that the catalogue knows in the reader's language. New reference. */
static json_t *translated(const struct req *rq, json_t *sample)
{
    const char *key;
    json_t *value, *copy;
    size_t i;

    if (json_is_string(sample))
        return json_string(req_text(rq, json_string_value(sample)));
    if (json_is_array(sample)) {
        copy = json_array();
        json_array_foreach (sample, i, value)
            json_array_append_new(copy, translated(rq, value));
        return copy;
    }
    if (!json_is_object(sample))
        return json_deep_copy(sample);
    copy = json_object();
    json_object_foreach (sample, key, value)
        json_object_set_new(copy, key, translated(rq, value));
    return copy;
}

/* Two sets stand on one page: ids of fields begin with the set's theme. */
static json_t *sample_set(struct req *rq, json_t *samples, size_t at)
{
    json_t *set = translated(rq, samples);
    json_t *field;
    size_t i;

    json_array_foreach (json_object_get(set, "fields"), i, field)
        json_object_set_new(field, "name",
                            json_string(arena_printf(rq->cx.mem, "%s-%s", SETS[at].theme,
                                                     json_get_text(field, "name", ""))));
    json_object_set_new(set, "theme", json_string(SETS[at].theme));
    json_object_set_new(set, "label", json_string(req_text(rq, SETS[at].label)));
    return set;
}

bool style_page_view(struct req *rq)
{
    const char *path = arena_printf(rq->cx.mem, "%s/style.json", rq->app->config.www_dir);
    json_error_t fault;
    json_t *samples = json_load_file(path, JSON_REJECT_DUPLICATES, &fault);
    json_t *sets = json_own(rq->cx.mem, json_array());

    if (samples == NULL)
        return err_set(&rq->cx.err, &ERR_INTERNAL, "%s:%d: %s", path, fault.line, fault.text);
    json_own(rq->cx.mem, samples);
    for (size_t i = 0; i < COUNT(SETS); i++)
        json_array_append_new(sets, sample_set(rq, samples, i));
    return page_render(rq, "style", json_own(rq->cx.mem, json_pack("{s:O}", "sets", sets)));
}
