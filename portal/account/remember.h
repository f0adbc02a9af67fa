/* Devices that stay signed in beyond their session, by a token of its own that every use changes.
 * Whoever comes with one that was changed has a copy: the device and its sessions end. */
#pragma once

#include "portal/account/session.h"

/* A second request may be on its way with the token that the first one just changed. */
enum { REMEMBER_GRACE_SECONDS = 60, REMEMBER_LIST_MAX = 100 };

/* After session_sign_in, in its transaction: the device of this session is remembered for the days
 * of the tenant's rule. *cookie is NULL where the rule has none for this person. Emits
 * person.updated. */
bool remember_start(struct ctx *cx, const struct session_visit *visit, struct session *session,
                    const char **cookie, int64_t *days) MUST_CHECK;
/* The device that the cookie names takes part in this session, if it is the same person's; else it
 * is forgotten and *is_kept is false. */
bool remember_join(struct ctx *cx, const char *cookie, struct session *session,
                   bool *is_kept) MUST_CHECK;

enum remember_outcome {
    REMEMBER_NOT,       /* unknown, over, ended or a copy: the cookie is worth nothing */
    REMEMBER_SIGNED_IN, /* the session is the person's */
    REMEMBER_HALF       /* and waits for the second step, which is never left out */
};
struct remember_use {
    enum remember_outcome outcome;
    const char *cookie; /* to set instead; NULL: it stays as it is */
    int64_t seconds;    /* that it is still good for */
};
/* The visitor of an anonymous session comes with a token. halfway false: who has a second step is
 * left alone (REMEMBER_HALF, nothing is changed). A session made so is not fresh
 * (session.fresh_at). Emits person.login, or person.device_reused for a copy. */
bool remember_use(struct ctx *cx, const struct session_visit *visit, const char *cookie,
                  bool halfway, struct session *session, struct remember_use *out) MUST_CHECK;
/* Forgets the device that a cookie names, with its sessions; nothing for NULL and for a copy. */
bool remember_drop(struct ctx *cx, const char *cookie) MUST_CHECK;

struct remember_device { /* in cx->mem */
    struct id id;
    const char *address, *agent;
    int64_t created_at, used_at, expires_at;
};
/* A person's, last used first; and the end of one with its sessions, ERR_NOT_FOUND for another
 * person's. Emits person.updated. */
bool remember_list(struct ctx *cx, struct id person_id, struct remember_device **out,
                   size_t *count) MUST_CHECK;
bool remember_end(struct ctx *cx, struct id person_id, struct id id) MUST_CHECK;
/* Removes those whose time is over. */
bool remember_purge(struct ctx *cx, unsigned limit, int64_t *removed) MUST_CHECK;
