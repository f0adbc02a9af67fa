/* Touches: which licences and machines were seen, gathered in memory and written in batches. */
#pragma once

#include "db/db.h"

struct licence_touch; /* Threads: any. */
struct licence_touch *licence_touch_make(void);
void licence_touch_free(struct licence_touch *touched);

/* Past LICENCE_TOUCH_MAX waiting ones (the database is away) further ones are lost. */
enum { LICENCE_TOUCH_MAX = 1 << 20 };
void licence_touch_note(struct licence_touch *touched, struct id tenant_id, struct id licence_id,
                        struct id machine_id, const char *version, int64_t at);
/* Writes what was noted: each licence and machine once. What could not be written is noted again.
 */
bool licence_touch_flush(struct licence_touch *touched, struct ctx *cx) MUST_CHECK;
