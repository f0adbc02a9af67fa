/* The header table of a rule: what it says of itself, checked. */
#pragma once

#include "db/event.h"
#include "scripts/script_offer.h"

enum {
    SCRIPT_API_LEVEL = 1,
    SCRIPT_NAME_MAX = 64,
    SCRIPT_TITLE_MAX = 200,
    SCRIPT_EVENTS_MAX = 16,
    SCRIPT_TEXT_MAX = 64 * 1024, /* bytes */
    SCRIPT_TESTS_MAX = 100,
};

enum script_phase { SCRIPT_CHECK, SCRIPT_AFTER, SCRIPT_PHASE_COUNT };

struct script_header {
    const char *name; /* `id` in the text: small letters, digits, underscores */
    const json_t *title;
    int64_t priority;
    enum script_phase phase;
    enum event_kind events[SCRIPT_EVENTS_MAX];
    size_t event_count;
    const json_t *when;   /* object; NULL: always */
    const json_t *grants; /* array of names; may be NULL */
    const json_t *tests;  /* array; may be NULL */
};

extern const struct err_kind ERR_SCRIPT_HEADER;

const char *script_header_phase_name(enum script_phase phase);
/* Checks a header as sandbox_read gave it. Fails: ERR_SCRIPT_HEADER, whose {} is the field, with
 * the reason for the operator. What *out points to is json's. */
bool script_header_read(struct err *err, const json_t *json, const struct script_offer *offer,
                        struct script_header *out) MUST_CHECK;
/* The title in a language ("zh"), else in English, else the name. Borrowed from json. */
const char *script_header_title(const json_t *json, const char *language);

/* `when`: true when every field of the snapshot has one of the values named for it. A dotted name
 * reaches inward; a field that is a list has the value when one of its items is it. *field is the
 * first that does not fit. */
bool script_header_when(const json_t *when, const json_t *snapshot, const char **field);
