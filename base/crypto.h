/* All cryptography: libsodium, and OpenSSL's libcrypto where it is faster or the only one. */
#pragma once

#include "base/err.h"
#include "base/str.h"

enum {
    CRYPTO_HASH_SIZE = 32,
    CRYPTO_HASH512_SIZE = 64,
    CRYPTO_SEED_SIZE = 32,
    CRYPTO_PUBLIC_SIZE = 32,
    CRYPTO_SIGNATURE_SIZE = 64,
    CRYPTO_MASTER_SIZE = 32,
    CRYPTO_TOKEN_BYTES = 32,
    CRYPTO_GCM_IV_SIZE = 12,
    CRYPTO_GCM_TAG_SIZE = 16,
    CRYPTO_PASSWORD_TEXT_SIZE = 128
};

/* Once, before any thread. Aborts when the library cannot start. */
void crypto_init(void);

void crypto_random(void *out, size_t size);
bool crypto_equal(const void *a, const void *b, size_t size); /* in constant time */
void crypto_wipe(void *secret, size_t size);
/* Keeps memory that will hold secrets out of swap and core dumps, as far as the system lets it; and
 * wipes it and lets go of it. */
void crypto_hold(void *secret, size_t size);
void crypto_let_go(void *secret, size_t size);

void crypto_sha256(const void *bytes, size_t len, uint8_t out[CRYPTO_HASH_SIZE]);
/* SHA-256 and SHA-512 of bytes that come in pieces; gone with mem. */
struct crypto_digest;
struct crypto_digest *crypto_digest_make(struct arena *mem);
void crypto_digest_add(struct crypto_digest *digest, const void *bytes, size_t len);
void crypto_digest_end(struct crypto_digest *digest, uint8_t sha256[CRYPTO_HASH_SIZE],
                       uint8_t sha512[CRYPTO_HASH512_SIZE]);
/* HMAC-SHA-256. */
void crypto_mac(const uint8_t *key, size_t key_len, const void *bytes, size_t len,
                uint8_t out[CRYPTO_HASH_SIZE]);

/* Random bytes as lower-case hexadecimal; in mem. */
const char *crypto_token(struct arena *mem, size_t bytes);
const char *crypto_hex(struct arena *mem, const void *bytes, size_t len);
const char *crypto_base64(struct arena *mem, const void *bytes, size_t len);    /* padded */
const char *crypto_base64url(struct arena *mem, const void *bytes, size_t len); /* padded */
bool crypto_from_base64(struct arena *mem, const char *text, uint8_t **out, size_t *len) MUST_CHECK;
bool crypto_from_base64url(struct arena *mem, const char *text, uint8_t **out,
                           size_t *len) MUST_CHECK;

/* Argon2id (t = 2, 19 MiB). At most four run at a time in the process, further callers wait; what
 * waits longer than 10 s fails with ERR_BUSY. */
bool crypto_password_hash(struct err *err, const char *password,
                          char out[CRYPTO_PASSWORD_TEXT_SIZE]) MUST_CHECK;
/* hash NULL: runs on a fixed dummy hash, so that an unknown user costs the same, and answers false.
 */
bool crypto_password_verify(struct err *err, const char *hash, const char *password,
                            bool *matches) MUST_CHECK;
/* How many of the two above ran in this process: for figures, and to show that every try costs one.
 * Threads: any. */
uint64_t crypto_password_count(void);
/* The hash that a try for nobody is held against; static. */
const char *crypto_password_nobody(void);
/* For tests: how long a caller waits at the gate (10 s at start); returns what it was. */
int64_t crypto_password_patience(int64_t us);

/* The one-time code of six digits of a time step (RFC 6238 with SHA-1, as authenticators expect).
 */
unsigned crypto_totp(const uint8_t *secret, size_t len, uint64_t step);

/* Ed25519. (crypto_sign would be the name of a function of libsodium.) A signer holds its key in
 * locked memory that is wiped by crypto_signer_free. */
struct crypto_signer; /* Threads: any. */
struct crypto_signer *crypto_signer_make(const uint8_t seed[CRYPTO_SEED_SIZE]);
void crypto_signer_free(struct crypto_signer *signer);
const uint8_t *crypto_signer_public(const struct crypto_signer *signer); /* borrowed */
void crypto_signer_sign(const struct crypto_signer *signer, const void *bytes, size_t len,
                        uint8_t out[CRYPTO_SIGNATURE_SIZE]);
bool crypto_verify(const uint8_t public_key[CRYPTO_PUBLIC_SIZE], const void *bytes, size_t len,
                   const uint8_t signature[CRYPTO_SIGNATURE_SIZE]) MUST_CHECK;

/* Signatures that others made, by keys that came as bare numbers, big-endian: JOSE's three that are
 * worth trusting. */
enum crypto_jws_alg { CRYPTO_JWS_RS256, CRYPTO_JWS_ES256, CRYPTO_JWS_EDDSA, CRYPTO_JWS_COUNT };
struct crypto_jws_key {
    enum crypto_jws_alg alg;
    struct span a, b; /* RSA: modulus (2048 bits and more), exponent; P-256: x, y; Ed25519: the key
                         and nothing */
};
/* False also for a key that is none. */
bool crypto_jws_verify(const struct crypto_jws_key *key, struct span bytes,
                       struct span signature) MUST_CHECK;

/* Sealed values: XChaCha20-Poly1305 under the master key; context ("signing_key:<id>") is bound to
 * the value, so that a value moved to another row does not open. seal: in mem. */
struct crypto_master; /* the installation's master key, in locked memory. Threads: any. */
/* Reads the key file; creates it (mode 0600) when it is absent and may_create is set. False sets
 * ERR_INTERNAL: missing, unreadable, wrong size, or open to other users. */
bool crypto_master_open(struct err *err, const char *path, bool may_create,
                        struct crypto_master **out) MUST_CHECK;
void crypto_master_free(struct crypto_master *master);
/* Makes durable that the file has this name (after a rename). */
bool crypto_master_sync(struct err *err, const char *path) MUST_CHECK;
void crypto_seal(const struct crypto_master *master, struct arena *mem, const char *context,
                 const void *secret, size_t len, uint8_t **out, size_t *out_len);
bool crypto_open(const struct crypto_master *master, struct arena *mem, const char *context,
                 const uint8_t *sealed, size_t sealed_len, uint8_t **out, size_t *len) MUST_CHECK;
/* A key for one purpose ("session", "csrf"), derived from the master key. */
void crypto_master_derive(const struct crypto_master *master, const char *purpose,
                          uint8_t out[CRYPTO_HASH_SIZE]);

/* AES-256-GCM without additional data. */
void crypto_gcm_encrypt(const uint8_t key[32], const uint8_t iv[CRYPTO_GCM_IV_SIZE],
                        const void *plain, size_t len, uint8_t *out,
                        uint8_t tag[CRYPTO_GCM_TAG_SIZE]);
bool crypto_gcm_decrypt(const uint8_t key[32], const uint8_t iv[CRYPTO_GCM_IV_SIZE],
                        const uint8_t *cipher, size_t len, const uint8_t tag[CRYPTO_GCM_TAG_SIZE],
                        uint8_t *out) MUST_CHECK;
/* For tests: chooses between the two implementations (sodium needs AES instructions) and returns
 * the choice before. Threads: call while no other uses AES. */
bool crypto_gcm_choose(bool by_sodium);
