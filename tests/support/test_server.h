/* The private MariaDB of a test program; for test.c. */
#pragma once

#include "db/db.h"

#include <sys/types.h>

/* Makes the program's folder with a copy of the template data (made first if migrations or MariaDB
 * changed), starts mariadbd. Aborts with a message when it cannot. */
void test_server_make(void);
/* Stops it, if it was made, and removes the program's folder. */
void test_server_end(void);
