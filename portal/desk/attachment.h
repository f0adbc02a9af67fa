/* Files of a message: bytes in storage.path under their hash, a row for each time they are sent. */
#pragma once

#include "db/ctx.h"

enum {
    ATTACHMENT_NAME_MAX = 200,
    ATTACHMENT_COUNT_MAX = 10,
    ATTACHMENT_BYTES_MAX = 10 * 1024 * 1024, /* one file */
    ATTACHMENT_BODY_MAX = 26 * 1024 * 1024,  /* all files of one form with it */
    ATTACHMENT_ORPHAN_DAYS = 30 /* a form that waits for its sender is sent again with its files */
};

extern const struct err_kind ERR_ATTACHMENT_COUNT; /* too many; {} is how many may come */
extern const struct err_kind ERR_ATTACHMENT_SIZE;  /* {} is the file's name */
extern const struct err_kind ERR_ATTACHMENT_EMPTY; /* {} is the file's name */

struct attachment { /* a record, in cx->mem */
    struct id id;
    struct id ticket_id;
    struct id message_id;
    const char *hash; /* SHA-256 in hexadecimal */
    const char *name;
    const char *type; /* found from the bytes, never as the sender said */
    int64_t bytes;
    int64_t created_at;
};

struct attachment_file { /* what is sent; bytes are borrowed */
    const char *name;
    const char *hash; /* filled by attachment_store; set before: it is stored already */
    const char *type; /* filled by attachment_store */
    const char *bytes;
    size_t len;
};

/* Writes the bytes below storage_path, each content once (a temporary file, synced, renamed), and
 * fills hash and type. Before the transaction: a file without a row is swept up later, a row
 * without a file would be a loss. Fails with the kinds above (source: "files"), ERR_NOT_FOUND for
 * a hash that is not stored, ERR_INTERNAL. */
bool attachment_store(struct ctx *cx, const char *storage_path, struct attachment_file *files,
                      size_t count) MUST_CHECK;
/* Rows for stored files, inside the open transaction. */
bool attachment_add(struct ctx *cx, struct id ticket_id, struct id message_id,
                    const struct attachment_file *files, size_t count) MUST_CHECK;
/* A file that the viewer may read: he sees the ticket, and the message is public or he reads notes.
 * Fails: ERR_NOT_FOUND. */
bool attachment_get(struct ctx *cx, struct id id, struct attachment **out) MUST_CHECK;
/* All files of a ticket that the viewer may read, oldest first. */
bool attachment_list(struct ctx *cx, struct id ticket_id, struct attachment ***out,
                     size_t *count) MUST_CHECK;
/* The same of a ticket that the viewer has got (struct ticket of portal/desk/ticket.h). */
struct ticket;
bool attachment_list_of(struct ctx *cx, const struct ticket *t, struct attachment ***out,
                        size_t *count) MUST_CHECK;
/* Opens the stored bytes for reading; owned, close it. Fails: ERR_NOT_FOUND, ERR_INTERNAL. */
bool attachment_open(struct ctx *cx, const char *storage_path, const struct attachment *a,
                     int *fd) MUST_CHECK;
/* Removes what no message of any tenant has, of one of STORE_FOLDERS folders. *removed counts it.
 */
bool attachment_sweep(struct ctx *cx, const char *storage_path, unsigned folder,
                      unsigned *removed) MUST_CHECK;
/* The media type by the first bytes: pictures, PDF, archives, text; else application/octet-stream.
 */
const char *attachment_sniff(const char *bytes, size_t len);
