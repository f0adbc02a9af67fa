/* A file of resources: where each is, of what type, and its JSON when it is asked for. */
#pragma once

#include "base/json.h"
#include "portal/transfer/transfer.h"

struct transfer_entry { /* one resource */
    enum transfer_type type;
    size_t line;      /* from 1 */
    size_t from, len; /* of the text that it is in: a line, or the whole */

    enum { TRANSFER_BARE, TRANSFER_ONE, TRANSFER_DATA, TRANSFER_INCLUDED } place;
    size_t index; /* in data or included, where that is a list */
    struct id id;
};

struct transfer_file {
    struct span text;
    struct transfer_entry *entries;
    size_t count;
    /* the text read last, kept while its resources follow each other */
    struct arena *mem;
    size_t from;
    json_t *json; /* NULL: none */
};

/* Finds the resources; what cannot be read is told to fault. Types that are not taken over are
 * counted in *skipped. Owned, free with transfer_file_close. */
typedef void transfer_file_fault(void *with, size_t line, const char *pointer,
                                 const struct err_kind *kind);
void transfer_file_open(struct transfer_file *file, struct span text, transfer_file_fault *fault,
                        void *with, int64_t *skipped);
void transfer_file_close(struct transfer_file *file);

/* The resource's JSON, borrowed until the next call; names of members in lowerCamelCase. */
const json_t *transfer_file_get(struct transfer_file *file, const struct transfer_entry *entry);
/* Where it stands in its document: "/data/3". */
const char *transfer_file_pointer(struct arena *mem, const struct transfer_entry *entry);
