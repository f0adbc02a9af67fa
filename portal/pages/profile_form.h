/* The form of a person's or an organisation's own data: parts/profile_fields.html. */
#pragma once

#include "portal/account/profile.h"
#include "portal/http/form.h"

struct profile_form {
    struct profile_subject of;
    const char *reveal; /* where sensitive values are shown: "…/reveal"; NULL: nowhere */
    bool has_proposals; /* the viewer's own: what waits is shown beside its field */
    bool of_organisation;
};

/* The fields as the viewer may see them, with what was typed and its faults if form is given: for
 * the key "fields". A new reference. */
bool profile_form_json(struct req *rq, const struct profile_form *what, const struct form *form,
                       json_t **out) MUST_CHECK;
/* Changes what was typed. False with no error set when the form has faults: show it again. */
bool profile_form_save(struct req *rq, const struct profile_form *what, struct form *form,
                       struct profile_outcome *out) MUST_CHECK;
/* Says what came of it. */
bool profile_form_flash(struct req *rq, const struct profile_outcome *outcome) MUST_CHECK;
