/* Trials: one for each machine and product, begun by the program itself, turned into a full licence
 * without another activation. */
#pragma once

#include "licensing/machine.h"

enum { TRIAL_DAYS = 30, TRIAL_DAYS_MAX = 365 };

struct trial_terms { /* a record: open. How a product's trials are */
    struct id product_id;
    struct id policy_id;
    int64_t days;
    bool is_open; /* programs may ask without a credential */
};

extern const struct err_kind ERR_TRIAL_PRODUCT; /* no such product */
extern const struct err_kind ERR_TRIAL_NONE;    /* the product has no trials */
extern const struct err_kind ERR_TRIAL_OVER;    /* the machine has had its trial: it was revoked */
extern const struct err_kind ERR_TRIAL_TURNED;  /* it is a full licence now */
extern const struct err_kind ERR_TRIAL_DAYS;
extern const struct err_kind ERR_TRIAL_POLICY;  /* of another product, or with signed keys */
extern const struct err_kind ERR_TRIAL_NOT_ONE; /* to turn a licence that is no trial */

/* The terms from now on; trials that run keep their end. Needs the right to manage licences. Fails:
 * ERR_TRIAL_PRODUCT, ERR_TRIAL_POLICY, ERR_TRIAL_DAYS. */
bool trial_terms_set(struct ctx *cx, const struct trial_terms *terms) MUST_CHECK;
/* No further trials. */
bool trial_terms_remove(struct ctx *cx, struct id product_id) MUST_CHECK;
/* *out is NULL where the product has no trials. */
bool trial_terms_find(struct ctx *cx, struct id product_id, struct trial_terms **out) MUST_CHECK;

struct trial { /* a record: open */
    struct licence *licence;
    struct machine *machine; /* NULL: released, and the trial is over */
    int64_t started_at, ends_at;
    bool is_new, is_turned;
};

/* The trial of the draft's machine: begins it, or finds the one that was begun, whatever was
 * installed again since. licence_id of the draft is not read. Who asks has been checked: it runs
 * with the rights of the system. Fails: ERR_TRIAL_NONE, ERR_TRIAL_OVER, what machine_add fails
 * with. */
bool trial_start(struct ctx *cx, struct id product_id, const struct machine_draft *machine,
                 struct trial *out) MUST_CHECK;

/* Turns a trial into a licence of another policy, from now on for that policy's length; key,
 * machines and serial stay. Needs the right to manage licences. Emits licence.policy_changed.
 * Fails: ERR_NOT_FOUND, ERR_TRIAL_NOT_ONE, ERR_TRIAL_POLICY. */
bool trial_turn(struct ctx *cx, struct id licence_id, struct id policy_id, const char *reason,
                struct licence **out) MUST_CHECK;
