/* Validations by key over the wire: what the tests of the checklist's rows V ask. */
#pragma once

#include "tests/http/machine_site.h"

/* The answer to a question about a licence; scope: the scope's members, NULL for none. */
struct licence_answer validation_site_ask(const struct machine_site *s, const struct licence *l,
                                          const char *scope);
/* Fails unless that answer has this code and validity. */
void validation_site_is(const struct machine_site *s, const struct licence *l, const char *scope,
                        const char *code, bool is_valid);
/* A licence of a policy of its own. */
struct licence *validation_site_licence(struct machine_site *s, const struct policy *draft);
/* The same, ended a day ago, by the server's clock. */
struct licence *validation_site_ended(struct machine_site *s, const struct policy *draft);
/* A licence's policy becomes what these attributes say, through the service. */
void validation_site_change(const struct machine_site *s, const struct licence *l,
                            const char *attributes);
/* So many machines "m0", "m1", ..., of nobody. */
void validation_site_machines(const struct machine_site *s, const struct licence *l,
                              unsigned count);
/* One machine that a person owns. */
struct machine *validation_site_owned(const struct machine_site *s, const struct licence *l,
                                      const char *fingerprint, struct id owner_id);
/* As if a machine had been heard for the last time so many seconds ago. Before the first question
 * about its licence: the service does not hear of it. */
void validation_site_heard(const struct machine_site *s, const struct machine *m, int64_t ago_s);
