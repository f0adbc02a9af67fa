#include "portal/script_api.h"

#include "base/clock.h"
#include "portal/account/person.h"
#include "portal/account/role.h"
#include "portal/desk/hours.h"
#include "portal/desk/ticket_field.h"
#include "portal/desk/ticket_rule.h"
#include "portal/desk/visit.h"
#include "portal/notice/notice_event.h"
#include "portal/sales/organisation.h"
#include "portal/script_approval.h"
#include "scripts/value_list.h"

#include <stdlib.h>
#include <string.h>

const struct err_kind ERR_SCRIPT_EFFECT = {ERR_CLASS_INVALID, "SCRIPT_EFFECT",
                                           "A rule asked for something that cannot be done: {}."};
const struct err_kind ERR_SCRIPT_GRANT = {ERR_CLASS_DENIED, "SCRIPT_GRANT",
                                          "A rule asked for something without the grant {}."};

enum { TAGS_MAX = 20, MAILS_MAX = 5, DAYS_MAX = 3660, US_PER_MS = 1000 };

/* --- reading what an effect was given --- */

static bool misshapen(struct ctx *cx, const char *why)
{
    return err_set(&cx->err, &ERR_SCRIPT_EFFECT, "%s", why);
}

/* route{ team = "x" }, route{ "x" } and route "x" say the same. */
static const json_t *value_of(const json_t *args, const char *name)
{
    if (json_is_object(args)) {
        const json_t *named = json_object_get(args, name);
        return named != NULL ? named : json_object_get(args, "value");
    }
    return json_is_array(args) ? json_array_get(args, 0) : args;
}

static bool text_of(struct ctx *cx, const json_t *args, const char *name, const char **out)
{
    const json_t *value = value_of(args, name);

    if (!json_is_string(value))
        return misshapen(cx, arena_printf(cx->mem, "a text is wanted for %s", name));
    *out = json_string_value(value);
    return true;
}

/* --- effects --- */

static bool apply_level(struct ctx *cx, struct id id, const json_t *args)
{
    const json_t *value = value_of(args, "level");

    if (!json_is_integer(value))
        return misshapen(cx, "a whole number is wanted for level");
    return ticket_set_level(cx, id, json_integer_value(value));
}

static bool apply_route(struct ctx *cx, struct id id, const json_t *args)
{
    const char *name;
    struct id team_id;

    if (!text_of(cx, args, "team", &name) || !ticket_find_team(cx, name, &team_id))
        return false;
    if (id_is_zero(team_id))
        return misshapen(cx, arena_printf(cx->mem, "there is no team \"%s\"", name));
    return ticket_set_team(cx, id, team_id);
}

static bool apply_assign(struct ctx *cx, struct id id, const json_t *args)
{
    const char *email;
    struct person *person;
    struct staff *staff = NULL;

    if (!text_of(cx, args, "person", &email) || !person_find_by_email(cx, email, &person))
        return false;
    if (person != NULL && !role_staff_find(cx, person->id, &staff))
        return false;
    if (staff == NULL)
        return misshapen(cx, arena_printf(cx->mem, "\"%s\" is not a member of staff", email));
    return ticket_assign(cx, id, staff->person_id);
}

static bool apply_note(struct ctx *cx, struct id id, const json_t *args)
{
    const char *text;
    struct id message_id;

    return text_of(cx, args, "text", &text) && ticket_note(cx, id, text, &message_id);
}

/* mail { to = "reporter", text = ... }: whether the customer's side is meant decides the grant. */
static bool apply_mail(struct ctx *cx, struct id id, const json_t *args)
{
    const char *to, *text;
    enum notice_who who;

    if (!text_of(cx, args, "to", &to) || !text_of(cx, args, "text", &text))
        return false;
    if (!notice_event_who(to, &who))
        return misshapen(cx, arena_printf(cx->mem, "nobody is called \"%s\" here", to));
    return notice_event_rule(cx, id, who, text);
}

static const char *grant_of_mail(const json_t *args)
{
    enum notice_who who;

    return notice_event_who(json_get_text(args, "to", ""), &who) && notice_event_is_customer(who)
               ? "mail.customer"
               : "mail.staff";
}

static bool apply_each_tag(struct ctx *cx, struct id id, const json_t *args,
                           bool (*change)(struct ctx *, struct id, const char *))
{
    const json_t *one;
    size_t count = json_is_array(args) ? json_array_size(args) : 1;

    if (count > TAGS_MAX)
        return misshapen(cx, "too many tags at once");
    for (size_t i = 0; i < count; i++) {
        one = json_is_array(args) ? json_array_get(args, i) : value_of(args, "tag");
        if (!json_is_string(one))
            return misshapen(cx, "a text is wanted for a tag");
        if (!change(cx, id, json_string_value(one)))
            return false;
    }
    return true;
}

static bool apply_tag(struct ctx *cx, struct id id, const json_t *args)
{
    return apply_each_tag(cx, id, args, ticket_tag);
}

static bool apply_untag(struct ctx *cx, struct id id, const json_t *args)
{
    return apply_each_tag(cx, id, args, ticket_untag);
}

static bool apply_status(struct ctx *cx, struct id id, const json_t *args)
{
    const char *status;

    return text_of(cx, args, "status", &status) && ticket_set_status(cx, id, status);
}

static bool apply_topic(struct ctx *cx, struct id id, const json_t *args)
{
    const char *topic;

    return text_of(cx, args, "topic", &topic) && ticket_set_topic(cx, id, topic);
}

static bool apply_visit(struct ctx *cx, struct id id, const json_t *args)
{
    const json_t *value = value_of(args, "days");

    if (!json_is_integer(value))
        return misshapen(cx, "a whole number is wanted for days");
    return visit_add_days(cx, id, json_integer_value(value));
}

static bool apply_set(struct ctx *cx, struct id id, const json_t *args);

struct effect {
    const char *name;
    const char *grant; /* NULL: grant_of_mail */
    bool (*apply)(struct ctx *cx, struct id ticket_id, const json_t *args);
};

/* All that a rule of the phase `after` can do. Each acts on the ticket that the event is about. */
static const struct effect EFFECTS[] = {
    /* clang-format off */
    {"set",    "ticket.write", apply_set},    /* { field = "level", value = 2 } */
    {"level",  "ticket.write", apply_level},  /* 1 (nothing works) .. 4 */
    {"route",  "ticket.write", apply_route},  /* { team = name } */
    {"assign", "ticket.write", apply_assign}, /* { person = e-mail of a member of staff } */
    {"status", "ticket.write", apply_status}, /* its code */
    {"topic",  "ticket.write", apply_topic},  /* its code */
    {"tag",    "ticket.write", apply_tag},    /* { "one", "two" } */
    {"untag",  "ticket.write", apply_untag},
    {"visit",  "ticket.write", apply_visit},  /* { days = 7 } */
    {"approve_by", "ticket.write", script_approval_apply}, /* { person = , text = , kind = , days = } */
    {"note",   "note",         apply_note},   /* { text = ... }, for staff only */
    {"mail",   NULL,           apply_mail},   /* { to = "reporter", text = ... } */
    {"notify", NULL,           apply_mail},   /* the same to "engineer" or "team" */
    /* clang-format on */
};

/* What a rule of the phase `check` can answer; see script_run_check. */
static const char *const CHECK_EFFECTS[] = {"refuse", "fill"};

static const char *const GRANTS[] = {"ticket.write", "note", "mail.staff", "mail.customer"};

static const struct effect *find_effect(const char *name)
{
    for (size_t i = 0; i < COUNT(EFFECTS); i++) {
        if (strcmp(EFFECTS[i].name, name) == 0)
            return &EFFECTS[i];
    }
    return NULL;
}

/* The fields that have an effect of their own. */
static bool apply_set(struct ctx *cx, struct id id, const json_t *args)
{
    static const struct {
        const char *field;
        bool (*apply)(struct ctx *cx, struct id ticket_id, const json_t *args);
    } FIELDS[] = {{"level", apply_level},
                  {"status", apply_status},
                  {"topic", apply_topic},
                  {"team", apply_route}};
    static const char OWN[] = "fields.";
    const char *field = json_get_text(args, "field", "");

    if (strncmp(field, OWN, sizeof OWN - 1) == 0) /* one of the tenant's own */
        return ticket_field_set(cx, id,
                                json_own(cx->mem, json_pack("{s:O?}", field + sizeof OWN - 1,
                                                            json_object_get(args, "value"))));
    for (size_t i = 0; i < COUNT(FIELDS); i++) {
        if (strcmp(FIELDS[i].field, field) == 0)
            return FIELDS[i].apply(cx, id, json_object_get(args, "value"));
    }
    return misshapen(cx, arena_printf(cx->mem, "no field \"%s\" can be set", field));
}

static bool has_grant(const json_t *grants, const char *name)
{
    json_t *grant;
    size_t i;

    json_array_foreach (grants, i, grant) {
        if (strcmp(json_string_value(grant), name) == 0)
            return true;
    }
    return false;
}

/* Every effect acts on a ticket, so these are the events that rules hear. */
static bool is_about_ticket(enum event_kind kind)
{
    return strncmp(event_name(kind), "ticket.", strlen("ticket.")) == 0;
}

static bool apply_one(struct ctx *cx, const json_t *grants, const struct script_input *input,
                      const json_t *effect, const char *name)
{
    const struct effect *row = find_effect(name);
    const json_t *args = json_object_get(effect, "args");
    const char *grant;

    if (row == NULL)
        return misshapen(cx, "there is no such effect");
    if (!is_about_ticket(input->kind))
        return misshapen(cx, "the event is not about a ticket");
    grant = row->grant != NULL ? row->grant : grant_of_mail(args);
    if (!has_grant(grants, grant)) {
        err_set(&cx->err, &ERR_SCRIPT_GRANT, "the rule lacks the grant \"%s\"", grant);
        err_arg(&cx->err, grant);
        return false;
    }
    return row->apply(cx, input->subject_id, args);
}

bool script_api_apply(struct ctx *cx, const json_t *grants, const struct script_input *input,
                      const json_t *effects, const char **effect)
{
    unsigned mails = 0;
    json_t *one;
    size_t i;

    json_array_foreach (effects, i, one) {
        *effect = json_get_text(one, "effect", "");
        mails += find_effect(*effect) != NULL && find_effect(*effect)->grant == NULL;
        if (mails > MAILS_MAX)
            return misshapen(cx, "a rule tells people five times at most");
        if (!apply_one(cx, grants, input, one, *effect))
            return false;
    }
    return true;
}

bool script_api_fall_back(struct ctx *cx, const struct script_input *input)
{
    struct ticket *t;

    if (!is_about_ticket(input->kind))
        return true;
    if (!ticket_get(cx, input->subject_id, &t)) {
        if (cx->err.kind != &ERR_NOT_FOUND)
            return false;
        err_clear(&cx->err); /* gone meanwhile: nothing to look after */
        return true;
    }
    return ticket_rule_fall_back(cx, input->subject_id);
}

/* --- look-ups --- */

static bool look_up_list(struct ctx *cx, const json_t *args, const json_t **answer,
                         const char **refusal)
{
    const char *name = json_string_value(json_array_get(args, 0));
    json_t *list;

    *refusal = "tenant.list wants a name";
    if (name == NULL || !value_list_get(cx, name, &list))
        return false;
    *answer = list;
    return true;
}

/* count.tickets{ organisation = id, city = , topic = , open = true, days = 30 } */
static bool look_up_count(struct ctx *cx, const json_t *args, const json_t **answer,
                          const char **refusal)
{
    const json_t *asked = json_array_get(args, 0);
    const char *organisation = json_get_text(asked, "organisation", NULL);
    int64_t days = json_get_i64(asked, "days", 0);
    struct ticket_rule_filter filter = {.city = json_get_text(asked, "city", NULL),
                                        .topic = json_get_text(asked, "topic", NULL),
                                        .only_open = json_get_bool(asked, "open", false)};
    int64_t count;

    *refusal = "count.tickets wants an organisation's id";
    if (organisation != NULL && !id_parse(organisation, &filter.organisation_id))
        return false;
    *refusal = "count.tickets wants 1 to 3660 days";
    if (days < 0 || days > DAYS_MAX)
        return false;
    if (days > 0)
        filter.since = cx->now - days * CLOCK_DAY;
    if (!ticket_rule_count(cx, &filter, &count))
        return false;
    *answer = json_own(cx->mem, json_integer(count));
    return true;
}

static const struct {
    const char *name;
    bool (*answer)(struct ctx *cx, const json_t *args, const json_t **answer, const char **refusal);
} LOOKUPS[] = {
    {"tenant.list", look_up_list},
    {"count.tickets", look_up_count},
};

static bool look_up(struct ctx *cx, const json_t *grants, const char *name, const json_t *args,
                    const json_t **answer, const char **refusal)
{
    (void)grants; /* none of these needs one */
    for (size_t i = 0; i < COUNT(LOOKUPS); i++) {
        if (strcmp(LOOKUPS[i].name, name) == 0)
            return LOOKUPS[i].answer(cx, args, answer, refusal);
    }
    *refusal = "there is no such look-up";
    return false;
}

/* --- the engine --- */

struct made { /* what script_api_make gives: the engine and what it points to */
    struct script_engine engine;
    struct script_offer offer;
    json_t *effects, *check_effects, *lookups, *events, *grants;
};

static void make_offer(struct made *made)
{
    made->effects = json_array();
    made->check_effects = json_array();
    made->lookups = json_array();
    made->events = json_array();
    made->grants = json_array();
    for (size_t i = 0; i < COUNT(EFFECTS); i++)
        json_array_append_new(made->effects, json_string(EFFECTS[i].name));
    for (size_t i = 0; i < COUNT(CHECK_EFFECTS); i++)
        json_array_append_new(made->check_effects, json_string(CHECK_EFFECTS[i]));
    for (size_t i = 0; i < COUNT(LOOKUPS); i++)
        json_array_append_new(made->lookups, json_string(LOOKUPS[i].name));
    for (int kind = 0; kind < EVENT_KIND_COUNT; kind++) {
        if (is_about_ticket((enum event_kind)kind))
            json_array_append_new(made->events, json_string(event_name((enum event_kind)kind)));
    }
    for (size_t i = 0; i < COUNT(GRANTS); i++)
        json_array_append_new(made->grants, json_string(GRANTS[i]));
    made->offer = (struct script_offer){.effects = made->effects,
                                        .check_effects = made->check_effects,
                                        .lookups = made->lookups,
                                        .events = made->events,
                                        .grants = made->grants,
                                        .look_up = look_up};
}

struct script_engine *script_api_make(const struct config *config)
{
    struct made *made = calloc(1, sizeof *made);
    const struct script_pool_spec spec = {.workers = (unsigned)config->script_workers};

    if (made == NULL)
        abort();
    make_offer(made);
    made->engine = (struct script_engine){.pool = script_pool_make(&spec),
                                          .offer = &made->offer,
                                          .check_us = config->script_check_ms * US_PER_MS,
                                          .after_us = config->script_after_ms * US_PER_MS};
    return &made->engine;
}

void script_api_free(struct script_engine *engine)
{
    union { /* the engine is the first member of what was made */
        struct script_engine *engine;
        struct made *made;
    } both = {.engine = engine};

    if (engine == NULL)
        return;
    script_pool_free(engine->pool);
    json_decref(both.made->effects);
    json_decref(both.made->check_effects);
    json_decref(both.made->lookups);
    json_decref(both.made->events);
    json_decref(both.made->grants);
    free(both.made);
}

/* --- the input --- */

/* As it was when the event happened, where the event tells it; else as it is. */
static bool add_hours(struct ctx *cx, const json_t *data, struct id organisation_id,
                      json_t *organisation)
{
    json_t *hours = json_object_get(data, "hours");
    struct hours_balance b;

    if (hours == NULL && !hours_balance_of(cx, organisation_id, &b))
        return false;
    if (hours == NULL)
        hours = hours_to_json(cx, &b);
    if (hours != NULL)
        json_object_set(organisation, "hours", hours);
    return true;
}

static bool add_organisation(struct ctx *cx, const json_t *data, json_t *ticket)
{
    json_t *organisation = json_object_get(ticket, "organisation");
    const char *text = json_get_text(organisation, "id", NULL);
    struct organisation *o;
    struct id id;

    if (text == NULL || !id_parse(text, &id))
        return true;
    if (!organisation_get(cx, id, &o)) {
        if (cx->err.kind != &ERR_NOT_FOUND)
            return false;
        err_clear(&cx->err); /* gone since */
        return true;
    }
    json_object_set_new(organisation, "category", json_string(o->category));
    json_object_set_new(organisation, "importance", json_integer(o->importance));
    json_object_set_new(organisation, "city", json_string(o->city));
    return add_hours(cx, data, id, organisation);
}

bool script_api_input(struct ctx *cx, const struct event *event, struct script_input *out)
{
    const char *text = event->data != NULL ? event->data : "{}";
    json_t *data;

    if (!json_read(cx->mem, &cx->err, text, strlen(text), &data))
        return false;
    *out = (struct script_input){.kind = event->kind,
                                 .event_id = event->id,
                                 .subject_id = event->subject_id,
                                 .new = json_object_get(data, "after"),
                                 .old = json_object_get(data, "before")};
    out->event = json_own(
        cx->mem,
        json_pack("{s:s, s:s, s:I, s:s, s:O*}", "name", event_name(event->kind), "id",
                  id_text(cx->mem, event->id), "at", (json_int_t)(event->at / CLOCK_SECOND),
                  "actor", event->actor_kind, "approval", json_object_get(data, "approval")));
    return !is_about_ticket(out->kind) ||
           add_organisation(cx, data, json_object_get(data, "after"));
}
