#include "portal/pages/login_log_page.h"

#include "portal/account/login_log.h"
#include "portal/http/page.h"
#include "portal/pages/device_text.h"
#include "portal/pages/trail.h"

#include <string.h>

static const char HERE[] = "/desk/settings/logins";

static const struct outcome {
    const char *name, *kind, *icon, *text;
} OUTCOMES[] = {
    {"ok", "ok", "check", T("Signed in")},
    {"wrong", "bad", "x", T("Wrong password or code")},
    {"locked", "warn", "lock", T("Account locked")},
    {"disabled", "warn", "ban", T("Account switched off")},
    {"throttled", "warn", "ban", T("Too many tries")},
    {"remembered", "ok", "monitor", T("Signed in on a remembered device")},
    {"half", NULL, "clock", T("Second step asked")},
    {"confirm", "ok", "shield-check", T("Shown again")},
    {"logout", NULL, "log-out", T("Signed out")},
};

static const struct outcome *outcome_of(const char *name)
{
    static const struct outcome OTHER = {"", NULL, "circle", T("Other")};

    for (size_t i = 0; i < COUNT(OUTCOMES); i++)
        if (strcmp(OUTCOMES[i].name, name) == 0)
            return &OUTCOMES[i];
    return &OTHER;
}

static json_t *row_json(struct req *rq, const struct login_log_row *row)
{
    const struct outcome *o = outcome_of(row->outcome);

    return json_pack("{s:o,s:s,s:s,s:s,s:{s:s?,s:s,s:s}}", "at", page_time(rq, row->at), "email",
                     row->email, "person", row->person, "address", row->address, "chip", "kind",
                     o->kind, "icon", o->icon, "text", req_text(rq, o->text));
}

static void read_filter(struct req *rq, struct trail *trail, struct login_log_filter *filter)
{
    trail_read(rq, trail);
    *filter = (struct login_log_filter){.account = trail->who,
                                        .address = trail->address,
                                        .outcome = trail->what,
                                        .from = trail->from,
                                        .until = trail->until,
                                        .before_id = trail->before_id};
}

static json_t *outcome_options(struct req *rq, const char *chosen)
{
    json_t *options = json_array();

    for (size_t i = 0; i < COUNT(OUTCOMES); i++)
        json_array_append_new(options,
                              json_pack("{s:s,s:s,s:b}", "value", OUTCOMES[i].name, "text",
                                        req_text(rq, OUTCOMES[i].text), "is_chosen",
                                        chosen != NULL && strcmp(chosen, OUTCOMES[i].name) == 0));
    return options;
}

bool login_log_page_list(struct req *rq)
{
    json_t *rows = json_array();
    json_t *page = json_own(rq->cx.mem, json_pack("{s:o,s:b}", "rows", rows, "on_logins", true));
    struct login_log_filter filter;
    struct login_log_row *list;
    struct trail trail;
    size_t count;
    bool has_more;

    read_filter(rq, &trail, &filter);
    filter.limit = LOGIN_LOG_PAGE + 1;
    if (!login_log_list(&rq->cx, &filter, &list, &count))
        return false;
    has_more = count > LOGIN_LOG_PAGE;
    for (size_t i = 0; i < count && i < LOGIN_LOG_PAGE; i++)
        json_array_append_new(rows, row_json(rq, &list[i]));
    json_object_set_new(page, "is_empty", json_boolean(count == 0));
    json_object_set_new(page, "outcomes", outcome_options(rq, trail.what));
    trail_add(rq, HERE, &trail, has_more ? list[LOGIN_LOG_PAGE - 1].id : (struct id){{0}}, page);
    return page_render(rq, "login_log", page);
}

bool login_log_page_download(struct req *rq)
{
    static const char *const TITLES[] = {T("Time"), T("E-mail"), T("Who"), T("From where"),
                                         T("Result")};
    struct login_log_filter filter;
    struct login_log_row *list;
    struct trail trail;
    size_t count;

    read_filter(rq, &trail, &filter);
    filter.limit = LOGIN_LOG_EXPORT_MAX;
    if (!login_log_list(&rq->cx, &filter, &list, &count))
        return false;
    trail_csv_start(rq, "sign-ins", TITLES, COUNT(TITLES));
    for (size_t i = 0; i < count; i++) {
        const char *const cells[] = {trail_csv_time(rq, list[i].at), list[i].email, list[i].person,
                                     list[i].address,
                                     req_text(rq, outcome_of(list[i].outcome)->text)};

        trail_csv_line(rq, cells, COUNT(cells));
    }
    return true;
}

bool login_log_page_online(struct req *rq)
{
    json_t *rows = json_array();
    json_t *page = json_own(rq->cx.mem, json_pack("{s:o,s:b}", "rows", rows, "on_logins", true));
    struct login_log_online *list;
    size_t count;

    if (!login_log_online(&rq->cx, &rq->app->config, &list, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        json_array_append_new(
            rows,
            json_pack("{s:s,s:s,s:s,s:s,s:b,s:o,s:o}", "person", list[i].person, "email",
                      list[i].email, "address", list[i].address, "agent",
                      device_text(rq, list[i].agent), "is_staff", list[i].is_staff, "since",
                      page_time(rq, list[i].created_at), "used", page_time(rq, list[i].used_at)));
    return page_render(rq, "online", page);
}
