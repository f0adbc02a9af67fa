#include "portal/pages/licence_json.h"

#include "base/clock.h"
#include "portal/http/page.h"

#include <string.h>

enum { SEAT_BLOCKS_MAX = 24, SOON_DAYS = 30 };

json_t *licence_json_seats(struct req *rq, int64_t used, int64_t total)
{
    bool is_unlimited = total == POLICY_NO_LIMIT;
    bool has_blocks = !is_unlimited && total <= SEAT_BLOCKS_MAX;
    json_t *blocks = json_array();
    int64_t percent = is_unlimited || total <= 0 ? 0 : used * 100 / total;

    for (int64_t i = 0; has_blocks && i < total; i++)
        json_array_append_new(blocks, json_pack("{s:b}", "is_used", i < used));
    return json_pack(
        "{s:s,s:s,s:b,s:o,s:I,s:b,s:s,s:b}", "used", format_number(rq->cx.mem, &rq->format, used),
        "total", format_number(rq->cx.mem, &rq->format, is_unlimited ? 0 : total), "has_blocks",
        has_blocks, "blocks", blocks, "percent", (json_int_t)(percent > 100 ? 100 : percent),
        "is_unlimited", is_unlimited, "free",
        format_number(rq->cx.mem, &rq->format, used < total ? total - used : 0), "is_full",
        !is_unlimited && used >= total);
}

static json_t *chip_json(const char *kind, const char *icon, const char *text)
{
    return json_pack("{s:s?,s:s,s:s}", "kind", kind, "icon", icon, "text", text);
}

/* Never by colour alone: each state has a sign and a word. */
static json_t *licence_chips(struct req *rq, const struct licence *l)
{
    json_t *chips = json_array();
    int64_t left_us = l->expires_at - rq->cx.now;
    const char *ago = l->expires_at ? format_ago(rq->cx.mem, &rq->format, l->expires_at) : NULL;

    if (l->is_suspended || l->status == LICENCE_BANNED)
        json_array_append_new(chips, chip_json("bad", "ban", req_text(rq, T("Suspended"))));
    else if (l->expires_at && left_us <= 0)
        json_array_append_new(chips, chip_json("bad", "circle-x", req_text(rq, T("Expired"))));
    else
        json_array_append_new(chips, chip_json("ok", "check", req_text(rq, T("Active"))));
    if (l->is_trial)
        json_array_append_new(chips, chip_json("accent", "hourglass", req_text(rq, T("Trial"))));
    if (ago && left_us > 0 && left_us <= SOON_DAYS * CLOCK_DAY)
        json_array_append_new(
            chips, chip_json("warn", "clock", lang_fill1(rq->cx.mem, rq->lang, T("Ends {}"), ago)));
    return chips;
}

const char *licence_json_title(struct req *rq, const struct licence *l)
{
    if (!l->name || !*l->name)
        return l->product_name;
    if (strncmp(l->name, l->product_name, strlen(l->product_name)) == 0)
        return l->name;
    return arena_printf(rq->cx.mem, "%s, %s", l->product_name, l->name);
}

json_t *licence_json_row(struct req *rq, const struct licence *l)
{
    struct arena *mem = rq->cx.mem;
    const char *prefix = rq->session->is_staff ? "/desk/licences" : "/licences";
    const char *title = licence_json_title(rq, l);
    /* Most are called as their policy is: that is said once. */
    const char *policy = strcmp(title, l->policy_name) != 0 ? l->policy_name : NULL;
    int64_t left_us = l->expires_at - rq->cx.now;

    return json_pack("{s:s,s:s,s:s,s:s?,s:s,s:s?,s:o,s:o,s:o,s:o,s:b,s:s?,s:n}", "href",
                     arena_printf(mem, "%s/%s", prefix, id_text(mem, l->id)), "title", title,
                     "product", l->product_name, "policy", policy, "serial", l->serial,
                     "organisation", l->organisation_name, "seats",
                     licence_json_seats(rq, l->machine_count, l->max_machines), "chips",
                     licence_chips(rq, l), "valid_to",
                     l->expires_at ? page_day(rq, l->expires_at) : json_null(), "support_to",
                     l->support_until ? page_day(rq, l->support_until) : json_null(), "is_soon",
                     l->expires_at != 0 && left_us > 0 && left_us <= SOON_DAYS * CLOCK_DAY,
                     "version", l->last_version, "listed");
}

static void add_sentence(json_t *list, const char *text)
{
    json_array_append_new(list, json_string(text));
}

static const char *seats_phrase(struct req *rq, const struct licence *l)
{
    if (l->max_machines == POLICY_NO_LIMIT)
        return req_text(rq, T("Any number of seats"));
    if (l->max_machines == 1)
        return req_text(rq, T("1 seat"));
    return lang_fill1(rq->cx.mem, rq->lang, T("{} seats"),
                      format_number(rq->cx.mem, &rq->format, l->max_machines));
}

static void add_validity(struct req *rq, const struct licence *l, json_t *list)
{
    struct arena *mem = rq->cx.mem;
    const char *whom = l->organisation_name ? l->organisation_name
                       : l->owner_name      ? l->owner_name
                                            : rq->tenant->name;
    const char *end = l->expires_at ? format_day(mem, &rq->format, l->expires_at) : NULL;
    const char *const args[] = {seats_phrase(rq, l), whom, end};

    if (!end)
        add_sentence(list, lang_fill(mem, rq->lang, T("{} for {}, without an end date."), args, 2));
    else if (l->expires_at > rq->cx.now)
        add_sentence(list, lang_fill(mem, rq->lang, T("{} for {}, valid to {}."), args, 3));
    else
        add_sentence(list, lang_fill(mem, rq->lang, T("{} for {}, ended on {}."), args, 3));
}

json_t *licence_json_summary(struct req *rq, const struct licence *l)
{
    struct arena *mem = rq->cx.mem;
    json_t *list = json_array();
    int64_t grace_end = l->expires_at + l->grace_days * CLOCK_DAY;

    add_validity(rq, l, list);
    if (l->expires_at && l->grace_days > 0)
        add_sentence(list, lang_fill1(mem, rq->lang,
                                      grace_end > rq->cx.now
                                          ? T("After that it keeps working until {} (grace).")
                                          : T("The grace time ended on {}."),
                                      format_day(mem, &rq->format, grace_end)));
    if (l->is_suspended)
        add_sentence(list, req_text(rq, T("It is suspended: programs are refused until it is "
                                          "reinstated.")));
    if (l->support_until)
        add_sentence(list, lang_fill1(mem, rq->lang,
                                      l->support_until > rq->cx.now
                                          ? T("Support and updates run to {}.")
                                          : T("Support and updates ended on {}."),
                                      format_day(mem, &rq->format, l->support_until)));
    return list;
}
