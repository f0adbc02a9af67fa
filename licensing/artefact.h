/* Artefacts: the files of releases. Their rows; the bytes lie below storage.path (base/store.h). */
#pragma once

#include "base/store.h"
#include "licensing/release.h"

enum { ARTEFACT_NAME_MAX = 255, ARTEFACT_WORD_MAX = 64, ARTEFACT_SIGNATURE_MAX = 1024 };

enum artefact_status {
    ARTEFACT_WAITING, /* for its bytes */
    ARTEFACT_PROCESSING,
    ARTEFACT_UPLOADED,
    ARTEFACT_FAILED, /* what came was not what was announced; it may come again */
    ARTEFACT_YANKED,
    ARTEFACT_STATUS_COUNT
};
extern const char *const ARTEFACT_STATUS_NAMES[ARTEFACT_STATUS_COUNT]; /* the wire's words */

struct artefact { /* a record: open, lives in cx->mem */
    struct id id;
    struct id release_id;
    const char *filename;
    const char *filetype, *platform, *arch; /* or NULL */
    int64_t filesize;                       /* 0: not known */
    const char *signature;                  /* by the vendor's own key, kept as it came; or NULL */
    const char *checksum;        /* as announced, else unpadded base64 of SHA-512; NULL before */
    const char *hash;            /* SHA-256 of the bytes in hexadecimal; NULL before */
    const uint8_t *sha256;       /* the same, or NULL */
    enum artefact_status status; /* YANKED also by its release */
    const char *metadata;        /* JSON object; NULL is {} */
    int64_t created_at, updated_at;
    /* joined, for reading */
    struct id product_id;
    const char *version;
    enum release_status release_status;
};

extern const struct err_kind ERR_ARTEFACT_FILENAME_TAKEN, ERR_ARTEFACT_RELEASE_NOT_FOUND,
    ERR_ARTEFACT_CHECKSUM, ERR_ARTEFACT_SIZE, ERR_ARTEFACT_UPLOADED, ERR_ARTEFACT_FIXED,
    ERR_ARTEFACT_FILENAME, ERR_ARTEFACT_EMPTY;

/* Reading: as the releases they belong to. */
bool artefact_get(struct ctx *cx, const struct release_reader *by, struct id id,
                  struct artefact **out) MUST_CHECK;
/* By id or name within a release. */
bool artefact_find(struct ctx *cx, const struct release_reader *by, struct id release_id,
                   const char *text, struct artefact **out) MUST_CHECK;
struct artefact_filter { /* zero and NULL: any */
    struct id release_id, product_id;
    const char *channel, *status, *filetype, *platform, *arch;
};
bool artefact_page(struct ctx *cx, const struct release_reader *by,
                   const struct artefact_filter *filter, const struct licence_page *page,
                   struct artefact **out, size_t *count, int64_t *total) MUST_CHECK;

/* Changing: needs the system or staff with RIGHT_LICENCES. */
bool artefact_add(struct ctx *cx, const struct artefact *draft, struct artefact **out) MUST_CHECK;
/* Writes back what may change: filename, filetype, platform, arch, signature, metadata, and until
 * the bytes are here filesize and checksum. */
bool artefact_change(struct ctx *cx, const struct artefact *changed,
                     struct artefact **out) MUST_CHECK;
bool artefact_remove(struct ctx *cx, struct id id) MUST_CHECK;
/* Keeps the bytes of an artefact that waits for them. They have to be what was announced by size
 * and checksum (SHA-256 or SHA-512, in hexadecimal or base64; another kind is kept unchecked): else
 * it is FAILED. The same bytes again are no error. storage: storage.path. Fails:
 * ERR_ARTEFACT_EMPTY, _SIZE, _CHECKSUM, _UPLOADED (other bytes are here already), ERR_STORE_FULL.
 */
bool artefact_upload(struct ctx *cx, const char *storage, struct id id, struct span bytes,
                     struct artefact **out) MUST_CHECK;
/* Opens the bytes; owned, close it. */
bool artefact_open(struct ctx *cx, const char *storage, const struct artefact *a, int *fd,
                   int64_t *bytes) MUST_CHECK;
/* Tells of a change of the artefact, inside its transaction. */
bool artefact_emit(struct ctx *cx, enum event_kind kind, const struct artefact *a) MUST_CHECK;
/* Removes files that no artefact of any tenant has, of one of STORE_FOLDERS folders. */
enum { ARTEFACT_ORPHAN_HOURS = 24 };
bool artefact_sweep(struct ctx *cx, const char *storage, unsigned folder,
                    unsigned *removed) MUST_CHECK;
