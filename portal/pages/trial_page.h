/* Staff's forms about trials: a product's terms, and turning a trial into a full licence. */
#pragma once

#include "licensing/trial.h"
#include "portal/http/req.h"

bool trial_page_terms(struct req *rq); /* POST /desk/products/{id}/trial */
bool trial_page_turn(struct req *rq);  /* POST /desk/licences/{id}/turn */

/* What the form about a product's terms shows: days, is_open, has_trial, text, and its policies
 * with is_chosen. */
bool trial_page_terms_json(struct req *rq, struct id product_id, const struct policy *policies,
                           size_t count, json_t **out) MUST_CHECK;
/* The policies that a trial can turn into; null for a licence that is no trial. */
bool trial_page_choices(struct req *rq, const struct licence *licence, json_t **out) MUST_CHECK;
