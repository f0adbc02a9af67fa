#include "portal/api/api_limit.h"

#include "portal/account/person.h"
#include "portal/api/api_auth.h"
#include "portal/http/rate.h"
#include "portal/http/route.h"

#include <stddef.h>
#include <string.h>

enum { LIMIT_MINUTE_S = 60, LIMIT_HOUR_S = 3600, LIMIT_SECOND_US = 1000000 };

/* What a limit counts by, beside the address. */
enum subject {
    SUBJECT_NONE,
    SUBJECT_NOBODY, /* counts only those without a credential */
    SUBJECT_EMAIL,  /* that comes with a password */
    SUBJECT_META_EMAIL,
    SUBJECT_ARG
};

struct limited {
    const char *path; /* behind the version and the account */
    bool is_suffix;   /* any path that ends so */
    enum subject subject;
    size_t setting; /* offset of its number in struct config */
    int64_t window_s;
};

#define SETTING(member) offsetof(struct config, member)
static const struct limited LIMITED[] = {
    {"/tokens", false, SUBJECT_EMAIL, SETTING(licensing_password_tries), LIMIT_MINUTE_S},
    {"/passwords", false, SUBJECT_META_EMAIL, SETTING(licensing_password_resets), LIMIT_HOUR_S},
    {"/actions/update-password", true, SUBJECT_ARG, SETTING(licensing_password_changes),
     10 * LIMIT_MINUTE_S},
    {"/actions/reset-password", true, SUBJECT_ARG, SETTING(licensing_password_changes),
     10 * LIMIT_MINUTE_S},
    {"/users", false, SUBJECT_NOBODY, SETTING(licensing_trials), LIMIT_HOUR_S},
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

/* As it is looked up: spaces around it must not lead past a limit. */
static const char *address_of(const struct req *rq, const char *email)
{
    const char *clean = email != NULL ? person_email_clean(rq->cx.mem, email) : NULL;

    return clean != NULL ? clean : email;
}

static const char *subject_of(struct req *rq, const struct api *api, enum subject subject)
{
    const json_t *meta;
    const char *arg;

    switch (subject) {
    case SUBJECT_EMAIL:
        return address_of(rq, api_auth_email(rq));
    case SUBJECT_META_EMAIL:
        meta = json_object_get(api->body, "meta");
        return address_of(rq, json_get_text(meta, "email", ""));
    case SUBJECT_ARG:
        arg = api_arg(rq, 0);
        return arg != NULL ? arg : "";
    case SUBJECT_NOBODY:
        return api_auth_is_there(rq) ? NULL : "";
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
