/* Somebody else's server, for tests of what we send: answers as planned and keeps what came. */
#pragma once

#include "base/arena.h"

struct receiver;
/* Listens on a free port of loopback. */
struct receiver *receiver_start(void);
void receiver_stop(struct receiver *r);
unsigned receiver_port(const struct receiver *r);

/* What the next requests get, in this order; further ones get the last again (at first: 200).
 * RECEIVER_SILENCE answers nothing. The texts live until receiver_stop. */
extern const char RECEIVER_SILENCE[];
void receiver_plan(struct receiver *r, const char *const *answers, size_t count);
size_t receiver_count(struct receiver *r);
/* The n-th request, head and body as they came; in mem. NULL: there was none. */
const char *receiver_request(struct receiver *r, struct arena *mem, size_t n);
