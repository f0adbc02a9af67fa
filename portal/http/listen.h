/* Listening addresses: read and tried before the server takes them, so that a fault is a sentence.
 */
#pragma once

#include "base/err.h"

/* "127.0.0.1:8080", ":8080" or "8080" (both: loopback); port 0 is any free one. Writes the form for
 * the server. Fails: TLS asked for, no address, a public address, in use, not of this machine. */
enum { LISTEN_TEXT_SIZE = 32 };
bool listen_check(struct err *err, const char *text, char out[LISTEN_TEXT_SIZE]) MUST_CHECK;

/* Connects to a listener (address as listen_check wrote it, and the port that it got) and hangs up:
 * whoever waits for connections there wakes. Does not wait itself, and no failure matters. */
void listen_knock(const char *address, unsigned port);
