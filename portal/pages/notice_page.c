#include "portal/pages/notice_page.h"

#include "base/parse.h"
#include "licensing/licence.h"
#include "portal/http/page.h"
#include "portal/mail/mail_out.h"
#include "portal/notice/notice.h"
#include "portal/notice/notice_text.h"
#include "portal/shell.h"

#include <string.h>

enum { HOURS = 24, HOUR_SIZE = 8 };

/* --- the list --- */

/* What a notice is about: its ticket, else its licence where the reader may still see it. */
static bool read_about(struct req *rq, const struct notice *n, const char **number,
                       const char **subject)
{
    struct licence *licence;

    *number = n->number;
    *subject = n->subject;
    if (id_is_zero(n->licence_id))
        return true;
    if (!licence_get(&rq->cx, n->licence_id, &licence)) {
        if (rq->cx.err.kind != &ERR_NOT_FOUND)
            return false;
        err_clear(&rq->cx.err);
        return true;
    }
    *number = licence->serial;
    *subject = licence->product_name;
    return true;
}

static bool add_row(struct req *rq, const struct notice *n, json_t *rows)
{
    const char *line, *number, *subject;

    if (!notice_text_line(&rq->cx, &rq->format, n, &line) || !read_about(rq, n, &number, &subject))
        return false;
    json_array_append_new(rows, json_pack("{s:s,s:s,s:s,s:s,s:b,s:o}", "href",
                                          notice_text_path(&rq->cx, n), "number", number, "subject",
                                          subject, "text", line, "is_new", n->read_at == 0, "at",
                                          page_time(rq, n->created_at)));
    return true;
}

bool notice_page_list(struct req *rq)
{
    json_t *rows = json_array();
    json_t *page = json_own(rq->cx.mem, json_pack("{s:o}", "notices", rows));
    struct notice *list;
    bool has_new = false;
    size_t count;

    if (!notice_list(&rq->cx, NOTICE_LIST_MAX, &list, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!add_row(rq, &list[i], rows))
            return false;
        has_new = has_new || list[i].read_at == 0;
    }
    json_object_set_new(page, "is_empty", json_boolean(count == 0));
    json_object_set_new(page, "has_new", json_boolean(has_new));
    return page_render(rq, "notice_list", page);
}

bool notice_page_read(struct req *rq)
{
    if (!notice_read_all(&rq->cx))
        return false;
    shell_forget(rq);
    return reply_see_other(rq, "/notices");
}

/* --- choices --- */

static bool is_offered(const struct req *rq, enum notice_kind kind)
{
    return kind == NOTICE_RULE || notice_kind_words(kind)->is_staff == rq->session->is_staff;
}

static json_t *hours_json(struct req *rq, int64_t chosen)
{
    json_t *list = json_array();

    for (int i = 0; i < HOURS; i++)
        json_array_append_new(
            list, json_pack("{s:s,s:s,s:b}", "value", arena_printf(rq->cx.mem, "%d", i), "text",
                            arena_printf(rq->cx.mem, "%02d:00", i), "is_chosen", i == chosen));
    return list;
}

static bool show_choices(struct req *rq, const struct form *form)
{
    struct notice_choice choices[NOTICE_KIND_COUNT];
    struct id person_id = rq->session->person_id;
    struct notice_habit habit;
    json_t *kinds = json_array();
    json_t *page = json_own(rq->cx.mem, json_pack("{s:o}", "kinds", kinds));

    if (!notice_choices(&rq->cx, person_id, choices) ||
        !notice_habit_get(&rq->cx, person_id, &habit))
        return false;
    for (int i = 0; i < NOTICE_KIND_COUNT; i++) {
        const struct notice_words *w = notice_kind_words((enum notice_kind)i);

        if (is_offered(rq, (enum notice_kind)i))
            json_array_append_new(kinds,
                                  json_pack("{s:s,s:s,s:b,s:b}", "name", w->name, "label",
                                            req_text(rq, w->label), "by_mail", choices[i].by_mail,
                                            "in_portal", choices[i].in_portal));
    }
    json_object_set_new(page, "digest", hours_json(rq, habit.digest_hour));
    json_object_set_new(page, "quiet_from", hours_json(rq, habit.quiet_from));
    json_object_set_new(page, "quiet_until", hours_json(rq, habit.quiet_until));
    return form != NULL ? page_render_form(rq, "notice_choices", page, form)
                        : page_render(rq, "notice_choices", page);
}

bool notice_page_choices(struct req *rq)
{
    return show_choices(rq, NULL);
}

struct habit_fields {
    const char *digest_hour, *quiet_from, *quiet_until;
};

static const struct form_field HABIT_FIELDS[] = {
    {"digest_hour", T("One mail a day"), FORM_TEXT, false, 0, 2, NULL,
     offsetof(struct habit_fields, digest_hour)},
    {"quiet_from", T("Quiet from"), FORM_TEXT, false, 0, 2, NULL,
     offsetof(struct habit_fields, quiet_from)},
    {"quiet_until", T("Quiet until"), FORM_TEXT, false, 0, 2, NULL,
     offsetof(struct habit_fields, quiet_until)},
};

/* Nothing chosen is no hour; what is none is left to the domain to refuse. */
static int64_t hour_of(const char *text)
{
    int64_t hour;

    if (text == NULL)
        return NOTICE_NO_HOUR;
    return parse_i64(text, 0, HOURS - 1, &hour) ? hour : HOURS;
}

static bool is_ticked(struct req *rq, const struct form *form, const char *channel,
                      enum notice_kind kind)
{
    return *form_value(form, arena_printf(rq->cx.mem, "%s.%s", channel,
                                          notice_kind_words(kind)->name)) != '\0';
}

static bool save_choices(struct req *rq, const struct form *form)
{
    for (int i = 0; i < NOTICE_KIND_COUNT; i++) {
        const enum notice_kind kind = (enum notice_kind)i;
        const struct notice_choice choice = {is_ticked(rq, form, "mail", kind),
                                             is_ticked(rq, form, "portal", kind)};

        if (is_offered(rq, kind) && !notice_choose(&rq->cx, rq->session->person_id, kind, choice))
            return false;
    }
    return true;
}

bool notice_page_choose(struct req *rq)
{
    struct habit_fields in = {0};
    struct notice_habit habit;
    struct form *form;

    if (!form_parse(rq, &form))
        return false;
    if (!form_read(rq, form, HABIT_FIELDS, COUNT(HABIT_FIELDS), &in))
        return show_choices(rq, form);
    habit = (struct notice_habit){hour_of(in.digest_hour), hour_of(in.quiet_from),
                                  hour_of(in.quiet_until)};
    if (!notice_habit_set(&rq->cx, rq->session->person_id, &habit))
        return form_take_err(rq, form, HABIT_FIELDS, COUNT(HABIT_FIELDS)) && show_choices(rq, form);
    return save_choices(rq, form) &&
           reply_flash(rq, "ok", req_text(rq, T("Your choice is saved."))) &&
           reply_see_other(rq, "/account/notices");
}

/* --- for the pages of tickets --- */

bool notice_page_opened(struct req *rq, struct id ticket_id)
{
    const char *text = req_query(rq, "m");
    struct id mail_id;

    return text == NULL || !id_parse(text, &mail_id) ||
           mail_out_opened(&rq->cx, ticket_id, mail_id);
}

bool notice_page_seen(struct req *rq, struct id ticket_id)
{
    int64_t changed;

    if (!notice_page_opened(rq, ticket_id) || !notice_read_ticket(&rq->cx, ticket_id, &changed))
        return false;
    if (changed > 0)
        shell_forget(rq);
    return true;
}
