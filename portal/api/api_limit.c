#include "portal/api/api_limit.h"

#include "portal/http/rate.h"
#include "portal/http/route.h"

#include <stddef.h>
#include <string.h>

enum { LIMIT_MINUTE_S = 60, LIMIT_HOUR_S = 3600, LIMIT_SECOND_US = 1000000 };

/* What a limit counts by, beside the address. */
enum subject { SUBJECT_NONE, SUBJECT_BASIC_NAME, SUBJECT_META_EMAIL, SUBJECT_ARG };

struct limited {
    const char *path; /* behind the version and the account */
    bool is_suffix;   /* any path that ends so */
    enum subject subject;
    size_t setting; /* offset of its number in struct config */
    int64_t window_s;
};

#define SETTING(member) offsetof(struct config, member)
static const struct limited LIMITED[] = {
    {"/tokens", false, SUBJECT_BASIC_NAME, SETTING(licensing_password_tries), LIMIT_MINUTE_S},
    {"/passwords", false, SUBJECT_META_EMAIL, SETTING(licensing_password_resets), LIMIT_HOUR_S},
    {"/actions/update-password", true, SUBJECT_ARG, SETTING(licensing_password_changes),
     10 * LIMIT_MINUTE_S},
    {"/actions/reset-password", true, SUBJECT_ARG, SETTING(licensing_password_changes),
     10 * LIMIT_MINUTE_S},
    {"/trials", false, SUBJECT_NONE, SETTING(licensing_trials), LIMIT_HOUR_S},
};

/* The route's pattern, not the path: an escaped letter must not lead past a limit. */
static const struct limited *find(const struct route *route)
{
    const char *tail = strncmp(route->pattern, API_ACCOUNTS, sizeof API_ACCOUNTS - 1) == 0
                           ? strchr(route->pattern, '}') + 1
                           : route->pattern + strlen("/v1");
    size_t len = strlen(tail);

    for (size_t i = 0; i < COUNT(LIMITED); i++) {
        size_t wanted = strlen(LIMITED[i].path);

        if ((LIMITED[i].is_suffix ? len >= wanted : len == wanted) &&
            strcmp(tail + len - wanted, LIMITED[i].path) == 0)
            return &LIMITED[i];
    }
    return NULL;
}

static const char *folded(struct arena *mem, const char *text)
{
    char *copy = arena_dup(mem, text);

    for (char *c = copy; *c != '\0'; c++)
        *c = *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a') : *c;
    return copy;
}

/* The e-mail address of "Basic base64(name:password)"; NULL with another credential, which is no
 * password. */
static const char *basic_name(const struct req *rq)
{
    struct arena *mem = rq->cx.mem;
    const char *header = req_header(rq, "Authorization");
    struct span rest = span_trim(span_of(header != NULL ? header : ""));
    struct span scheme;
    uint8_t *pair;
    size_t len;
    const char *colon;

    if (!span_cut(&rest, ' ', &scheme) || !span_equal_nocase(scheme, "basic") ||
        !crypto_from_base64(mem, span_dup(mem, span_trim(rest)), &pair, &len))
        return NULL;
    colon = memchr(pair, ':', len);
    if (colon == NULL)
        return NULL;
    return arena_dup_bytes(mem, (const char *)pair, (size_t)(colon - (const char *)pair));
}

static const char *subject_of(const struct req *rq, const struct api *api, enum subject subject)
{
    const json_t *meta;
    const char *arg;

    switch (subject) {
    case SUBJECT_BASIC_NAME:
        return basic_name(rq);
    case SUBJECT_META_EMAIL:
        meta = json_object_get(api->body, "meta");
        return json_get_text(meta, "email", "");
    case SUBJECT_ARG:
        arg = api_arg(rq, 0);
        return arg != NULL ? arg : "";
    case SUBJECT_NONE:
        break;
    }
    return "";
}

bool api_limit_check(struct req *rq, const struct api *api)
{
    const struct limited *limited;
    struct limit_rule rule;
    const char *subject;
    int64_t number;

    if (rq->method != METHOD_POST)
        return true;
    limited = find(rq->route);
    if (limited == NULL)
        return true;
    memcpy(&number, (const char *)&rq->app->config + limited->setting, sizeof number);
    subject = subject_of(rq, api, limited->subject);
    if (number <= 0 || subject == NULL)
        return true;
    rule = (struct limit_rule){limited->window_s * LIMIT_SECOND_US / number, number};
    return rate_of_subject(rq, &rule, limited->path, folded(rq->cx.mem, subject));
}
