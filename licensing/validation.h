/* Validations as events (licensing protocol 4.6): only of tenants whose webhooks listen, gathered
 * in memory and written in batches, off the path of the answer. */
#pragma once

#include "db/db.h"
#include "licensing/verdict.h"

struct validation_log; /* Threads: any. */
struct validation_log *validation_log_make(void);
void validation_log_free(struct validation_log *log);

/* Past VALIDATION_LOG_MAX waiting ones (the database is away) further ones are lost, and how many
 * is logged. */
enum { VALIDATION_LOG_MAX = 100000 };
void validation_log_note(struct validation_log *log, struct id tenant_id, struct id licence_id,
                         enum verdict_code code, bool is_valid, int64_t at);
/* Writes what was noted, each with its event licence.validated or licence.not_validated, and asks
 * anew who listens. What could not be written is noted again. */
bool validation_log_flush(struct validation_log *log, struct ctx *cx) MUST_CHECK;
