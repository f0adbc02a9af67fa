/* One resource on its way into the tenant, by its type: read, looked for, added. */
#pragma once

#include "portal/api/api_input.h"
#include "portal/transfer/transfer.h"

enum { TRANSFER_REFS_MAX = 5 };

struct transfer_ref { /* what has to be there before: in the file or in the tenant */
    enum transfer_type type;
    struct id id;
    const char *name; /* the relationship's */
};

/* People who are here under another id than in the file: found by their address. */
struct transfer_people {
    struct transfer_person {
        struct id there, here;
    } * list;
    size_t count, room;
    bool is_sorted;
};

struct transfer_item {
    struct ctx *cx;
    struct transfer_people *people;
    enum transfer_type type;
    struct id id;
    struct api_object data, attributes, relationships;
    /* filled by transfer_item_read */
    void *record;        /* the domain's draft, in cx->mem */
    const char *natural; /* what names it beside its id, within its type; NULL for nothing */
    struct transfer_ref refs[TRANSFER_REFS_MAX];
    size_t ref_count;
};

/* Reads shape and values; everything that is wrong with it is in cx->err. */
bool transfer_item_read(struct transfer_item *item) MUST_CHECK;
/* Whether it is in the tenant already. Fails where something else has its name. */
bool transfer_item_find(struct transfer_item *item, bool *is_present) MUST_CHECK;
bool transfer_item_add(struct transfer_item *item) MUST_CHECK;
/* Whether the tenant has a row of that type with that id. */
bool transfer_item_exists(struct ctx *cx, enum transfer_type type, struct id id,
                          bool *out) MUST_CHECK;
/* What is told of the second of two resources in a file with the same name, and where. */
const struct err_kind *transfer_item_taken(enum transfer_type type, const char **pointer);

/* A relationship to one: its id and, where it is told, a ref. */
bool transfer_item_relation(struct transfer_item *item, const char *name, enum transfer_type type,
                            bool is_required, struct id *out) MUST_CHECK;

void transfer_people_note(struct transfer_people *people, struct id there, struct id here);
/* The id here of a person of the file. */
struct id transfer_people_here(struct transfer_people *people, struct id there);
