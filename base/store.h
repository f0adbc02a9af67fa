/* Files on disk, each content once, named by its SHA-256: DIR/ab/abcd.. No reader ever sees half a
 * file: it is written under another name, synced, and renamed. */
#pragma once

#include "base/crypto.h"

struct store_content { /* a file that is kept */
    const char *hash;  /* SHA-256 in hexadecimal */
    uint8_t sha256[CRYPTO_HASH_SIZE];
    uint8_t sha512[CRYPTO_HASH512_SIZE];
    int64_t bytes;
};

extern const struct err_kind ERR_STORE_FULL; /* the disk, a quota or a limit on the size of files */

/* What a file of these bytes will be named; in mem. */
void store_hash(struct arena *mem, struct span bytes, struct store_content *out);
/* Keeps the bytes that content was made of. What is there already is only touched, so that it is no
 * orphan to a sweep under way. Fails: ERR_STORE_FULL, ERR_INTERNAL; nothing is left then. */
bool store_put(struct err *err, struct arena *mem, const char *dir, struct span bytes,
               const struct store_content *content) MUST_CHECK;
/* Opens what is kept for reading; owned, close it. *bytes is its size. Fails: ERR_NOT_FOUND. */
bool store_open(struct err *err, struct arena *mem, const char *dir, const char *hash, int *fd,
                int64_t *bytes) MUST_CHECK;
/* Makes what is kept as if it were put anew. Fails: ERR_NOT_FOUND. */
bool store_touch(struct err *err, struct arena *mem, const char *dir, const char *hash) MUST_CHECK;

enum { STORE_FOLDERS = 256 };
struct store_sweep {
    const char *dir;
    unsigned folder;   /* which of the 256 is looked through */
    int64_t before_us; /* what was put or touched since then stays in any case */
    /* Whether something still speaks of that file. */
    bool (*is_used)(void *arg, const char *hash, bool *out);
    void *arg;
};
/* Removes what nothing speaks of, and what a killed writer left. A file that is put while it is
 * looked at stays. */
bool store_sweep(struct err *err, struct arena *mem, const struct store_sweep *what,
                 unsigned *removed) MUST_CHECK;
