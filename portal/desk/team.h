/* Teams: who is in them, who leads them, and how they give out their tickets. */
#pragma once

#include "base/json.h"
#include "db/ctx.h"

enum {
    TEAM_NAME_MAX = 100,
    TEAM_LIST_MAX = 100,
    TEAM_MEMBERS_MAX = 200,
    TEAM_SKILLS_MAX = 20, /* of one person */
    TEAM_SKILL_MAX = 64,  /* characters */
    TEAM_PRODUCTS_MAX = 50
};

enum team_assign { TEAM_ASSIGN_NONE, TEAM_ASSIGN_TURN, TEAM_ASSIGN_LOAD, TEAM_ASSIGN_COUNT };

struct team { /* a record, in cx->mem */
    struct id id;
    const char *name;
    bool is_default;
    struct id lead_id;
    const char *lead_name; /* when read; "" for none */
    enum team_assign assign_by;
    bool by_skill, by_product;
    int64_t members, away; /* when read: today */
};

struct team_member { /* in cx->mem */
    struct id person_id;
    const char *full_name, *title;
    struct id team_id;
    const char *team_name; /* "" for none */
    bool takes;            /* is given tickets by itself */
    const char *skills;    /* "fault, printer" */
    struct id products[TEAM_PRODUCTS_MAX];
    size_t product_count;
    int64_t open_tickets;
    const char *away_until; /* "2026-03-09"; NULL: here today */
};

const char *team_assign_name(enum team_assign how);
bool team_assign_parse(const char *name, enum team_assign *out) MUST_CHECK;

/* By name. Any staff, or the system: ERR_DENIED else. */
bool team_list(struct ctx *cx, struct team **out, size_t *count) MUST_CHECK;
/* Fails: ERR_NOT_FOUND. */
bool team_get(struct ctx *cx, struct id id, struct team **out) MUST_CHECK;
/* All staff by name whose account is on; team_id zero: of any team. */
bool team_members(struct ctx *cx, struct id team_id, struct team_member **out,
                  size_t *count) MUST_CHECK;
/* The same people as names to choose from, without what they know and their tickets, which are
 * counted: at most TEAM_MEMBERS_MAX. */
struct team_person { /* in cx->mem */
    struct id id;
    const char *full_name;
    bool is_away; /* today */
};
bool team_people(struct ctx *cx, struct team_person **out, size_t *count) MUST_CHECK;
/* *out is NULL when the person is no staff. */
bool team_member_find(struct ctx *cx, struct id person_id, struct team_member **out) MUST_CHECK;
/* Whether the viewer leads that person's team. */
bool team_is_lead_of(struct ctx *cx, struct id person_id, bool *out) MUST_CHECK;

/* The changes need RIGHT_SETTINGS (or the system): ERR_DENIED else. Each emits team.changed. */
/* A zero id makes a new one, which t->id then names. Fails: ERR_INVALID at "name", "lead" (no
 * member of staff); ERR_CONFLICT at "name", taken. */
bool team_save(struct ctx *cx, struct team *t) MUST_CHECK;
/* Fails: ERR_CONFLICT while people, tickets or settings name it, and for the default one. */
bool team_remove(struct ctx *cx, struct id id) MUST_CHECK;
/* Puts a member of staff into a team (zero: none), with what he knows: skills by commas, blanks or
 * lines. Fails: ERR_NOT_FOUND; ERR_INVALID at "skills", "products", "team". */
struct team_knows {
    struct id team_id;
    bool takes;
    const char *skills;
    const struct id *products;
    size_t product_count;
};
bool team_member_set(struct ctx *cx, struct id person_id, const struct team_knows *k) MUST_CHECK;
/* The switch alone: also one's own, and the lead's. */
bool team_member_takes(struct ctx *cx, struct id person_id, bool takes) MUST_CHECK;
