/* The query of a list from outside: its page, its filters of every kind, and the links of the
 * answer.
 */
#include "portal/api/api_list.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <stddef.h>

struct filters {
    struct id id;
    const char *text;
    struct filter_texts texts;
    enum filter_choice flag;
    struct filter_times times;
    struct filter_numbers numbers;
    struct filter_metadata metadata;
};

static const struct api_filter TABLE[] = {
    {"id", API_FILTER_ID, offsetof(struct filters, id)},
    {"text", API_FILTER_TEXT, offsetof(struct filters, text)},
    {"texts", API_FILTER_TEXTS, offsetof(struct filters, texts)},
    {"flag", API_FILTER_FLAG, offsetof(struct filters, flag)},
    {"flag", API_FILTER_TIMES, offsetof(struct filters, times)},
    {"numbers", API_FILTER_NUMBERS, offsetof(struct filters, numbers)},
    {"metadata", API_FILTER_METADATA, offsetof(struct filters, metadata)},
};

static void check(const struct filters *f, const struct api_list *list)
{
    assert(f->texts.count <= FILTER_TEXTS_MAX && f->metadata.count <= FILTER_METADATA_MAX);
    assert(f->times.within_us >= 0 && f->times.outside_us >= 0);
    assert(!f->numbers.has_gte || f->numbers.gte >= 0);
    assert(list->page.rows.limit >= 1 && list->page.rows.limit <= 100);
    assert(list->page.rows.offset >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct arena *mem = arena_make(4096);
    struct req rq = {.cx = {.mem = mem}, .path = "/v1/licenses"};
    struct filters filters = {0};
    struct api_list list;

    rq.query = arena_dup_bytes(mem, bytes, len);
    rq.out = str_new(mem);
    if (api_list_read(&rq, TABLE, COUNT(TABLE), &filters, &list)) {
        check(&filters, &list);
        api_list_open(&list);
        api_list_item(&list, filters.id);
        api_list_close(&list, 1);
    } else {
        assert(rq.cx.err.kind != NULL && rq.cx.err.kind->class == ERR_CLASS_MALFORMED);
        assert(rq.cx.err.source != NULL && *rq.cx.err.source == '?');
    }
    arena_free(mem);
    return 0;
}
