/* gatehouse routes: every path that the program answers, as its route tables have it. */
#include "portal/account/role.h"
#include "portal/console/console.h"
#include "portal/http/route.h"

struct need_name {
    enum need need;
    const char *name;
};

static const struct need_name NEEDS[] = {
    {NEED_PUBLIC, "public"},     {NEED_LOGIN, "login"},
    {NEED_STAFF, "staff"},       {NEED_CUSTOMER, "customer"},
    {NEED_CSRF, "form"},         {NEED_BEARER, "credential"},
    {NEED_TOKEN, "token"},       {NEED_MAYBE_BEARER, "credential if given"},
    {NEED_LATE_BODY, "stream"},  {NEED_FILE, "file"},
    {NEED_PASSWORD, "password"}, {NEED_SIGNED, "signed"},
    {NEED_FRESH, "fresh"},
};

static json_t *needs_json(unsigned needs)
{
    json_t *names = json_array();

    for (size_t i = 0; i < COUNT(NEEDS); i++)
        if ((needs & NEEDS[i].need) != 0)
            json_array_append_new(names, json_string(NEEDS[i].name));
    return names;
}

static void add_table(json_t *list, const char *service, const struct route *rows)
{
    for (const struct route *row = rows; row->pattern != NULL; row++)
        json_array_append_new(list, json_pack("{s:s,s:s,s:s,s:o,s:o}", "service", service, "method",
                                              route_method_name(row->method), "path", row->pattern,
                                              "needs", needs_json(row->needs), "rights",
                                              role_rights_json(row->rights)));
}

int routes_command(struct console *co)
{
    static const char *const KNOWN[] = {NULL};
    static const char *const COLUMNS[] = {"service", "method", "path", "needs", "rights", NULL};
    json_t *list;

    if (!console_options(co, KNOWN))
        return CONSOLE_USAGE;
    list = json_array();
    add_table(list, "portal", ROUTES);
    add_table(list, "licensing", SERVICE_ROUTES);
    console_print_list(co, list, COLUMNS);
    json_decref(list);
    return CONSOLE_DONE;
}
