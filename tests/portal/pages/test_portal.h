/* The portal's own server with its routes and templates, for tests of pages: a browser in small. */
#pragma once
#include "tests/http/wire.h"
#include "tests/support/test.h"

/* Starts the server (once for the program) and gives the test's tenant a host name. */
struct browser {
    struct ctx *cx;
    const char *host;
    const char *cookie; /* the session's, "" at first */
    const char *device; /* a remembered device's, likewise */
    struct wire wire;   /* the last answer */
};
struct browser *browser_open(struct ctx *cx);

/* Ask for a path; the cookie that comes is kept. Return the status. */
int browser_get(struct browser *b, const char *path);
/* Posts fields ("a=1&b=2", encoded already) with the form token of the page shown last. */
int browser_post(struct browser *b, const char *path, const char *fields);
/* The same with headers of one's own ("Origin: ..\r\n") and without a token of ours. */
int browser_post_raw(struct browser *b, const char *path, const char *headers, const char *fields);
/* The page shown last. */
const char *browser_page(const struct browser *b);
const char *browser_location(struct browser *b);
bool browser_shows(const struct browser *b, const char *text);

/* A person with a password who signs in. */
#define BROWSER_PASSWORD "correct horse battery"
struct id browser_person(struct browser *b, const char *name, const char *email);
void browser_sign_in(struct browser *b, const char *email);
/* A member of staff with one of the preset roles, signed in. */
struct id browser_staff(struct browser *b, const char *role, const char *email);
/* A customer of the organisation with these rights, signed in. */
struct id browser_customer(struct browser *b, struct id organisation_id, uint64_t rights,
                           const char *email);

/* test_group_run with the server's end. */
int browser_group_run(const char *name, const struct CMUnitTest *tests, size_t count);
