/* For tests: the database is made to fail for a whole process, whichever connection is in use. */
#pragma once

#include <stdbool.h>

/* The `times` statements after the next n fail with ERR_BUSY (BEGIN and COMMIT count too, as with
 * db_fail_after, which is of one connection). times 0 turns it off. */
void db_fault_set(int n, int times);
/* How many statements ran or failed since it was set. */
int db_fault_count(void);

/* Whether faults are asked for at all, due or not. For this folder. */
bool db_fault_is_set(void);
/* Whether the statement that is about to run has to fail; counts it. For this folder. */
bool db_fault_is_due(void);
