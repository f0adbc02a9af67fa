/* The columns of a view of tickets: as a table, as lines beside an open ticket, as a file. */
#pragma once

#include "portal/desk/saved_view.h"
#include "portal/pages/ticket_context.h"

struct queue_columns { /* with the rows of one page */
    struct ticket_columns columns;
    struct ticket_words words;
    const struct ticket_page_of *page;
    const char **values;
};

extern const struct err_kind ERR_QUEUE_FILE_LARGE; /* more rows than a file takes */

/* columns.count is 0 where the view has none; then nothing more is read. */
bool queue_column_read(struct req *rq, const struct saved_view *view,
                       const struct ticket_page_of *page, struct queue_columns *out) MUST_CHECK;
/* [{"label"}], and a row's [{"label","is_first","text","time","level","chip","deadline"}]. */
json_t *queue_column_heads(struct req *rq, const struct queue_columns *q);
json_t *queue_column_cells(struct req *rq, const struct queue_columns *q, size_t row);
/* What is filled in in a row, but number, subject, level and deadline, which each row has. */
const char *queue_column_line(struct req *rq, const struct queue_columns *q, size_t row);
/* What a view's form offers: [{"label","options":[{"value","text","is_chosen"}]}], a choice for
 * each place; chosen: a code in each line. has_columns: some are chosen. */
bool queue_column_offer(struct req *rq, const char *chosen, json_t *page) MUST_CHECK;
/* What a view has, as its form would give it. */
bool queue_column_chosen(struct req *rq, const struct saved_view *view,
                         const char **chosen) MUST_CHECK;
bool queue_column_download(struct req *rq); /* GET /desk/tickets.csv */
