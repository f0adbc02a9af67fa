#include "portal/account/tenant.h"
#include "portal/draft.h"
#include "portal/http/page.h"
#include "portal/http/server.h"
#include "portal/http/template.h"
#include "portal/serve.h"
#include "tests/http/wire.h"
#include "tests/support/test.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* --- a small portal --- */

static struct id person; /* who /sign-in lets in */
static int busy_left;
static int file_fails;
static int file_busy;
static struct app app;
static struct server *server;
static char host[64];

static bool show(struct req *rq)
{
    rq->type = "text/plain";
    str_fmt(&rq->out, "lang=%s person=%s staff=%d csrf=%s flash=%s", lang_code(rq->lang),
            rq->session->person_name == NULL ? "-" : rq->session->person_name,
            rq->session->is_staff, rq->session->csrf,
            json_get_text(rq->session->flash, "text", "-"));
    rq->is_flash_shown = true;
    return true;
}

static bool sign_in(struct req *rq)
{
    return session_sign_in(&rq->cx, serve_visit(rq), rq->session, person) &&
           reply_see_other(rq, "/");
}

static bool sign_out(struct req *rq)
{
    return session_end(&rq->cx, serve_visit(rq), rq->session) && reply_see_other(rq, "/");
}

static bool note(struct req *rq)
{
    struct form *form;

    return form_parse(rq, &form) &&
           reply_flash(rq, "ok", arena_printf(rq->cx.mem, "noted %s", form_value(form, "text"))) &&
           reply_see_other(rq, "/");
}

/* Fails once where it is told to, then says what it got. */
static bool file(struct req *rq)
{
    struct form *form;
    const char *text;

    if (!form_parse(rq, &form))
        return false;
    if (file_busy-- > 0)
        return err_set(&rq->cx.err, &ERR_BUSY, "as the test wants it");
    if (file_fails-- > 0)
        return err_set(&rq->cx.err, &ERR_INTERNAL, "as the test wants it");
    text = arena_printf(rq->cx.mem, "%s with %zu: %s %.*s", form_value(form, "text"),
                        form->file_count, form->file_count > 0 ? form->files[0].name : "",
                        form->file_count > 0 ? (int)form->files[0].bytes.len : 0,
                        form->file_count > 0 ? form->files[0].bytes.p : "");
    return reply_flash(rq, "ok", text) && reply_see_other(rq, "/");
}

static bool break_down(struct req *rq)
{
    return err_set(&rq->cx.err, &ERR_INTERNAL, "the secret cause");
}

static bool be_busy(struct req *rq)
{
    if (busy_left-- > 0)
        return err_set(&rq->cx.err, &ERR_BUSY, "as the test wants it");
    return show(rq);
}

const struct route ROUTES[] = {
    {METHOD_GET, "/", show, NEED_PUBLIC, 0, 0},
    {METHOD_GET, "/busy", be_busy, NEED_PUBLIC, 0, 0},
    {METHOD_POST, "/enter", sign_in, NEED_PUBLIC | NEED_CSRF, 0, 0},
    {METHOD_POST, "/sign-out", sign_out, NEED_LOGIN | NEED_CSRF, 0, 0},
    {METHOD_GET, "/mine", show, NEED_LOGIN, 0, 0},
    {METHOD_GET, "/tickets", show, NEED_CUSTOMER, 0, 0},
    {METHOD_GET, "/orders", show, NEED_CUSTOMER, RIGHT_ORDER, 0},
    {METHOD_GET, "/desk", show, NEED_STAFF, 0, 0},
    {METHOD_POST, "/note", note, NEED_LOGIN | NEED_CSRF, 0, 2000},
    {METHOD_POST, "/fail", break_down, NEED_PUBLIC | NEED_CSRF, 0, 0},
    {METHOD_GET, "/resume", draft_page, NEED_LOGIN, 0, 0},
    {METHOD_POST, "/resume", draft_send, NEED_LOGIN | NEED_CSRF, 0, 0},
    {METHOD_POST, "/files", file, NEED_LOGIN | NEED_CSRF, 0, 0},
    {METHOD_POST, "/desk/note", note, NEED_STAFF | NEED_CSRF, 0, 0},
    {METHOD_GET, "/api/v1/things", show, NEED_TOKEN, 0, 0},
    {METHOD_POST, "/api/v1/things", show, NEED_TOKEN, 0, 0},
    {.pattern = NULL},
};

/* --- the server around it, one for all tests; each has a tenant of its own --- */

static bool start(void)
{
    struct server_spec spec = {.name = "portal",
                               .routes = ROUTES,
                               .listen = "127.0.0.1:0",
                               .threads = 6,
                               .app = &app,
                               .pool = test_pool(),
                               .serve = serve_request};
    struct err err = {.kind = NULL};

    app.config = (struct config){.trusted_proxies = "",
                                 .body_deadline_ms = 15000,
                                 .session_hours = 12,
                                 .session_idle_minutes = 60};
    app.tenants = tenant_cache_make();
    return lang_load(&err, GH_WWW_DIR, &app.langs) &&
           template_load(&err, GH_WWW_DIR "/templates", app.langs, &app.templates) &&
           server_start(&err, &spec, &server);
}

static int stop(void **state)
{
    (void)state;
    server_stop(server);
    template_free(app.templates);
    lang_free(app.langs);
    tenant_cache_free(app.tenants);
    return 0;
}

/* A tenant that answers to the host name of this test. */
static struct ctx *begin(void **state)
{
    static unsigned count;
    struct ctx *cx = test_ctx(state);

    if (server == NULL)
        assert_true(start());
    app.config.behind_tls = false;
    app.config.tenant_default = "";
    snprintf(host, sizeof(host), "t%u.portal.test", ++count);
    test_ok(cx, tenant_add_host(cx, host));
    return cx;
}

struct browser { /* what a visitor's browser remembers and sees */
    char cookie[256];
    struct wire w;
    bool is_open;
};

static void take_cookie(struct browser *b)
{
    const char *given = wire_header(&b->w, "Set-Cookie");

    if (strstr(given, "gh_session=") != NULL)
        snprintf(b->cookie, sizeof(b->cookie), "%.*s", (int)strcspn(given, ";"), given);
}

static void leave(struct browser *b)
{
    if (b->is_open)
        wire_close(&b->w);
    b->is_open = false;
}

static int fetch(struct browser *b, const char *request)
{
    leave(b);
    b->w = wire_open(server_port(server));
    b->is_open = true;
    wire_send(&b->w, request);
    assert_true(wire_read(&b->w, false));
    take_cookie(b);
    return wire_status(&b->w);
}

static int get(struct browser *b, const char *path, const char *headers)
{
    char request[2048];

    snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\n%s\r\n", path,
             host, b->cookie, headers);
    return fetch(b, request);
}

static int post_from(struct browser *b, const char *path, const char *origin, const char *body)
{
    char request[8192];

    snprintf(request, sizeof(request),
             "POST %s HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\nOrigin: %s\r\n"
             "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n\r\n%s",
             path, host, b->cookie, origin, strlen(body), body);
    return fetch(b, request);
}

static int post(struct browser *b, const char *path, const char *body)
{
    char origin[128];

    snprintf(origin, sizeof(origin), "http://%s", host);
    return post_from(b, path, origin, body);
}

static bool sees(const struct browser *b, const char *text)
{
    return strstr(wire_body(&b->w), text) != NULL;
}

/* The token that the page shows, after mark. */
static const char *token_after(const struct browser *b, const char *mark)
{
    static char token[128];
    const char *at = strstr(wire_body(&b->w), mark);

    assert_non_null(at);
    at += strlen(mark);
    snprintf(token, sizeof(token), "%.*s", (int)strcspn(at, " \""), at);
    return token;
}

static void enter(struct browser *b, struct id who)
{
    char body[256];

    person = who;
    assert_int_equal(get(b, "/", ""), 200);
    snprintf(body, sizeof(body), "csrf=%s", token_after(b, "csrf="));
    assert_int_equal(post(b, "/enter", body), 303);
    assert_int_equal(get(b, "/", ""), 200);
}

/* --- tenants, languages, cookies --- */

static void an_unknown_host_has_no_portal(void **state)
{
    struct browser b = {.cookie = ""};

    begin(state);
    snprintf(host, sizeof(host), "unknown.portal.test");
    assert_int_equal(get(&b, "/", ""), 404);
    assert_string_equal(wire_header(&b.w, "Content-Type"), "text/plain; charset=utf-8");
    leave(&b);
}

static void the_language_is_the_browsers_until_another_is_chosen(void **state)
{
    struct ctx *cx = begin(state);
    struct browser b = {.cookie = ""};

    assert_int_equal(get(&b, "/", ""), 200);
    assert_true(sees(&b, "lang=en"));
    assert_int_equal(get(&b, "/", "Accept-Language: zh-CN,zh;q=0.9\r\n"), 200);
    assert_true(sees(&b, "lang=zh"));
    assert_int_equal(get(&b, "/?a=1&lang=zh&b=2", ""), 303);
    assert_string_equal(wire_header(&b.w, "Location"), "/?a=1&b=2");
    assert_non_null(strstr(b.w.text, "Set-Cookie: gh_lang=zh; Path=/; Max-Age=31536000;"));
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM session WHERE tenant_id = ?", DB_ID(cx->tenant_id)),
        0); /* a stranger's choice is no row */
    assert_int_equal(get(&b, "/", "Accept-Language: en\r\nCookie: gh_lang=zh\r\n"), 200);
    assert_true(sees(&b, "lang=zh"));
    assert_int_equal(get(&b, "/", "Accept-Language: en\r\nCookie: gh_lang=xx\r\n"), 200);
    assert_true(sees(&b, "lang=en"));
    enter(&b, make_person(cx, "Anna", "anna@shop.test"));
    assert_int_equal(get(&b, "/?lang=zh", "Accept-Language: en\r\n"), 200);
    assert_true(sees(&b, "lang=zh")); /* a link to a person is about this page alone */
    assert_int_equal(get(&b, "/", "Accept-Language: en\r\n"), 200);
    assert_true(sees(&b, "lang=en"));
    leave(&b);
}

static void the_theme_is_kept_in_a_cookie_of_its_own(void **state)
{
    struct browser b = {.cookie = ""};

    begin(state);
    assert_int_equal(get(&b, "/?theme=dark", ""), 303);
    assert_non_null(strstr(b.w.text, "Set-Cookie: gh_theme=dark; Path=/; Max-Age=31536000;"));
    assert_int_equal(get(&b, "/none", "Cookie: gh_theme=dark\r\n"), 404);
    assert_true(sees(&b, "data-theme=\"dark\""));
    assert_int_equal(get(&b, "/none", "Cookie: gh_theme=%22onload\r\n"), 404);
    assert_false(sees(&b, "data-theme"));
    leave(&b);
}

static void cookies_are_fenced(void **state)
{
    struct browser b = {.cookie = ""};

    begin(state);
    assert_int_equal(get(&b, "/", ""), 200);
    assert_non_null(strstr(wire_header(&b.w, "Set-Cookie"),
                           "; Path=/; Max-Age=43200; HttpOnly; "
                           "SameSite=Lax"));
    assert_null(strstr(wire_header(&b.w, "Set-Cookie"), "Secure"));
    app.config.behind_tls = true;
    b.cookie[0] = '\0';
    assert_int_equal(get(&b, "/", ""), 200);
    assert_int_equal(strncmp(wire_header(&b.w, "Set-Cookie"), "__Host-gh_session=", 18), 0);
    assert_non_null(strstr(wire_header(&b.w, "Set-Cookie"), "; Secure"));
    leave(&b);
}

/* --- who may come in --- */

static void nobody_is_sent_to_sign_in_and_comes_back(void **state)
{
    struct browser b = {.cookie = ""};

    begin(state);
    assert_int_equal(get(&b, "/mine?page=2", ""), 303);
    assert_string_equal(wire_header(&b.w, "Location"), "/login?next=%2Fmine%3Fpage%3D2");
    assert_int_equal(get(&b, "/mine", "HX-Request: true\r\n"), 204);
    assert_string_equal(wire_header(&b.w, "HX-Redirect"), "/login?next=%2Fmine");
    assert_int_equal(get(&b, "/mine", "HX-Request: true\r\nHX-Source: input#subject\r\n"), 204);
    assert_string_equal(wire_header(&b.w, "HX-Redirect"), "");
    leave(&b);
}

static void a_customer_opens_what_his_rights_allow(void **state)
{
    struct ctx *cx = begin(state);
    struct browser b = {.cookie = ""};
    struct id anna = make_person(cx, "Anna Keller", "anna@shop.test");
    struct id shop = make_organisation(cx, "C1", "Marlow Grocers");

    make_membership(cx, anna, shop, RIGHT_TICKET_OWN);
    enter(&b, anna);
    assert_true(sees(&b, "person=Anna Keller staff=0"));
    assert_int_equal(get(&b, "/tickets", ""), 200);
    assert_int_equal(get(&b, "/orders", ""), 403);
    assert_true(sees(&b, "You may not do this"));
    assert_true(sees(&b, wire_header(&b.w, "X-Request-Id"))); /* the reference for support */
    assert_int_equal(get(&b, "/desk", ""), 403);
    leave(&b);
}

static void a_person_without_an_organisation_is_told_so(void **state)
{
    struct ctx *cx = begin(state);
    struct browser b = {.cookie = ""};

    enter(&b, make_person(cx, "Alone", "alone@shop.test"));
    assert_int_equal(get(&b, "/mine", ""), 200);
    assert_int_equal(get(&b, "/tickets", ""), 403);
    assert_true(sees(&b, "your account is in none"));
    leave(&b);
}

static void signing_out_ends_the_session(void **state)
{
    struct ctx *cx = begin(state);
    struct browser b = {.cookie = ""}, copy;
    char body[256];

    enter(&b, make_person(cx, "Anna", "anna@shop.test"));
    copy = b;
    copy.is_open = false;
    snprintf(body, sizeof(body), "csrf=%s", token_after(&b, "csrf="));
    assert_int_equal(post(&b, "/sign-out", body), 303);
    assert_int_equal(get(&copy, "/mine", ""), 303); /* the old cookie opens nothing */
    leave(&b);
    leave(&copy);
}

static void an_api_without_a_token_is_401_in_json(void **state)
{
    struct browser b = {.cookie = ""};

    begin(state);
    assert_int_equal(get(&b, "/api/v1/things", ""), 401);
    assert_string_equal(wire_header(&b.w, "Content-Type"), "application/json");
    assert_true(sees(&b, "\"code\":\"TOKEN_INVALID\""));
    assert_string_equal(wire_header(&b.w, "Set-Cookie"), "");
    assert_int_equal(get(&b, "/api/v1/none", ""), 404);
    assert_true(sees(&b, "\"code\":\"NOT_FOUND\""));
    leave(&b);
}

/* --- forms --- */

static void a_form_with_an_old_token_keeps_what_was_typed(void **state)
{
    struct ctx *cx = begin(state);
    struct browser b = {.cookie = ""};
    char body[256];

    enter(&b, make_person(cx, "Anna", "anna@shop.test"));
    assert_int_equal(post(&b, "/note", "csrf=old&text=Two+%3Clines%3E%0D%0Aof+it"), 403);
    assert_true(sees(&b, ">Two &lt;lines&gt;\nof it</textarea>"));
    snprintf(body, sizeof(body), "text=again&csrf=%s", token_after(&b, "name=\"csrf\" value=\""));
    assert_int_equal(post(&b, "/note", body), 303);
    assert_int_equal(get(&b, "/", ""), 200);
    assert_true(sees(&b, "flash=noted again"));
    assert_int_equal(get(&b, "/", ""), 200);
    assert_true(sees(&b, "flash=-")); /* once is enough */
    leave(&b);
}

static void a_form_without_any_cookie_keeps_what_was_typed(void **state)
{
    struct ctx *cx = begin(state);
    struct browser b = {.cookie = ""};
    char body[256];

    assert_int_equal(post(&b, "/note", "csrf=of+a+browser+that+forgot&text=A+long+story"), 403);
    assert_true(sees(&b, ">A long story</textarea>"));
    assert_non_null(strstr(b.cookie, "gh_session=")); /* so that it can be sent again */
    snprintf(body, sizeof(body), "text=A+long+story&csrf=%s",
             token_after(&b, "name=\"csrf\" value=\""));
    assert_int_equal(post(&b, "/note", body), 303);
    enter(&b, make_person(cx, "Anna", "anna@shop.test"));
    assert_int_equal(get(&b, "/resume?form=%2Fnote", ""), 200);
    assert_true(sees(&b, ">A long story</textarea>"));
    leave(&b);
}

static void a_tenants_pages_have_a_rate_of_their_own(void **state)
{
    struct ctx *cx = begin(state);
    struct browser b = {.cookie = ""};
    int status = 200, asked = 0;

    test_sql(cx, "UPDATE tenant SET portal_rate = 1 WHERE id = ?", DB_ID(cx->tenant_id));
    while (status == 200 && asked++ < 30)
        status = get(&b, "/", "");
    assert_int_equal(status, 429);
    assert_true(asked > 10);
    assert_true(strlen(wire_header(&b.w, "Retry-After")) > 0);
    begin(state); /* another tenant's are not touched */
    assert_int_equal(get(&b, "/", ""), 200);
    leave(&b);
}

static void a_form_from_another_site_does_nothing(void **state)
{
    static const char *const ORIGINS[] = {"https://evil.test", "null", "http://portal.test.evil",
                                          "http://portal.test:81"};
    struct ctx *cx = begin(state);
    struct browser b = {.cookie = ""};
    char body[256];

    enter(&b, make_person(cx, "Anna", "anna@shop.test"));
    snprintf(body, sizeof(body), "text=theirs&csrf=%s", token_after(&b, "csrf="));
    for (size_t i = 0; i < COUNT(ORIGINS); i++) {
        assert_int_equal(post_from(&b, "/note", ORIGINS[i], body), 403);
        assert_false(sees(&b, "theirs"));
    }
    assert_int_equal(get(&b, "/", ""), 200);
    assert_true(sees(&b, "flash=-"));
    leave(&b);
}

static void what_was_typed_waits_until_its_writer_signs_in(void **state)
{
    struct ctx *cx = begin(state);
    struct browser b = {.cookie = ""};
    char body[256];

    assert_int_equal(get(&b, "/", ""), 200);
    snprintf(body, sizeof(body), "text=A+long+story&csrf=%s", token_after(&b, "csrf="));
    assert_int_equal(post(&b, "/note", body), 303);
    assert_string_equal(wire_header(&b.w, "Location"), "/login?next=%2Fresume%3Fform%3D%252Fnote");
    enter(&b, make_person(cx, "Anna", "anna@shop.test"));
    assert_int_equal(get(&b, "/resume?form=%2F%2Fevil.test", ""), 404);
    for (int i = 0; i < 2; i++) { /* it stays until it is sent */
        assert_int_equal(get(&b, "/resume?form=%2Fnote", ""), 200);
        assert_true(sees(&b, "action=\"/resume?form=%2Fnote\""));
        assert_true(sees(&b, ">A long story</textarea>"));
    }
    snprintf(body, sizeof(body), "text=A+longer+story&csrf=%s",
             token_after(&b, "name=\"csrf\" value=\""));
    assert_int_equal(post(&b, "/resume?form=%2Fnote", body), 303);
    assert_int_equal(get(&b, "/", ""), 200);
    assert_true(sees(&b, "flash=noted A longer story"));
    assert_int_equal(get(&b, "/resume?form=%2Fnote", ""), 303);
    leave(&b);
}

static void the_session_ends_while_somebody_writes(void **state)
{
    struct ctx *cx = begin(state);
    struct browser b = {.cookie = ""};
    struct id anna = make_person(cx, "Anna", "anna@shop.test");
    char body[256];

    enter(&b, anna);
    snprintf(body, sizeof(body), "text=Half+a+page&csrf=%s", token_after(&b, "csrf="));
    test_ok(cx, session_end_all(cx, anna, (struct id){{0}}));
    assert_int_equal(post(&b, "/note", body),
                     303); /* the page that was open is still good for it */
    enter(&b, anna);
    assert_int_equal(get(&b, "/resume?form=%2Fnote", ""), 200);
    assert_true(sees(&b, ">Half a page</textarea>"));
    leave(&b);
}

static void a_stranger_cannot_have_many_forms_kept(void **state)
{
    struct browser b = {.cookie = ""};
    char body[256];
    int status = 303;

    begin(state);
    assert_int_equal(post(&b, "/note", "text=x&csrf=made+up"), 403); /* not a page of ours */
    for (int i = 0; i < 30 && status == 303; i++) {
        b.cookie[0] = '\0';
        assert_int_equal(get(&b, "/", ""), 200);
        snprintf(body, sizeof(body), "text=My+words&csrf=%s", token_after(&b, "csrf="));
        status = post(&b, "/note", body);
    }
    assert_int_equal(status, 429);
    assert_true(sees(&b, ">My words</textarea>"));
    leave(&b);
}

/* A multipart form with one file, under a token. */
static int post_file(struct browser *b, const char *path, const char *token)
{
    char body[1024], request[4096];
    int len = snprintf(body, sizeof(body),
                       "--b1\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n%s\r\n"
                       "--b1\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nSee it\r\n"
                       "--b1\r\nContent-Disposition: form-data; name=\"f\"; "
                       "filename=\"till.txt\"\r\n\r\nline one\r\n--b1--\r\n",
                       token);

    snprintf(request, sizeof(request),
             "POST %s HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\nOrigin: http://%s\r\n"
             "Content-Type: multipart/form-data; boundary=b1\r\nContent-Length: %d\r\n\r\n%s",
             path, host, b->cookie, host, len, body);
    return fetch(b, request);
}

static void a_form_with_a_secret_is_kept_nowhere(void **state)
{
    struct ctx *cx = begin(state);
    struct browser b = {.cookie = ""};
    char body[256];

    assert_int_equal(get(&b, "/", ""), 200);
    snprintf(body, sizeof(body), "current=opensesame&password=x&csrf=%s", token_after(&b, "csrf="));
    assert_int_equal(post(&b, "/note", body), 303);
    assert_string_equal(wire_header(&b.w, "Location"), "/login?next=%2F");
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM session WHERE tenant_id = ? AND draft IS "
                              "NOT NULL",
                              DB_ID(cx->tenant_id)),
                     0);
    enter(&b, make_person(cx, "Anna", "anna@shop.test"));
    assert_int_equal(post(&b, "/note", "csrf=gone&current=opensesame&password=x"), 403);
    assert_false(sees(&b, "opensesame"));
    leave(&b);
}

static void uploads_wait_as_well(void **state)
{
    struct ctx *cx = begin(state);
    struct browser b = {.cookie = ""};
    char body[256];

    file_fails = 0;
    assert_int_equal(get(&b, "/", ""), 200);
    assert_int_equal(post_file(&b, "/files", token_after(&b, "csrf=")), 303);
    enter(&b, make_person(cx, "Anna", "anna@shop.test"));
    assert_int_equal(get(&b, "/resume?form=%2Ffiles", ""), 200);
    assert_true(sees(&b, "till.txt"));
    snprintf(body, sizeof(body), "csrf=%s", token_after(&b, "name=\"csrf\" value=\""));
    file_busy = 2; /* a deadlock on the way loses nothing either */
    assert_int_equal(post(&b, "/resume?form=%2Ffiles", body), 303);
    assert_int_equal(get(&b, "/", ""), 200);
    assert_true(sees(&b, "flash=See it with 1: till.txt line one"));
    leave(&b);
}

static void a_failed_form_with_uploads_is_sent_again_from_the_error_page(void **state)
{
    struct ctx *cx = begin(state);
    struct browser b = {.cookie = ""};
    char token[128], body[256];

    enter(&b, make_person(cx, "Anna", "anna@shop.test"));
    snprintf(token, sizeof(token), "%s", token_after(&b, "csrf="));
    file_fails = 2;
    assert_int_equal(post_file(&b, "/files", token), 500);
    for (int i = 0; i < 2; i++) { /* it fails once more from there, and nothing is lost */
        assert_true(sees(&b, "action=\"/resume?form=%2Ffiles\""));
        snprintf(body, sizeof(body), "text=Again&csrf=%s",
                 token_after(&b, "name=\"csrf\" value=\""));
        assert_int_equal(post(&b, "/resume?form=%2Ffiles", body), i == 0 ? 500 : 303);
    }
    assert_int_equal(get(&b, "/", ""), 200);
    assert_true(sees(&b, "flash=Again with 1: till.txt line one"));
    leave(&b);
}

static void a_waiting_form_is_sent_under_its_own_needs(void **state)
{
    struct ctx *cx = begin(state);
    struct browser b = {.cookie = ""};
    char body[256];

    enter(&b, make_person(cx, "Anna", "anna@shop.test"));
    snprintf(body, sizeof(body), "text=x&csrf=%s", token_after(&b, "csrf="));
    assert_int_equal(post(&b, "/resume?form=%2Fdesk%2Fnote", body), 403);
    assert_int_equal(post(&b, "/resume?form=%2Fresume", body), 404);
    assert_int_equal(post(&b, "/resume?form=%2Fnone", body), 404);
    assert_int_equal(post(&b, "/resume?form=%2Fapi%2Fv1%2Fthings", body), 404);
    assert_int_equal(post(&b, "/resume", body), 404);
    leave(&b);
}

static void a_failure_shows_a_sentence_and_not_its_cause(void **state)
{
    struct browser b = {.cookie = ""};
    char body[256];

    begin(state);
    assert_int_equal(get(&b, "/", ""), 200);
    snprintf(body, sizeof(body), "text=My+words&csrf=%s", token_after(&b, "csrf="));
    assert_int_equal(post(&b, "/fail", body), 500);
    assert_true(sees(&b, "Something did not work"));
    assert_true(sees(&b, ">My words</textarea>"));
    assert_true(sees(&b, wire_header(&b.w, "X-Request-Id")));
    assert_false(sees(&b, "secret cause"));
    leave(&b);
}

static void a_body_too_large_gets_a_page(void **state)
{
    struct browser b = {.cookie = ""};
    static char body[3000];

    begin(state);
    memset(body, 'x', sizeof(body) - 1);
    assert_int_equal(post(&b, "/note", body), 413);
    assert_true(sees(&b, "<h1>This is too large</h1>"));
    leave(&b);
}

static void unknown_pages_and_methods_have_pages_too(void **state)
{
    struct browser b = {.cookie = ""};

    begin(state);
    assert_int_equal(get(&b, "/none%3Cb%3E", ""), 404);
    assert_true(sees(&b, "<h1>This page does not exist</h1>"));
    assert_false(sees(&b, ">Try again</a>"));
    assert_int_equal(get(&b, "/none", "Accept-Language: zh\r\n"), 404);
    assert_true(sees(&b, "<h1>页面不存在</h1>"));
    assert_true(sees(&b, "<html lang=\"zh-CN\""));
    assert_int_equal(get(&b, "/note", ""), 405);
    assert_string_equal(wire_header(&b.w, "Allow"), "POST");
    leave(&b);
}

static void a_busy_page_is_made_again_from_the_start(void **state)
{
    struct browser b = {.cookie = ""};

    begin(state);
    busy_left = 3;
    assert_int_equal(get(&b, "/busy", ""), 200);
    assert_true(sees(&b, "lang=en"));
    busy_left = 100;
    assert_int_equal(get(&b, "/busy", ""), 503);
    assert_true(sees(&b, "Please try again in a moment"));
    assert_true(sees(&b, ">Try again</a>"));
    busy_left = 0;
    leave(&b);
}

static void readiness_follows_the_database(void **state)
{
    struct browser b = {.cookie = ""};
    int status = 503;

    begin(state);
    assert_int_equal(get(&b, "/readyz", ""), 200);
    assert_true(sees(&b, "\"database\":\"ok\""));
    assert_int_equal(kill(test_server_pid(), SIGKILL), 0);
    assert_int_equal(waitpid(test_server_pid(), NULL, 0), test_server_pid());
    assert_int_equal(get(&b, "/readyz", ""), 503);
    assert_true(sees(&b, "\"database\":\"no answer\""));
    assert_int_equal(get(&b, "/healthz", ""), 200); /* the process itself is well */
    assert_int_equal(get(&b, "/", ""), 503);
    assert_string_equal(wire_header(&b.w, "Retry-After"), "1");
    test_server_start();
    for (int i = 0; i < 100 && status == 503; i++)
        status = get(&b, "/readyz", "");
    assert_int_equal(status, 200);
    leave(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_unknown_host_has_no_portal),
        cmocka_unit_test(the_language_is_the_browsers_until_another_is_chosen),
        cmocka_unit_test(the_theme_is_kept_in_a_cookie_of_its_own),
        cmocka_unit_test(cookies_are_fenced),
        cmocka_unit_test(nobody_is_sent_to_sign_in_and_comes_back),
        cmocka_unit_test(a_customer_opens_what_his_rights_allow),
        cmocka_unit_test(a_person_without_an_organisation_is_told_so),
        cmocka_unit_test(signing_out_ends_the_session),
        cmocka_unit_test(an_api_without_a_token_is_401_in_json),
        cmocka_unit_test(a_form_with_an_old_token_keeps_what_was_typed),
        cmocka_unit_test(a_form_without_any_cookie_keeps_what_was_typed),
        cmocka_unit_test(a_tenants_pages_have_a_rate_of_their_own),
        cmocka_unit_test(a_form_from_another_site_does_nothing),
        cmocka_unit_test(what_was_typed_waits_until_its_writer_signs_in),
        cmocka_unit_test(the_session_ends_while_somebody_writes),
        cmocka_unit_test(a_form_with_a_secret_is_kept_nowhere),
        cmocka_unit_test(uploads_wait_as_well),
        cmocka_unit_test(a_failed_form_with_uploads_is_sent_again_from_the_error_page),
        cmocka_unit_test(a_waiting_form_is_sent_under_its_own_needs),
        cmocka_unit_test(a_failure_shows_a_sentence_and_not_its_cause),
        cmocka_unit_test(a_body_too_large_gets_a_page),
        cmocka_unit_test(unknown_pages_and_methods_have_pages_too),
        cmocka_unit_test(a_busy_page_is_made_again_from_the_start),
        cmocka_unit_test(readiness_follows_the_database),
        cmocka_unit_test(a_stranger_cannot_have_many_forms_kept), /* the last: it uses them up */
    };

    return test_group_run_around("serve", tests, COUNT(tests), NULL, stop);
}
