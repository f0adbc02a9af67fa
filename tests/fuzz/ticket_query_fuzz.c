/* The desk's search line: whatever is typed is read, or refused with a place within it. */
#include "base/parse.h"
#include "base/utf8.h"
#include "portal/desk/ticket_query.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <string.h>

static void check(const struct ticket_query *q)
{
    size_t values = 0;

    assert(q->count <= TICKET_QUERY_TERMS_MAX && q->words != NULL);
    for (size_t i = 0; i < q->count; i++) {
        const struct ticket_query_term *t = &q->terms[i];

        assert(t->value_count > 0 && t->field < TICKET_QUERY_FIELDS && t->op < TICKET_QUERY_OPS);
        assert(t->op == TICKET_QUERY_IS || t->value_count == 1);
        values += t->value_count;
    }
    assert(values <= TICKET_QUERY_VALUES_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct arena *mem = arena_make(4096);
    struct err err = {.kind = NULL};
    struct ticket_query *query;
    const char *text = arena_dup_bytes(mem, bytes, len);
    int64_t at;

    if (memchr(bytes, '\0', len) == NULL && utf8_valid(text, len)) {
        if (ticket_query_parse(mem, &err, text, INT64_C(1764000000000000), NULL, &query))
            check(query);
        else if (err.kind == &ERR_TICKET_QUERY_FIELD) /* which one, instead of where */
            assert(err.arg[0] != '\0' && utf8_valid(err.arg, strlen(err.arg)));
        else
            assert(parse_i64(err.arg, 1, (int64_t)utf8_count(text) + 1, &at));
    }
    arena_free(mem);
    return 0;
}
