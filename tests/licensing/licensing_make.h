/* Rows that the tests of licensing need, in cx's tenant. */
#pragma once

#include "licensing/machine.h"
#include "licensing/product.h"
#include "tests/support/test.h"

/* A floating, strict policy with MIXED authentication, for three machines without overage. */
struct policy licensing_policy(struct ctx *cx);
struct policy *licensing_add_policy(struct ctx *cx, const struct policy *draft);
/* A licence of that policy, or (NULL) of licensing_policy. */
struct licence *licensing_licence(struct ctx *cx, const struct policy *draft);
struct machine *licensing_machine(struct ctx *cx, struct id licence_id, const char *fingerprint);
struct machine_draft licensing_draft(struct id licence_id, const char *fingerprint);
/* Gives the run the installation's master key, and its tenant a sealed token secret and a key. */
void licensing_seal(struct ctx *cx);
/* Makes a person a further user of a licence. */
void licensing_user(struct ctx *cx, struct id licence_id, struct id person_id);
