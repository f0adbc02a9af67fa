/* Identifiers: UUIDs of version 7 (RFC 9562), in time order, never secret. */
#pragma once

#include "base/arena.h"

struct id {
    uint8_t b[16];
};

enum { ID_TEXT_SIZE = 37 };

/* A new id: 48 bits of milliseconds, then a counter within the millisecond, then random bits; ids
 * of one process are strictly ascending while its clock does not go back. Threads: any. */
struct id id_make(int64_t now_us);
/* The 36-character form, either case; lower case comes out. */
bool id_parse(const char *text, struct id *out) MUST_CHECK;
void id_format(struct id id, char out[ID_TEXT_SIZE]);
const char *id_text(struct arena *mem, struct id id); /* in mem */
bool id_is_zero(struct id id);
bool id_equal(struct id a, struct id b);
int id_compare(struct id a, struct id b);
