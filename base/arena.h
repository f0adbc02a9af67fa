/* Arena: memory of one request, job or script run, given back as a whole. */
#pragma once

#include "base/attr.h"

#include <stdarg.h>

struct arena;

/* A new arena that grows in blocks of at least block_bytes. Owned, free with arena_free. */
struct arena *arena_make(size_t block_bytes);

/* Zeroed memory, aligned for any object; never NULL: exhaustion aborts the program. */
void *arena_alloc(struct arena *mem, size_t bytes);

/* The same with whatever bytes were there: for what is written over at once. */
void *arena_alloc_raw(struct arena *mem, size_t bytes);

#define arena_new(mem, type)          ((type *)arena_alloc((mem), sizeof(type)))
#define arena_array(mem, type, count) ((type *)arena_alloc_array((mem), (count), sizeof(type)))
void *arena_alloc_array(struct arena *mem, size_t count, size_t bytes);

/* Copies of bytes or text, terminated by a NUL. arena_dup(mem, NULL) is NULL. */
char *arena_dup(struct arena *mem, const char *text);
char *arena_dup_bytes(struct arena *mem, const void *bytes, size_t len);
char *arena_printf(struct arena *mem, const char *fmt, ...) PRINTF(2, 3);
char *arena_vprintf(struct arena *mem, const char *fmt, va_list args) PRINTF(2, 0);

/* Calls release(what) at the next arena_reset or arena_free, latest registered first. */
void arena_defer(struct arena *mem, void (*release)(void *what), void *what);

/* Runs what was deferred and gives the memory back; the arena can be used again.
 * Under AddressSanitizer the blocks are poisoned, so a use after reset is found. */
void arena_reset(struct arena *mem);
void arena_free(struct arena *mem);

/* Bytes handed out since the last reset. */
size_t arena_used(const struct arena *mem);
