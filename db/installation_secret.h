/* Keys of the installation: derived from the master key, or from the first one there was. */
#pragma once

#include "base/crypto.h"
#include "db/db.h"

/* The key of that name (portal/reseal.c lists them); the caller wipes it. Needs cx->master. */
bool installation_secret_get(struct ctx *cx, const char *name,
                             uint8_t out[CRYPTO_HASH_SIZE]) MUST_CHECK;
