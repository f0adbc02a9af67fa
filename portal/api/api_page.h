/* Pages of lists (section 1.7): plain limits, numbered pages, cursors. */
#pragma once

#include "licensing/licence.h"
#include "portal/api/api.h"

struct api_page {
    struct licence_page rows; /* what is asked of the domain */
    int64_t number;           /* 0: not numbered */
    bool has_cursor;
};

/* Reads limit, page[number], page[size], page[cursor] and order. Fails with source.parameter. */
bool api_page_read(struct req *rq, struct api_page *out) MUST_CHECK;
/* ,"links":{..} after the data; last: the id of the page's last row. */
void api_page_links(struct str *s, struct req *rq, const struct api_page *page, size_t count,
                    int64_t total, struct id last);
