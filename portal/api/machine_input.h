/* What clients send about machines, components and processes. */
#pragma once

#include "licensing/machine_change.h"
#include "portal/api/api_input.h"

/* Each fails with a shape error (400), or with the code of an attribute that is out of range. */
bool machine_input_draft(struct req *rq, struct machine_draft *out) MUST_CHECK;
bool machine_input_change(struct req *rq, struct machine_change *out) MUST_CHECK;
/* data.attributes of an update; absent is empty. */
bool machine_input_attributes(struct req *rq, const char *type, struct api_object *out) MUST_CHECK;
/* A component or process that is to be made: its attributes and its machine. */
bool machine_input_part(struct req *rq, const char *type, struct api_object *attributes,
                        struct id *machine_id) MUST_CHECK;
bool machine_input_fingerprint(const struct api_object *in, const char **out) MUST_CHECK;
bool machine_input_name(const struct api_object *in, unsigned flags, const char **out) MUST_CHECK;
