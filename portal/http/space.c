#include "portal/http/space.h"

#include <assert.h>
#include <stdlib.h>

enum { SPACE_ARENA_BYTES = 64 * 1024 };

void space_open(struct spaces *spaces)
{
    pthread_mutex_init(&spaces->lock, NULL);
    spaces->first = NULL;
}

void space_close(struct spaces *spaces)
{
    while (spaces->first != NULL) {
        struct space *space = spaces->first;

        spaces->first = space->next;
        arena_free(space->mem);
        free(space);
    }
    pthread_mutex_destroy(&spaces->lock);
}

struct space *space_take(struct spaces *spaces)
{
    struct space *space;

    pthread_mutex_lock(&spaces->lock);
    space = spaces->first;
    if (space != NULL)
        spaces->first = space->next;
    pthread_mutex_unlock(&spaces->lock);
    if (space != NULL)
        return space;
    space = calloc(1, sizeof(*space));
    assert(space != NULL);
    space->mem = arena_make(SPACE_ARENA_BYTES);
    return space;
}

void space_give(struct spaces *spaces, struct space *space)
{
    arena_reset(space->mem);
    pthread_mutex_lock(&spaces->lock);
    space->next = spaces->first;
    spaces->first = space;
    pthread_mutex_unlock(&spaces->lock);
}
