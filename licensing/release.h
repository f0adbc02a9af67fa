/* Releases: which versions of a product there are, and who may have them. */
#pragma once

#include "db/event.h"
#include "licensing/filter.h"
#include "licensing/semver.h"
#include "licensing/snapshot.h"

enum { RELEASE_NAME_MAX = 255, RELEASE_TAG_MAX = 255, RELEASE_DESCRIPTION_MAX = 20000 };

enum release_channel {
    RELEASE_STABLE,
    RELEASE_RC,
    RELEASE_BETA,
    RELEASE_ALPHA,
    RELEASE_DEV,
    RELEASE_CHANNEL_COUNT
};
extern const char *const RELEASE_CHANNEL_NAMES[RELEASE_CHANNEL_COUNT]; /* the wire's words */
bool release_channel_parse(const char *name, enum release_channel *out) MUST_CHECK;

enum release_status { RELEASE_DRAFT, RELEASE_PUBLISHED, RELEASE_YANKED, RELEASE_STATUS_COUNT };
extern const char *const RELEASE_STATUS_NAMES[RELEASE_STATUS_COUNT];

struct release { /* a record: open, lives in cx->mem */
    struct id id;
    struct id product_id;
    const char *name;        /* or NULL */
    const char *description; /* its notes, Markdown; or NULL */
    enum release_channel channel;
    enum release_status status;
    const char *tag; /* or NULL */
    const char *version;
    struct semver semver;
    const char *metadata;            /* JSON object; NULL is {} */
    int64_t backdated_at, yanked_at; /* 0: not */
    int64_t created_at, updated_at;
    /* joined, for reading */
    const char *product_name;
    const char *distribution; /* of its product */
};

extern const struct err_kind ERR_RELEASE_VERSION_INVALID, ERR_RELEASE_VERSION_TAKEN,
    ERR_RELEASE_TAG_TAKEN, ERR_RELEASE_CHANNEL_INVALID, ERR_RELEASE_PRODUCT_NOT_FOUND,
    ERR_RELEASE_CONSTRAINT_NOT_FOUND, ERR_RELEASE_CONSTRAINT_TAKEN, ERR_RELEASE_NAME_TOO_LONG,
    ERR_RELEASE_TAG_TOO_LONG, ERR_RELEASE_ID_CONFLICT;

/* --- who asks --- */

enum release_reader_kind {
    RELEASE_FOR_ALL,          /* staff: every release */
    RELEASE_FOR_PRODUCT,      /* a product's program: every release of it */
    RELEASE_FOR_LICENCE,      /* what that licence may have */
    RELEASE_FOR_PERSON,       /* what a licence that the person owns or uses may have */
    RELEASE_FOR_ORGANISATION, /* what a licence of the organisation may have */
    RELEASE_FOR_PUBLIC        /* what everybody may have: open products, without constraints */
};
struct release_reader {
    enum release_reader_kind kind;
    struct id id; /* the product, licence, person or organisation */
};
/* By who looks (cx->viewer): staff with RIGHT_LICENCES all, customers with RIGHT_LICENCE their
 * organisation's, others the public's. */
struct release_reader release_reader_of(const struct ctx *cx);
/* Starts a statement on releases r and products pr, or on artefacts a joined to them, with what the
 * reader may have; further conditions follow by where_add. For release_read.c and artefact.c. */
struct where;
void release_reader_start(struct where *w, struct ctx *cx, const struct release_reader *by,
                          const char *select);

/* --- reading: what the reader may not have is ERR_NOT_FOUND --- */

bool release_get(struct ctx *cx, const struct release_reader *by, struct id id,
                 struct release **out) MUST_CHECK;
/* By id, version or tag; product_id (zero: any) tells same versions apart, else the newest. */
bool release_find(struct ctx *cx, const struct release_reader *by, const char *text,
                  struct id product_id, struct release **out) MUST_CHECK;

struct release_filter { /* zero and NULL: any */
    struct id product_id;
    struct id package_id;         /* no release belongs to one: finds nothing */
    const char *channel, *status; /* names; one that does not exist finds nothing */
    const char *engine;           /* finds nothing */
    enum filter_choice yanked;
    enum filter_choice constraints;   /* whether it has some */
    struct filter_texts entitlements; /* ids or codes that it needs, each of them */
};
bool release_page(struct ctx *cx, const struct release_reader *by,
                  const struct release_filter *filter, const struct licence_page *page,
                  struct release **out, size_t *count, int64_t *total) MUST_CHECK;
/* The entitlements that it needs, by code; at most 100. Whether the reader may have the release was
 * asked before. */
struct entitlement;
bool release_entitlements(struct ctx *cx, struct id id, struct entitlement **out, struct id **links,
                          size_t *count) MUST_CHECK;

/* The newest release of the current one's product that the reader may have, newer than it, in the
 * channels that the asked one takes in. The current one may be yanked, or forbidden by now. Fails:
 * ERR_NOT_FOUND: none. */
struct release_wish {
    const char *channel; /* NULL: the current one's; one that does not exist has nothing */
    struct semver_constraint constraint;
};
bool release_upgrade(struct ctx *cx, const struct release_reader *by, const char *current,
                     struct id product_id, const struct release_wish *wish, struct release **from,
                     struct release **out) MUST_CHECK;

/* --- changing: needs the system or staff with RIGHT_LICENCES --- */

enum { RELEASE_CONSTRAINTS_MAX = 100 };
struct release_draft {
    struct id id; /* zero: a new one */
    struct id product_id;
    const char *name, *description, *tag, *version, *metadata;
    enum release_channel channel;
    bool is_published;
    int64_t backdated_at;
    const struct id *constraints; /* entitlements */
    size_t constraint_count;
};
bool release_add(struct ctx *cx, const struct release_draft *draft,
                 struct release **out) MUST_CHECK;
/* Writes back name, description, channel, tag, version, metadata, backdated_at of a release that
 * was read and altered. */
bool release_change(struct ctx *cx, const struct release *changed, struct release **out) MUST_CHECK;
/* With its artefacts; their files go with the next sweep. */
bool release_remove(struct ctx *cx, struct id id) MUST_CHECK;
bool release_publish(struct ctx *cx, struct id id, struct release **out) MUST_CHECK;
bool release_yank(struct ctx *cx, struct id id, struct release **out) MUST_CHECK;
/* All or nothing. Fails with source /data/<index>: ERR_RELEASE_CONSTRAINT_NOT_FOUND, .._TAKEN. */
bool release_constrain(struct ctx *cx, struct id id, const struct id *entitlements, size_t count,
                       struct id *links) MUST_CHECK;
/* which: the entitlements, or the ids of their links. */
bool release_unconstrain(struct ctx *cx, struct id id, const struct id *which,
                         size_t count) MUST_CHECK;
/* Notes that a bearer was told of an upgrade to it, or (artefact_id not zero) given its file; a
 * licence whose clock starts with its first download (FROM_FIRST_DOWNLOAD) starts then. licence
 * NULL: another bearer. */
bool release_given(struct ctx *cx, struct id id, struct id artefact_id,
                   const struct snapshot *licence) MUST_CHECK;

/* --- for validations (section 4.3) --- */

/* Whether there is a published release of that version that the licence may use. */
bool release_find_version(struct ctx *cx, const struct snapshot *licence, const char *version,
                          bool *is_known) MUST_CHECK;
/* The same for an uploaded artefact by its checksum; *version is its release's, or NULL. */
bool release_find_checksum(struct ctx *cx, const struct snapshot *licence, const char *checksum,
                           bool *is_known, const char **version) MUST_CHECK;
