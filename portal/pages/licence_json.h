/* A licence as pages show it: words, chip and seat bar. */
#pragma once

#include "licensing/licence.h"
#include "portal/http/req.h"

/* {"href","title","serial","seats","valid","days_left","chips","organisation",...} for a row of a
 * list; a new reference. */
json_t *licence_json_row(struct req *rq, const struct licence *licence);
/* What parts/seats reads: used, total, blocks, percent. */
json_t *licence_json_seats(struct req *rq, int64_t used, int64_t total);
/* What is licensed, to whom, until when and what comes after, in sentences: ["..."]. */
json_t *licence_json_summary(struct req *rq, const struct licence *licence);
/* "Tilwick Counter, 3 stores": product and name, or the name alone if it begins with the product.
 */
const char *licence_json_title(struct req *rq, const struct licence *licence);
