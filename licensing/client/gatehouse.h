/* The client of a Gatehouse licence service, for programs that a vendor sells.
 *
 * It tells, never acts: no function prints, exits, waits for longer than its time limit, or keeps
 * state outside the handle. What a state means for the program is the program's own decision.
 *
 * Threads: one handle serves one thread at a time; different handles are independent. A document or
 * a revocation list may be read by many threads once it is open. Open the first handle before other
 * threads use libcurl.
 *
 * Times are milliseconds since 1970 UTC; 0 is "none". Texts are UTF-8. Texts written into buffers
 * are always terminated and never cut: too small a buffer is GATEHOUSE_E_BUFFER.
 */
#ifndef GATEHOUSE_H
#define GATEHOUSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#ifdef __GNUC__
#pragma GCC visibility push(default)
#endif

#define GATEHOUSE_VERSION "0.1.0"

#define GATEHOUSE_ID_SIZE   37 /* a UUID and its end */
#define GATEHOUSE_CODE_SIZE 64
#define GATEHOUSE_TEXT_SIZE 256

enum gatehouse_error {
    GATEHOUSE_OK,
    GATEHOUSE_E_ARGUMENT, /* the call itself is wrong */
    GATEHOUSE_E_MEMORY,
    GATEHOUSE_E_BUFFER,    /* the caller's buffer is too small */
    GATEHOUSE_E_NETWORK,   /* no answer: try later, go on by the cache */
    GATEHOUSE_E_SERVER,    /* the service is not well (5xx): likewise */
    GATEHOUSE_E_LIMITED,   /* too many requests: likewise, after gatehouse_retry_after */
    GATEHOUSE_E_REDIRECT,  /* the answer sends elsewhere; never followed */
    GATEHOUSE_E_TOO_LARGE, /* more bytes than allowed */
    GATEHOUSE_E_PROTOCOL,  /* signed, but not what was asked for */
    GATEHOUSE_E_UNSIGNED,  /* an answer without a signature */
    GATEHOUSE_E_SIGNATURE, /* not signed by a key that this program knows */
    GATEHOUSE_E_DIGEST,    /* the body is not the one that was signed */
    GATEHOUSE_E_DATE,      /* an old answer, or this machine's clock is wrong */
    GATEHOUSE_E_NONCE,     /* an answer to another question */
    GATEHOUSE_E_REFUSED,   /* the service says no: gatehouse_code tells why */
    GATEHOUSE_E_DENIED,    /* this credential may not do that */
    GATEHOUSE_E_NOT_FOUND,
    GATEHOUSE_E_SEATS,      /* all seats of the licence are in use */
    GATEHOUSE_E_DEAD,       /* the machine missed its heartbeats and may not come back by itself */
    GATEHOUSE_E_FILE,       /* not such a file, or damaged */
    GATEHOUSE_E_FILE_KEY,   /* the licence key (or fingerprint) does not open it */
    GATEHOUSE_E_FILE_OTHER, /* genuine, but for another licence or machine */
    GATEHOUSE_E_FILE_EXPIRED, /* genuine, but its time is over */
    GATEHOUSE_E_FILE_FUTURE,  /* issued later than now: this machine's clock is wrong */
    GATEHOUSE_E_NO_AES, /* neither libsodium (no AES hardware) nor OpenSSL (not built in) can */
    GATEHOUSE_E_CACHE,  /* no cache, or one that cannot be written */
    GATEHOUSE_ERROR_COUNT
};

enum gatehouse_state {
    GATEHOUSE_UNKNOWN,       /* never asked, or nothing kept that can be trusted */
    GATEHOUSE_VALID,         /* licensed */
    GATEHOUSE_GRACE,         /* licensed for now: see grace_until */
    GATEHOUSE_EXPIRED,       /* over; is_valid tells whether the vendor lets it run all the same */
    GATEHOUSE_NOT_ACTIVATED, /* a good licence, but not on this machine */
    GATEHOUSE_SUSPENDED,     /* by the vendor */
    GATEHOUSE_INVALID,       /* any other no: see code */
    GATEHOUSE_STALE,         /* was valid, but was not asked for too long: go online */
    GATEHOUSE_CLOCK_BACK, /* this machine's clock was turned back: offline answers do not count */
    GATEHOUSE_STATE_COUNT
};

/* In English, static. */
const char *gatehouse_error_text(enum gatehouse_error error);
const char *gatehouse_state_text(enum gatehouse_state state);

/* --- what goes over the wire, for programs that bring their own transport --- */

struct gatehouse_response; /* what came; filled by the transport through the functions below */

struct gatehouse_request {
    const char *method; /* "GET" "POST" "DELETE" */
    const char *url;
    const char *const *headers; /* "Name: value", ended by NULL; Host is among them */
    const char *body;           /* NULL: none */
    size_t body_len;
    int64_t timeout_ms;
};
/* Sends and receives. It must check the server's certificate and must not follow redirects.
 * Returns GATEHOUSE_OK for any answer, else GATEHOUSE_E_NETWORK. */
typedef enum gatehouse_error (*gatehouse_transport)(void *context,
                                                    const struct gatehouse_request *request,
                                                    struct gatehouse_response *response);
void gatehouse_response_status(struct gatehouse_response *response, int status);
void gatehouse_response_header(struct gatehouse_response *response, const char *name,
                               const char *value);
/* False: stop, this is more than is allowed. */
bool gatehouse_response_body(struct gatehouse_response *response, const void *bytes, size_t len);

typedef int64_t (*gatehouse_clock)(void *context);

/* Which implementation decrypts files; for tests. */
enum gatehouse_aes { GATEHOUSE_AES_ANY, GATEHOUSE_AES_SODIUM, GATEHOUSE_AES_OPENSSL };

/* --- the handle --- */

struct gatehouse; /* opaque */

/* Begin with all zero: struct gatehouse_options options = {0}. All texts are copied. */
struct gatehouse_options {
    const char *url;         /* "https://licences.example.com"; NULL: offline only */
    const char *account;     /* the tenant's id or short name; NULL: known by the host name */
    const char *public_keys; /* required: Ed25519, 64 hex digits; several (after a rotation) with
                                blanks between them, at most 8 */
    const char *key;         /* the licence key; may be set later */
    const char *token;       /* an activation token, where the policy wants one; else NULL */
    const char *product;     /* the product's id; NULL: not asked about */
    const char *fingerprint; /* this machine; NULL: not asked about */
    const char *cache_path;  /* a file for the last answer; NULL: keep none */
    const char *user_agent;  /* NULL: this library's */
    int64_t timeout_ms;      /* of one request; 0: 10 s */
    int64_t skew_s;          /* clocks may differ by; 0: 300 */
    int64_t recheck_s;       /* an answer is good offline for; 0: 1 day */
    int64_t offline_grace_s; /* and then GATEHOUSE_GRACE for; 0: 14 days; below 0: none */
    size_t body_max;         /* of an answer; 0: 1 MiB */
    bool allow_http;         /* http:// to other hosts than this one: keys travel in the clear */
    enum gatehouse_aes aes;
    gatehouse_transport transport; /* NULL: libcurl */
    void *transport_context;
    gatehouse_clock now_ms; /* NULL: the system's */
    void *clock_context;
};

/* Fails with GATEHOUSE_E_ARGUMENT or GATEHOUSE_E_MEMORY; *out is then NULL. */
enum gatehouse_error gatehouse_open(const struct gatehouse_options *options,
                                    struct gatehouse **out);
/* Wipes and frees; NULL is fine. */
void gatehouse_close(struct gatehouse *g);
enum gatehouse_error gatehouse_set_key(struct gatehouse *g, const char *key);

/* About the last call on this handle, until the next: the service's code ("MACHINE_LIMIT_EXCEEDED")
 * and sentence, "" where there is none; its status, 0 without an answer; seconds to wait after
 * GATEHOUSE_E_LIMITED. */
const char *gatehouse_code(const struct gatehouse *g);
const char *gatehouse_detail(const struct gatehouse *g);
int gatehouse_status(const struct gatehouse *g);
int64_t gatehouse_retry_after(const struct gatehouse *g);

/* --- asking --- */

struct gatehouse_verdict {
    enum gatehouse_state state;
    bool is_valid;                      /* the service's own word */
    bool is_cached;                     /* told by the cache, not by the service just now */
    char code[GATEHOUSE_CODE_SIZE];     /* "VALID" "EXPIRED" "TOO_MANY_MACHINES" */
    char licence_id[GATEHOUSE_ID_SIZE]; /* "" for an unknown key */
    int64_t answered_at;                /* when the service said so, by its clock */
    int64_t expires_at;                 /* the licence's end */
    int64_t grace_until; /* the licence's grace, or how long an answer in the cache still serves */
    int64_t support_until;
};

/* Asks the service about the licence key, for this product and machine. GATEHOUSE_OK means that
 * there is an answer; look at verdict->state. The answer is signed, fresh and to this question; it
 * goes to the cache. */
enum gatehouse_error gatehouse_validate(struct gatehouse *g, struct gatehouse_verdict *verdict);
/* Looks at the cache alone. Never fails: without a cache the state is GATEHOUSE_UNKNOWN. */
void gatehouse_cached(struct gatehouse *g, struct gatehouse_verdict *verdict);
/* What a program calls when it starts: asks the service, and where none can be had or trusted the
 * cache. The error is that of asking; verdict is filled in any case. */
enum gatehouse_error gatehouse_check(struct gatehouse *g, struct gatehouse_verdict *verdict);

/* --- seats --- */

struct gatehouse_machine {
    char id[GATEHOUSE_ID_SIZE];
    bool is_repeated;          /* held its seat before this call */
    bool needs_heartbeat;      /* call gatehouse_heartbeat more often than each heartbeat_s */
    int64_t heartbeat_s;       /* the longest silence that the service takes */
    int64_t next_heartbeat_at; /* 0: not started */
};

/* Takes a seat for this machine. A machine that holds one already gets that one and never a second.
 * name: for people, or NULL. */
enum gatehouse_error gatehouse_activate(struct gatehouse *g, const char *name,
                                        struct gatehouse_machine *machine);
enum gatehouse_error gatehouse_heartbeat(struct gatehouse *g, struct gatehouse_machine *machine);
/* Gives the seat back. GATEHOUSE_OK also where there was none. */
enum gatehouse_error gatehouse_deactivate(struct gatehouse *g);

/* --- offline files --- */

enum gatehouse_file { GATEHOUSE_LICENCE_FILE, GATEHOUSE_MACHINE_FILE };

/* Fetches a file for use without a network, encrypted if asked, good for ttl_s seconds (0: the
 * service's default, at least 3600), with the licence's entitlements. *text is terminated; free it
 * with gatehouse_free. */
enum gatehouse_error gatehouse_check_out(struct gatehouse *g, enum gatehouse_file kind,
                                         bool is_encrypted, int64_t ttl_s, char **text);
void gatehouse_free(char *text);

struct gatehouse_document; /* verified JSON; opaque */

/* Verifies a file's signature, opens it (the key set in the handle; a machine file with the
 * fingerprint as well), and sees that it is for this licence and machine and in its time. With
 * GATEHOUSE_E_FILE_EXPIRED and GATEHOUSE_E_FILE_FUTURE *out is set all the same: free it. */
enum gatehouse_error gatehouse_file_open(struct gatehouse *g, enum gatehouse_file kind,
                                         const char *text, size_t len,
                                         struct gatehouse_document **out);
void gatehouse_document_free(struct gatehouse_document *document);
/* A value by its path of names and indexes, "data/attributes/expiry". GATEHOUSE_E_NOT_FOUND where
 * there is none of that type. */
enum gatehouse_error gatehouse_document_text(const struct gatehouse_document *document,
                                             const char *path, char *out, size_t size);
enum gatehouse_error gatehouse_document_integer(const struct gatehouse_document *document,
                                                const char *path, int64_t *out);
enum gatehouse_error gatehouse_document_time(const struct gatehouse_document *document,
                                             const char *path, int64_t *out);
bool gatehouse_document_is_true(const struct gatehouse_document *document, const char *path);
/* Whether the document lists an entitlement by its code. */
bool gatehouse_document_entitles(const struct gatehouse_document *document, const char *code);

/* Whether a licence key is signed by the vendor (keys that begin with "key/"); writes what it
 * carries. GATEHOUSE_E_FILE for a key without a signature. */
enum gatehouse_error gatehouse_key_payload(struct gatehouse *g, char *out, size_t size);

/* --- answers to keep --- */

/* The last verified answer as a text (signature, and what it covers), to carry or to keep; free it
 * with gatehouse_free. GATEHOUSE_E_ARGUMENT where the last call got none. */
enum gatehouse_error gatehouse_answer_keep(struct gatehouse *g, char **text);
/* Verifies such a text again, without the service: signature and all that it covers, not its age
 * (*answered_at tells it, if not NULL). */
enum gatehouse_error gatehouse_answer_open(const struct gatehouse *g, const char *text, size_t len,
                                           int64_t *answered_at, struct gatehouse_document **out);

/* --- trials --- */

struct gatehouse_trial {
    char licence_id[GATEHOUSE_ID_SIZE];
    int64_t started_at, ends_at;
    bool is_new;    /* false: this machine's trial had begun before */
    bool is_bought; /* it is a full licence by now */
};

/* Begins this machine's trial of the handle's product, or finds it again whatever was installed or
 * set since; takes its seat. Its licence key becomes the handle's and goes to key: keep it.
 * GATEHOUSE_E_REFUSED with TRIAL_NOT_ALLOWED, TRIAL_TAKEN or TRIAL_CONVERTED. */
enum gatehouse_error gatehouse_trial_start(struct gatehouse *g, const char *name,
                                           struct gatehouse_trial *trial, char *key,
                                           size_t key_size);

/* --- the revocation list --- */

struct gatehouse_revocations; /* verified; opaque */

/* Fetches the list; bytes are for a file or for gatehouse_revocations_open; free with
 * gatehouse_revocations_bytes_free. */
enum gatehouse_error gatehouse_revocations_fetch(struct gatehouse *g, unsigned char **bytes,
                                                 size_t *len);
void gatehouse_revocations_bytes_free(unsigned char *bytes);
/* Verifies a list and takes a copy. GATEHOUSE_E_FILE, GATEHOUSE_E_SIGNATURE,
 * GATEHOUSE_E_FILE_FUTURE. */
enum gatehouse_error gatehouse_revocations_open(const struct gatehouse *g,
                                                const unsigned char *bytes, size_t len,
                                                struct gatehouse_revocations **out);
void gatehouse_revocations_free(struct gatehouse_revocations *list);
bool gatehouse_revocations_has(const struct gatehouse_revocations *list, const char *key);
size_t gatehouse_revocations_count(const struct gatehouse_revocations *list);
/* Never go back to a list that was issued before the one you have. */
int64_t gatehouse_revocations_issued_at(const struct gatehouse_revocations *list);
int64_t gatehouse_revocations_next_at(const struct gatehouse_revocations *list);

/* --- releases --- */

struct gatehouse_release {
    char id[GATEHOUSE_ID_SIZE];
    char version[GATEHOUSE_CODE_SIZE];
    char channel[GATEHOUSE_CODE_SIZE];
    char name[GATEHOUSE_TEXT_SIZE]; /* "" for none */
};
struct gatehouse_artifact {
    char id[GATEHOUSE_ID_SIZE];
    char filename[GATEHOUSE_TEXT_SIZE];
    char checksum[GATEHOUSE_TEXT_SIZE];
    char signature[GATEHOUSE_TEXT_SIZE]; /* "" for none */
    char url[2048];                      /* to fetch from, soon and without a credential */
    int64_t bytes;
};

/* The newest release after the current version that this licence may have, of the handle's product.
 * channel and constraint ("1", "1.2") may be NULL. GATEHOUSE_E_NOT_FOUND: there is none. */
enum gatehouse_error gatehouse_upgrade(struct gatehouse *g, const char *current,
                                       const char *channel, const char *constraint,
                                       struct gatehouse_release *release);
enum gatehouse_error gatehouse_artifact_find(struct gatehouse *g, const char *release_id,
                                             const char *filename,
                                             struct gatehouse_artifact *artifact);
/* What an answer that was kept (gatehouse_answer_open) says of an artifact; url is "". */
enum gatehouse_error gatehouse_artifact_read(const struct gatehouse_document *document,
                                             struct gatehouse_artifact *artifact);
/* Whether a file is this artifact: its size, its checksum (SHA-256 or SHA-512, in hexadecimal or
 * base64), and with a key (64 hex digits: the vendor's own release key) its Ed25519ph signature
 * with the product as context. A changed byte is GATEHOUSE_E_DIGEST; another signature or none
 * GATEHOUSE_E_SIGNATURE; a file that cannot be read GATEHOUSE_E_FILE. */
enum gatehouse_error gatehouse_artifact_verify(const struct gatehouse *g,
                                               const struct gatehouse_artifact *artifact,
                                               const char *path, const char *release_key);

/* --- feedback --- */

struct gatehouse_feedback { /* begin with all zero; what is not known is NULL */
    const char *text;       /* required */
    const char *subject, *topic, *version;
    const char *name, *phone, *email; /* of the person in front of the program */
    const char *diagnostics;          /* logs, settings; the service masks secrets in them */
    const char *request_key;          /* the same one files once: for sending again */
};
struct gatehouse_receipt {
    char number[GATEHOUSE_CODE_SIZE]; /* of the ticket */
    char link[512];                   /* shows its state and the answers to whoever has it */
};
enum gatehouse_error gatehouse_feedback_send(struct gatehouse *g,
                                             const struct gatehouse_feedback *feedback,
                                             struct gatehouse_receipt *receipt);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif

#endif
