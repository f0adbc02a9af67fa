#include "portal/shell.h"

#include "base/clock.h"
#include "kb/article_markdown.h"
#include "licensing/licence.h"
#include "portal/desk/ticket_counts.h"
#include "portal/http/format.h"
#include "portal/notice/notice.h"
#include "portal/sales/order.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS = 512 };
#define SHELL_FRESH (2 * CLOCK_SECOND)

struct figures { /* -1: the viewer has no such list */
    int64_t tickets, licences, orders;
    int64_t notices; /* unread */
};

struct slot {
    struct id tenant_id, person_id, organisation_id;
    struct figures figures;
    int64_t counted_us; /* by the monotonic clock; 0: empty */
};

struct shell_cache {
    pthread_mutex_t lock; /* slots */
    struct slot slots[SLOTS];
};

struct shell_cache *shell_cache_make(void)
{
    struct shell_cache *cache = calloc(1, sizeof(*cache));

    if (!cache || pthread_mutex_init(&cache->lock, NULL) != 0)
        abort();
    return cache;
}

void shell_cache_free(struct shell_cache *cache)
{
    if (!cache)
        return;
    pthread_mutex_destroy(&cache->lock);
    free(cache);
}

/* Ids end in random bytes. */
static struct slot *slot_of(struct shell_cache *cache, const struct viewer *v)
{
    unsigned at = (unsigned)v->person_id.b[15] | (unsigned)v->person_id.b[14] << 8;

    return &cache->slots[(at ^ v->organisation_id.b[15]) % SLOTS];
}

static bool is_for(const struct slot *slot, const struct ctx *cx)
{
    return id_equal(slot->tenant_id, cx->tenant_id) &&
           id_equal(slot->person_id, cx->viewer.person_id) &&
           id_equal(slot->organisation_id, cx->viewer.organisation_id);
}

static bool cache_find(struct shell_cache *cache, const struct ctx *cx, struct figures *out)
{
    struct slot *slot = slot_of(cache, &cx->viewer);
    int64_t now = clock_mono_us();
    bool is_found;

    pthread_mutex_lock(&cache->lock);
    is_found = slot->counted_us && now - slot->counted_us < SHELL_FRESH && is_for(slot, cx);
    if (is_found)
        *out = slot->figures;
    pthread_mutex_unlock(&cache->lock);
    return is_found;
}

static void cache_put(struct shell_cache *cache, const struct ctx *cx,
                      const struct figures *figures)
{
    struct slot *slot = slot_of(cache, &cx->viewer);
    int64_t now = clock_mono_us();

    pthread_mutex_lock(&cache->lock);
    *slot = (struct slot){.tenant_id = cx->tenant_id,
                          .person_id = cx->viewer.person_id,
                          .organisation_id = cx->viewer.organisation_id,
                          .figures = *figures,
                          .counted_us = now};
    pthread_mutex_unlock(&cache->lock);
}

void shell_forget(struct req *rq)
{
    struct shell_cache *cache = rq->app->shell_cache;
    struct slot *slot;

    if (!cache)
        return;
    slot = slot_of(cache, &rq->cx.viewer);
    pthread_mutex_lock(&cache->lock);
    if (is_for(slot, &rq->cx))
        slot->counted_us = 0;
    pthread_mutex_unlock(&cache->lock);
}

static bool count(struct ctx *cx, struct figures *out)
{
    const struct licence_filter all = {.limit = 0};
    struct ticket_counts tickets;
    const char *next;

    *out = (struct figures){-1, -1, -1, 0};
    if (!notice_count_unread(cx, &out->notices))
        return false;
    if (cx->viewer.kind != VIEWER_CUSTOMER)
        return true;
    if ((cx->viewer.rights & (RIGHT_TICKET_OWN | RIGHT_TICKET_ALL)) != 0) {
        if (!ticket_counts(cx, &tickets))
            return false;
        out->tickets = tickets.open + tickets.waiting;
    }
    if (viewer_has(&cx->viewer, RIGHT_LICENCE) && !licence_count(cx, &all, &out->licences))
        return false;
    return !viewer_has(&cx->viewer, RIGHT_ORDER) || order_count_open(cx, &out->orders, &next);
}

static void set_count(struct req *rq, json_t *entries, const char *href, int64_t number)
{
    size_t i;
    json_t *entry;

    json_array_foreach (entries, i, entry) {
        if (number > 0 && !strcmp(json_get_text(entry, "href", ""), href))
            json_object_set_new(entry, "count",
                                json_string(format_number(rq->cx.mem, &rq->format, number)));
    }
}

/* What the tenant says in that place: in the reader's language, else in its own, else in any. */
static const char *words_of(struct req *rq, json_t *words, const char *name)
{
    const char *const codes[] = {lang_code(rq->lang), rq->tenant->language};
    const char *key;
    json_t *value;

    for (size_t i = 0; i < COUNT(codes); i++) {
        const char *text =
            json_get_text(words, arena_printf(rq->cx.mem, "%s/%s", name, codes[i]), "");

        if (*text != '\0')
            return text;
    }
    json_object_foreach (words, key, value) {
        if (strncmp(key, name, strlen(name)) == 0 && key[strlen(name)] == '/')
            return json_string_value(value);
    }
    return NULL;
}

static void add_words(struct req *rq, json_t *shell)
{
    const char *text = rq->tenant->words;
    const char *footer, *html;
    struct err err = {0};
    json_t *words;

    json_object_set_new(shell, "welcome", json_null());
    json_object_set_new(shell, "foot_html", json_null());
    if (text == NULL || *text == '\0' || !json_read(rq->cx.mem, &err, text, strlen(text), &words))
        return;
    json_object_set_new(shell, "welcome", json_text(words_of(rq, words, "welcome")));
    footer = words_of(rq, words, "footer");
    if (footer != NULL && article_markdown_html(rq->cx.mem, &err, footer, &html, NULL))
        json_object_set_new(shell, "foot_html", json_string(html));
}

void shell_fill(struct req *rq, json_t *shell)
{
    struct ctx *cx = &rq->cx;
    struct figures figures;
    json_t *nav = json_object_get(shell, "nav");

    add_words(rq, shell);
    /* An error page is drawn after a failure: asking the database again helps nobody. */
    if ((cx->viewer.kind != VIEWER_CUSTOMER && cx->viewer.kind != VIEWER_STAFF) || cx->err.kind ||
        !rq->app->shell_cache)
        return;
    /* Who has just done something (a flash tells it) sees figures that have it. */
    if (rq->session->flash || !cache_find(rq->app->shell_cache, cx, &figures)) {
        if (!count(cx, &figures)) {
            log_warn(cx->trace, "menu figures: %s", cx->err.oper);
            err_clear(&cx->err);
            return;
        }
        cache_put(rq->app->shell_cache, cx, &figures);
    }
    if (figures.notices > 0)
        json_object_set_new(shell, "notices",
                            json_string(format_number(rq->cx.mem, &rq->format, figures.notices)));
    set_count(rq, nav, "/tickets", figures.tickets);
    set_count(rq, nav, "/licences", figures.licences);
    set_count(rq, nav, "/orders", figures.orders);
}
