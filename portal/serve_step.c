#include "portal/serve_step.h"

#include "base/clock.h"
#include "portal/draft.h"
#include "portal/http/page.h"
#include "portal/http/route.h"

#include <string.h>

const struct err_kind ERR_SERVE_STEP = {
    ERR_CLASS_DENIED, "STEP_NEEDED",
    "Please show again that it is you, under Password and sign-in, then send this once more."};

const struct err_kind ERR_SERVE_VIEWING = {
    ERR_CLASS_DENIED, "VIEWING",
    "You are looking at the portal as a customer does: nothing can be changed, and what is yours is "
    "not shown. End it at the top of the page first."};

bool serve_step_check_viewing(struct req *rq)
{
    unsigned needs = rq->route->needs;
    bool reads = rq->method == METHOD_GET || rq->method == METHOD_HEAD;

    if (!rq->session->is_viewing || (needs & NEED_VIEWING) != 0 ||
        (reads && (needs & (NEED_CUSTOMER | NEED_PUBLIC)) != 0))
        return true;
    return err_set(&rq->cx.err, &ERR_SERVE_VIEWING, "a row for others while viewing");
}

static bool owes_step(const struct req *rq)
{
    return rq->session->must_enrol && (rq->route->needs & NEED_EARLY) == 0;
}

bool serve_step_is_fresh(const struct req *rq)
{
    return rq->session->fresh_at != 0 &&
           rq->cx.now - rq->session->fresh_at < SERVE_FRESH_MINUTES * CLOCK_MINUTE;
}

static bool needs_fresh(const struct req *rq)
{
    return (rq->route->needs & NEED_FRESH) != 0 && !serve_step_is_fresh(rq);
}

bool serve_step_require(struct req *rq)
{
    return (!owes_step(rq) && !needs_fresh(rq)) ||
           err_set(&rq->cx.err, &ERR_SERVE_STEP, "a step is missing");
}

/* Partial updates are told to load the whole page. */
static bool go(struct req *rq, const char *to)
{
    if (!rq->is_htmx)
        return reply_see_other(rq, to);
    rq->status = 204;
    reply_header(rq, "HX-Redirect", to);
    return true;
}

/* The page that a form without words was on. */
static const char *page_before(const struct req *rq)
{
    const char *from = req_header(rq, "Referer");
    const char *host = from == NULL ? NULL : strstr(from, "://");
    const char *path = host == NULL ? NULL : strchr(host + 3, '/');

    return path == NULL ? "/account/security" : path;
}

static bool ask_again(struct req *rq)
{
    struct str to = str_new(rq->cx.mem);
    const char *next = rq->target;

    if (rq->method != METHOD_GET && rq->method != METHOD_HEAD) {
        if (!draft_keep(rq, &next))
            return false;
        next = next == NULL ? page_before(rq) : next;
    }
    str_add(&to, "/account/confirm?next=");
    str_url(&to, next);
    return go(rq, to.p);
}

bool serve_step_check(struct req *rq, bool *is_answered)
{
    *is_answered = true;
    if (owes_step(rq))
        return go(rq, "/account/security#second");
    if (needs_fresh(rq))
        return ask_again(rq);
    *is_answered = false;
    return true;
}
