/* The first steps of a new tenant: what is done is seen from its rows, the rest is remembered. */
#pragma once

#include "db/db.h"

enum setup_step {
    SETUP_BRAND,
    SETUP_REGION,
    SETUP_MAIL,
    SETUP_PRODUCT,  /* a product with a policy */
    SETUP_CUSTOMER, /* an organisation with somebody in it */
    SETUP_TICKET,
    SETUP_STEP_COUNT
};
enum setup_state { SETUP_OPEN, SETUP_DONE, SETUP_SKIPPED };

const char *setup_name(enum setup_step step);
bool setup_parse(const char *name, enum setup_step *out) MUST_CHECK;

struct setup {
    enum setup_state steps[SETUP_STEP_COUNT];
    bool is_over;                          /* finished, or put aside */
    struct id product_id, organisation_id; /* the first; zero: none */
};
bool setup_get(struct ctx *cx, struct setup *out) MUST_CHECK;
/* A step whose page was saved (done), or that somebody leaves out. Nothing for a tenant whose steps
 * are over. Needs RIGHT_SETTINGS_UPDATE. */
bool setup_mark(struct ctx *cx, enum setup_step step, enum setup_state state) MUST_CHECK;
/* Needs RIGHT_SETTINGS_UPDATE. Emits tenant.updated. */
bool setup_finish(struct ctx *cx) MUST_CHECK;
