/* The answer: what a handler says about it; sent by the server in one write. */
#pragma once

#include "portal/http/req.h"

/* A further header; both texts live until the reply is sent. Aborts past REQ_HEADERS_MAX. */
void reply_header(struct req *rq, const char *name, const char *value);
/* 303 to a path of this site; returns true, so that a handler can end with it. */
bool reply_see_other(struct req *rq, const char *path);
/* 200 with JSON text of /api/v1. */
bool reply_json(struct req *rq, int status, const json_t *json);
/* An open file as an attachment of that name; the server closes fd. */
bool reply_file(struct req *rq, int fd, int64_t bytes, const char *name, const char *type);
/* The HTTP status of an error class. */
int reply_status_of(enum err_class class);
/* A message shown once on the next page ("Your ticket T-20418 is filed."). kind: "ok" "warn" "bad".
 */
bool reply_flash(struct req *rq, const char *kind, const char *text) MUST_CHECK;
