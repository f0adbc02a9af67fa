/* Time zones from the system's compiled zone files (TZif, RFC 8536). */
#pragma once

#include "base/clock.h"

struct zone; /* Threads: read-only after zone_load. */

/* Reads the zone of that name ("Europe/London"). False for an unknown or damaged one, or a name
 * that is not a plain zone name. Owned, free with zone_free. */
bool zone_load(const char *name, struct zone **out) MUST_CHECK;
void zone_free(struct zone *zone);

/* Local time of an instant, and the first instant that has a local time (a gap moves forward). */
struct civil zone_civil(const struct zone *zone, int64_t us);
int64_t zone_from_civil(const struct zone *zone, const struct civil *local);
