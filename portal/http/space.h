/* Spaces: where requests live. A server has as many as there were requests at once, the one used
 * last is taken first: thousands of threads, few arenas. */
#pragma once

#include "portal/http/door.h"

#include <pthread.h>

struct space {
    struct space *next;
    struct arena *mem;
    struct req rq;
    struct req_field fields[DOOR_HEADERS_MAX];
};

struct spaces { /* Threads: any. */
    pthread_mutex_t lock;
    struct space *first; /* protected by lock */
};

void space_open(struct spaces *spaces);
void space_close(struct spaces *spaces); /* when all were given back */
struct space *space_take(struct spaces *spaces);
void space_give(struct spaces *spaces, struct space *space); /* resets its arena */
