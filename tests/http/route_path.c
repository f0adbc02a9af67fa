#include "tests/http/route_path.h"

#include "portal/field/custom_field.h"

#include <string.h>

bool route_path_begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

struct known {
    const char *prefix;
    struct id id;
};

/* What {id} stands for, by the path that it is in. */
static struct id id_of(const struct route_rows *rows, const char *pattern)
{
    const struct known known[] = {
        {"/tickets/{id}", rows->ticket},
        {"/desk/tickets/{id}", rows->ticket},
        {"/desk/visits/{id}", rows->visit},
        {"/desk/leave/{id}", rows->leave},
        {"/desk/approvals/{id}", rows->approval},
        {"/desk/time/{id}", rows->time},
        {"/desk/hours/{id}", rows->hours},
        {"/desk/dispatches/{id}", rows->dispatch},
        {"/desk/settings/teams/{id}", rows->team},
        {"/files/{id}", rows->file},
        {"/orders/{id}", rows->order},
        {"/desk/orders/{id}", rows->order},
        {"/licences/{id}", rows->licence},
        {"/desk/licences/{id}", rows->licence},
        {"/desk/customers/sign-ups/{id}", rows->waiting},
        {"/desk/customers/{id}", rows->organisation},
        {"/organisation/people/{id}", rows->person},
        {"/desk/settings/staff/{id}", rows->staff},
        {"/desk/settings/roles/{id}", rows->role},
        {"/desk/settings/webhooks/{id}", rows->webhook},
        {"/desk/settings/mail/{id}", rows->mail},
        {"/desk/mail/{id}", rows->mail_in},
        {"/desk/settings/sso/{id}", rows->provider},
        {"/organisation/sso/{id}", rows->provider},
        {"/login/sso/{id}", rows->provider},
        {"/desk/settings/service/calendars/{id}", rows->calendar},
        {"/desk/settings/options/{id}", rows->options},
        {"/desk/settings/fields/{id}", rows->field},
        {"/desk/settings/tokens/{id}", rows->token},
        {"/account/sessions/{id}", rows->session},
        {"/account/addresses/{id}", rows->address},
        {"/account/proposals/{id}", rows->proposal},
        {"/desk/proposals/{id}", rows->proposal},
        {"/desk/erasures/{id}", rows->erasure},
        {"/desk/products/{id}", rows->product},
        {"/desk/releases/{id}", rows->release},
        {"/downloads/{id}", rows->artefact},
        {"/desk/views/{id}", rows->view},
        {"/desk/macros/{id}", rows->macro},
        {"/desk/trash/{id}", rows->trashed},
        {"/desk/policies/{id}", rows->policy},
        {"/account/devices/{id}", rows->device},
        {"/news/{id}", rows->news},
        {"/desk/news/{id}", rows->news},
        {"/desk/bulk/{id}", rows->bulk},
        {"/desk/settings/sign-up/domains/{id}", rows->domain},
        {"/organisation/domains/{id}", rows->domain},
        {"/desk/entitlements/{id}", rows->entitlement},
    };

    for (size_t i = 0; i < COUNT(known); i++)
        if (route_path_begins(pattern, known[i].prefix))
            return known[i].id;
    fail_msg("%s: say here which row its {id} is", pattern);
    return rows->ticket;
}

const char *route_path(struct ctx *cx, const struct route_rows *rows, const char *pattern)
{
    struct str path = str_new(cx->mem);

    for (const char *p = pattern; *p != '\0'; p++) {
        if (*p != '{')
            str_char(&path, *p);
        else if (route_path_begins(p, "{id}"))
            str_add(&path, id_text(cx->mem, id_of(rows, pattern)));
        else if (route_path_begins(p, "{machine}"))
            str_add(&path, id_text(cx->mem, rows->machine));
        else if (route_path_begins(p, "{person}"))
            str_add(&path, id_text(cx->mem, rows->person));
        else if (route_path_begins(p, "{file}"))
            str_add(&path, id_text(cx->mem, rows->artefact));
        else if (route_path_begins(p, "{number}") || route_path_begins(p, "{slug}") ||
                 route_path_begins(p, "{name}") || route_path_begins(p, "{token}"))
            str_add(&path, "1");
        else
            fail_msg("%s: say here what its variables are", pattern);
        if (*p == '{')
            p = strchr(p, '}');
    }
    return path.p;
}

void route_path_make_field(struct ctx *cx, struct route_rows *rows)
{
    struct option_value value = {"printer", "Printer", "", false};
    struct option_list list = {
        .code = "device", .label = "Device", .label_zh = "", .values = &value, .value_count = 1};
    struct custom_field field = {.code = "device",
                                 .label = "Device",
                                 .label_zh = "",
                                 .hint = "",
                                 .hint_zh = "",
                                 .kind = FIELD_CHOICE};

    test_ok(cx, option_list_save(cx, &list));
    field.list_id = list.id;
    test_ok(cx, custom_field_save(cx, &field));
    rows->options = list.id;
    rows->field = field.id;
}
