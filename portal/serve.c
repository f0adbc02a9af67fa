#include "portal/serve.h"

#include "portal/account/tenant.h"
#include "portal/account/view_as.h"
#include "portal/api/rest_run.h"
#include "portal/draft.h"
#include "portal/http/page.h"
#include "portal/http/rate.h"
#include "portal/http/route.h"
#include "portal/http/statics.h"
#include "portal/http/url.h"
#include "portal/serve_sign_in.h"
#include "portal/serve_step.h"
#include "portal/serve_token.h"

#include <string.h>
#include <strings.h>

static const struct err_kind ERR_SERVE_FOREIGN = {
    ERR_CLASS_DENIED, "FOREIGN_ORIGIN", "This form was sent from another site. Nothing was done."};
static const struct err_kind ERR_SERVE_FORM_OLD = {
    ERR_CLASS_DENIED, "FORM_OLD",
    "The page was open for so long that its form is no longer valid. What you typed is below; "
    "please send it again."};
static const struct err_kind ERR_SERVE_NO_ORGANISATION = {
    ERR_CLASS_DENIED, "NO_ORGANISATION",
    "This page belongs to an organisation, and your account is in none. Ask your colleague who "
    "looks after the accounts, or the support team."};
#define CHOICE_KEPT_S (INT64_C(365) * 24 * 3600)
static const char COOKIE[] = "gh_session";
static const char COOKIE_TLS[] = "__Host-gh_session";
static const char COOKIE_THEME[] = "gh_theme";
static const char COOKIE_LANGUAGE[] = "gh_lang";

/* --- cookies --- */

static const char *cookie_name(const struct req *rq)
{
    return rq->app->config.behind_tls ? COOKIE_TLS : COOKIE;
}

void serve_set_cookie(struct req *rq, const char *name, const char *value, int64_t seconds)
{
    reply_header(rq, "Set-Cookie",
                 arena_printf(rq->cx.mem, "%s=%s; Path=/; Max-Age=%lld; HttpOnly; SameSite=Lax%s",
                              name, value, (long long)seconds,
                              rq->app->config.behind_tls ? "; Secure" : ""));
}

const struct session_visit *serve_visit(struct req *rq)
{
    struct session_visit *visit = rq->portal;

    if (visit == NULL) {
        visit = rq->portal = arena_new(rq->cx.mem, struct session_visit);
        visit->config = &rq->app->config;
        visit->cookie = req_cookie(rq, cookie_name(rq));
        visit->address = rq->address;
        visit->agent = req_header(rq, "User-Agent");
        visit->is_quiet = rq->route != NULL && (rq->route->needs & NEED_QUIET) != 0;
    }
    return visit;
}

/* --- language and theme --- */

/* What the tenant does not offer is as if it were not there. */
static const struct lang *offered(const struct req *rq, const struct lang *lang)
{
    return lang != NULL && lang_is_offered(lang, rq->tenant->languages) ? lang : NULL;
}

static void choose_language(struct req *rq)
{
    const struct lang_set *langs = rq->app->langs;
    const char *chosen = rq->session == NULL ? NULL : rq->session->language;

    rq->lang = NULL;
    if (chosen != NULL && chosen[0] != '\0')
        rq->lang = offered(rq, lang_find(langs, chosen));
    chosen = req_cookie(rq, COOKIE_LANGUAGE);
    if (rq->lang == NULL && chosen != NULL)
        rq->lang = offered(rq, lang_find(langs, chosen));
    if (rq->lang == NULL)
        rq->lang = offered(rq, lang_accept(langs, req_header(rq, "Accept-Language")));
    if (rq->lang == NULL)
        rq->lang = lang_find(langs, rq->tenant->language);
    rq->format = (struct format){.lang = rq->lang,
                                 .zone = rq->tenant->zone,
                                 .now = rq->cx.now,
                                 .dates = rq->tenant->dates,
                                 .numbers = rq->tenant->numbers};
}

static const char *theme_of(const char *text)
{
    static const char *const THEMES[] = {"light", "dark"};

    for (size_t i = 0; i < COUNT(THEMES) && text != NULL; i++)
        if (strcmp(THEMES[i], text) == 0)
            return THEMES[i];
    return NULL;
}

/* The address without the choices that are kept. */
static const char *without_choices(struct req *rq)
{
    struct span rest = span_of(rq->query), pair;
    struct str s = str_new(rq->cx.mem);
    char before = '?';

    str_add(&s, rq->path);
    while (span_cut(&rest, '&', &pair)) {
        if (pair.len == 0 || (pair.len >= 5 && memcmp(pair.p, "lang=", 5) == 0) ||
            (pair.len >= 6 && memcmp(pair.p, "theme=", 6) == 0))
            continue;
        str_char(&s, before);
        str_add_n(&s, pair.p, pair.len);
        before = '&';
    }
    return s.p;
}

bool serve_keep_language(struct req *rq, const char *language)
{
    const char *code = lang_code(lang_find(rq->app->langs, language));
    bool ok;

    serve_set_cookie(rq, COOKIE_LANGUAGE, code, CHOICE_KEPT_S);
    rq->cx.is_read_only = false; /* the choice is the looker's own */
    ok = session_set_language(&rq->cx, serve_visit(rq), rq->session, code);
    rq->cx.is_read_only = rq->session->is_viewing;
    return ok;
}

/* This page alone is in another language: whoever sent the link did not choose for its reader. */
static void show_in(struct req *rq, const char *language)
{
    const struct lang *lang = offered(rq, lang_find(rq->app->langs, language));

    if (lang != NULL)
        rq->lang = rq->format.lang = lang;
}

/* ?lang=zh and ?theme=dark on any page. A stranger's are kept in cookies (no row for whoever
 * crawls) and the page without them follows; a person's language is chosen by a form alone. */
static bool take_choices(struct req *rq, bool *redirected)
{
    const char *language = req_query(rq, "lang"), *theme = req_query(rq, "theme");

    *redirected = false;
    if (language != NULL && !id_is_zero(rq->session->person_id)) {
        show_in(rq, language);
        language = NULL;
    }
    if (rq->method != METHOD_GET || (language == NULL && theme == NULL))
        return true;
    if (language != NULL)
        serve_set_cookie(rq, COOKIE_LANGUAGE, lang_code(lang_find(rq->app->langs, language)),
                         CHOICE_KEPT_S);
    if (theme != NULL) {
        const char *known = theme_of(theme);

        serve_set_cookie(rq, COOKIE_THEME, known == NULL ? "" : known,
                         known == NULL ? 0 : CHOICE_KEPT_S);
    }
    *redirected = reply_see_other(rq, without_choices(rq));
    return true;
}

/* --- what a form post has to show --- */

static bool same_host(const struct req *rq, const char *origin)
{
    const char *host = strstr(origin, "://");
    size_t len;

    if (host == NULL || (rq->app->config.behind_tls && strncmp(origin, "https://", 8) != 0))
        return false;
    host += 3;
    len = strcspn(host, "/?#");
    return rq->host != NULL && strlen(rq->host) == len && strncasecmp(host, rq->host, len) == 0;
}

/* Origin, else Referer; a program that sends neither is no browser that could be misled, unless
 * it says itself that it comes from elsewhere. */
static bool is_own_origin(const struct req *rq)
{
    const char *origin = req_header(rq, "Origin");
    const char *site = req_header(rq, "Sec-Fetch-Site");

    if (origin == NULL)
        origin = req_header(rq, "Referer");
    if (origin != NULL)
        return same_host(rq, origin);
    return site == NULL || strcmp(site, "same-origin") == 0 || strcmp(site, "none") == 0;
}

static bool check_origin(struct req *rq)
{
    if ((rq->route->needs & NEED_CSRF) == 0 || is_own_origin(rq))
        return true;
    rq->body = (struct span){NULL, 0}; /* somebody else's words: they are not shown */
    return err_set(&rq->cx.err, &ERR_SERVE_FOREIGN, "origin %.80s",
                   req_header(rq, "Origin") == NULL ? "-" : req_header(rq, "Origin"));
}

static bool check_csrf(struct req *rq)
{
    struct form *form;
    const char *given = req_header(rq, "X-CSRF-Token");

    if ((rq->route->needs & NEED_CSRF) == 0)
        return true;
    if (!form_parse(rq, &form))
        return false;
    if (given == NULL)
        given = form_value(form, "csrf");
    if (!session_csrf_matches(rq->session, given))
        return err_set(&rq->cx.err, &ERR_SERVE_FORM_OLD, "the token does not match");
    return true;
}

/* --- who may come in --- */

/* A field asked, not a link or a form: htmx names the element, "input#subject". */
static bool is_from_field(const struct req *rq)
{
    static const char *const FIELDS[] = {"input", "textarea", "select"};
    const char *source = req_header(rq, "HX-Source");

    for (size_t i = 0; source != NULL && i < COUNT(FIELDS); i++)
        if (strncmp(source, FIELDS[i], strlen(FIELDS[i])) == 0)
            return true;
    return false;
}

/* "/login?next=..." as a path of this site. */
static bool see_sign_in(struct req *rq, const char *next)
{
    struct str to = str_new(rq->cx.mem);

    str_add(&to, "/login?next=");
    str_url(&to, next);
    if (!rq->is_htmx)
        return reply_see_other(rq, to.p);
    rq->status = 204; /* a partial update would put the sign-in page into the middle of this one */
    /* A lookup for a field that somebody types in must not take his text away: sending the form
     * asks him to sign in, and keeps it. */
    if (!is_from_field(rq))
        reply_header(rq, "HX-Redirect", to.p);
    return true;
}

/* What was typed waits in the visitor's session until he has signed in. */
static bool keep_draft(struct req *rq)
{
    const char *page;

    return draft_keep(rq, &page) && see_sign_in(rq, page == NULL ? "/" : page);
}

/* Only a form that came from a page of this visitor's is kept: its token is his cookie's, also when
 * the session behind it has ended. */
static bool send_to_sign_in(struct req *rq)
{
    if (rq->method == METHOD_GET || rq->method == METHOD_HEAD)
        return see_sign_in(rq, rq->target);
    if ((rq->route->needs & NEED_LATE_BODY) != 0)
        return see_sign_in(rq, "/"); /* a stranger's large file is not even looked at */
    return check_csrf(rq) && keep_draft(rq);
}

bool serve_check_viewer(struct req *rq)
{
    const struct session *s = rq->session;
    unsigned needs = rq->route->needs;

    if ((needs & (NEED_LOGIN | NEED_STAFF | NEED_CUSTOMER)) != 0 && id_is_zero(s->person_id))
        return err_set(&rq->cx.err, &ERR_LOGIN, "nobody is signed in");
    if ((needs & NEED_STAFF) != 0 && !s->is_staff)
        return err_set(&rq->cx.err, &ERR_DENIED, "for staff only");
    if ((needs & NEED_CUSTOMER) != 0 && (s->is_staff || id_is_zero(s->organisation_id)))
        return err_set(&rq->cx.err, &ERR_SERVE_NO_ORGANISATION, "for customers only");
    if (!route_allows(rq->route, &rq->cx.viewer))
        return err_set(&rq->cx.err, &ERR_DENIED, "rights %llx of %llx",
                       (unsigned long long)rq->cx.viewer.rights,
                       (unsigned long long)rq->route->rights);
    return true;
}

/* *is_answered: the answer is made already (the way to the sign-in page). */
static bool check_needs(struct req *rq, bool *is_answered)
{
    unsigned needs = rq->route->needs;

    *is_answered = false;
    if (!check_origin(rq) || !serve_step_check_viewing(rq))
        return false;
    if ((needs & (NEED_LOGIN | NEED_STAFF | NEED_CUSTOMER)) != 0 &&
        id_is_zero(rq->session->person_id)) {
        *is_answered = true;
        return send_to_sign_in(rq);
    }
    return serve_check_viewer(rq) && req_take_body(rq) && check_csrf(rq) &&
           serve_step_check(rq, is_answered);
}

/* --- the way through --- */

/* What an operator's link opens has no tenant yet, so it is there under any name. */
static bool is_house(const struct req *rq)
{
    return strncmp(rq->path, "/tenants/new/", 13) == 0 || strncmp(rq->path, "/static/", 8) == 0;
}

static bool find_tenant(struct req *rq)
{
    if (tenant_by_host(&rq->cx, rq->app->tenants, rq->host, rq->app->config.tenant_default,
                       &rq->tenant))
        return true;
    if (rq->cx.err.kind != &ERR_NOT_FOUND || !is_house(rq))
        return false;
    err_clear(&rq->cx.err);
    rq->tenant = arena_new(rq->cx.mem, struct req_tenant);
    *rq->tenant = (struct req_tenant){.name = "Gatehouse",
                                      .mark = "arch",
                                      .language = "en",
                                      .zone = tenant_cache_zone(rq->app->tenants, "UTC"),
                                      .zone_name = "UTC",
                                      .portal_rate = -1,
                                      .licensing_rate = -1,
                                      .is_set_up = true};
    return true;
}

static bool open_session(struct req *rq)
{
    return session_load(&rq->cx, serve_visit(rq), &rq->session) &&
           view_as_apply(&rq->cx, rq->session);
}

/* The flash for the next page, and the cookie that leads to it. */
static bool keep_session(struct req *rq)
{
    struct session *s = rq->session;
    bool ok = true;

    rq->cx.is_read_only = false; /* the session is the looker's own */
    if (rq->flash != NULL && !rq->is_flash_shown)
        ok = session_keep_flash(&rq->cx, serve_visit(rq), s, rq->flash);
    else if (s->flash != NULL && rq->is_flash_shown)
        ok = session_keep_flash(&rq->cx, serve_visit(rq), s, NULL);
    if (ok && s->is_new)
        serve_set_cookie(rq, cookie_name(rq), s->cookie, rq->app->config.session_hours * 3600);
    return ok;
}

/* The API of the portal: no cookies, JSON errors. */
static bool run_api(struct req *rq)
{
    if (rq->route == NULL)
        return rest_no_route(rq);
    if ((rq->route->needs & NEED_TOKEN) != 0) {
        if (!serve_token(rq))
            return false;
        if (!route_allows(rq->route, &rq->cx.viewer))
            return err_set(&rq->cx.err, &ERR_DENIED, "rights %llx of %llx",
                           (unsigned long long)rq->cx.viewer.rights,
                           (unsigned long long)rq->route->rights);
    }
    return rest_run(rq);
}

/* A remembered device brings its own language, and the way to the second step. */
static bool be_remembered(struct req *rq, bool *is_answered)
{
    if (!serve_sign_in_by_device(rq, is_answered))
        return false;
    if (!id_is_zero(rq->session->person_id) && rq->session->is_new)
        choose_language(rq);
    return true;
}

static bool is_api(const struct req *rq)
{
    return strncmp(rq->path, "/api/", 5) == 0;
}

static bool run(struct req *rq, const struct err *refused)
{
    bool is_answered = false;

    if (!is_api(rq) && !open_session(rq))
        return false;
    choose_language(rq);
    if (refused->kind != NULL) { /* by the server: only the page for it is made */
        rq->cx.err = *refused;
        return false;
    }
    if (is_api(rq))
        return run_api(rq);
    if (!take_choices(rq, &is_answered) || is_answered)
        return rq->cx.err.kind == NULL;
    if (rq->route == NULL)
        return err_set(&rq->cx.err, &ERR_NOT_FOUND, "no route");
    if (!be_remembered(rq, &is_answered) || is_answered)
        return rq->cx.err.kind == NULL;
    if (!check_needs(rq, &is_answered))
        return false;
    return is_answered || rq->route->handler(rq);
}

static bool is_bare(const struct req *rq)
{
    return rq->route != NULL && rq->route->handler == statics_serve;
}

/* Files that everybody gets need neither session nor language. */
static void serve_bare(struct req *rq)
{
    choose_language(rq);
    if (!rq->route->handler(rq))
        page_error(rq);
}

static void forget_answer(struct req *rq)
{
    rq->out = str_new(rq->cx.mem);
    rq->redirect = NULL;
    rq->flash = NULL;
}

/* A form with uploads cannot be shown for sending again, since no page can fill in a file: it waits
 * in the session, and the error page sends it from there. */
static void keep_failed(struct req *rq)
{
    struct err kept = rq->cx.err;
    const char *page;

    if (rq->form == NULL || rq->form->file_count == 0 || rq->session == NULL || rq->body.len == 0)
        return;
    err_clear(&rq->cx.err);
    if (draft_keep(rq, &page))
        rq->resume = page;
    rq->cx.err = kept;
}

void serve_request(struct req *rq)
{
    struct err refused = rq->cx.err;
    bool ok;

    err_clear(&rq->cx.err);
    rq->theme = theme_of(req_cookie(rq, COOKIE_THEME));
    if (!find_tenant(rq)) {
        if (rq->tenant != NULL) /* recalled */
            choose_language(rq);
        page_error(rq);
        return;
    }
    if (is_bare(rq)) {
        serve_bare(rq);
        return;
    }
    if (!rate_of_tenant(rq)) {
        choose_language(rq);
        rate_headers(rq);
        page_error(rq);
        return;
    }
    ok = run(rq, &refused);
    if (ok && rq->session != NULL)
        ok = keep_session(rq);
    if (ok)
        return;
    forget_answer(rq);
    if (rq->lang == NULL)
        choose_language(rq);
    keep_failed(rq);
    page_error(rq);
    if (rq->session != NULL && rq->session->is_new)
        serve_set_cookie(rq, cookie_name(rq), rq->session->cookie,
                         rq->app->config.session_hours * 3600);
}
