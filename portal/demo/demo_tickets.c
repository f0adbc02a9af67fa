/* Tickets with their threads over the last six months, from scenes that are told in tickets.json.
 */
#include "base/clock.h"
#include "portal/demo/demo.h"
#include "portal/desk/calendar.h"
#include "portal/desk/sla.h"
#include "portal/desk/ticket_create.h"

#include <stdlib.h>
#include <string.h>

enum {
    SPREAD_DAYS = 182,
    CONFIRM_DAYS = 10,  /* nobody leaves a solved ticket unconfirmed for longer */
    RECENT_DAYS = 3,    /* tickets that are still open were filed within so many days */
    REPLY_MINUTES = 260 /* the longest time between two messages of a thread */
};

struct filing { /* one ticket to be made */
    const json_t *scene;
    const json_t *organisation;
    const json_t *site;
    const json_t *licence; /* NULL: none of that product */
    struct id customer_id;
    struct id agent_id;
    struct id team_id;
    int64_t days_ago;
};

static void look_as_system(struct ctx *cx)
{
    cx->viewer = (struct viewer){.kind = VIEWER_SYSTEM};
    memset(&cx->actor_id, 0, sizeof cx->actor_id);
}

static void look_as_customer(struct ctx *cx, const struct filing *f)
{
    cx->viewer = (struct viewer){.kind = VIEWER_CUSTOMER,
                                 .person_id = f->customer_id,
                                 .organisation_id = demo_id(f->organisation, "id"),
                                 .rights = RIGHT_TICKET_OWN};
    cx->actor_id = f->customer_id;
}

static void look_as_agent(struct ctx *cx, const struct filing *f)
{
    cx->viewer = (struct viewer){
        .kind = VIEWER_STAFF, .person_id = f->agent_id, .rights = RIGHT_DESK | RIGHT_CUSTOMERS};
    cx->actor_id = f->agent_id;
}

/* An organisation that speaks the scene's language and, if any does, has the product; code: that
 * one alone, or NULL. */
static const json_t *choose_organisation(struct demo *d, const json_t *scene, const char *code,
                                         const json_t **licence)
{
    const char *language = json_get_text(scene, "lang", "en");
    const char *product = json_get_text(scene, "product", "");
    size_t count = json_array_size(d->organisations);
    size_t start = (size_t)demo_chance(d, (int64_t)count);
    const json_t *spare = NULL;

    *licence = NULL;
    for (size_t i = 0; i < count; i++) {
        const json_t *o = json_array_get(d->organisations, (start + i) % count);
        const json_t *licences = json_object_get(o, "licences");

        if (strcmp(json_get_text(o, "language", ""), language) != 0 ||
            (code != NULL && strcmp(json_get_text(o, "code", ""), code) != 0))
            continue;
        spare = o;
        for (size_t k = 0; k < json_array_size(licences); k++) {
            const json_t *l = json_array_get(licences, k);
            if (strcmp(json_get_text(l, "product", ""), product) == 0) {
                *licence = l;
                return o;
            }
        }
    }
    return spare;
}

/* Who works on it: an agent of the team that looks after the city. */
static void choose_agent(struct demo *d, struct filing *f)
{
    const char *team = json_get_text(json_object_get(d->data, "city_team"),
                                     json_get_text(f->site, "city", ""), "South region");
    const char *email;
    json_t *staff;

    f->team_id = demo_id(d->teams, team);
    json_object_foreach (d->staff, email, staff) {
        if (strcmp(json_get_text(staff, "team", ""), team) == 0 &&
            strcmp(json_get_text(staff, "role", ""), "Agent") == 0)
            f->agent_id = demo_id(staff, "id");
    }
}

/* code: the organisation whose first person files it, or NULL for any. */
static void choose(struct demo *d, const json_t *scene, const char *code, int64_t days_ago,
                   struct filing *f)
{
    const json_t *people;
    const json_t *sites;
    size_t person;

    *f = (struct filing){.scene = scene, .days_ago = days_ago};
    f->organisation = choose_organisation(d, scene, code, &f->licence);
    people = json_object_get(f->organisation, "people");
    sites = json_object_get(f->organisation, "sites");
    person = code != NULL ? 0 : (size_t)demo_chance(d, (int64_t)json_array_size(people));
    f->customer_id = demo_id(json_array_get(people, person), "id");
    f->site = json_array_get(sites, (size_t)demo_chance(d, (int64_t)json_array_size(sites)));
    choose_agent(d, f);
}

static bool file(struct demo *d, const struct filing *f, struct ticket **out)
{
    const json_t *first = json_array_get(json_object_get(f->scene, "thread"), 0);
    const struct ticket_new what = {.site_id = demo_id(f->site, "id"),
                                    .source = "portal",
                                    .subject = json_get_text(f->scene, "subject", ""),
                                    .text = json_string_value(json_array_get(first, 1)),
                                    .topic = json_get_text(f->scene, "topic", "question"),
                                    .product_id = demo_id(f->licence, "product_id"),
                                    .licence_id = demo_id(f->licence, "id"),
                                    .product_version = json_get_text(f->scene, "version", NULL)};

    look_as_customer(d->cx, f);
    return ticket_create(d->cx, &what, out);
}

static bool say(struct demo *d, const struct filing *f, struct id ticket, const json_t *message)
{
    const char *who = json_string_value(json_array_get(message, 0));
    const char *text = json_string_value(json_array_get(message, 1));
    struct id id;

    if (strcmp(who, "customer") == 0) {
        look_as_customer(d->cx, f);
        return ticket_reply(d->cx, ticket, text, NULL, &id);
    }
    look_as_agent(d->cx, f);
    if (strcmp(who, "note") == 0)
        return ticket_note(d->cx, ticket, text, &id);
    return ticket_reply(d->cx, ticket, text, "waiting", &id);
}

static bool is_over(const json_t *scene)
{
    const char *status = json_get_text(scene, "status", "open");

    return strcmp(status, "solved") == 0 || strcmp(status, "closed") == 0;
}

static bool finish(struct demo *d, const struct filing *f, struct id ticket)
{
    const char *status = json_get_text(f->scene, "status", "open");

    look_as_agent(d->cx, f);
    if (strcmp(status, "solved") == 0 && f->days_ago <= CONFIRM_DAYS)
        return ticket_set_status(d->cx, ticket, "solved");
    if (is_over(f->scene)) {
        if (!ticket_set_status(d->cx, ticket, "solved"))
            return false;
        d->cx->now += CLOCK_DAY;
        look_as_customer(d->cx, f);
        return ticket_set_status(d->cx, ticket, "closed");
    }
    return true;
}

/* Moves the clock on, but never past now. */
static void pass_time(struct demo *d)
{
    int64_t next = d->cx->now + (5 + demo_chance(d, REPLY_MINUTES)) * CLOCK_MINUTE;

    if (next < d->now)
        d->cx->now = next;
    else
        d->cx->now += CLOCK_SECOND;
}

static bool add_one(struct demo *d, const struct filing *f)
{
    const json_t *thread = json_object_get(f->scene, "thread");
    bool is_answered = json_array_size(thread) > 1;
    struct ticket *ticket;

    demo_set_day(d, f->days_ago);
    if (!file(d, f, &ticket))
        return false;
    look_as_system(d->cx);
    if (!ticket_set_team(d->cx, ticket->id, f->team_id))
        return false;
    if (is_answered && !ticket_assign(d->cx, ticket->id, f->agent_id))
        return false;
    for (size_t i = 1; i < json_array_size(thread); i++) {
        pass_time(d);
        if (!say(d, f, ticket->id, json_array_get(thread, i)))
            return false;
    }
    pass_time(d);
    return finish(d, f, ticket->id);
}

static int later_first(const void *a, const void *b)
{
    const struct filing *x = a;
    const struct filing *y = b;

    return x->days_ago < y->days_ago ? 1 : x->days_ago > y->days_ago ? -1 : 0;
}

/* Hours within which an answer and a solution are promised, by level: most open tickets are in
 * time, a few late. The gravest counts around the clock. */
static bool promise(struct ctx *cx)
{
    static const int64_t ANSWER[] = {8, 24, 36, 60}, SOLVE[] = {24, 60, 120, 240};
    static const struct calendar_day DAYS[] = {
        {2026, 12, 25, -1, "Christmas Day"},
        {2026, 12, 28, -1, "Boxing Day (in lieu)"},
        {2027, 1, 1, -1, "New Year's Day"},
    };
    struct calendar office = {
        .name = "Office hours", .zone = "", .days = DAYS, .day_count = COUNT(DAYS)};

    for (int day = 1; day <= 6; day++) {
        office.week[day].spans[0] = (struct business_span){8 * 60, 20 * 60};
        office.week[day].count = 1;
    }
    if (!calendar_save(cx, &office))
        return false;
    for (size_t i = 0; i < COUNT(ANSWER); i++)
        if (!sla_set(cx, &(struct sla){.level = (int64_t)i + 1,
                                       .answer_minutes = ANSWER[i] * 60,
                                       .solve_minutes = SOLVE[i] * 60,
                                       .calendar_id = i == 0 ? (struct id){{0}} : office.id}))
            return false;
    return true;
}

bool demo_add_tickets(struct demo *d)
{
    struct filing *list = arena_array(d->cx->mem, struct filing, d->tickets);
    json_t *scenes;
    size_t n = 0;
    bool ok = true;

    if (!promise(d->cx) || !demo_read_json(d, "tickets.json", &scenes))
        return false;
    /* Each scene that is still open is told once, the others again and again in other shops. What
     * the people of the printed logins shall find is told of their organisation first, and late. */
    for (size_t i = 0; n < d->tickets; i++) {
        const json_t *scene = json_array_get(scenes, i % json_array_size(scenes));
        bool is_first = i < json_array_size(scenes);
        const char *code = is_first ? json_get_text(scene, "organisation", NULL) : NULL;

        if (is_over(scene) && code == NULL)
            choose(d, scene, NULL, RECENT_DAYS + demo_chance(d, SPREAD_DAYS - RECENT_DAYS),
                   &list[n++]);
        else if (is_first)
            choose(d, scene, code, demo_chance(d, RECENT_DAYS), &list[n++]);
    }
    qsort(list, n, sizeof *list, later_first);
    for (size_t i = 0; i < n && ok; i++)
        ok = add_one(d, &list[i]);
    look_as_system(d->cx);
    return ok;
}
