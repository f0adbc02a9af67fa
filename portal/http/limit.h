/* Request rates: a bucket for each client address, on this node. */
#pragma once

#include "base/attr.h"

struct limit; /* Threads: any. */

/* One each interval_us on average; burst at once after a rest. Remembers some thousand addresses:
 * of more, those that were quiet longest are forgotten. Owned, free with limit_free. */
struct limit *limit_make(int64_t interval_us, int64_t burst);
void limit_free(struct limit *limit);

/* Counts a request at mono_us. False: too many; *retry_s is when the next would be let in. */
bool limit_take(struct limit *limit, const char *address, int64_t mono_us, int64_t *retry_s);
