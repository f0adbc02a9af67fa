/* Licence and machine files: a resource, signed, for machines without a network (section 7.3). */
#pragma once

#include "base/crypto.h"
#include "base/str.h"
#include "licensing/licence_key.h"

enum licence_file_kind { LICENCE_FILE_LICENCE, LICENCE_FILE_MACHINE };

struct licence_file_spec {
    enum licence_file_kind kind;
    struct span document; /* the compact JSON text that the file carries */
    bool is_encrypted;
    const char *key;         /* the licence key: the secret, or its first part; if encrypted */
    const char *fingerprint; /* a machine file's second part of the secret, else NULL */
    uint8_t iv[CRYPTO_GCM_IV_SIZE]; /* fresh random bytes, given by the caller */
};

struct licence_file { /* in mem */
    const char *enc, *sig, *alg;
    const char *certificate; /* the armoured text */
};

bool licence_file_make(struct arena *mem, const struct licence_file_spec *spec,
                       licence_key_signer sign, void *with, struct licence_file *out) MUST_CHECK;
/* Opens a file: signature, and what is encrypted with key (and fingerprint). *document is in mem.
 * False for anything that is not whole. */
bool licence_file_open(struct arena *mem, const char *certificate, enum licence_file_kind kind,
                       const uint8_t public_key[CRYPTO_PUBLIC_SIZE], const char *key,
                       const char *fingerprint, struct span *document) MUST_CHECK;
