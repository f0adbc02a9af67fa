#include "portal/pages/own_data_turn.h"

#include <pthread.h>

const struct err_kind ERR_OWN_DATA_BUSY = {
    ERR_CLASS_LIMITED, "OWN_DATA_BUSY",
    "Your data, or that of others, is being packed already. Try again in a minute."};

struct turn {
    struct id tenant_id, person_id;
    bool is_taken, is_packing;
};

struct own_data_turn { /* in cx->mem */
    struct turn *turn; /* NULL: ended */
};

static pthread_mutex_t turn_lock = PTHREAD_MUTEX_INITIALIZER; /* guards the turns */
static struct turn turns[OWN_DATA_TURNS_MAX];

/* NULL: he has one, too many are packing, or all are taken. */
static struct turn *free_turn(struct id tenant_id, struct id person_id)
{
    struct turn *found = NULL;
    int packing = 0;

    for (size_t i = 0; i < OWN_DATA_TURNS_MAX; i++) {
        struct turn *t = &turns[i];

        if (!t->is_taken)
            found = t;
        else if (id_equal(t->tenant_id, tenant_id) && id_equal(t->person_id, person_id))
            return NULL;
        else if (t->is_packing)
            packing++;
    }
    return packing < OWN_DATA_PACKING_MAX ? found : NULL;
}

static void turn_gone(void *what)
{
    own_data_turn_end(what);
}

bool own_data_turn_take(struct ctx *cx, struct id person_id, struct own_data_turn **out)
{
    struct own_data_turn *held = arena_new(cx->mem, struct own_data_turn);

    pthread_mutex_lock(&turn_lock);
    held->turn = free_turn(cx->tenant_id, person_id);
    if (held->turn != NULL)
        *held->turn = (struct turn){cx->tenant_id, person_id, true, true};
    pthread_mutex_unlock(&turn_lock);
    if (held->turn == NULL)
        return err_set(&cx->err, &ERR_OWN_DATA_BUSY, "own data of %s", id_text(cx->mem, person_id));
    arena_defer(cx->mem, turn_gone, held);
    *out = held;
    return true;
}

void own_data_turn_packed(struct own_data_turn *held)
{
    pthread_mutex_lock(&turn_lock);
    if (held->turn != NULL)
        held->turn->is_packing = false;
    pthread_mutex_unlock(&turn_lock);
}

void own_data_turn_end(struct own_data_turn *held)
{
    pthread_mutex_lock(&turn_lock);
    if (held->turn != NULL)
        held->turn->is_taken = false;
    held->turn = NULL;
    pthread_mutex_unlock(&turn_lock);
}
