/* Lists of machines, components and processes over the licensing protocol. */
#pragma once

#include "licensing/machine_list.h"
#include "portal/http/req.h"

bool machine_list_api_all(struct req *rq) MUST_CHECK;
bool machine_list_api_licence(struct req *rq) MUST_CHECK;       /* of a licence */
bool machine_list_api_licence_one(struct req *rq) MUST_CHECK;   /* one of them */
bool machine_list_api_components(struct req *rq) MUST_CHECK;    /* all */
bool machine_list_api_components_of(struct req *rq) MUST_CHECK; /* of a machine */
bool machine_list_api_processes(struct req *rq) MUST_CHECK;
bool machine_list_api_processes_of(struct req *rq) MUST_CHECK;
/* For machines under a product, user or group, whose rights were checked: the answer with those
 * within the filter that is given, the query's filters and the bearer's scope. */
bool machine_list_api_within(struct req *rq, struct machine_filter *filter) MUST_CHECK;
