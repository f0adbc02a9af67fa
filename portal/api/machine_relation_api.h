/* What machines, components and processes belong to, over the licensing protocol. */
#pragma once

#include "portal/http/req.h"

bool machine_relation_api_product(struct req *rq) MUST_CHECK;
bool machine_relation_api_licence(struct req *rq) MUST_CHECK;
bool machine_relation_api_owner(struct req *rq) MUST_CHECK;
bool machine_relation_api_group(struct req *rq) MUST_CHECK;
/* Of the component or process of the path. */
bool machine_relation_api_part_product(struct req *rq) MUST_CHECK;
bool machine_relation_api_part_licence(struct req *rq) MUST_CHECK;
bool machine_relation_api_part_machine(struct req *rq) MUST_CHECK;
