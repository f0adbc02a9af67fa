#include "base/arena.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_POISONS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_POISONS 1
#endif
#endif

#ifdef ARENA_POISONS
#include <sanitizer/asan_interface.h>
#define POISON(at, len)   ASAN_POISON_MEMORY_REGION((at), (len))
#define UNPOISON(at, len) ASAN_UNPOISON_MEMORY_REGION((at), (len))
enum { ARENA_GAP = 16 }; /* poisoned bytes between neighbours, so that an overrun is found */
#else
#define POISON(at, len)   ((void)(at), (void)(len))
#define UNPOISON(at, len) ((void)(at), (void)(len))
enum { ARENA_GAP = 0 };
#endif

enum { ARENA_ALIGN = _Alignof(max_align_t), ARENA_BLOCK_MIN = 1024 };

struct block {
    struct block *next;
    size_t size; /* of bytes */
    size_t used;
    max_align_t bytes[];
};

struct deferred {
    struct deferred *next;
    void (*release)(void *what);
    void *what;
};

struct arena {
    struct block *newest; /* allocations come from this one */
    struct deferred *deferred;
    size_t block_bytes;
    size_t used;
};

static NORETURN void arena_die(const char *why)
{
    fprintf(stderr, "arena: %s\n", why);
    abort();
}

static struct block *block_make(size_t size)
{
    size_t whole;
    struct block *b = NULL;

    if (ADD_FITS(size, sizeof *b, &whole))
        b = malloc(whole);
    if (b == NULL)
        arena_die("out of memory");
    b->next = NULL;
    b->size = size;
    b->used = 0;
    POISON(b->bytes, size);
    return b;
}

static void block_free(struct block *b)
{
    UNPOISON(b->bytes, b->size);
    free(b);
}

struct arena *arena_make(size_t block_bytes)
{
    struct arena *mem = calloc(1, sizeof *mem);

    if (mem == NULL)
        arena_die("out of memory");
    if (block_bytes < ARENA_BLOCK_MIN)
        block_bytes = ARENA_BLOCK_MIN;
    mem->block_bytes = block_bytes & ~(size_t)(ARENA_ALIGN - 1);
    mem->newest = block_make(mem->block_bytes);
    return mem;
}

/* What does not fit the newest block and is large gets a block of its own behind it, so that the
 * rest of the newest is not wasted. */
static struct block *arena_block_for(struct arena *mem, size_t need)
{
    struct block *b = mem->newest;

    if (b->size - b->used >= need)
        return b;
    if (need > mem->block_bytes / 4) {
        b = block_make(need);
        b->next = mem->newest->next;
        mem->newest->next = b;
        return b;
    }
    b = block_make(mem->block_bytes);
    b->next = mem->newest;
    mem->newest = b;
    return b;
}

void *arena_alloc_raw(struct arena *mem, size_t bytes)
{
    size_t need;
    struct block *b;
    char *at;

    if (!ADD_FITS(bytes, (size_t)(ARENA_ALIGN - 1 + ARENA_GAP), &need))
        arena_die("a size that cannot be");
    need &= ~(size_t)(ARENA_ALIGN - 1);
    b = arena_block_for(mem, need);
    at = (char *)b->bytes + b->used;
    b->used += need;
    mem->used += bytes;
    UNPOISON(at, bytes);
    return at;
}

void *arena_alloc(struct arena *mem, size_t bytes)
{
    return memset(arena_alloc_raw(mem, bytes), 0, bytes);
}

void *arena_alloc_array(struct arena *mem, size_t count, size_t bytes)
{
    size_t whole;

    if (!MUL_FITS(count, bytes, &whole))
        arena_die("a size that cannot be");
    return arena_alloc(mem, whole);
}

char *arena_dup(struct arena *mem, const char *text)
{
    return text == NULL ? NULL : arena_dup_bytes(mem, text, strlen(text));
}

char *arena_dup_bytes(struct arena *mem, const void *bytes, size_t len)
{
    size_t whole;
    char *copy;

    if (!ADD_FITS(len, (size_t)1, &whole))
        arena_die("a size that cannot be");
    copy = arena_alloc_raw(mem, whole);
    if (len > 0)
        memcpy(copy, bytes, len);
    copy[len] = '\0';
    return copy;
}

char *arena_printf(struct arena *mem, const char *fmt, ...)
{
    va_list args;
    char *text;

    va_start(args, fmt);
    text = arena_vprintf(mem, fmt, args);
    va_end(args);
    return text;
}

char *arena_vprintf(struct arena *mem, const char *fmt, va_list args)
{
    va_list again;
    char *text;
    int len;

    va_copy(again, args);
    len = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    assert(len >= 0);
    text = arena_alloc_raw(mem, (size_t)len + 1);
    vsnprintf(text, (size_t)len + 1, fmt, args);
    return text;
}

void arena_defer(struct arena *mem, void (*release)(void *what), void *what)
{
    struct deferred *d = arena_new(mem, struct deferred);

    d->release = release;
    d->what = what;
    d->next = mem->deferred;
    mem->deferred = d;
}

/* A release may allocate and defer in turn: what it adds is run as well. */
static void arena_run_deferred(struct arena *mem)
{
    while (mem->deferred != NULL) {
        struct deferred *d = mem->deferred;

        mem->deferred = d->next;
        d->release(d->what);
    }
}

void arena_reset(struct arena *mem)
{
    struct block *kept = NULL;
    struct block *b;

    arena_run_deferred(mem);
    b = mem->newest;
    while (b != NULL) {
        struct block *next = b->next;

        if (kept == NULL && b->size == mem->block_bytes)
            kept = b;
        else
            block_free(b);
        b = next;
    }
    assert(kept != NULL); /* the newest block always has the common size */
    kept->next = NULL;
    kept->used = 0;
    POISON(kept->bytes, kept->size);
    mem->newest = kept;
    mem->used = 0;
}

void arena_free(struct arena *mem)
{
    if (mem == NULL)
        return;
    arena_reset(mem);
    block_free(mem->newest);
    free(mem);
}

size_t arena_used(const struct arena *mem)
{
    return mem->used;
}
