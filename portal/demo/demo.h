/* The demo tenant: a vendor of shop software, its customers, articles and tickets; always the same,
 * but dated from today. Made through the domain's own functions, as people would have made it. */
#pragma once

#include "base/json.h"
#include "db/ctx.h"

struct demo { /* what the parts of the demo share while it is made */
    struct ctx *cx;
    const char *folder;  /* www/demo */
    const char *storage; /* storage.path: where files of releases lie */
    int64_t now;         /* when it is made: nothing lies after it */
    int64_t today;       /* midnight UTC of that day */
    uint64_t chance;     /* state of the fixed sequence */
    size_t tickets;      /* how many */
    json_t *data;        /* tenant.json */
    json_t *people;      /* e-mail -> id */
    json_t *staff;       /* e-mail -> {"id","team","rights"} */
    json_t *teams;       /* name -> id */
    json_t *policies;    /* key -> {"id","product_id","name","list_minor"} */
    json_t *products;    /* code -> {"id","name"} */
    json_t *categories;  /* slug -> id */
    json_t *
        organisations; /* [{"id","code","name","language","sites":[{"id","name","city"}],"people":[..],
                          "licences":[{"id","product","version"}]}] */
};

/* Makes the whole demo tenant in one transaction. storage: storage.path, a folder that is there;
 * password: of every account. Fails: ERR_TENANT_TAKEN. */
bool demo_make(struct ctx *cx, const char *www_dir, const char *storage, const char *slug,
               const char *password) MUST_CHECK;

extern const struct err_kind ERR_DEMO_FILLED;

/* Whether the viewer's tenant has no products, customers, articles and tickets yet. */
bool demo_may_fill(struct ctx *cx, bool *out) MUST_CHECK;
/* Fills such a tenant with the demo's people, customers, licences, articles and tickets, in one
 * transaction; nobody can sign in to the accounts. Needs RIGHT_SETTINGS_UPDATE. Fails:
 * ERR_DEMO_FILLED; ERR_CONFLICT somebody has an address of the sample's. Emits tenant.updated. */
bool demo_fill(struct ctx *cx, const char *www_dir) MUST_CHECK;

/* The parts, in their order (demo_people.c, demo_catalogue.c, demo_sales.c, demo_articles.c,
 * demo_news.c, demo_fields.c, demo_tickets.c, demo_releases.c). */
bool demo_add_staff(struct demo *d, const char *hash) MUST_CHECK;
bool demo_add_catalogue(struct demo *d) MUST_CHECK;
bool demo_add_organisations(struct demo *d, const char *hash) MUST_CHECK;
bool demo_add_orders(struct demo *d, const json_t *organisation, json_t *made) MUST_CHECK;
bool demo_add_articles(struct demo *d) MUST_CHECK;
bool demo_add_news(struct demo *d) MUST_CHECK;
bool demo_add_fields(struct demo *d) MUST_CHECK;
bool demo_add_tickets(struct demo *d) MUST_CHECK;
bool demo_add_flow(struct demo *d) MUST_CHECK;
bool demo_add_desk(struct demo *d) MUST_CHECK;
bool demo_add_content(struct demo *d) MUST_CHECK;
bool demo_add_releases(struct demo *d) MUST_CHECK;
bool demo_add_proposals(struct demo *d) MUST_CHECK;
bool demo_add_rules(struct demo *d) MUST_CHECK;

/* The next number of the fixed sequence, 0 .. below-1. */
int64_t demo_chance(struct demo *d, int64_t below);
/* Sets the run's clock to so many days before today, at an hour of a working day. */
void demo_set_day(struct demo *d, int64_t days_ago);
/* "2026-11-29" of a day so many days from today. */
const char *demo_date(struct demo *d, int64_t days_ahead);
/* An id kept as text in one of the objects above; zero when it is absent. */
struct id demo_id(const json_t *object, const char *key);
/* Reads a whole file of the demo's folder; in mem. */
bool demo_read(struct demo *d, const char *name, const char **text, size_t *len) MUST_CHECK;
bool demo_read_json(struct demo *d, const char *name, json_t **out) MUST_CHECK;
