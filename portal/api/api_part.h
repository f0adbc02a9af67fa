/* What hangs on machines, as resource objects: components and processes. */
#pragma once

#include "licensing/component.h"
#include "licensing/process.h"
#include "portal/api/api_permission.h"
#include "portal/api/api_resource.h"

void api_part_component(struct str *s, const struct api *api, const struct component *component);
void api_part_process(struct str *s, const struct api *api, const struct process *process);

/* Whether the bearer may do this to what hangs on a licence that a path named: out of scope is
 * ERR_NOT_FOUND. */
bool api_part_check(struct req *rq, enum permit what, struct id licence_id) MUST_CHECK;
/* Whether the bearer may make something on the machine that a body named. Fails: unknown, with
 * that kind at the relationship; another licence's, for customers' credentials: ERR_DENIED. */
bool api_part_check_machine(struct req *rq, enum permit what, struct id machine_id,
                            const struct err_kind *unknown) MUST_CHECK;
