/* Lists: filters read by a table, the page, and the document around the rows (1.7, 1.8). */
#pragma once

#include "licensing/filter.h"
#include "portal/api/api_page.h"

enum api_filter_kind {
    API_FILTER_ID,       /* struct id: a UUID; what is none finds nothing */
    API_FILTER_TEXT,     /* const char * */
    API_FILTER_TEXTS,    /* struct filter_texts: name[]=a&name[]=b, or name=a */
    API_FILTER_FLAG,     /* enum filter_choice: true, 1, false, 0 */
    API_FILTER_TIMES,    /* struct filter_times: name[within]=3d, [in], [inside], [outside],
                          * [before]=2026-01-01, [after], [on] */
    API_FILTER_NUMBERS,  /* struct filter_numbers: name[gte]=2 */
    API_FILTER_METADATA, /* struct filter_metadata: metadata[key]=value */
};

struct api_filter { /* a row of a list's table */
    const char *name;
    enum api_filter_kind kind;
    size_t at; /* where its value goes: offsetof(struct machine_filter, hostname) */
};

struct api_list {
    struct req *rq;
    struct api_page page;
    bool finds_nothing; /* a filter has a value that no row can have */
    size_t count;       /* of rows written */
    struct id last;
};

/* Reads the query: the page, and what the table knows into *into, which is zeroed by the caller.
 * Unknown and blank parameters are ignored. Fails (400) with source.parameter. */
bool api_list_read(struct req *rq, const struct api_filter *filters, size_t count, void *into,
                   struct api_list *out) MUST_CHECK;
/* {"data":[ .. in this order: open, item before each row, close. total counts for numbered pages
 * alone. */
void api_list_open(struct api_list *list);
void api_list_item(struct api_list *list, struct id id);
void api_list_close(struct api_list *list, int64_t total);
