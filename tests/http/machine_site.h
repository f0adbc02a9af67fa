/* Machines, processes and components over the wire: what the tests of the checklist's rows M, H and
 * P ask. */
#pragma once

#include "tests/http/licence_site.h"

struct machine_site {
    struct ctx *cx;
    struct policy policy; /* of the licence */
    struct licence *licence;
    const char *key;   /* Authorization's values: the licence's key */
    const char *admin; /* staff */
};

/* A licence of licensing_policy as prepare (or NULL) changed it. */
struct machine_site machine_site_open(void **state, void (*prepare)(struct policy *draft));
/* Another licence of the same policy, or (not NULL) of a further one. */
struct licence *machine_site_licence(struct machine_site *s, const struct policy *draft);
/* A licence of the site's policy that a person owns; the site's key is its key from now on. */
void machine_site_own(struct machine_site *s, struct id owner_id);

/* more: further attributes, begun by a comma; relations: further relationships, likewise. */
const char *machine_site_body(struct ctx *cx, struct id licence_id, const char *fingerprint,
                              const char *more, const char *relations);
/* ,"name":{"data":{"type":..,"id":..}} */
const char *machine_site_relation(struct ctx *cx, const char *name, const char *type, struct id id);
struct licence_answer machine_site_ask(const struct machine_site *s, const char *method,
                                       const char *path, const char *auth, const char *body);
/* Creates a machine of the site's licence by key. */
struct licence_answer machine_site_add(const struct machine_site *s, const char *fingerprint);
/* The same with more and relations, as anybody. */
struct licence_answer machine_site_make(const struct machine_site *s, const char *auth,
                                        const char *fingerprint, const char *more,
                                        const char *relations);
/* "/v1/machines/ID" and what follows, for the machine or row that an answer holds. */
const char *machine_site_path(const struct machine_site *s, const struct licence_answer *a,
                              const char *type, const char *rest);
/* The code of a validation with that fingerprint (NULL: without). */
const char *machine_site_verdict(const struct machine_site *s, const char *fingerprint);
/* A process or component of the machine that an answer holds; attributes as JSON text. */
struct licence_answer machine_site_part(const struct machine_site *s, const char *auth,
                                        const char *type, const char *machine_id,
                                        const char *attributes);
