/* The role `jobs`: threads that do what is due, again and again. */
#pragma once

#include "portal/app.h"

struct jobs; /* Threads: jobs_start and jobs_stop from one thread. */

/* Starts the threads. False sets ERR_INTERNAL. */
bool jobs_start(struct err *err, struct app *app, struct jobs **out) MUST_CHECK;
/* Lets what is at work end, then ends the threads. */
void jobs_stop(struct jobs *jobs);
