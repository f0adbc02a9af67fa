/* The portal on a real socket over the tests' database, for tests of whole pages. */
#pragma once

#include "tests/support/test.h"

struct site_user {      /* somebody with a browser */
    const char *cookie; /* "gh_session=..." */
    const char *csrf;
};

struct site_answer {
    int status;
    const char *body;
    const char *location; /* "" unless redirected */
    const char *head;     /* all headers as they came */
};

/* Starts the server for the program's tests, and stops it: set-up and tear-down of a group. */
int site_start(void **state);
int site_stop(void **state);
/* The server's own state, for a test that runs the role jobs beside it. */
struct app;
struct app *site_app(void);
/* Rules run from now on (NULL: none); borrowed. Not while requests are under way. */
struct script_engine;
void site_rules(struct script_engine *engine);
/* Gives cx's tenant a host name; requests by site_* of that cx go there. */
void site_open(struct ctx *cx);
/* Signs a person in (staff or customer as the rows say). */
struct site_user site_sign_in(struct ctx *cx, struct id person_id);
/* user may be NULL: nobody. In cx->mem. */
struct site_answer site_get(struct ctx *cx, const struct site_user *user, const char *path);
/* body: "name=value&..", encoded; the form token is added for a user. */
struct site_answer site_post(struct ctx *cx, const struct site_user *user, const char *path,
                             const char *body);
/* A multipart form: the fields as "name=value" texts ended by NULL, and one file (NULL: none), of
 * the field "files" unless it is "field=name". */
struct site_answer site_upload(struct ctx *cx, const struct site_user *user, const char *path,
                               const char *const *fields, const char *file_name, const char *bytes,
                               size_t len);
/* A call of a program with an API token (NULL: none). json NULL: no body. headers: further lines
 * with their ends, or "". */
struct site_answer site_call(struct ctx *cx, const char *token, const char *method,
                             const char *path, const char *headers, const char *json);
/* A path with an id in it: site_path(cx, "/tickets/%s", id). In cx->mem. */
const char *site_path(struct ctx *cx, const char *format, struct id id);

/* Fails the test, showing the page, unless the text is (is not) in it. */
void site_shows(const struct site_answer *a, const char *text);
void site_hides(const struct site_answer *a, const char *text);
