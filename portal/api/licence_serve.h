/* The licensing context's way from a request to its signed answer (section 1.6). */
#pragma once

#include "portal/http/req.h"

struct app;
/* Opens what the licensing role keeps: the licence cache with its thread, the signing keys. */
bool licence_serve_start(struct app *app, struct err *err) MUST_CHECK;
/* Writes what is waiting and wipes the keys. Harmless where nothing was started. */
void licence_serve_stop(struct app *app);

/* spec.serve of the licensing context: account, version, signature asked for, credential, handler,
 * then headers and the signature over the very bytes that are sent. */
void licence_serve(struct req *rq);
/* Signs an answer: host, target, Date and body as in section 7.4. For licence_serve and its
 * vectors. */
struct crypto_signer;
const char *licence_serve_sign(struct arena *mem, const struct crypto_signer *signer,
                               const char *method, const char *target, const char *host,
                               const char *date, const char *digest);
