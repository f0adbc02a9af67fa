#include "portal/http/req.h"

#include "portal/http/url.h"

#include <string.h>

const struct err_kind ERR_BODY_SLOW = {
    ERR_CLASS_TIMEOUT, "BODY_TIMEOUT",
    "What was sent did not arrive in time. Please send it again."};

bool req_take_body(struct req *rq)
{
    return rq->take_body == NULL || rq->take_body(rq);
}

const char *req_header(const struct req *rq, const char *name)
{
    for (size_t i = 0; i < rq->field_count; i++)
        if (span_equal_nocase(span_of(rq->fields[i].name), name))
            return rq->fields[i].value;
    return NULL;
}

/* Browsers send the most specific cookie first; of several with one name the first counts. */
const char *req_cookie(const struct req *rq, const char *name)
{
    for (size_t i = 0; i < rq->field_count; i++) {
        struct span rest, pair, key;

        if (!span_equal_nocase(span_of(rq->fields[i].name), "Cookie"))
            continue;
        rest = span_of(rq->fields[i].value);
        while (span_cut(&rest, ';', &pair))
            if (span_cut(&pair, '=', &key) && pair.p != NULL && span_equal(span_trim(key), name))
                return span_dup(rq->cx.mem, span_trim(pair));
    }
    return NULL;
}

const char *req_query(struct req *rq, const char *name)
{
    struct span rest = span_of(rq->query), pair, key;

    while (span_cut(&rest, '&', &pair)) {
        const char *decoded;

        if (!span_cut(&pair, '=', &key))
            continue;
        decoded = url_value(rq->cx.mem, key, true);
        if (decoded != NULL && strcmp(decoded, name) == 0)
            return url_value(rq->cx.mem, pair.p == NULL ? span_of("") : pair, true);
    }
    return NULL;
}

const char *req_text(const struct req *rq, const char *english)
{
    return lang_text(rq->lang, english);
}
