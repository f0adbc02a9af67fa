/* What the library's files share. */
#ifndef GATEHOUSE_CLIENT_H
#define GATEHOUSE_CLIENT_H

#include "gatehouse.h"
#include "json.h"
#include "text.h"

enum {
    GHC_PUBLIC_SIZE = 32,
    GHC_SIGNATURE_SIZE = 64,
    GHC_KEYS_MAX = 8,
    GHC_LICENCE_KEY_MAX = 16384,
    GHC_FINGERPRINT_MAX = 4096,
    GHC_HEADER_MAX = 1024,
    GHC_HEADERS_MAX = 64 * 1024,
    GHC_LINE_MAX = 16384,
    GHC_BODY_MAX = 1024 * 1024,
    GHC_FILE_MAX = 4 * 1024 * 1024,
};

struct gatehouse_response {
    int status;
    size_t header_bytes;
    bool is_doubled; /* a header that may be there once was there twice */
    char date[64], digest[128], signature[GHC_HEADER_MAX], location[2048];
    int64_t retry_after;
    struct ghc_buffer body;
};

struct gatehouse {
    char *origin; /* "https://host:8443", without a slash at its end; NULL: offline only */
    char *host;   /* as it is sent and signed */
    char *prefix; /* "/v1" or "/v1/accounts/…" */
    char *key, *token, *product, *fingerprint, *cache_path, *user_agent;
    unsigned char public_keys[GHC_KEYS_MAX][GHC_PUBLIC_SIZE];
    size_t public_key_count;
    int64_t timeout_ms, skew_ms, recheck_ms, offline_grace_ms;
    enum gatehouse_aes aes;
    gatehouse_transport transport;
    void *transport_context;
    void *curl; /* of our own transport */
    gatehouse_clock now_ms;
    void *clock_context;
    struct gatehouse_response response; /* the last one */
    char asked_method[8];               /* of it, once it is verified; else "" */
    char *asked_target;
    struct ghc_json json; /* its body; nothing where it has none */
    char code[GATEHOUSE_CODE_SIZE], detail[GATEHOUSE_TEXT_SIZE];
    char licence_id[GATEHOUSE_ID_SIZE]; /* once it is known */
};

int64_t ghc_now(const struct gatehouse *g);

/* --- calls (call.c) --- */

struct ghc_call {
    const char *method;
    const char *path;   /* below the prefix: "/me" */
    const char *body;   /* NULL: none */
    const char *header; /* one more; NULL: none */
    bool is_signed;     /* by the licence key, which itself is not sent; needs licence_id */
    bool is_anonymous;  /* without the credential */
    bool is_bytes;      /* the answer is no JSON where it is good */
    size_t body_max;    /* of this answer; 0: as the handle has it */
};
/* Asks, and verifies the answer whatever its status: signature, digest, Date. Leaves status, body
 * and JSON in g. A status below 300 is GATEHOUSE_OK; others by what they are. */
enum gatehouse_error ghc_call(struct gatehouse *g, const struct ghc_call *call);
/* A path of parts, the even ones (from 0) as they are, the odd ones encoded, up to a NULL. Free it
 * with ghc_buffer_free. */
void ghc_path(struct ghc_buffer *path, const char *part, ...);

/* Asks for the licence's id where it is not known yet. */
enum gatehouse_error ghc_need_licence(struct gatehouse *g);

/* --- signatures (sign.c) --- */

/* "Gatehouse-Signature: …": a request signed with the licence key. */
void ghc_sign_request(const struct gatehouse *g, const char *method, const char *target,
                      const char *body, struct ghc_buffer *out);

/* By any of the handle's keys. */
bool ghc_sign_is_good(const struct gatehouse *g, const void *message, size_t len,
                      const unsigned char signature[GHC_SIGNATURE_SIZE]);
/* What an answer's signature is over, as it was asked. */
struct ghc_asked {
    const char *method, *target, *host;
};
/* The signature of a Keygen-Signature header; false unless it is Ed25519 over the four parts. */
bool ghc_sign_header(const char *header, unsigned char signature[GHC_SIGNATURE_SIZE]);
/* Checks digest and signature; not how old it is. */
enum gatehouse_error ghc_sign_check(const struct gatehouse *g, const struct ghc_asked *asked,
                                    const char *date, const char *digest, const char *header,
                                    const char *body, size_t len);

/* --- answers to keep (answer.c) --- */

/* An answer with what its signature covers, as lines and the body. */
void ghc_answer_put(struct ghc_buffer *out, const struct ghc_asked *asked,
                    const struct gatehouse_response *response);
/* The same read again: its signature is good, and *body lies in bytes. */
enum gatehouse_error ghc_answer_read(const struct gatehouse *g, const char *bytes, size_t len,
                                     char target[GHC_LINE_MAX], int64_t *answered_at,
                                     const char **body, size_t *body_len);
/* "name value\n": the value, terminated; *at moves on. */
bool ghc_line_read(const char *bytes, size_t len, size_t *at, const char *name, char *out,
                   size_t size);

/* --- signatures of files (prehash.c) --- */

/* Ed25519ph over a file's SHA-512, with a context of at most 255 bytes. */
bool ghc_prehash_is_good(const unsigned char hash[64], const char *context,
                         const unsigned char public_key[GHC_PUBLIC_SIZE],
                         const unsigned char signature[GHC_SIGNATURE_SIZE]);

/* --- libcurl (transport_curl.c) --- */

void *ghc_curl_make(void);
void ghc_curl_free(void *curl);
enum gatehouse_error ghc_curl_send(void *curl, const struct gatehouse_request *request,
                                   struct gatehouse_response *response);

/* --- verdicts (verdict.c) --- */

/* Reads a validation's document. False when it is none, or not about key, fingerprint and product
 * of the handle; nonce 0: any. */
enum gatehouse_error ghc_verdict_read(const struct gatehouse *g, const struct ghc_json *j,
                                      int64_t nonce, struct gatehouse_verdict *out);
/* The state at an instant, from what a verdict holds. */
enum gatehouse_state ghc_verdict_state(const struct gatehouse_verdict *v, int64_t now);

/* --- the cache (cache.c) --- */

/* Keeps the answer that g holds. Without a path it does nothing. */
enum gatehouse_error ghc_cache_keep(struct gatehouse *g, const struct ghc_asked *asked);
/* A cache's bytes as they lie in the file: its verdict and the latest instant that it saw. */
enum gatehouse_error ghc_cache_read(const struct gatehouse *g, const char *bytes, size_t len,
                                    struct gatehouse_verdict *out, int64_t *seen_at);

/* The same behind the line of the checksum; for ghc_cache_read and the fuzzer. */
enum gatehouse_error ghc_cache_content(const struct gatehouse *g, const char *bytes, size_t len,
                                       struct gatehouse_verdict *out, int64_t *seen_at);

/* --- files (file.c, aes.c) --- */

/* AES-256-GCM without additional data; out has len bytes. */
enum gatehouse_error ghc_aes_open(enum gatehouse_aes how, const unsigned char key[32],
                                  const unsigned char iv[12], const unsigned char tag[16],
                                  const unsigned char *cipher, size_t len, unsigned char *out);
struct gatehouse_document {
    char *text; /* owned */
    size_t len;
    struct ghc_json json;
};
/* Takes text over (also when it fails). */
enum gatehouse_error ghc_document_make(char *text, size_t len, struct gatehouse_document **out);

#endif
