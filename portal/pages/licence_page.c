#include "portal/pages/licence_page.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "licensing/machine_release.h"
#include "portal/http/page.h"
#include "portal/pages/licence_json.h"
#include "portal/pages/record_field_page.h"
#include "portal/sales/history.h"

#include <string.h>

enum { MACHINES_MAX = 500, HISTORY_SHOWN = 30, UNSEEN_DAYS = 30 };

/* --- the list --- */

static json_t *list_pager(struct req *rq, bool is_later, const struct licence *last)
{
    const char *next = NULL;

    if (!is_later && !last)
        return json_null();
    if (last)
        next = arena_printf(rq->cx.mem, "%s?after=%s", rq->path, id_text(rq->cx.mem, last->id));
    return json_pack("{s:s?,s:s?,s:n}", "prev_href", is_later ? rq->path : NULL, "next_href", next,
                     "text");
}

bool licence_page_list(struct req *rq)
{
    struct ctx *cx = &rq->cx;
    const char *after = req_query(rq, "after");
    struct licence_filter filter = {.search = req_query(rq, "q"), .limit = LICENCE_LIST_MAX};
    const char *search = filter.search ? filter.search : "";
    json_t *rows = json_array();
    json_t *page = json_own(cx->mem, json_pack("{s:o,s:s,s:b}", "licences", rows, "query", search,
                                               "is_searched", *search != '\0'));
    struct licence *list;
    struct id *ids;
    size_t count;

    if (after && !id_parse(after, &filter.after))
        return err_set(&cx->err, &ERR_NOT_FOUND, "cursor of the licence list");
    if (!*search)
        filter.search = NULL;
    if (!licence_list(cx, &filter, &list, &count))
        return false;
    ids = arena_array(cx->mem, struct id, count + 1);
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(rows, licence_json_row(rq, &list[i]));
        ids[i] = list[i].id;
    }
    if (!record_field_page_list(rq, FIELD_LICENCE, ids, count, rows))
        return false;
    json_object_set_new(page, "is_empty", json_boolean(count == 0));
    json_object_set_new(
        page, "pager",
        list_pager(rq, after != NULL, count == LICENCE_LIST_MAX ? &list[count - 1] : NULL));
    return page_render(rq, rq->session->is_staff ? "licence_desk_list" : "licence_list", page);
}

/* --- machines --- */

/* "8F2C-41": short, the same on every page, and nothing that a machine could be faked with. */
static const char *short_fingerprint(struct arena *mem, const char *fingerprint)
{
    uint8_t hash[CRYPTO_HASH_SIZE];

    crypto_sha256(fingerprint, strlen(fingerprint), hash);
    return arena_printf(mem, "%02X%02X-%02X", hash[0], hash[1], hash[2]);
}

static const char *machine_name(struct req *rq, const struct machine *m)
{
    if (m->name && *m->name)
        return m->name;
    return m->hostname && *m->hostname ? m->hostname : req_text(rq, T("Machine without a name"));
}

static json_t *machine_json(struct req *rq, const struct machine *m)
{
    struct arena *mem = rq->cx.mem;
    bool is_unseen = rq->cx.now - m->last_seen_at > UNSEEN_DAYS * CLOCK_DAY;

    return json_pack("{s:s,s:s,s:s?,s:s?,s:s?,s:o,s:o,s:b,s:s}", "name", machine_name(rq, m),
                     "fingerprint", short_fingerprint(mem, m->fingerprint), "site", m->site_name,
                     "system", m->platform, "version", m->version, "first_seen",
                     page_day(rq, m->first_seen_at), "last_seen", page_time(rq, m->last_seen_at),
                     "is_unseen", is_unseen, "release_href",
                     arena_printf(mem, "%s/%s/machines/%s/release",
                                  rq->session->is_staff ? "/desk/licences" : "/licences",
                                  id_text(mem, m->licence_id), id_text(mem, m->id)));
}

static bool machines_json(struct req *rq, const struct licence *l, json_t **out)
{
    struct machine *list;
    size_t count;

    if (!machine_list(&rq->cx, l->id, MACHINES_MAX, &list, &count))
        return false;
    *out = json_own(rq->cx.mem, json_array());
    for (size_t i = 0; i < count; i++)
        json_array_append_new(*out, machine_json(rq, &list[i]));
    return true;
}

/* --- history --- */

static const char ODD_USE[] = "licence.odd_use"; /* told to staff alone */

static const struct {
    const char *event, *action; /* action NULL: any */
    const char *label;
} HISTORY_WORDS[] = {
    {"licence.issued", NULL, T("Issued")},
    {"licence.updated", "renewed", T("Renewed")},
    {"licence.updated", "seats changed", T("Seats changed")},
    {"licence.updated", "user attached", T("Person added")},
    {"licence.updated", "licence file made", T("Licence file made")},
    {"licence.updated", "machine file made", T("Machine file made")},
    {"machine.dead", NULL, T("Machine fell silent")},
    {"machine.resurrected", NULL, T("Machine heard again")},
    {"machine.reset", NULL, T("Machine no longer watched")},
    {"machine.updated", NULL, T("Machine changed")},
    {"machine.owner_changed", NULL, T("Machine changed hands")},
    {"machine.group_changed", NULL, T("Machine's group changed")},
    {ODD_USE, "many_machines", T("Odd use: many different machines")},
    {ODD_USE, "many_releases", T("Odd use: many releases")},
    {"licence.updated", "checked in", T("Checked in")},
    {"licence.updated", "used", T("Used")},
    {"licence.updated", NULL, T("Changed")},
    {"licence.ending", NULL, T("Notice that it ends soon")},
    {"licence.policy_changed", "trial turned", T("Trial turned into a full licence")},
    {"licence.renewed", NULL, T("Renewed")},
    {"licence.checked_in", NULL, T("Checked in")},
    {"licence.checked_out", NULL, T("Licence file made")},
    {"machine.checked_out", NULL, T("Machine file made")},
    {"licence.uses_added", NULL, T("Used")},
    {"licence.uses_taken", NULL, T("Uses taken back")},
    {"licence.uses_reset", NULL, T("Uses set to zero")},
    {"licence.users_attached", NULL, T("Person added")},
    {"licence.users_detached", NULL, T("Person removed")},
    {"licence.entitlements_attached", NULL, T("Entitlement added")},
    {"licence.entitlements_detached", NULL, T("Entitlement removed")},
    {"licence.policy_changed", NULL, T("Policy changed")},
    {"licence.owner_changed", NULL, T("Owner changed")},
    {"licence.group_changed", NULL, T("Group changed")},
    {"licence.expiring", NULL, T("Ends soon")},
    {"licence.expired", NULL, T("Ended")},
    {"licence.check_in_due", NULL, T("Check-in due soon")},
    {"licence.check_in_overdue", NULL, T("Check-in overdue")},
    {"licence.suspended", NULL, T("Suspended")},
    {"licence.reinstated", NULL, T("Reinstated")},
    {"licence.activated", NULL, T("Activated")},
    {"licence.released", NULL, T("Released")},
};

static const char *history_word(const struct history_entry *e)
{
    const char *action = json_get_text(e->data, "action", "");

    for (size_t i = 0; i < COUNT(HISTORY_WORDS); i++) {
        if (!strcmp(HISTORY_WORDS[i].event, e->name) &&
            (!HISTORY_WORDS[i].action || !strcmp(HISTORY_WORDS[i].action, action)))
            return HISTORY_WORDS[i].label;
    }
    return NULL;
}

/* The machine's name, or the reason that was given. */
static const char *history_detail(const struct history_entry *e)
{
    const char *name = json_get_text(e->data, "name", "");

    if (!*name)
        name = json_get_text(e->data, "hostname", "");
    return *name ? name : json_get_text(e->data, "reason", "");
}

static bool history_json(struct req *rq, const struct licence *l, json_t **out)
{
    struct history_entry *list;
    size_t count;

    if (!history_list(&rq->cx, l->id, HISTORY_SHOWN, &list, &count))
        return false;
    *out = json_own(rq->cx.mem, json_array());
    for (size_t i = 0; i < count; i++) {
        const char *word = history_word(&list[i]);

        if (word && (rq->session->is_staff || strcmp(list[i].name, ODD_USE)))
            json_array_append_new(*out,
                                  json_pack("{s:o,s:s,s:s,s:s?}", "at", page_time(rq, list[i].at),
                                            "what", req_text(rq, word), "detail",
                                            history_detail(&list[i]), "actor", list[i].actor));
    }
    return true;
}

/* --- one licence --- */

bool licence_page_context(struct req *rq, const struct licence *l, json_t **out)
{
    struct ctx *cx = &rq->cx;
    json_t *machines;
    json_t *history;

    if (!machines_json(rq, l, &machines) || !history_json(rq, l, &history))
        return false;
    *out = json_own(
        cx->mem,
        json_pack("{s:o,s:o,s:O,s:s,s:b,s:O,s:b,s:s,s:b,s:s}", "licence", licence_json_row(rq, l),
                  "sentences", licence_json_summary(rq, l), "machines", machines, "machine_count",
                  format_number(cx->mem, &rq->format, l->machine_count), "has_machines",
                  json_array_size(machines) > 0, "history", history, "has_history",
                  json_array_size(history) > 0, "key", l->key, "is_signed_key",
                  strncmp(l->key, "key/", 4) == 0, "help_href",
                  arena_printf(cx->mem, "/tickets/new?licence=%s", id_text(cx->mem, l->id))));
    return true;
}

bool licence_page_view(struct req *rq)
{
    struct licence *l;
    json_t *page;

    if (!licence_get(&rq->cx, rq->id, &l) || !licence_page_context(rq, l, &page) ||
        !record_field_page_add(rq, FIELD_LICENCE, l->id, rq->path, page))
        return false;
    json_object_set_new(
        page, "can_file",
        json_boolean((rq->cx.viewer.rights & (RIGHT_TICKET_OWN | RIGHT_TICKET_ALL)) != 0));
    return page_render(rq, "licence_view", page);
}

/* --- releasing a machine --- */

/* The machine of the path, if it belongs to the licence of the path. */
static bool machine_of_path(struct req *rq, struct machine **out)
{
    struct machine *m;
    struct id id;

    if (!rq->args[1] || !id_parse(rq->args[1], &id))
        return err_set(&rq->cx.err, &ERR_NOT_FOUND, "machine id");
    if (!machine_get(&rq->cx, id, &m))
        return false;
    if (!id_equal(m->licence_id, rq->id))
        return err_set(&rq->cx.err, &ERR_NOT_FOUND, "machine of another licence");
    *out = m;
    return true;
}

/* What a customer is told of how often machines can be released; nothing to staff, who always may.
 */
static bool add_room(struct req *rq, json_t *page)
{
    struct machine_release_room room;
    json_t *blocked = json_null();
    json_t *left = json_null();

    if (!rq->session->is_staff) {
        if (!machine_release_room(&rq->cx, rq->id, &room))
            return false;
        if (room.next_at != 0)
            blocked = json_pack("{s:o,s:s}", "next", page_time(rq, room.next_at), "ask_href",
                                "/tickets/new");
        else if (room.terms.cap != 0)
            left = json_pack("{s:i,s:i}", "left", (int)(room.terms.cap - room.used), "days",
                             (int)room.terms.period_days);
    }
    json_object_set_new(page, "blocked", blocked);
    json_object_set_new(page, "room", left);
    return true;
}

bool licence_page_release(struct req *rq)
{
    struct licence *l;
    struct machine *m;
    json_t *page;

    if (!licence_get(&rq->cx, rq->id, &l) || !machine_of_path(rq, &m))
        return false;
    page = json_own(rq->cx.mem, json_pack("{s:o,s:o}", "licence", licence_json_row(rq, l),
                                          "machine", machine_json(rq, m)));
    return add_room(rq, page) && page_render(rq, "licence_release", page);
}

bool licence_page_released(struct req *rq)
{
    struct arena *mem = rq->cx.mem;
    const char *name;
    struct machine *m;

    if (!machine_of_path(rq, &m))
        return false;
    name = machine_name(rq, m);
    if (!machine_release(&rq->cx, m->id)) {
        if (rq->cx.err.kind != &ERR_MACHINE_RELEASES_FULL)
            return false;
        err_clear(&rq->cx.err); /* the question's page says when it works again */
        return licence_page_release(rq);
    }
    return reply_flash(rq, "ok",
                       lang_fill1(mem, rq->lang, T("{} is released. Its seat is free."), name)) &&
           reply_see_other(rq, arena_printf(mem, "%s/%s",
                                            rq->session->is_staff ? "/desk/licences" : "/licences",
                                            id_text(mem, rq->id)));
}
