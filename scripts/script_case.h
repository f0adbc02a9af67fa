/* The tests stored with a rule: cases of an event, snapshots and expected effects. */
#pragma once

#include "scripts/script.h"

/* Runs every case of the header's tests. At least one must expect effects and one none. Fails:
 * ERR_SCRIPT_TESTS with the case's name in {} and what differed for its author; ERR_BUSY. */
bool script_case_run_all(struct ctx *cx, const struct script_engine *engine, const char *text,
                         const struct script_header *header, size_t *passed) MUST_CHECK;
