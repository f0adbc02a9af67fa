/* Connections to mail servers that a tenant's staff named: which may be reached, and what a failed
 * one means in words. */
#pragma once

#include <stdbool.h>

enum { MAIL_REACH_TRY_MS = 10000 }; /* how long somebody waits for a try */

/* From now on that handle of libcurl connects to addresses of the public internet alone, whatever a
 * name stands for at that moment. */
bool mail_reach_guard(void *easy);
/* What went wrong by its code, in English for translation; static. NULL: nothing. */
const char *mail_reach_say(int result);
