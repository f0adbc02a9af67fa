/* Sessions: who a browser is, from one request to the next.
 * The cookie holds 32 random bytes, the row only their SHA-256. A visitor who has not signed in has
 * no row until something must be kept for him (language, flash, draft): crawlers leave no trace. */
#pragma once

#include "base/config.h"
#include "portal/http/req.h"

enum { SESSION_DRAFT_MAX = 4 * 1024 * 1024, SESSION_TOUCH_SECONDS = 60 };

struct session_visit {           /* the request as the session sees it; borrowed for the request */
    const struct config *config; /* session_hours, session_idle_minutes */
    const char *cookie;          /* the session cookie's value, NULL: none came */
    const char *address;
    const char *agent; /* User-Agent; NULL: none */
    bool is_quiet;     /* nobody did anything: the session is not kept alive by it */
};

/* The visitor's session, never NULL: a missing, unknown or expired cookie makes an anonymous one
 * (is_new says that the cookie has to be set). Sets cx->actor_id and cx->viewer. One statement for
 * staff, two for customers; used_at is written at most once a minute. */
bool session_load(struct ctx *cx, const struct session_visit *visit,
                  struct session **out) MUST_CHECK;

/* After login_check: a new token and row, the old row ends; language and draft move over. The
 * session and cx are changed in place. */
bool session_sign_in(struct ctx *cx, const struct session_visit *visit, struct session *session,
                     struct id person_id) MUST_CHECK;
/* The same for a device that is remembered: the person did not show who he is just now. */
bool session_sign_in_remembered(struct ctx *cx, const struct session_visit *visit,
                                struct session *session, struct id person_id,
                                struct id remembered_id) MUST_CHECK;
/* The password was right and the second step is missing: the visitor stays nobody, under a new
 * token, and the person is remembered for SESSION_WAITING_MINUTES. */
enum { SESSION_WAITING_MINUTES = 5 };
bool session_wait(struct ctx *cx, const struct session_visit *visit, struct session *session,
                  struct id person_id) MUST_CHECK;
/* Who that is; zero for nobody or when the time is over. */
bool session_waiting(struct ctx *cx, const struct session *session,
                     struct id *person_id) MUST_CHECK;
/* Signing out, recorded: the row is gone, the session is anonymous with a new token. */
bool session_end(struct ctx *cx, const struct session_visit *visit,
                 struct session *session) MUST_CHECK;
/* Ends all sessions of a person, and forgets the devices; but one if keep is not zero. In the open
 * transaction. */
bool session_end_all(struct ctx *cx, struct id person_id, struct id keep) MUST_CHECK;

/* The person behind it has just shown again who he is. */
bool session_refresh(struct ctx *cx, struct session *session) MUST_CHECK;

/* True when the token of a form is this session's; in constant time. given may be NULL. */
bool session_csrf_matches(const struct session *session, const char *given);

bool session_set_language(struct ctx *cx, const struct session_visit *visit,
                          struct session *session, const char *language) MUST_CHECK;
/* Keeps a message for the next page, or forgets it (NULL) once it was shown. */
bool session_keep_flash(struct ctx *cx, const struct session_visit *visit, struct session *session,
                        const json_t *flash) MUST_CHECK;
/* Keeps what was typed into the form at path while its writer signs in; at most SESSION_DRAFT_MAX
 * bytes, larger ones are refused with ERR_TOO_LARGE. */
bool session_keep_draft(struct ctx *cx, const struct session_visit *visit, struct session *session,
                        const char *path, const json_t *values) MUST_CHECK;
/* Hands the draft of that path out once; *out is NULL when there is none. */
bool session_take_draft(struct ctx *cx, struct session *session, const char *path,
                        json_t **out) MUST_CHECK;

/* Makes one of the person's own organisations the current one. Fails: ERR_NOT_FOUND. */
bool session_switch_organisation(struct ctx *cx, struct session *session,
                                 struct id organisation_id) MUST_CHECK;

struct session_entry { /* where somebody is signed in */
    struct id id;
    const char *address;
    const char *agent;
    int64_t created_at;
    int64_t used_at;
};
enum { SESSION_LIST_MAX = 100 };
/* A person's live sessions, last used first; and the end of one of them, ERR_NOT_FOUND for another
 * person's. */
bool session_list(struct ctx *cx, const struct config *config, struct id person_id,
                  struct session_entry **out, size_t *count) MUST_CHECK;
bool session_end_one(struct ctx *cx, struct id person_id, struct id id) MUST_CHECK;

/* Removes rows that expired or idled out; for jobs. */
bool session_purge(struct ctx *cx, const struct config *config, unsigned limit,
                   int64_t *removed) MUST_CHECK;
