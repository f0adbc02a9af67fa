/* The answer's bytes: status line, headers that every answer has, body. */
#pragma once

#include "portal/http/req.h"

struct answer_style {
    bool is_licensing; /* programs read it: without the headers that only browsers need */
    bool behind_tls;
};

/* Writes head and body of rq's answer into out; the body is left out for HEAD and for files, whose
 * bytes the server sends itself. */
void answer_write(const struct req *rq, const struct answer_style *style, struct str *out);
/* A short answer in plain text that ends the connection; for what the door refuses. */
void answer_refusal(struct req *rq, int status, const char *text);
const char *answer_phrase(int status); /* "Not Found" */
