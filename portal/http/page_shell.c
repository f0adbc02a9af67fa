#include "portal/http/page_shell.h"

#include "portal/http/route.h"
#include "portal/http/statics.h"

#include <string.h>
#include <strings.h>

enum { BOTTOM_NAV_MAX = 4 };

struct place { /* a menu entry */
    const char *href, *label, *icon;
    bool is_group_start;
};

static const struct place CUSTOMER_PLACES[] = {
    {"/", T("Home"), "house", false},
    {"/kb", T("Knowledge"), "book-open", false},
    {"/tickets", T("Tickets"), "message-square-text", true},
    {"/licences", T("Licences"), "key-round", false},
    {"/downloads", T("Downloads"), "download", false},
    {"/orders", T("Orders"), "package", true},
    {"/contracts", T("Contracts"), "file-text", false},
    {"/invoices", T("Invoices"), "receipt-text", false},
    {"/organisation", T("Organisation"), "building-2", false},
};
static const struct place DESK_PLACES[] = {
    {"/desk", T("Queue"), "inbox", false},
    {"/desk/customers", T("Customers"), "building-2", false},
    {"/desk/licences", T("Licences"), "key-round", false},
    {"/desk/orders", T("Orders"), "package", false},
    {"/kb", T("Knowledge"), "book-open", false},
    {"/desk/rules", T("Rules"), "workflow", false},
    {"/desk/reports", T("Reports"), "chart-column", false},
    {"/desk/settings", T("Settings"), "settings", false},
};
static const struct place ACCOUNT_PLACES[] = {
    {"/account", T("Your details"), "user", false},
    {"/account/security", T("Password and sign-in"), "shield-check", false},
    {"/account/notices", T("Notices and mails"), "bell", false},
    {"/account/sessions", T("Where you are signed in"), "monitor", false},
    {"/account/data", T("Your data"), "download", false},
};
static const struct place FOOT_PLACES[] = {
    {"/privacy", T("Privacy"), "", false},
    {"/status", T("Service status"), "", false},
    {"/contact", T("Contact"), "", false},
};
static const struct place SEARCH_PLACES[] = {
    {"/desk/search", T("Search tickets by number or words"), "", false},
    {"/search", T("Search articles, tickets, orders and serials"), "", false},
    {"/kb/search", T("Search articles"), "", false},
};
static const struct place THEMES[] = {
    {"light", T("Light"), "sun", false},
    {"dark", T("Dark"), "moon", false},
    {"system", T("As the system"), "monitor", false},
};

/* --- what may be opened --- */

static bool may_open(const struct req *rq, const char *href)
{
    const struct session *s = rq->session;
    const struct route *row = ROUTES;
    bool is_in;

    while (row->pattern != NULL && (row->method != METHOD_GET || strcmp(row->pattern, href) != 0))
        row++;
    if (row->pattern == NULL)
        return false;
    is_in = s != NULL && !id_is_zero(s->person_id);
    if ((row->needs & (NEED_LOGIN | NEED_STAFF | NEED_CUSTOMER)) != 0 && !is_in)
        return false;
    if ((row->needs & NEED_STAFF) != 0 && !s->is_staff)
        return false;
    if ((row->needs & NEED_CUSTOMER) != 0 && (s->is_staff || id_is_zero(s->organisation_id)))
        return false;
    return route_allows(row, &rq->cx.viewer);
}

/* How much of the path an entry covers; 0: not under it. */
static size_t covers(const char *path, const char *href)
{
    size_t len = strlen(href);

    if (strcmp(path, href) == 0)
        return len;
    return len > 1 && strncmp(path, href, len) == 0 && path[len] == '/' ? len : 0;
}

/* The path, or the entry that stands for it in the menu. */
static const char *place_of(const char *path)
{
    /* Pages without an entry of their own, and the entry from which they are reached. */
    static const struct {
        const char *page, *entry;
    } BELONGS[] = {{"/desk/products", "/desk/licences"},
                   {"/desk/policies", "/desk/licences"},
                   {"/desk/entitlements", "/desk/licences"},
                   {"/desk/releases", "/desk/licences"},
                   {"/desk/proposals", "/desk/customers"},
                   {"/desk/erasures", "/desk/customers"},
                   {"/desk/setup", "/desk/settings"},
                   {"/hours", "/contracts"},
                   {"/desk/news", "/kb"},
                   {"/desk/articles", "/kb"},
                   {"/news", "/kb"}};

    for (size_t i = 0; i < COUNT(BELONGS); i++)
        if (covers(path, BELONGS[i].page) > 0)
            return BELONGS[i].entry;
    return path;
}

static json_t *places_json(struct req *rq, const struct place *places, size_t count)
{
    json_t *list = json_array();
    const char *current = "";
    bool starts_group = false;

    for (size_t i = 0; i < count; i++)
        if (covers(place_of(rq->path), places[i].href) > strlen(current))
            current = places[i].href;
    for (size_t i = 0; i < count; i++) {
        starts_group = starts_group || places[i].is_group_start; /* also when its first is absent */
        if (!may_open(rq, places[i].href))
            continue;
        json_array_append_new(list, json_pack("{s:s,s:s,s:s,s:n,s:b,s:b}", "href", places[i].href,
                                              "label", req_text(rq, places[i].label), "icon",
                                              places[i].icon, "count", "is_group_start",
                                              starts_group && json_array_size(list) > 0,
                                              "is_current", strcmp(places[i].href, current) == 0));
        starts_group = false;
    }
    return list;
}

static json_t *search_json(struct req *rq)
{
    for (size_t i = 0; i < COUNT(SEARCH_PLACES); i++)
        if (may_open(rq, SEARCH_PLACES[i].href))
            return json_pack("{s:s,s:s}", "href", SEARCH_PLACES[i].href, "placeholder",
                             req_text(rq, strcmp(SEARCH_PLACES[i].href, "/search") == 0 &&
                                                  !may_open(rq, "/orders")
                                              ? T("Search articles and tickets")
                                              : SEARCH_PLACES[i].label));
    return json_null();
}

/* --- who --- */

static json_t *person_json(const struct session *s)
{
    if (s == NULL || id_is_zero(s->person_id))
        return json_null();
    return json_pack("{s:s?,s:s?,s:s?,s:o}", "name", s->person_name, "given_name", s->given_name,
                     "email", s->email, "initials", page_initials(s->person_name));
}

static json_t *tenant_json(const struct req_tenant *t)
{
    const char *logo = t->logo != NULL && *t->logo != '\0' ? t->logo : NULL;

    return json_pack("{s:s?,s:s?,s:s?,s:s?,s:s?,s:s?,s:b}", "name", t->name, "mark", t->mark,
                     "logo", logo, "support_text", t->support_hours, "support_phone",
                     t->support_phone, "support_email", t->support_email, "support_is_open", 0);
}

static json_t *organisation_json(const struct session *s)
{
    if (s == NULL || id_is_zero(s->organisation_id))
        return json_null();
    return json_pack("{s:s?}", "name", s->organisation_name);
}

/* --- choices --- */

/* This page again, with its query (a search, a tab) and the choice. */
static const char *choice_href(struct req *rq, const char *name, const char *value)
{
    if (rq->query[0] == '\0')
        return arena_printf(rq->cx.mem, "%s?%s=%s", rq->path, name, value);
    return arena_printf(rq->cx.mem, "%s?%s&%s=%s", rq->path, rq->query, name, value);
}

/* Where a chosen language is shown first: this page, not in the language that a link asked for. */
static const char *here_without_language(const struct req *rq)
{
    struct span rest = span_of(rq->query), pair;
    struct str s = str_new(rq->cx.mem);
    char before = '?';

    str_add(&s, rq->path);
    while (rq->method == METHOD_GET && span_cut(&rest, '&', &pair)) {
        if (pair.len == 0 || (pair.len >= 5 && memcmp(pair.p, "lang=", 5) == 0))
            continue;
        str_char(&s, before);
        str_add_n(&s, pair.p, pair.len);
        before = '&';
    }
    return s.p;
}

static json_t *languages_json(struct req *rq)
{
    json_t *list = json_array();

    for (size_t i = 0; i < lang_count(rq->app->langs); i++) {
        const struct lang *lang = lang_at(rq->app->langs, i);

        if (!lang_is_offered(lang, rq->tenant->languages))
            continue;
        json_array_append_new(list, json_pack("{s:s,s:s,s:s,s:s,s:b}", "code", lang_html(lang),
                                              "short", lang_code(lang), "name", lang_own_name(lang),
                                              "href", choice_href(rq, "lang", lang_code(lang)),
                                              "is_current", lang == rq->lang));
    }
    return list;
}

static json_t *themes_json(struct req *rq)
{
    const char *chosen = rq->theme == NULL ? "system" : rq->theme;
    json_t *list = json_array();

    for (size_t i = 0; i < COUNT(THEMES); i++)
        json_array_append_new(
            list, json_pack("{s:s,s:s,s:s,s:b}", "href", choice_href(rq, "theme", THEMES[i].href),
                            "icon", THEMES[i].icon, "label", req_text(rq, THEMES[i].label),
                            "is_current", strcmp(THEMES[i].href, chosen) == 0));
    return list;
}

static json_t *flash_json(struct req *rq)
{
    const json_t *flash = rq->flash != NULL     ? rq->flash
                          : rq->session == NULL ? NULL
                                                : rq->session->flash;
    const char *kind = json_get_text(flash, "kind", "ok");

    if (flash == NULL)
        return json_null();
    return json_pack("{s:s,s:s,s:b,s:n}", "kind", kind, "text", json_get_text(flash, "text", ""),
                     "is_bad", strcmp(kind, "bad") == 0, "link");
}

/* "London" of "Europe/London", in the reader's language where the catalogue knows the city; a zone
 * without a city ("UTC") goes by its name. */
static void add_zone(struct req *rq, json_t *shell)
{
    const char *name = rq->tenant->zone_name;
    const char *city = name == NULL ? NULL : strrchr(name, '/');
    char *text;

    if (name == NULL)
        return;
    if (city == NULL || strcmp(city, "/UTC") == 0) {
        json_object_set_new(shell, "zone_name", json_string(city == NULL ? name : city + 1));
        return;
    }
    text = arena_dup(rq->cx.mem, city + 1);
    for (char *c = text; *c != '\0'; c++)
        if (*c == '_')
            *c = ' ';
    json_object_set_new(shell, "zone", json_string(req_text(rq, text)));
}

/* The tenant's own colours, NULL for those that the style sheet has. */
static json_t *accent_json(struct req *rq)
{
    const char *accent = rq->tenant->accent;
    const char *dark = rq->tenant->accent_dark == NULL ? "" : rq->tenant->accent_dark;

    if (accent == NULL || (strcasecmp(accent, "0e6380") == 0 && *dark == '\0'))
        return json_null();
    return json_string(arena_printf(rq->cx.mem, "/theme.css?accent=%s%s%s", accent,
                                    *dark == '\0' ? "" : "&dark=", dark));
}

/* Which buttons staff see: "shell.may.desk_create" and so on. */
static json_t *may_json(const struct req *rq, bool is_staff)
{
    static const char *const MODULES[MODULE_COUNT] = {
        [MODULE_DESK] = "desk",           [MODULE_CUSTOMERS] = "customers",
        [MODULE_LICENCES] = "licences",   [MODULE_SALES] = "sales",
        [MODULE_KNOWLEDGE] = "knowledge", [MODULE_RULES] = "rules",
        [MODULE_REPORTS] = "reports",     [MODULE_SETTINGS] = "settings",
    };
    static const char *const ACTIONS[ACTION_COUNT] = {
        [ACTION_READ] = "read",
        [ACTION_CREATE] = "create",
        [ACTION_UPDATE] = "update",
        [ACTION_DELETE] = "delete",
    };
    json_t *may = json_object();

    for (unsigned i = 0; is_staff && i < MODULE_COUNT; i++)
        for (unsigned a = 0; a < ACTION_COUNT; a++)
            if (viewer_has(&rq->cx.viewer, RIGHT_OF(i, a)))
                json_object_set_new(may, arena_printf(rq->cx.mem, "%s_%s", MODULES[i], ACTIONS[a]),
                                    json_true());
    return may;
}

/* --- the whole --- */

static void add_menus(struct req *rq, json_t *shell, bool is_staff)
{
    const struct place *places = is_staff ? DESK_PLACES : CUSTOMER_PLACES;
    json_t *nav = places_json(rq, places, is_staff ? COUNT(DESK_PLACES) : COUNT(CUSTOMER_PLACES));
    json_t *bottom = json_array();

    for (size_t i = 0; i < json_array_size(nav) && i < BOTTOM_NAV_MAX; i++)
        json_array_append(bottom, json_array_get(nav, i));
    json_object_set_new(shell, "nav", nav);
    json_object_set_new(shell, "may", may_json(rq, is_staff));
    json_object_set_new(shell, "bottom_nav", bottom);
    json_object_set_new(shell, "account_links",
                        places_json(rq, ACCOUNT_PLACES, COUNT(ACCOUNT_PLACES)));
    json_object_set_new(shell, "foot_links", places_json(rq, FOOT_PLACES, COUNT(FOOT_PLACES)));
    json_object_set_new(shell, "search", search_json(rq));
}

static void add_who(struct req *rq, json_t *shell)
{
    const struct session *s = rq->session;
    json_t *organisations = s == NULL ? NULL : s->organisations;

    json_object_set_new(shell, "csrf", json_string(s == NULL || s->csrf == NULL ? "" : s->csrf));
    json_object_set_new(shell, "is_staff", json_boolean(s != NULL && s->is_staff));
    json_object_set_new(shell, "person", person_json(s));
    json_object_set_new(shell, "is_viewing", json_boolean(s != NULL && s->is_viewing));
    json_object_set_new(shell, "tenant", tenant_json(rq->tenant));
    json_object_set_new(shell, "organisation", organisation_json(s));
    json_object_set_new(shell, "organisations_many",
                        json_boolean(json_array_size(organisations) > 1));
    if (organisations == NULL)
        json_object_set_new(shell, "organisations", json_array());
    else
        json_object_set(shell, "organisations", organisations);
    json_object_set_new(shell, "flash", flash_json(rq));
}

json_t *page_shell(struct req *rq)
{
    json_t *shell = json_object();

    json_object_set_new(shell, "lang", json_string(lang_code(rq->lang)));
    json_object_set_new(shell, "html_lang", json_string(lang_html(rq->lang)));
    json_object_set_new(shell, "language_name", json_string(lang_own_name(rq->lang)));
    json_object_set_new(shell, "languages", languages_json(rq));
    json_object_set_new(shell, "theme", json_text(rq->theme));
    json_object_set_new(shell, "themes", themes_json(rq));
    json_object_set_new(shell, "path", json_string(rq->path));
    json_object_set_new(shell, "here", json_string(here_without_language(rq)));
    add_zone(rq, shell);
    json_object_set_new(shell, "hides_search", json_boolean(strcmp(rq->path, "/") == 0));
    json_object_set_new(shell, "is_sign_in", json_boolean(strcmp(rq->path, "/login") == 0));
    json_object_set_new(shell, "accent_css", accent_json(rq));
    json_object_set_new(shell, "wants_setup",
                        json_boolean(!rq->tenant->is_set_up && may_open(rq, "/desk/setup")));
    json_object_set_new(shell, "static",
                        rq->app->statics == NULL ? json_object() : statics_names(rq->app->statics));
    add_who(rq, shell);
    json_object_set_new(shell, "notices", json_null()); /* app->shell knows how many */
    add_menus(rq, shell, rq->session != NULL && rq->session->is_staff);
    if (rq->app->shell != NULL)
        rq->app->shell(rq, shell);
    return shell;
}
