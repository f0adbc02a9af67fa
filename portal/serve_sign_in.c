#include "portal/serve_sign_in.h"

#include "portal/account/remember.h"
#include "portal/http/page.h"
#include "portal/http/route.h"
#include "portal/serve.h"

#include <string.h>

static const char COOKIE[] = "gh_device";
static const char COOKIE_TLS[] = "__Host-gh_device";
#define DAY_S (INT64_C(24) * 3600)

static const char *cookie_name(const struct req *rq)
{
    return rq->app->config.behind_tls ? COOKIE_TLS : COOKIE;
}

static void set_cookie(struct req *rq, const char *value, int64_t seconds)
{
    serve_set_cookie(rq, cookie_name(rq), value, seconds);
}

/* --- after a password, a code, a link or a provider's word --- */

bool serve_sign_in(struct ctx *cx, struct id person_id, void *arg)
{
    struct req *rq = arg;
    const char *cookie = req_cookie(rq, cookie_name(rq));
    bool is_kept;

    if (!session_sign_in(cx, serve_visit(rq), rq->session, person_id))
        return false;
    if (cookie == NULL)
        return true;
    if (!remember_join(cx, cookie, rq->session, &is_kept))
        return false;
    if (!is_kept)
        set_cookie(rq, "", 0);
    return true;
}

bool serve_sign_in_kept(struct ctx *cx, struct id person_id, void *arg)
{
    struct req *rq = arg;
    const char *cookie;
    int64_t days;

    if (!session_sign_in(cx, serve_visit(rq), rq->session, person_id) ||
        !remember_drop(cx, req_cookie(rq, cookie_name(rq))) ||
        !remember_start(cx, serve_visit(rq), rq->session, &cookie, &days))
        return false;
    if (cookie != NULL)
        set_cookie(rq, cookie, days * DAY_S);
    return true;
}

bool serve_sign_in_half(struct ctx *cx, struct id person_id, void *arg)
{
    struct req *rq = arg;

    return session_wait(cx, serve_visit(rq), rq->session, person_id);
}

/* --- instead of them --- */

/* A page that a person opens, or a part of one; not what a page loads with it. */
static bool is_for_a_person(const struct req *rq)
{
    const char *what = req_header(rq, "Sec-Fetch-Dest");

    return rq->method == METHOD_GET &&
           (what == NULL || strcmp(what, "document") == 0 || strcmp(what, "empty") == 0);
}

/* Where somebody cannot go on without being somebody: the second step is asked for there alone, and
 * the sign-in page itself stays reachable for who wants to be somebody else. */
static bool has_to_sign_in(struct req *rq)
{
    return (rq->route->needs & (NEED_LOGIN | NEED_STAFF | NEED_CUSTOMER)) != 0 ||
           (strcmp(rq->path, "/login") == 0 && req_query(rq, "next") != NULL);
}

static bool ask_for_code(struct req *rq, bool *is_answered)
{
    const char *next = strcmp(rq->path, "/login") == 0 ? req_query(rq, "next") : rq->target;
    struct str to = str_new(rq->cx.mem);

    *is_answered = true;
    str_add(&to, "/login/code?next=");
    str_url(&to, next);
    if (!rq->is_htmx)
        return reply_see_other(rq, to.p);
    rq->status = 204; /* the code is asked on a page of its own */
    reply_header(rq, "HX-Redirect", to.p);
    return true;
}

bool serve_sign_in_by_device(struct req *rq, bool *is_answered)
{
    const char *cookie = req_cookie(rq, cookie_name(rq));
    const bool must = has_to_sign_in(rq);
    struct remember_use use;

    *is_answered = false;
    if (cookie == NULL || *cookie == '\0' || !id_is_zero(rq->session->person_id) ||
        !is_for_a_person(rq))
        return true;
    if (!remember_use(&rq->cx, serve_visit(rq), cookie, must, rq->session, &use))
        return false;
    if (use.outcome == REMEMBER_NOT)
        set_cookie(rq, "", 0);
    else if (use.cookie != NULL)
        set_cookie(rq, use.cookie, use.seconds);
    return use.outcome != REMEMBER_HALF || !must || ask_for_code(rq, is_answered);
}

bool serve_sign_in_forget(struct req *rq)
{
    const char *cookie = req_cookie(rq, cookie_name(rq));

    if (cookie == NULL)
        return true;
    set_cookie(rq, "", 0);
    return remember_drop(&rq->cx, cookie);
}
