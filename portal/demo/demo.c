#include "portal/demo/demo.h"

#include "base/clock.h"
#include "db/event.h"
#include "licensing/signing_key.h"
#include "portal/account/credential.h"
#include "portal/account/tenant.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WORK_STARTS = 8, WORK_HOURS = 9, DEMO_FILE_MAX = 4 * 1024 * 1024 };

/* SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014). */
int64_t demo_chance(struct demo *d, int64_t below)
{
    uint64_t z = (d->chance += UINT64_C(0x9E3779B97F4A7C15));

    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return (int64_t)((z ^ (z >> 31)) % (uint64_t)below);
}

void demo_set_day(struct demo *d, int64_t days_ago)
{
    int64_t minute = demo_chance(d, WORK_HOURS * 60);

    d->cx->now = d->today - days_ago * CLOCK_DAY + WORK_STARTS * CLOCK_HOUR + minute * CLOCK_MINUTE;
    if (d->cx->now > d->now) /* that hour has not come yet: then the day before */
        d->cx->now -= CLOCK_DAY;
}

const char *demo_date(struct demo *d, int64_t days_ahead)
{
    struct civil day = clock_civil(d->today + days_ahead * CLOCK_DAY);

    return arena_printf(d->cx->mem, "%04d-%02d-%02d", day.year, day.month, day.day);
}

struct id demo_id(const json_t *object, const char *key)
{
    struct id id;

    if (!id_parse(json_get_text(object, key, ""), &id))
        memset(&id, 0, sizeof id);
    return id;
}

bool demo_read(struct demo *d, const char *name, const char **text, size_t *len)
{
    const char *path = arena_printf(d->cx->mem, "%s/%s", d->folder, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    char *bytes;
    size_t got = 0;
    ssize_t n = 1;

    if (fd < 0 || fstat(fd, &st) != 0 || st.st_size > DEMO_FILE_MAX) {
        if (fd >= 0)
            close(fd);
        return err_set(&d->cx->err, &ERR_INTERNAL, "%s: %s", path, strerror(errno));
    }
    bytes = arena_alloc(d->cx->mem, (size_t)st.st_size + 1);
    while (got < (size_t)st.st_size && n > 0) {
        n = read(fd, bytes + got, (size_t)st.st_size - got);
        got += n > 0 ? (size_t)n : 0;
    }
    close(fd);
    *text = bytes;
    *len = got;
    return true;
}

bool demo_read_json(struct demo *d, const char *name, json_t **out)
{
    const char *text;
    size_t len;

    return demo_read(d, name, &text, &len) && json_read(d->cx->mem, &d->cx->err, text, len, out);
}

static bool present_tenant(struct demo *d)
{
    const json_t *t = json_object_get(d->data, "tenant");
    const struct tenant_look look = {
        .accent = json_get_text(t, "accent", NULL),
        .mark = json_get_text(t, "mark", NULL),
        .support_phone = json_get_text(t, "support_phone", NULL),
        .support_email = json_get_text(t, "support_email", NULL),
        .support_hours = json_get_text(t, "support_hours", NULL),
    };

    return tenant_change(d->cx, &look);
}

static bool fill(struct demo *d, const char *slug, const char *hash)
{
    const json_t *t = json_object_get(d->data, "tenant");
    const struct tenant_spec spec = {.slug = slug,
                                     .name = json_get_text(t, "name", "Demo"),
                                     .language = json_get_text(t, "language", "en"),
                                     .time_zone = json_get_text(t, "time_zone", "UTC"),
                                     .currency = json_get_text(t, "currency", "EUR")};
    struct tenant *tenant;
    struct signing_key *key;

    demo_set_day(d, 430);
    return tenant_create(d->cx, &spec, &tenant) && signing_key_create(d->cx, &key) &&
           present_tenant(d) && demo_add_staff(d, hash) && demo_add_catalogue(d) &&
           demo_add_organisations(d, hash) && demo_add_proposals(d) && demo_add_articles(d) &&
           demo_add_news(d) && demo_add_fields(d) && demo_add_tickets(d) && demo_add_flow(d) &&
           demo_add_desk(d) && demo_add_content(d) && demo_add_releases(d);
}

const struct err_kind ERR_DEMO_FILLED = {
    ERR_CLASS_CONFLICT, "TENANT_FILLED",
    "Sample data is for an empty portal: this one has records of its own."};

enum {
    PASSWORD_BYTES = 32, /* nobody signs in to the sample's accounts */
    TICKETS = 200,
    TICKETS_OF_SAMPLE = 40
};

/* A table that was filled in one go counts as empty until its figures are renewed, and the
 * optimizer then walks a whole tenant where an index would do. */
static const char SQL_ANALYZE_ANY_TENANT[] =
    "ANALYZE TABLE article, article_revision, article_term, attachment, category, category_text, event, invoice, "
    "licence, machine, membership, message, organisation, participant, person, reporter, sales_order, "
    "sales_order_line, session, site, ticket, ticket_term";

static bool start(struct ctx *cx, const char *www_dir, const char *storage, struct demo *d)
{
    *d = (struct demo){
        .cx = cx, .storage = storage, .now = cx->now, .chance = 20418, .tickets = TICKETS};
    d->folder = arena_printf(cx->mem, "%s/demo", www_dir);
    d->today = cx->now - cx->now % CLOCK_DAY;
    d->people = json_own(cx->mem, json_object());
    d->staff = json_own(cx->mem, json_object());
    d->teams = json_own(cx->mem, json_object());
    d->policies = json_own(cx->mem, json_object());
    d->products = json_own(cx->mem, json_object());
    d->categories = json_own(cx->mem, json_object());
    d->organisations = json_own(cx->mem, json_array());
    return demo_read_json(d, "tenant.json", &d->data);
}

static bool end(struct demo *d, bool ok)
{
    struct ctx *cx = d->cx;
    struct db_rows rows;

    cx->is_import = false;
    cx->now = d->now;
    if (!ok) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx) && db_query(cx, &rows, SQL_ANALYZE_ANY_TENANT, DB_NONE);
}

bool demo_make(struct ctx *cx, const char *www_dir, const char *storage, const char *slug,
               const char *password)
{
    char hash[CRYPTO_PASSWORD_TEXT_SIZE];
    struct demo d;

    if (!start(cx, www_dir, storage, &d) || !credential_hash(cx, password, hash) || !db_begin(cx))
        return false;
    cx->is_import = true;
    return end(&d, fill(&d, slug, hash));
}

/* --- in a tenant that is there --- */

static const char SQL_DEMO_IS_EMPTY[] =
    "SELECT NOT EXISTS (SELECT 1 FROM product WHERE tenant_id = ?) "
    "AND NOT EXISTS (SELECT 1 FROM organisation WHERE tenant_id = ?) "
    "AND NOT EXISTS (SELECT 1 FROM article WHERE tenant_id = ?) "
    "AND NOT EXISTS (SELECT 1 FROM ticket WHERE tenant_id = ?)";

bool demo_may_fill(struct ctx *cx, bool *out)
{
    const struct db_arg me = DB_ID(cx->tenant_id);
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_DEMO_IS_EMPTY, me, me, me, me))
        return false;
    *out = db_next(&rows) && db_bool(&rows.row, 0);
    return true;
}

static bool fill_here(struct demo *d, const char *hash)
{
    return event_emit(d->cx, EVENT_TENANT_UPDATED, d->cx->tenant_id,
                      json_own(d->cx->mem, json_pack("{s:s}", "change", "sample_data"))) &&
           demo_add_staff(d, hash) && demo_add_catalogue(d) && demo_add_organisations(d, hash) &&
           demo_add_articles(d) && demo_add_news(d) && demo_add_fields(d) && demo_add_tickets(d) &&
           demo_add_flow(d);
}

static bool check_empty(struct ctx *cx)
{
    bool is_empty;

    return demo_may_fill(cx, &is_empty) &&
           (is_empty || err_set(&cx->err, &ERR_DEMO_FILLED, "rows are there"));
}

bool demo_fill(struct ctx *cx, const char *www_dir)
{
    const struct viewer viewer = cx->viewer;
    const struct id actor = cx->actor_id;
    char hash[CRYPTO_PASSWORD_TEXT_SIZE];
    struct demo d;
    bool ok;

    if (viewer.kind != VIEWER_SYSTEM && !viewer_has(&viewer, RIGHT_SETTINGS_UPDATE))
        return err_set(&cx->err, &ERR_DENIED, "sample data");
    if (!check_empty(cx) || !start(cx, www_dir, NULL, &d) ||
        !credential_hash(cx, crypto_token(cx->mem, PASSWORD_BYTES), hash) || !db_begin(cx))
        return false;
    ok = check_empty(cx); /* somebody else may have done it meanwhile */
    cx->viewer = (struct viewer){.kind = VIEWER_SYSTEM};
    cx->is_import = true;
    d.tickets = TICKETS_OF_SAMPLE; /* somebody waits for it */
    ok = ok && fill_here(&d, hash);
    cx->viewer = viewer;
    cx->actor_id = actor;
    return end(&d, ok);
}
