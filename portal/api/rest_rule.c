#include "portal/api/rest_rule.h"

#include "portal/account/person.h"
#include "portal/api/rest.h"
#include "portal/desk/approval.h"
#include "portal/desk/macro.h"
#include "portal/desk/reporter.h"
#include "portal/desk/ticket_link.h"
#include "portal/desk/ticket_status.h"
#include "portal/desk/ticket_topic.h"
#include "portal/desk/time_entry.h"
#include "portal/http/route.h"
#include "portal/sales/organisation.h"
#include "portal/sales/site.h"

#include <string.h>

enum rule_kind {
    RULE_LINE,  /* at most max characters, on one line */
    RULE_NAME,  /* the same, and at least one */
    RULE_TEXT,  /* 1 to max characters */
    RULE_NOTE,  /* at most max characters */
    RULE_RANGE, /* 1 to max */
    RULE_ID,    /* an id of something that is here */
    RULE_THEIRS,
    RULE_SCOPE,
    RULE_TAG,
    RULE_LINKS,
    RULE_MINUTES,
    RULE_COST,
    RULE_DAY,
    RULE_ZONE,
    RULE_LANGUAGE,
    RULE_STATUS, /* the tenant's own words */
    RULE_TOPIC,
    RULE_CUSTOMER_STATUS,
    RULE_KINDS
};

static const char *const SENTENCES[RULE_KINDS] = {
    [RULE_LINE] = T("The member {} has to be one line of at most {} characters."),
    [RULE_NAME] = T("The member {} has to be one line of 1 to {} characters."),
    [RULE_TEXT] = T("The member {} has to be a text of 1 to {} characters."),
    [RULE_NOTE] = T("The member {} has to be a text of at most {} characters."),
    [RULE_RANGE] = T("The member {} has to be a whole number of 1 to {}."),
    [RULE_ID] = T("The member {} has to be the id of something that is here, and for this token."),
    [RULE_THEIRS] = T("The member {} has to be the id of something that this customer has."),
    [RULE_SCOPE] = T(
        "The member {} can be team for who is in a team, and all for who may change the settings."),
    [RULE_TAG] = T(
        "The member {} has to be a text of 1 to 64 characters, and a ticket has at most {} tags."),
    [RULE_LINKS] = T("The member {} would be one more than the {} links that a ticket can have."),
    [RULE_MINUTES] = T("The member {} has to be a whole number of 1 to {}, or there is a cost."),
    [RULE_COST] = T("The member {} has to be an amount of more than nothing."),
    [RULE_DAY] = T("The member {} has to be a day like 2026-11-22, and not one to come."),
    [RULE_ZONE] = T("The member {} has to be a time zone by its place, like Europe/London."),
    [RULE_LANGUAGE] = T("The member {} has to be a language by its code, like en or zh-CN."),
    [RULE_STATUS] = T("The member {} has to be one of: {}."),
    [RULE_TOPIC] = T("The member {} has to be one of: {}."),
    [RULE_CUSTOMER_STATUS] = T("The member {} has to be one of: {}."),
};

struct rule {
    const char *under; /* the route's pattern begins so; the first that fits */
    const char *member;
    enum rule_kind kind;
    int max;
};

static const struct rule RULES[] = {
    {"/api/v1/tickets", "subject", RULE_NAME, TICKET_SUBJECT_MAX},
    {"/api/v1/tickets", "text", RULE_TEXT, TICKET_BODY_MAX},
    {"/api/v1/tickets", "city", RULE_LINE, TICKET_CITY_MAX},
    {"/api/v1/tickets", "store", RULE_LINE, TICKET_STORE_MAX},
    {"/api/v1/tickets", "product_version", RULE_LINE, TICKET_VERSION_MAX},
    {"/api/v1/tickets", "reporter_name", RULE_LINE, PERSON_NAME_MAX},
    {"/api/v1/tickets", "reporter_phone", RULE_LINE, PERSON_PHONE_MAX},
    {"/api/v1/tickets", "reporter_email", RULE_LINE, PERSON_EMAIL_MAX},
    {"/api/v1/tickets", "reporter_store", RULE_LINE, TICKET_STORE_MAX},
    {"/api/v1/tickets", "reporter_address", RULE_LINE, REPORTER_ADDRESS_MAX},
    {"/api/v1/views", "name", RULE_NAME, SAVED_VIEW_NAME_MAX},
    {"/api/v1/views", "scope", RULE_SCOPE, 0},
    {"/api/v1/macros", "name", RULE_NAME, MACRO_NAME_MAX},
    {"/api/v1/macros", "text", RULE_NOTE, MACRO_BODY_MAX},
    {"/api/v1/macros", "tag", RULE_LINE, TICKET_TAG_MAX},
    {"/api/v1/macros", "status", RULE_STATUS, 0},
    {"/api/v1/macros", "scope", RULE_SCOPE, 0},
    {"/api/v1/bulk", "status", RULE_STATUS, 0},
    {"/api/v1/bulk", "topic", RULE_TOPIC, 0},
    {"/api/v1/bulk", "tag", RULE_TEXT, TICKET_TAG_MAX},
    {"/api/v1/bulk", "untag", RULE_TEXT, TICKET_TAG_MAX},
    {"/api/v1/tickets/{id}/approvals", "question", RULE_TEXT, APPROVAL_TEXT_MAX},
    {"/api/v1/approvals", "opinion", RULE_TEXT, APPROVAL_TEXT_MAX},
    {"/api/v1/tickets/{id}/time-entries", "minutes", RULE_MINUTES, TIME_ENTRY_MINUTES_MAX},
    {"/api/v1/tickets/{id}/time-entries", "cost", RULE_COST, 0},
    {"/api/v1/tickets/{id}/time-entries", "note", RULE_NOTE, TIME_ENTRY_NOTE_MAX},
    {"/api/v1/tickets/{id}/time-entries", "done_on", RULE_DAY, 0},
    {"/api/v1/tickets", "tag", RULE_TAG, TICKET_TAGS_MAX},
    {"/api/v1/tickets", "number", RULE_LINKS, TICKET_LINKS_MAX},
    {"/api/v1/tickets", "status", RULE_STATUS, 0},
    {"/api/v1/tickets", "topic", RULE_TOPIC, 0},
    {"/api/v1/tickets", "person_id", RULE_THEIRS, 0},
    {"/api/v1/tickets", "site_id", RULE_THEIRS, 0},
    {"/api/v1/tickets", "licence_id", RULE_THEIRS, 0},
    {"/api/v1/tickets", "machine_id", RULE_THEIRS, 0},
    {"/api/v1/organisations/{id}/sites", "name", RULE_NAME, SITE_NAME_MAX},
    {"/api/v1/organisations/{id}/sites", "city", RULE_NAME, SITE_CITY_MAX},
    {"/api/v1/organisations/{id}/sites", "address", RULE_NOTE, SITE_ADDRESS_MAX},
    {"/api/v1/organisations", "name", RULE_NAME, ORGANISATION_NAME_MAX},
    {"/api/v1/organisations", "code", RULE_LINE, ORGANISATION_CODE_MAX},
    {"/api/v1/organisations", "category", RULE_LINE, ORGANISATION_CATEGORY_MAX},
    {"/api/v1/organisations", "phone", RULE_LINE, ORGANISATION_PHONE_MAX},
    {"/api/v1/organisations", "email", RULE_LINE, ORGANISATION_EMAIL_MAX},
    {"/api/v1/organisations", "address", RULE_NOTE, ORGANISATION_ADDRESS_MAX},
    {"/api/v1/organisations", "city", RULE_LINE, ORGANISATION_CITY_MAX},
    {"/api/v1/organisations", "country", RULE_LINE, 2},
    {"/api/v1/organisations", "note", RULE_NOTE, ORGANISATION_NOTE_MAX},
    {"/api/v1/organisations", "importance", RULE_RANGE, ORGANISATION_IMPORTANCE_MAX},
    {"/api/v1/organisations", "status", RULE_CUSTOMER_STATUS, 0},
    {"/api/v1/organisations", "site_id", RULE_THEIRS, 0},
    {"/api/v1/", "full_name", RULE_NAME, PERSON_NAME_MAX},
    {"/api/v1/", "given_name", RULE_LINE, PERSON_GIVEN_MAX},
    {"/api/v1/", "phone", RULE_LINE, PERSON_PHONE_MAX},
    {"/api/v1/", "time_zone", RULE_ZONE, 0},
    {"/api/v1/", "language", RULE_LANGUAGE, 0},
};

static const struct rule *find_rule(const struct req *rq, const char *member)
{
    static const struct rule SOME_ID = {"", "", RULE_ID, 0};
    size_t len = strlen(member);

    for (size_t i = 0; i < COUNT(RULES); i++)
        if (strncmp(rq->route->pattern, RULES[i].under, strlen(RULES[i].under)) == 0 &&
            strcmp(RULES[i].member, member) == 0)
            return &RULES[i];
    return len > 3 && strcmp(member + len - 3, "_id") == 0 ? &SOME_ID : NULL;
}

/* --- the words of a list --- */

static void add_word(struct str *out, const char *word)
{
    str_fmt(out, "%s%s", out->len > 0 ? ", " : "", word);
}

static bool add_statuses(struct ctx *cx, struct str *out)
{
    const struct ticket_status *list;
    size_t count;

    if (!ticket_status_list(cx, &list, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        add_word(out, list[i].code);
    return true;
}

/* Those that this token may file about. */
static bool add_topics(struct ctx *cx, struct str *out)
{
    const struct ticket_topic *list;
    size_t count;

    if (!ticket_topic_list(cx, &list, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        if (ticket_topic_is_open(cx, &list[i]))
            add_word(out, list[i].code);
    return true;
}

static bool rule_words(struct req *rq, const struct rule *rule, const char **out)
{
    struct str words = str_new(rq->cx.mem);

    if (rule->kind == RULE_STATUS && !add_statuses(&rq->cx, &words))
        return false;
    if (rule->kind == RULE_TOPIC && !add_topics(&rq->cx, &words))
        return false;
    for (size_t i = 0; rule->kind == RULE_CUSTOMER_STATUS && ORGANISATION_STATUSES[i] != NULL; i++)
        add_word(&words, ORGANISATION_STATUSES[i]);
    if (words.len == 0)
        str_fmt(&words, "%d", rule->max);
    *out = words.p;
    return true;
}

/* --- the member --- */

/* The body once more; NULL where there is none. */
static json_t *body_of(struct req *rq)
{
    json_t *body = NULL;

    if (rq->body.len == 0 || !json_read(rq->cx.mem, &rq->cx.err, rq->body.p, rq->body.len, &body))
        err_clear(&rq->cx.err);
    return json_is_object(body) ? body : NULL;
}

/* The domain says "site", the body "site_id". */
static const char *member_of(struct req *rq, const json_t *body, const char *source)
{
    const char *with_id = arena_printf(rq->cx.mem, "%s_id", source);

    return json_object_get(body, with_id) != NULL ? with_id : source;
}

static bool explain_member(struct req *rq, const struct err *was)
{
    const json_t *body = body_of(rq);
    const struct rule *rule;
    const char *member, *words;
    const json_t *value;

    if (body == NULL) {
        rq->cx.err = *was;
        return false;
    }
    member = member_of(rq, body, was->source);
    value = json_object_get(body, member);
    if ((value == NULL || json_is_null(value)) &&
        (was->kind == &ERR_INVALID || was->kind == &ERR_PERSON_EMAIL))
        return rest_missing(rq, member);
    rule = find_rule(rq, member);
    if (was->kind != &ERR_INVALID || rule == NULL || !rule_words(rq, rule, &words)) {
        rq->cx.err = *was;
        rq->cx.err.source = member;
        return false;
    }
    return rest_refuse_as(rq, member, SENTENCES[rule->kind], words);
}

bool rest_rule_explain(struct req *rq)
{
    const struct err was = rq->cx.err;
    bool reads = rq->method == METHOD_GET || rq->method == METHOD_HEAD;

    if (was.kind == NULL || was.kind->class != ERR_CLASS_INVALID || was.source == NULL ||
        strchr("/?", was.source[0]) != NULL)
        return false;
    err_clear(&rq->cx.err);
    if (!reads && strpbrk(was.source, "./") == NULL)
        return explain_member(rq, &was);
    if (reads && strcmp(was.source, "after") == 0)
        return rest_refuse_cursor(rq);
    rq->cx.err = was;
    if (reads)
        rq->cx.err.source = arena_printf(rq->cx.mem, "?%s", was.source);
    return false;
}
