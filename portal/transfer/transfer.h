/* A tenant's licences with all that they need, out of and into a file: JSON:API resources as the
 * licensing protocol shows them, a document a line. */
#pragma once

#include "db/db.h"

#include <stdio.h>

enum transfer_type { /* in the order in which each refers to those before it */
                     TRANSFER_PRODUCT,
                     TRANSFER_ENTITLEMENT,
                     TRANSFER_GROUP,
                     TRANSFER_POLICY,
                     TRANSFER_POLICY_ENTITLEMENT,
                     TRANSFER_USER,
                     TRANSFER_LICENCE,
                     TRANSFER_LICENCE_ENTITLEMENT,
                     TRANSFER_LICENCE_USER,
                     TRANSFER_MACHINE,
                     TRANSFER_COMPONENT,
                     TRANSFER_TYPE_COUNT
};
extern const char *const TRANSFER_TYPE_NAMES[TRANSFER_TYPE_COUNT]; /* the wire's */

/* Writes everything of the run's tenant; a row changed meanwhile is there as it was or as it is.
 * counts: by type. Fails: ERR_INTERNAL the file cannot be written. */
bool transfer_export(struct ctx *cx, FILE *out, int64_t counts[TRANSFER_TYPE_COUNT]) MUST_CHECK;

struct transfer_fault {
    size_t line; /* from 1 */
    const char *pointer, *code, *text;
};

enum { TRANSFER_FAULTS_MAX = 1000 }; /* those kept; the others are counted */

struct transfer_report { /* in the run's cx->mem */
    int64_t added[TRANSFER_TYPE_COUNT];
    int64_t present[TRANSFER_TYPE_COUNT]; /* there already, left as they are */
    int64_t skipped;                      /* resources of types that are not taken over */
    struct transfer_fault *faults;
    size_t fault_count, fault_total;
};

/* Reads JSON:API documents: one a line, or one in the whole text, each with one resource, a list,
 * or either with "included", in any order. Everything is checked first; nothing is written where
 * anything is wrong, or with is_dry. Then each resource is added in a transaction of its own, and
 * what is there already (by id, users by address) is left as it is: an import that was interrupted
 * is run again. True also with faults: the report has them. False: the database failed. */
bool transfer_import(struct ctx *cx, struct span text, bool is_dry,
                     struct transfer_report *out) MUST_CHECK;
