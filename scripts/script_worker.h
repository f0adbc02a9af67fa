/* The worker process: runs rules that the program sends it, one after the other. */
#pragma once

#include "scripts/sandbox.h"

/* Sanitizers need more system calls, and no limit of the address space. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SCRIPT_WORKER_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SCRIPT_WORKER_SANITIZED 1
#endif
#endif
#ifndef SCRIPT_WORKER_SANITIZED
#define SCRIPT_WORKER_SANITIZED 0
#endif

/* Standard input is the socket to the program (standard output is the same). Gives up every
 * right it can, then answers until the other end closes. Returns the exit code. */
int script_worker_main(void);

/* One request to its answer, as JSON objects; for the loop above and for tests without a process.
 * ask and arg serve its look-ups. The answer is in mem. */
json_t *script_worker_answer(struct arena *mem, const json_t *request, sandbox_ask *ask, void *arg);
