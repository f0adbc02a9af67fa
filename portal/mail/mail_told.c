#include "portal/mail/mail_told.h"

#include "base/clock.h"
#include "base/zone.h"
#include "licensing/token.h"
#include "portal/http/format.h"
#include "portal/mail/mail_look.h"
#include "portal/mail/mail_message.h"
#include "portal/mail/mail_text.h"

#include <string.h>

static const char SQL_TOLD_PERSON[] =
    "SELECT p.language, p.full_name, p.email, COALESCE(NULLIF(p.time_zone, ''), t.time_zone), "
    "t.date_style, t.number_style FROM person p JOIN tenant t ON t.id = p.tenant_id "
    "WHERE p.tenant_id = ? AND p.id = ? AND p.deleted_at IS NULL AND p.is_disabled = FALSE "
    "AND p.is_banned = FALSE";
static const char SQL_TOLD_LATELY[] =
    "SELECT COUNT(*) FROM mail_out WHERE tenant_id = ? AND person_id = ? AND to_address = ? "
    "AND kind = ? AND created_at > ?";
static const char SQL_TOLD_TOKEN[] =
    "SELECT kind, COALESCE(name, ''), person_id FROM api_token WHERE tenant_id = ? AND id = ?";

enum told {
    TOLD_PASSWORD,
    TOLD_FACTOR_ON,
    TOLD_FACTOR_OFF,
    TOLD_ADDRESS_ADDED,
    TOLD_ADDRESS_REMOVED,
    TOLD_ADDRESS_MAIN,
    TOLD_TOKEN,
    TOLD_COUNT
};

/* {} in the subject and in the first sentence is the tenant's name. The second is left out where
 * there is nothing to fill it with. */
static const struct {
    const char *name;
    const char *subject;
    const char *what;
    const char *detail; /* NULL: none */
    const char *mend;
    const char *path;
} WORDS[] = {
    [TOLD_PASSWORD] = {"account.password_changed", T("Your password at {} was changed"),
                       T("The password of your account at {} was changed."), NULL,
                       T("If it was not you, choose a new password at once. Whoever is signed in "
                         "as you is signed out then:"),
                       "/login/forgot"},
    [TOLD_FACTOR_ON] = {"account.second_on", T("A second step for your account at {}"),
                        T("Signing in to your account at {} takes a second step from now on."),
                        NULL, T("If it was not you, tell us at once:"), "/contact"},
    [TOLD_FACTOR_OFF] = {"account.second_off", T("No second step for your account at {}"),
                         T("Signing in to your account at {} takes no second step any more."), NULL,
                         T("If it was not you, choose a new password at once. Whoever is signed in "
                           "as you is signed out then:"),
                         "/login/forgot"},
    [TOLD_ADDRESS_ADDED] = {"account.address_added", T("A further address at {}"),
                            T("An address was added to your account at {}. It signs in as well."),
                            T("Address: {}"), T("If it was not you, tell us at once:"), "/contact"},
    [TOLD_ADDRESS_REMOVED] = {"account.address_removed", T("An address was removed at {}"),
                              T("An address was removed from your account at {}. It does not sign "
                                "in any more."),
                              T("Address: {}"), T("If it was not you, tell us at once:"),
                              "/contact"},
    [TOLD_ADDRESS_MAIN] = {"account.address_changed", T("Your address at {} was changed"),
                           T("Mail about your account at {} goes to another address from now on."),
                           T("New address: {}"), T("If it was not you, tell us at once:"),
                           "/contact"},
    [TOLD_TOKEN] = {"account.token", T("A new access token at {}"),
                    T("You have a new access token at {}. A program that has it can do what the "
                      "token's kind allows."),
                    T("Name: {}"), T("If it was not you, revoke it at once:"),
                    "/desk/settings/tokens"},
};
_Static_assert(COUNT(WORDS) == TOLD_COUNT, "words for every kind");

struct telling {
    enum told kind;
    struct id person_id;
    const char *detail; /* NULL: none */
    const char *before; /* the address that was the person's, or NULL */
};

/* --- what an event asks for --- */

static bool by_address(const char *change, const char *before, const char *after,
                       struct telling *out)
{
    static const struct {
        const char *change;
        enum told kind;
    } CHANGES[] = {{"address_added", TOLD_ADDRESS_ADDED},
                   {"address_removed", TOLD_ADDRESS_REMOVED},
                   {"address_main", TOLD_ADDRESS_MAIN},
                   {"email", TOLD_ADDRESS_MAIN}};

    for (size_t i = 0; i < COUNT(CHANGES); i++)
        if (strcmp(CHANGES[i].change, change) == 0) {
            out->kind = CHANGES[i].kind;
            out->detail = after != NULL ? after : before;
            out->before = before;
            return true;
        }
    return false;
}

static bool by_update(const json_t *data, struct telling *out)
{
    const char *change = json_get_text(data, "change", "");

    if (strcmp(change, "second_factor_on") == 0)
        out->kind = TOLD_FACTOR_ON;
    else if (strcmp(change, "second_factor_off") == 0)
        out->kind = TOLD_FACTOR_OFF;
    else
        return by_address(change, json_get_text(json_object_get(data, "before"), "email", NULL),
                          json_get_text(json_object_get(data, "after"), "email", NULL), out);
    return true;
}

/* A token of one's own kind comes with each program's signing in; those of licences are nobody's.
 */
static bool by_token(struct ctx *cx, const struct event *event, struct telling *out, bool *is_one)
{
    struct db_rows rows;
    const char *kind;

    *is_one = false;
    if (!db_query(cx, &rows, SQL_TOLD_TOKEN, DB_ID(cx->tenant_id), DB_ID(event->subject_id)))
        return false;
    if (!db_next(&rows))
        return true;
    kind = db_text(&rows.row, 0);
    if (strcmp(kind, TOKEN_KIND_NAMES[TOKEN_USER]) == 0 ||
        strcmp(kind, TOKEN_KIND_NAMES[TOKEN_ACTIVATION]) == 0)
        return true;
    out->kind = TOLD_TOKEN;
    out->detail = *db_text(&rows.row, 1) != '\0' ? db_text(&rows.row, 1) : NULL;
    out->person_id = db_id(&rows.row, 2);
    if (id_is_zero(out->person_id)) /* the tenant's own: whoever made it */
        out->person_id = event->actor_id;
    *is_one = !id_is_zero(out->person_id);
    return true;
}

static bool find(struct ctx *cx, const struct event *event, struct telling *out, bool *is_one)
{
    json_t *data = NULL;

    *is_one = false;
    if (event->kind == EVENT_TOKEN_ISSUED || event->kind == EVENT_TOKEN_REGENERATED)
        return by_token(cx, event, out, is_one);
    if (event->kind != EVENT_PERSON_PASSWORD_CHANGED && event->kind != EVENT_PERSON_UPDATED)
        return true;
    if (event->data != NULL &&
        !json_read(cx->mem, &cx->err, event->data, strlen(event->data), &data))
        return false;
    out->kind = TOLD_PASSWORD;
    *is_one = event->kind == EVENT_PERSON_UPDATED ? by_update(data, out)
                                                  : !json_get_bool(data, "first", false);
    return true;
}

/* --- writing --- */

struct reader {
    const char *language, *name, *email, *zone;
    enum style_dates dates;
    enum style_numbers numbers;
};

static bool read_reader(struct ctx *cx, struct id person_id, struct reader *out, bool *is_there)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_TOLD_PERSON, DB_ID(cx->tenant_id), DB_ID(person_id)))
        return false;
    *is_there = db_next(&rows);
    if (*is_there)
        *out = (struct reader){db_text(&rows.row, 0),
                               mail_text_known_name(db_text(&rows.row, 1), db_text(&rows.row, 2)),
                               db_text(&rows.row, 2),
                               db_text(&rows.row, 3),
                               style_dates_parse(db_text(&rows.row, 4)),
                               style_numbers_parse(db_text(&rows.row, 5))};
    return true;
}

static const char *time_of(struct ctx *cx, const struct mail_look *look,
                           const struct reader *reader, int64_t at)
{
    struct zone *zone = NULL;
    struct format format;

    if (!zone_load(reader->zone, &zone) && !zone_load("UTC", &zone))
        return "";
    arena_defer(cx->mem, (void (*)(void *))zone_free, zone);
    format = (struct format){look->lang, zone, cx->now, reader->dates, reader->numbers};
    return format_time(cx->mem, &format, at);
}

static const char *doer_of(const struct telling *t, const struct event *event)
{
    if (!id_is_zero(event->actor_id) && id_equal(event->actor_id, t->person_id))
        return T("By: you, signed in");
    if (strcmp(event->actor_kind, "nobody") == 0)
        return T("By: whoever opened a link that was mailed to you");
    return strcmp(event->actor_kind, "staff") == 0 ? T("By: the support team")
                                                   : T("By: the support team's programs");
}

static const char *text_of(struct ctx *cx, const struct mail_look *look,
                           const struct reader *reader, const struct telling *t,
                           const struct event *event)
{
    const struct lang *lang = look->lang;
    struct arena *mem = cx->mem;
    struct str s = str_new(mem);

    str_fmt(&s, "%s\n\n%s\n\n", mail_text_greeting(mem, lang, reader->name),
            lang_fill1(mem, lang, WORDS[t->kind].what, look->tenant_name));
    if (WORDS[t->kind].detail != NULL && t->detail != NULL)
        str_fmt(&s, "%s\n", lang_fill1(mem, lang, WORDS[t->kind].detail, t->detail));
    str_fmt(&s, "%s\n%s\n\n",
            lang_fill1(mem, lang, T("When: {}"), time_of(cx, look, reader, event->at)),
            lang_text(lang, doer_of(t, event)));
    str_fmt(&s, "%s\n\n%s%s\n\n%s\n", lang_text(lang, WORDS[t->kind].mend), look->base,
            WORDS[t->kind].path, look->tenant_name);
    return s.p;
}

/* An address that takes no mail gets none. */
static bool send(struct ctx *cx, const struct mail_look *look, const struct mail_draft *words,
                 const char *to)
{
    struct mail_draft draft = *words;
    struct db_rows rows;

    if (!mail_message_address_is_good(to))
        return true;
    if (!db_query(cx, &rows, SQL_TOLD_LATELY, DB_ID(cx->tenant_id), DB_ID(draft.person_id),
                  DB_TEXT(to), DB_TEXT(draft.kind), DB_TIME(cx->now - CLOCK_HOUR)))
        return false;
    if (db_next(&rows) && db_i64(&rows.row, 0) >= MAIL_TOLD_HOURLY)
        return true;
    draft.to_address = to;
    return mail_look_queue(cx, look, &draft);
}

static bool write(struct ctx *cx, const struct app *app, const struct telling *t,
                  const struct event *event)
{
    struct mail_draft draft = {.kind = WORDS[t->kind].name, .person_id = t->person_id};
    struct mail_look look;
    struct reader reader;
    bool is_there;

    if (!read_reader(cx, t->person_id, &reader, &is_there))
        return false;
    if (!is_there)
        return true;
    if (!mail_look_read(cx, app, reader.language, &look))
        return false;
    draft.subject = lang_fill1(cx->mem, look.lang, WORDS[t->kind].subject, look.tenant_name);
    draft.text = text_of(cx, &look, &reader, t, event);
    draft.to_name = reader.name;
    return send(cx, &look, &draft, reader.email) &&
           (t->before == NULL || strcmp(t->before, reader.email) == 0 ||
            send(cx, &look, &draft, t->before));
}

bool mail_told_event(struct ctx *cx, const struct app *app, const struct event *event)
{
    struct telling t = {.person_id = event->subject_id};
    bool is_one;

    return find(cx, event, &t, &is_one) && (!is_one || write(cx, app, &t, event));
}
