#include "portal/pages/tenant_new_page.h"

#include "portal/account/person.h"
#include "portal/account/person_link.h"
#include "portal/account/tenant_invite.h"
#include "portal/http/page.h"
#include "portal/mail/mail_account.h"

#include <string.h>

enum { SLUG_ROOM = TENANT_SLUG_MAX + 1, ZONE_MAX = 64, PASSWORD_MAX = 1000 };

struct fields {
    const char *name, *slug, *host, *language, *time_zone, *currency, *admin_name, *email,
        *password;
};

static const struct form_field FIELDS[] = {
    {"name", T("Name of your company"), FORM_TEXT, true, 1, TENANT_NAME_MAX, NULL,
     offsetof(struct fields, name)},
    {"slug", T("Short name"), FORM_TEXT, true, 1, SLUG_ROOM, NULL, offsetof(struct fields, slug)},
    {"host", T("Address of the portal"), FORM_TEXT, true, 1, TENANT_HOST_MAX, NULL,
     offsetof(struct fields, host)},
    {"language", T("Language"), FORM_TEXT, true, 2, 8, NULL, offsetof(struct fields, language)},
    {"time_zone", T("Time zone"), FORM_TEXT, true, 1, ZONE_MAX, NULL,
     offsetof(struct fields, time_zone)},
    {"currency", T("Currency"), FORM_TEXT, true, 3, 3, NULL, offsetof(struct fields, currency)},
    {"admin_name", T("Your name"), FORM_TEXT, true, 1, 200, NULL,
     offsetof(struct fields, admin_name)},
    {"email", T("Your e-mail"), FORM_TEXT, true, 1, PERSON_EMAIL_MAX, NULL,
     offsetof(struct fields, email)},
    {"password", T("Password"), FORM_TEXT, true, 1, PASSWORD_MAX, NULL,
     offsetof(struct fields, password)},
};

static const char *typed(const struct form *form, const char *name, const char *otherwise)
{
    return form != NULL ? form_value(form, name) : otherwise;
}

static bool show(struct req *rq, const struct form *form)
{
    static const struct {
        const char *name, *otherwise;
    } TEXTS[] = {{"name", ""},        {"slug", ""},       {"host", ""}, {"time_zone", "UTC"},
                 {"currency", "EUR"}, {"admin_name", ""}, {"email", ""}};
    json_t *languages = json_array();
    json_t *page =
        json_own(rq->cx.mem, json_pack("{s:s,s:o}", "action",
                                       arena_printf(rq->cx.mem, "/tenants/new/%s", rq->args[0]),
                                       "languages", languages));
    const char *chosen = typed(form, "language", lang_code(rq->lang));

    for (size_t i = 0; i < COUNT(TEXTS); i++)
        json_object_set_new(page, TEXTS[i].name,
                            json_string(typed(form, TEXTS[i].name, TEXTS[i].otherwise)));
    for (size_t i = 0; i < lang_count(rq->app->langs); i++) {
        const struct lang *lang = lang_at(rq->app->langs, i);

        json_array_append_new(languages, json_pack("{s:s,s:s,s:b}", "code", lang_code(lang), "name",
                                                   lang_own_name(lang), "is_chosen",
                                                   strcmp(lang_code(lang), chosen) == 0));
    }
    return form != NULL ? page_render_form(rq, "tenant_new", page, form)
                        : page_render(rq, "tenant_new", page);
}

bool tenant_new_page_view(struct req *rq)
{
    return tenant_invite_check(&rq->cx, rq->args[0]) && show(rq, NULL);
}

/* The way in: one link that signs the administrator in, at the tenant's own address, since this
 * browser's cookies do not go there. */
static bool way_in(struct req *rq, const char *email, const char **out)
{
    struct ctx *cx = &rq->cx;
    const struct viewer before = cx->viewer;
    const char *base, *token;
    struct person *admin;
    bool ok;

    cx->viewer = (struct viewer){.kind = VIEWER_SYSTEM};
    ok = person_find_by_email(cx, email, &admin) && admin != NULL &&
         person_link_make_for(cx, admin->id, PERSON_LINK_LOGIN, &token) &&
         mail_account_base(cx, &rq->app->config, &base);
    cx->viewer = before;
    if (ok)
        *out = arena_printf(cx->mem, "%s/login/link/%s", base, token);
    return ok;
}

static bool show_made(struct req *rq, const struct tenant *t, const char *link)
{
    return page_render(rq, "tenant_made",
                       json_own(rq->cx.mem, json_pack("{s:s,s:s}", "name", t->name, "href", link)));
}

/* Where the domain's own word for a field is another. */
static bool take_fault(struct req *rq, struct form *form)
{
    if (rq->cx.err.kind == &ERR_PERSON_EMAIL)
        rq->cx.err.source = "email";
    return form_take_err(rq, form, FIELDS, COUNT(FIELDS));
}

bool tenant_new_page_make(struct req *rq)
{
    const struct id house = rq->cx.tenant_id;
    struct fields in = {.name = NULL};
    struct tenant_spec spec;
    struct tenant *t;
    struct form *form;
    const char *link;
    bool ok;

    if (!tenant_invite_check(&rq->cx, rq->args[0]) || !form_parse(rq, &form))
        return false;
    if (!form_read(rq, form, FIELDS, COUNT(FIELDS), &in))
        return show(rq, form);
    spec = (struct tenant_spec){.slug = in.slug,
                                .name = in.name,
                                .host = in.host,
                                .language = lang_code(lang_find(rq->app->langs, in.language)),
                                .time_zone = in.time_zone,
                                .currency = in.currency,
                                .admin_email = in.email,
                                .admin_name = in.admin_name,
                                .admin_password = in.password};
    if (!tenant_invite_use(&rq->cx, rq->args[0], &spec, &t))
        return take_fault(rq, form) && show(rq, form);
    ok = way_in(rq, in.email, &link);
    rq->cx.tenant_id = house; /* the page is still the one that was asked for */
    return ok && show_made(rq, t, link);
}
