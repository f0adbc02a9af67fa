#include "db/db_fault.h"

#include <stdatomic.h>

static atomic_int seen, first, last; /* statements from first up to before last fail */

void db_fault_set(int n, int times)
{
    atomic_store(&last, 0);
    atomic_store(&seen, 0);
    atomic_store(&first, n);
    atomic_store(&last, times > 0 ? n + times : 0);
}

int db_fault_count(void)
{
    return atomic_load(&seen);
}

bool db_fault_is_set(void)
{
    return atomic_load(&last) != 0;
}

bool db_fault_is_due(void)
{
    int at;

    if (atomic_load(&last) == 0)
        return false;
    at = atomic_fetch_add(&seen, 1);
    return at >= atomic_load(&first) && at < atomic_load(&last);
}
