/* A large body on its way in: a file without a name, mapped into memory when all of it has come. */
#pragma once

#include "base/err.h"
#include "base/str.h"

struct spool; /* gone with mem, and its file with it, however the program ends */
/* In the folder dir. Fails: ERR_STORE_FULL, ERR_INTERNAL, here and below. */
bool spool_make(struct err *err, struct arena *mem, const char *dir, struct spool **out) MUST_CHECK;
bool spool_add(struct err *err, struct spool *spool, const char *bytes, size_t len) MUST_CHECK;
/* The file itself, for who writes it otherwise; lives as long as mem. */
int spool_fd(const struct spool *spool);
/* All that was added; lives as long as mem. */
bool spool_map(struct err *err, struct spool *spool, struct span *out) MUST_CHECK;
