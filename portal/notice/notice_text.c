#include "portal/notice/notice_text.h"

#include "portal/desk/ticket_status.h"

#include <string.h>

/* --- one line --- */

static const char *actor_of(const struct notice *n, const struct lang *lang)
{
    return *n->actor_name != '\0' ? n->actor_name
                                  : lang_text(lang, T("The system")); /* or a rule */
}

static bool state_line(struct ctx *cx, const struct lang *lang, const struct notice *n,
                       const char **out)
{
    const struct ticket_status *status;

    if (!ticket_status_find(cx, json_get_text(n->data, "state", ""), &status))
        return false;
    *out = lang_fill1(cx->mem, lang, T("The state is now: {}"),
                      status != NULL ? lang_text(lang, status->customer_label) : "-");
    return true;
}

static const char *merged_line(struct ctx *cx, const struct lang *lang, const struct notice *n)
{
    return lang_fill1(cx->mem, lang,
                      json_get_bool(n->data, "is_apart", false)
                          ? T("We go on with ticket {} together with others of its kind.")
                          : T("Your ticket {} goes on in this one."),
                      json_get_text(n->data, "from", "-"));
}

static const char *licence_line(struct ctx *cx, const struct format *f, const struct notice *n)
{
    const char *days = format_number(cx->mem, f, json_get_i64(n->data, "days", 0));

    return lang_fill1(cx->mem, f->lang, T("A licence ends within {} days."), days);
}

/* In the reader's language, else in any. */
static const char *news_line(const struct lang *lang, const struct notice *n)
{
    json_t *titles = json_object_get(n->data, "title");
    const char *own = json_get_text(titles, lang_code(lang), NULL);
    const char *key;
    json_t *title;

    if (own != NULL)
        return own;
    json_object_foreach (titles, key, title)
        return json_string_value(title);
    return "";
}

static const char *promise_line(const struct lang *lang, const struct notice *n)
{
    const bool is_over = json_get_bool(n->data, "is_over", false);

    if (strcmp(json_get_text(n->data, "target", ""), "solve") == 0)
        return lang_text(lang, is_over ? T("The promised solution is overdue.")
                                       : T("A solution was promised for soon."));
    return lang_text(lang, is_over ? T("The promised answer is overdue.")
                                   : T("An answer was promised for soon."));
}

/* How a ticket goes through the desk; NULL: n tells something else. */
static const char *flow_line(struct ctx *cx, const struct format *f, const struct notice *n)
{
    const char *state = json_get_text(n->data, "state", "");
    const int64_t days = json_get_i64(n->data, "days", 0);
    const char *said = n->kind == NOTICE_TICKET_CLOSING ? T("The ticket will be closed in {} days.")
                       : n->kind == NOTICE_TICKET_CLOSED && days > 0
                           ? T("The ticket was closed, since {} days passed without a word.")
                           : NULL;

    if (n->kind == NOTICE_TICKET_PARTED)
        return lang_fill1(cx->mem, f->lang,
                          json_get_bool(n->data, "is_apart", false)
                              ? T("We go on with ticket {} by itself again.")
                              : T("It is no longer a part of ticket {}. What was written to it is "
                                  "here again."),
                          json_get_bool(n->data, "is_apart", false)
                              ? n->number
                              : json_get_text(n->data, "from", "-"));
    if (n->kind == NOTICE_TICKET_SPLIT)
        return lang_fill1(cx->mem, f->lang, T("This was a part of ticket {} before."),
                          json_get_text(n->data, "from", "-"));
    if (n->kind == NOTICE_DESK_APPROVAL)
        return lang_fill1(cx->mem, f->lang, T("{} asks for your approval."), actor_of(n, f->lang));
    if (n->kind == NOTICE_DESK_DECIDED && strcmp(state, "expired") == 0)
        return lang_text(f->lang, T("The approval was not decided in time."));
    if (n->kind == NOTICE_DESK_DECIDED)
        return lang_fill1(cx->mem, f->lang,
                          strcmp(state, "approved") == 0    ? T("{} approved it.")
                          : strcmp(state, "withdrawn") == 0 ? T("{} withdrew the question.")
                                                            : T("{} refused it."),
                          actor_of(n, f->lang));
    if (n->kind == NOTICE_DESK_DISPATCH)
        return lang_text(f->lang, T("The ticket waits for your answer: accept or decline it."));
    if (n->kind == NOTICE_DESK_SENT && strcmp(state, "unanswered") == 0)
        return lang_text(f->lang, T("The dispatch was not answered in time."));
    if (n->kind == NOTICE_DESK_SENT)
        return lang_fill1(cx->mem, f->lang,
                          strcmp(state, "accepted") == 0 ? T("{} accepted the dispatch.")
                                                         : T("{} declined the dispatch."),
                          actor_of(n, f->lang));
    return said != NULL ? lang_fill1(cx->mem, f->lang, said, format_number(cx->mem, f, days))
                        : NULL;
}

static bool line_of_kind(struct ctx *cx, const struct format *f, const struct notice *n,
                         const char **out)
{
    const char *who = actor_of(n, f->lang);

    switch ((int)n->kind) {
    case NOTICE_TICKET_FILED:
        *out = lang_text(f->lang, T("The ticket has arrived."));
        return true;
    case NOTICE_TICKET_MERGED:
        *out = merged_line(cx, f->lang, n);
        return true;
    case NOTICE_TICKET_CLOSED:
    case NOTICE_TICKET_STATE:
    case NOTICE_TICKET_SOLVED:
        return state_line(cx, f->lang, n, out);
    case NOTICE_TICKET_ANSWER:
    case NOTICE_DESK_ANSWERED:
        if (json_get_text(n->data, "state", NULL) != NULL)
            return state_line(cx, f->lang, n, out);
        *out = lang_fill1(cx->mem, f->lang, T("{} has replied."), who);
        return true;
    case NOTICE_DESK_NOTE:
        *out = lang_fill1(cx->mem, f->lang, T("{} has written a note."), who);
        return true;
    case NOTICE_DESK_FILED:
        *out = lang_text(f->lang, T("The ticket waits for somebody of your team."));
        return true;
    case NOTICE_DESK_ASSIGNED:
        *out = lang_text(f->lang, T("The ticket is yours now."));
        return true;
    case NOTICE_DESK_PROMISE:
        *out = promise_line(f->lang, n);
        return true;
    case NOTICE_LICENCE_ENDING:
    case NOTICE_DESK_LICENCE:
        *out = licence_line(cx, f, n);
        return true;
    case NOTICE_NEWS:
    case NOTICE_DESK_NEWS:
        *out = news_line(f->lang, n);
        return true;
    case NOTICE_DESK_TEMPLATE:
        *out = lang_fill1(cx->mem, f->lang, T("Your own words of a mail do not work: {}"),
                          json_get_text(n->data, "fault", ""));
        return true;
    case NOTICE_RULE:
        *out = json_get_text(n->data, "text", "");
        return true;
    default: /* flow_line has the rest */
        break;
    }
    *out = "";
    return true;
}

bool notice_text_line(struct ctx *cx, const struct format *f, const struct notice *n,
                      const char **out)
{
    const char *absent = json_get_text(n->data, "stands_in_for", NULL);

    *out = flow_line(cx, f, n);
    if (*out == NULL && !line_of_kind(cx, f, n, out))
        return false;
    if (absent != NULL)
        *out = lang_fill(cx->mem, f->lang, T("{} You stand in for {}."),
                         (const char *const[]){*out, absent}, 2);
    return true;
}

bool notice_text_change(struct ctx *cx, const struct format *f, const struct notice *n,
                        const char **out)
{
    const char *line;

    if (!notice_text_line(cx, f, n, &line))
        return false;
    *out = arena_printf(cx->mem, "%s · %s%s%s", format_time(cx->mem, f, n->created_at), line,
                        *n->text != '\0' ? "\n\n" : "", n->text);
    return true;
}

const char *notice_text_path(struct ctx *cx, const struct notice *n)
{
    const bool is_staff = notice_kind_words(n->kind)->is_staff ||
                          (n->kind == NOTICE_RULE && json_get_bool(n->data, "is_staff", false));

    if (n->kind == NOTICE_DESK_TEMPLATE)
        return "/desk/settings/mail/words";
    if (n->kind == NOTICE_DESK_APPROVAL)
        return "/desk/approvals";
    if (n->kind == NOTICE_NEWS || n->kind == NOTICE_DESK_NEWS)
        return arena_printf(cx->mem, "/news/%s", json_get_text(n->data, "announcement", ""));
    if (!id_is_zero(n->licence_id))
        return arena_printf(cx->mem, "%s/licences/%s", is_staff ? "/desk" : "",
                            id_text(cx->mem, n->licence_id));
    if (id_is_zero(n->ticket_id))
        return "/notices";
    return arena_printf(cx->mem, "%s/tickets/%s", is_staff ? "/desk" : "",
                        id_text(cx->mem, n->ticket_id));
}
