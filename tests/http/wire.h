/* Raw HTTP over a socket, for tests: what is sent is what is written here, byte for byte. */
#pragma once

#include "base/attr.h"

struct wire {
    int fd;
    char *text; /* what came, terminated */
    size_t len;
};

/* Connects to a port of loopback; fails the test when that does not work. */
struct wire wire_open(unsigned port);
void wire_send(struct wire *w, const char *text);
void wire_send_n(struct wire *w, const char *bytes, size_t len);
/* Reads one whole answer (its Content-Length says how much); false when the connection ended or
 * 20 s passed before. The answer is in w->text; what came after it is kept for the next call. */
bool wire_read(struct wire *w, bool is_head) MUST_CHECK;
/* True when the peer ends the connection (within 20 s) without sending more. */
bool wire_ends(struct wire *w) MUST_CHECK;
void wire_close(struct wire *w);
int wire_status(const struct wire *w);
/* A header's value in the answer read last, "" if absent; in a static buffer. */
const char *wire_header(const struct wire *w, const char *name);
const char *wire_body(const struct wire *w);
