/* A person with rows all over the tenant: for merging, downloading, erasing. */
#pragma once

#include "tests/licensing/licensing_make.h"
#include "tests/support/test.h"

struct full_person {
    struct id person, organisation, ticket, message, licence, order;
};
/* A member of the organisation with a ticket, an answer, a licence, an order and more; mark is part
 * of every text and address of his. */
struct full_person full_person_make(struct ctx *cx, struct id organisation, const char *mark,
                                    uint32_t rights);
/* Rows of a traced column that name the id. */
int64_t rows_of(struct ctx *cx, const char *table, const char *column, struct id id);
