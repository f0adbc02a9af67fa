/* Whose turn it is to have an archive of his own data made: packing costs a thread, and a file of
 * up to a gigabyte that stays until it is sent. */
#pragma once

#include "db/ctx.h"

enum {
    OWN_DATA_PACKING_MAX = 2, /* at a time in this process */
    OWN_DATA_TURNS_MAX = 64,  /* being packed or on their way out */
};
#define OWN_DATA_RETRY_SECONDS "60"

extern const struct err_kind ERR_OWN_DATA_BUSY;

struct own_data_turn; /* Threads: any. */
/* One at a time for each person. Ends with mem, which is when the answer is sent, unless it was
 * ended before. Fails: ERR_OWN_DATA_BUSY. */
bool own_data_turn_take(struct ctx *cx, struct id person_id, struct own_data_turn **out) MUST_CHECK;
/* All is packed: the next person's may begin, his own next one when this one is sent. */
void own_data_turn_packed(struct own_data_turn *turn);
void own_data_turn_end(struct own_data_turn *turn);
