/* A request: what came in, who asks, and where the answer grows. */
#pragma once

#include "base/json.h"
#include "db/ctx.h"
#include "portal/app.h"
#include "portal/http/format.h"
#include "portal/http/lang.h"

struct form;
struct limit;
struct limit_count;
struct rate;
struct route;
struct router;
struct session;

enum method {
    METHOD_GET,
    METHOD_HEAD,
    METHOD_POST,
    METHOD_PUT,
    METHOD_PATCH,
    METHOD_DELETE,
    METHOD_OPTIONS,
    METHOD_COUNT
};

enum { REQ_ARGS_MAX = 4, REQ_HEADERS_MAX = 32 };

struct req_field { /* a header line as it came */
    const char *name, *value;
};

struct req_tenant { /* the tenant of this request, loaded once (portal/account/tenant.c) */
    struct id id;
    const char *slug;
    const char *name;
    const char *accent;      /* six hex digits */
    const char *accent_dark; /* the same; "": as accent */
    const char *mark;
    const char *logo;  /* the picture's path; "": none, the mark stands for it */
    bool is_set_up;    /* its staff are through the first steps */
    const char *words; /* JSON: {"footer/en": text}; "": none */
    const char *support_phone, *support_email, *support_hours;
    const char *language;
    const char *languages; /* that are offered: codes with commas; "": every one */
    enum style_dates dates;
    enum style_numbers numbers;
    const char *currency;
    const char *api_version;
    const struct zone *zone;
    const char *zone_name;               /* "Europe/London" */
    int64_t portal_rate, licensing_rate; /* requests a second; 0: no limit, -1: as configured */
};

/* The visitor's session as the pages see it; filled by portal/account/session.c, kept in a row. */
struct session {
    struct id id;
    struct id person_id; /* zero before sign-in: such a session carries CSRF, flash and language */
    const char *person_name; /* "Anna Keller" */
    const char *given_name;  /* "Anna" */
    const char *email;
    const char *csrf;          /* the token that forms carry, derived from the session's secret */
    struct id organisation_id; /* the current one; zero for staff and nobody */
    const char *organisation_name;
    json_t *organisations; /* [{"id","name","is_current"}] for the switcher */
    json_t *flash;         /* {"kind","text"} to show once, or NULL */
    bool is_staff;
    bool must_enrol;      /* a second step is asked of this person, who has none */
    bool is_viewing;      /* staff who look as this customer (portal/account/view_as.h) */
    int64_t view_until;   /* 0: they do not */
    int64_t fresh_at;     /* when the person last showed who he is; 0: not in this session */
    struct id remembered_id; /* the device that it came from (portal/account/remember.h) */
    const char *language; /* the person's choice, "" if none was made */
    bool is_new;          /* a cookie has to be set */
    const char *cookie;   /* its value then */
    bool has_row;         /* false: a visitor for whom nothing had to be kept yet */
};

struct req {
    struct ctx cx; /* tenant_id, actor_id and viewer are set before a handler runs */
    struct app *app;
    const struct route *route;
    enum method method;
    const char *method_text;        /* as it came: signatures name also a method we do not know */
    const char *host;               /* the Host header as it came */
    const char *target;             /* path and query exactly as they came, for signatures */
    const char *path;               /* raw path */
    const char *query;              /* raw query, "" if none */
    const char *address;            /* the client's, behind trusted proxies the forwarded one */
    const char *args[REQ_ARGS_MAX]; /* decoded path variables by their order in the pattern */
    struct id id;     /* the variable {id}, parsed; a bad one never reaches the handler (404) */
    struct span body; /* as it came, within the route's limit; see req_take_body */
    bool (*take_body)(struct req *rq); /* of the server, while a late body (NEED_LATE_BODY) waits */
    const void *waiting;               /* of the server: where it comes from */
    size_t body_left;                  /* bytes of it that were not taken */
    const char *body_type;             /* Content-Type, "" if none */
    const struct req_field *fields;    /* all header lines in their order */
    size_t field_count;
    const char *allow; /* the methods of a known path where route is NULL (405), else NULL (404) */
    struct form *form; /* parsed once, by form_parse */
    const struct router *router; /* the context's routes */
    struct rate *rate;           /* the context's limits (portal/http/rate.h) */
    struct limit *drafts;        /* how often a stranger of an address may have a form kept */

    struct req_tenant *tenant;
    struct session *session; /* NULL outside the portal and without a cookie */
    const struct lang *lang;
    const char *theme; /* "light", "dark" or NULL: as the system */
    struct format format;
    bool is_htmx; /* a partial update is wanted */

    /* the answer */
    int status;       /* 200 unless set */
    const char *type; /* "text/html; charset=utf-8" unless set */
    struct str out;
    const char *redirect; /* set by reply_see_other */
    json_t *flash;        /* set by reply_flash: kept for the next page by portal/serve.c */
    int file_fd;          /* an open file to send instead of out; -1 */
    int64_t file_bytes;
    const uint8_t *file_sha256;                /* of the whole file, where it is known; else NULL */
    const char *header_names[REQ_HEADERS_MAX]; /* further headers, by reply_header */
    const char *header_values[REQ_HEADERS_MAX];
    unsigned header_count;
    const struct limit_count *counted; /* what X-RateLimit-* tells; NULL: nothing was counted */
    const char *header_block;          /* or NULL: constant header lines, each with its CR LF */

    const char *resume;  /* the path where a failed form with uploads waits to be sent; else NULL */
    bool is_flash_shown; /* the page had the session's flash: it is not kept any longer */
    bool is_closing;     /* the connection ends after this answer */

    void *portal; /* opaque: what the portal context keeps between its steps */
};

/* A request header's first line, NULL if absent. Names without regard to case. */
const char *req_header(const struct req *rq, const char *name);
const char *req_cookie(const struct req *rq, const char *name);
/* Takes the late body, if one waits, so that rq->body is all of it: in a file without a name that
 * is mapped into memory, gone with the request. Fails: ERR_STORE_FULL, ERR_BODY_SLOW, ERR_INTERNAL.
 */
bool req_take_body(struct req *rq) MUST_CHECK;
extern const struct err_kind ERR_BODY_SLOW;
/* A decoded query parameter (first of that name), NULL if absent. */
const char *req_query(struct req *rq, const char *name);
/* Translates a literal: req_text(rq, T("Open")). */
const char *req_text(const struct req *rq, const char *english);
