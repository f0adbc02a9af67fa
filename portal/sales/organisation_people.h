/* The people of all the organisations that a list has, for a file. */
#pragma once

#include "portal/sales/organisation.h"

struct organisation_person { /* a record, in cx->mem; absent text is "" */
    struct id person_id;
    const char *organisation_code, *organisation_name;
    const char *full_name, *email, *phone, *position;
};

/* By organisation, then by person, up to limit; a filter on a person's field takes only those who
 * have it. Who sees an organisation sees its people. */
bool organisation_people(struct ctx *cx, const struct organisation_filter *filter, unsigned limit,
                         struct organisation_person **out, size_t *count) MUST_CHECK;
