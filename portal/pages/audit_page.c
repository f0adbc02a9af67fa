#include "portal/pages/audit_page.h"

#include "base/clock.h"
#include "db/event.h"
#include "portal/account/audit.h"
#include "portal/http/page.h"
#include "portal/pages/trail.h"

#include <string.h>

static const char HERE[] = "/desk/settings/audit";

static const struct {
    const char *kind, *text;
} ACTORS[] = {{"system", T("The system")},
              {"staff", T("Staff")},
              {"customer", T("Customer")},
              {"program", T("A program")},
              {"nobody", T("A visitor, not signed in")}};

static const char *actor_text(struct req *rq, const struct audit_row *row)
{
    for (size_t i = 0; i < COUNT(ACTORS); i++)
        if (strcmp(ACTORS[i].kind, row->actor_kind) == 0)
            return req_text(rq, ACTORS[i].text);
    return row->actor_kind;
}

/* Members of members are rows of their own, "address.city"; deeper ones stand as they are. */
enum { DEPTH_MAX = 3, OPEN_MAX = 6 }; /* more details than this are folded */

/* "2026-11-22T09:34:07.731Z" as a person reads it. */
static const char *instant_text(struct req *rq, const char *text)
{
    int64_t us;

    return strlen(text) > strlen("2026-11-22T") && text[strlen(text) - 1] == 'Z' &&
                   clock_parse_iso(text, &us)
               ? format_time(rq->cx.mem, &rq->format, us)
               : text;
}

/* A list is its members, a switch is a word. */
static const char *value_text(struct req *rq, const json_t *value)
{
    struct str s = str_new(rq->cx.mem);
    const json_t *member;
    size_t i;

    if (value == NULL || json_is_null(value))
        return "";
    if (json_is_string(value))
        return instant_text(rq, json_string_value(value));
    if (json_is_boolean(value))
        return req_text(rq, json_is_true(value) ? T("yes") : T("no"));
    if (!json_is_array(value))
        return json_write(rq->cx.mem, value);
    json_array_foreach (value, i, member)
        str_fmt(&s, "%s%s", i > 0 ? ", " : "", value_text(rq, member));
    return s.p;
}

/* "family_name" is read as "family name", or as the word that forms have for it in other languages.
 */
static const char *name_text(struct req *rq, const char *prefix, const char *name)
{
    char *words = arena_printf(rq->cx.mem, "%s", name);
    char *label;
    const char *text;

    for (char *c = words; *c != '\0'; c++)
        *c = *c == '_' ? ' ' : *c;
    label = arena_printf(rq->cx.mem, "%s", words);
    if (*label >= 'a' && *label <= 'z')
        *label = (char)(*label - 'a' + 'A');
    text = req_text(rq, label);
    if (strcmp(text, label) == 0 || strcmp(words, "code") == 0) /* on forms that is to sign in */
        text = words;
    return arena_printf(rq->cx.mem, "%s%s%s", prefix, *prefix != '\0' ? " / " : "", text);
}

static void add_changes(struct req *rq, json_t *rows, const char *prefix, json_t *before,
                        json_t *after, int depth);

/* was or is: NULL where there is none. */
static void add_change(struct req *rq, json_t *rows, const char *name, json_t *was, json_t *is,
                       int depth)
{
    if (was != NULL && is != NULL && json_equal(was, is))
        return;
    if (depth < DEPTH_MAX && (json_is_object(was) || json_is_object(is)))
        add_changes(rq, rows, name, was, is, depth + 1);
    else
        json_array_append_new(rows, json_pack("{s:s,s:s,s:s}", "name", name, "was",
                                              value_text(rq, was), "is", value_text(rq, is)));
}

static void add_changes(struct req *rq, json_t *rows, const char *prefix, json_t *before,
                        json_t *after, int depth)
{
    const char *name;
    json_t *value;

    json_object_foreach (after, name, value)
        add_change(rq, rows, name_text(rq, prefix, name), json_object_get(before, name), value,
                   depth);
    json_object_foreach (before, name, value)
        if (json_object_get(after, name) == NULL)
            add_change(rq, rows, name_text(rq, prefix, name), value, NULL, depth);
}

/* What an event says beside that: its own members, as rows without a before. */
static void add_facts(struct req *rq, const struct audit_row *row, json_t *changes, json_t *facts)
{
    struct err ignored = {.kind = NULL}; /* what cannot be read is shown as nothing */
    json_t *data = NULL;
    const char *name;
    json_t *value;

    if (row->data == NULL || !json_read(rq->cx.mem, &ignored, row->data, strlen(row->data), &data))
        return;
    add_changes(rq, changes, "", json_object_get(data, "before"), json_object_get(data, "after"),
                0);
    json_object_foreach (data, name, value)
        if (strcmp(name, "before") != 0 && strcmp(name, "after") != 0 &&
            strcmp(name, "row") != 0) /* the whole row is for rebuilding it, not for reading */
            add_change(rq, facts, name_text(rq, "", name), NULL, value, 0);
}

/* Whoever signs in is nobody yet: the row is about who that was. */
static const char *who_text(struct req *rq, const struct audit_row *row)
{
    if (*row->actor_name != '\0')
        return row->actor_name;
    return strcmp(row->name, "person.login") == 0 && *row->about != '\0' ? row->about
                                                                         : actor_text(rq, row);
}

static json_t *row_json(struct req *rq, const struct audit_row *row)
{
    const char *about =
        arena_printf(rq->cx.mem, "%s?about=%s", HERE, id_text(rq->cx.mem, row->subject_id));

    json_t *changes = json_array(), *facts = json_array();
    size_t count;

    add_facts(rq, row, changes, facts);
    count = json_array_size(changes) + json_array_size(facts);
    return json_pack("{s:o,s:s,s:s,s:s,s:s,s:s,s:s,s:b,s:o,s:o,s:b,s:b,s:i}", "at",
                     page_time(rq, row->at), "name", row->name, "who", who_text(rq, row), "email",
                     row->actor_email, "address", row->address, "about_href", about, "about",
                     row->about, "has_changes", json_array_size(changes) > 0, "changes", changes,
                     "facts", facts, "is_erased", row->is_erased, "is_long", count > OPEN_MAX,
                     "count", (int)count);
}

static void read_filter(struct req *rq, struct trail *trail, struct audit_filter *filter)
{
    const char *about = req_query(rq, "about");

    trail_read(rq, trail);
    *filter = (struct audit_filter){.what = trail->what,
                                    .who = trail->who,
                                    .address = trail->address,
                                    .from = trail->from,
                                    .until = trail->until,
                                    .before_id = trail->before_id};
    if (about && !id_parse(about, &filter->subject_id))
        filter->subject_id = (struct id){{0}};
}

bool audit_page_list(struct req *rq)
{
    json_t *rows = json_array();
    json_t *page = json_own(rq->cx.mem, json_pack("{s:o,s:b}", "rows", rows, "on_audit", true));
    struct audit_filter filter;
    struct audit_row *list;
    struct trail trail;
    size_t count;
    bool has_more;

    read_filter(rq, &trail, &filter);
    filter.limit = AUDIT_PAGE + 1;
    if (!audit_list(&rq->cx, &filter, &list, &count))
        return false;
    has_more = count > AUDIT_PAGE;
    for (size_t i = 0; i < count && i < AUDIT_PAGE; i++)
        json_array_append_new(rows, row_json(rq, &list[i]));
    json_object_set_new(page, "is_empty", json_boolean(count == 0));
    trail_add(rq, HERE, &trail, has_more ? list[AUDIT_PAGE - 1].id : (struct id){{0}}, page);
    return page_render(rq, "audit_list", page);
}

bool audit_page_download(struct req *rq)
{
    static const char *const TITLES[] = {T("Time"),   T("What"), T("Who"),
                                         T("E-mail"), T("Kind"), T("From where"),
                                         T("About"),  T("Name"), T("Details")};
    struct audit_filter filter;
    struct audit_row *list;
    struct trail trail;
    size_t count;

    read_filter(rq, &trail, &filter);
    filter.limit = AUDIT_EXPORT_MAX;
    if (!audit_list(&rq->cx, &filter, &list, &count))
        return false;
    trail_csv_start(rq, "audit", TITLES, COUNT(TITLES));
    for (size_t i = 0; i < count; i++) {
        const char *const cells[] = {trail_csv_time(rq, list[i].at),
                                     list[i].name,
                                     list[i].actor_name,
                                     list[i].actor_email,
                                     list[i].actor_kind,
                                     list[i].address,
                                     id_text(rq->cx.mem, list[i].subject_id),
                                     list[i].about,
                                     list[i].data ? list[i].data : ""};

        trail_csv_line(rq, cells, COUNT(cells));
    }
    return true;
}
