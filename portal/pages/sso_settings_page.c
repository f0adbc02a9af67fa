#include "portal/pages/sso_settings_page.h"

#include "portal/http/page.h"
#include "portal/oidc/oidc_domain.h"
#include "portal/oidc/oidc_txt.h"
#include "portal/pages/sso_page.h"

#include <string.h>

struct sso_fields {
    const char *name, *issuer, *client_id, *secret, *audience;
    bool joins, is_enabled;
};

#define AT(member) offsetof(struct sso_fields, member)
static const struct form_field FIELDS[] = {
    {"name", T("Name"), FORM_TEXT, true, 1, OIDC_PROVIDER_NAME_MAX, NULL, AT(name)},
    {"issuer", T("Issuer"), FORM_TEXT, true, 1, OIDC_PROVIDER_ISSUER_MAX, NULL, AT(issuer)},
    {"client_id", T("Client ID"), FORM_TEXT, true, 1, OIDC_PROVIDER_CLIENT_MAX, NULL,
     AT(client_id)},
    {"secret", T("Client secret"), FORM_TEXT, false, 0, OIDC_PROVIDER_SECRET_MAX, NULL, AT(secret)},
    {"audience", T("Who signs in by it"), FORM_CHOICE, false, 0, 0, OIDC_PROVIDER_AUDIENCES,
     AT(audience)},
    {"joins", T("Unknown people"), FORM_BOOL, false, 0, 0, NULL, AT(joins)},
    {"is_enabled", T("In use"), FORM_BOOL, false, 0, 0, NULL, AT(is_enabled)},
};

/* --- where --- */

static bool is_desk(const struct req *rq)
{
    return rq->cx.viewer.kind == VIEWER_STAFF;
}

static const char *list_path(const struct req *rq)
{
    return is_desk(rq) ? "/desk/settings/sso" : "/organisation/sso";
}

static const char *path_of(struct req *rq, struct id id)
{
    return arena_printf(rq->cx.mem, "%s/%s", list_path(rq), id_text(rq->cx.mem, id));
}

/* --- what is shown --- */

static const char *audience_text(const char *audience)
{
    if (strcmp(audience, "staff") == 0)
        return T("Staff");
    return strcmp(audience, "both") == 0 ? T("Staff and customers") : T("Customers");
}

static json_t *provider_json(struct req *rq, const struct oidc_provider *p)
{
    return json_pack("{s:s,s:s,s:s,s:s?,s:s,s:{s:s,s:s,s:s}}", "href", path_of(rq, p->id), "name",
                     p->name, "issuer", p->issuer, "organisation", p->organisation_name, "audience",
                     req_text(rq, audience_text(p->audience)), "chip", "kind",
                     p->is_enabled ? "ok" : "bad", "icon", p->is_enabled ? "check" : "ban", "text",
                     req_text(rq, p->is_enabled ? T("In use") : T("Switched off")));
}

bool sso_settings_page_list(struct req *rq)
{
    json_t *rows = json_array();
    json_t *page =
        json_own(rq->cx.mem, json_pack("{s:o,s:b,s:b,s:s}", "providers", rows, "on_sso", 1,
                                       "is_desk", is_desk(rq), "base", list_path(rq)));
    struct oidc_provider *list;
    size_t count;

    if (!oidc_provider_list(&rq->cx, &list, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        json_array_append_new(rows, provider_json(rq, &list[i]));
    json_object_set_new(page, "is_empty", json_boolean(count == 0));
    return page_render(rq, "sso_list", page);
}

static bool add_domains(struct req *rq, struct id provider_id, json_t *page)
{
    json_t *rows = json_array();
    struct oidc_domain *list;
    size_t count;

    json_object_set_new(page, "domains", rows);
    if (!oidc_domain_list(&rq->cx, provider_id, &list, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        const struct oidc_domain *d = &list[i];
        bool is_proven = d->proven_how != NULL;

        json_array_append_new(
            rows,
            json_pack("{s:s,s:s,s:b,s:o,s:s,s:s,s:{s:s,s:s,s:s}}", "id", id_text(rq->cx.mem, d->id),
                      "domain", d->name, "is_proven", is_proven, "proven_at",
                      page_time(rq, d->proven_at), "record",
                      arena_printf(rq->cx.mem, OIDC_DOMAIN_LABEL "%s", d->name), "value",
                      arena_printf(rq->cx.mem, OIDC_DOMAIN_VALUE "%s", d->challenge), "chip",
                      "kind", is_proven ? "ok" : "warn", "icon", is_proven ? "check" : "clock",
                      "text", req_text(rq, is_proven ? T("Confirmed") : T("Not confirmed yet"))));
    }
    json_object_set_new(page, "has_domains", json_boolean(count > 0));
    return true;
}

static json_t *audiences(struct req *rq, const char *chosen)
{
    json_t *list = json_array();

    for (size_t i = 0; OIDC_PROVIDER_AUDIENCES[i] != NULL; i++)
        json_array_append_new(
            list, json_pack("{s:s,s:s,s:b}", "value", OIDC_PROVIDER_AUDIENCES[i], "text",
                            req_text(rq, audience_text(OIDC_PROVIDER_AUDIENCES[i])), "is_chosen",
                            strcmp(OIDC_PROVIDER_AUDIENCES[i], chosen) == 0));
    return list;
}

/* p NULL: a new one. form NULL: as it is. */
static bool show(struct req *rq, const struct form *form, const struct oidc_provider *p)
{
    const struct oidc_provider fresh = {
        .name = "", .issuer = "", .client_id = "", .audience = "customer", .is_enabled = true};
    const struct oidc_provider *now = p ? p : &fresh;
    const char *audience = form ? form_value(form, "audience") : now->audience;
    json_t *page = json_own(
        rq->cx.mem,
        json_pack("{s:s,s:s,s:s,s:b,s:b,s:b,s:b,s:b,s:o,s:s,s:s,s:s}", "name",
                  form ? form_value(form, "name") : now->name, "issuer",
                  form ? form_value(form, "issuer") : now->issuer, "client_id",
                  form ? form_value(form, "client_id") : now->client_id, "has_secret",
                  now->has_secret, "joins", form ? *form_value(form, "joins") != '\0' : now->joins,
                  "is_enabled", form ? *form_value(form, "is_enabled") != '\0' : now->is_enabled,
                  "is_new", p == NULL, "is_desk", is_desk(rq), "audiences", audiences(rq, audience),
                  "base", list_path(rq), "callback", sso_page_callback(rq), "action",
                  p ? path_of(rq, p->id) : arena_printf(rq->cx.mem, "%s/new", list_path(rq))));

    json_object_set_new(page, "has_audience",
                        json_boolean(is_desk(rq) && id_is_zero(now->organisation_id)));
    if (p && !add_domains(rq, p->id, page))
        return false;
    if (!form)
        return page_render(rq, "sso_form", page);
    json_object_del(form->values, "secret");
    return page_render_form(rq, "sso_form", page, form);
}

bool sso_settings_page_new(struct req *rq)
{
    return show(rq, NULL, NULL);
}

bool sso_settings_page_view(struct req *rq)
{
    struct oidc_provider *p;

    return oidc_provider_get(&rq->cx, rq->id, &p) && show(rq, NULL, p);
}

/* --- changes --- */

static struct oidc_provider_draft draft_of(const struct req *rq, const struct sso_fields *in)
{
    return (struct oidc_provider_draft){.name = in->name,
                                        .issuer = in->issuer,
                                        .client_id = in->client_id,
                                        .secret = in->secret,
                                        .audience = in->audience,
                                        .joins = in->joins,
                                        .is_enabled = in->is_enabled,
                                        .allows_local = rq->app->config.oidc_allow_local};
}

/* p NULL: a new one. */
static bool save(struct req *rq, struct oidc_provider *p)
{
    struct sso_fields in = {.name = NULL};
    struct oidc_provider_draft draft;
    struct form *form;
    struct id id = p ? p->id : (struct id){{0}};

    if (!form_parse(rq, &form))
        return false;
    if (!form_read(rq, form, FIELDS, COUNT(FIELDS), &in))
        return show(rq, form, p);
    draft = draft_of(rq, &in);
    if (!(p ? oidc_provider_change(&rq->cx, p->id, &draft)
            : oidc_provider_add(&rq->cx, &draft, &id)))
        return form_take_err(rq, form, FIELDS, COUNT(FIELDS)) && show(rq, form, p);
    return reply_flash(rq, "ok",
                       req_text(rq, p ? T("The sign-on provider is changed.")
                                      : T("The sign-on provider is added. Name its mail domains "
                                          "next: it speaks for their addresses alone."))) &&
           reply_see_other(rq, path_of(rq, id));
}

bool sso_settings_page_add(struct req *rq)
{
    return save(rq, NULL);
}

bool sso_settings_page_save(struct req *rq)
{
    struct oidc_provider *p;

    return oidc_provider_get(&rq->cx, rq->id, &p) && save(rq, p);
}

bool sso_settings_page_remove(struct req *rq)
{
    return oidc_provider_remove(&rq->cx, rq->id) &&
           reply_flash(rq, "ok",
                       req_text(rq, T("The sign-on provider is removed. People sign in with their "
                                      "passwords or by mail."))) &&
           reply_see_other(rq, list_path(rq));
}

/* --- domains --- */

/* Back to the provider's page with how it went; false for what is no matter of the form. */
static bool go_back(struct req *rq, bool ok, const char *text)
{
    const struct err_kind *kind = rq->cx.err.kind;

    if (!ok && (kind == NULL || strncmp(kind->code, "OIDC_DOMAIN_", 12) != 0))
        return false;
    err_clear(&rq->cx.err);
    return reply_flash(rq, ok ? "ok" : "bad", req_text(rq, ok ? text : kind->text)) &&
           reply_see_other(rq, path_of(rq, rq->id));
}

static bool domain_of(struct req *rq, struct id *out)
{
    struct form *form;

    if (!form_parse(rq, &form))
        return false;
    return id_parse(form_value(form, "domain"), out) ||
           err_set(&rq->cx.err, &ERR_NOT_FOUND, "domain of a sign-on provider");
}

bool sso_settings_page_domain_add(struct req *rq)
{
    struct form *form;

    return form_parse(rq, &form) &&
           go_back(rq, oidc_domain_add(&rq->cx, rq->id, form_value(form, "domain")),
                   T("The domain is named. Now show that it is yours."));
}

bool sso_settings_page_domain_drop(struct req *rq)
{
    struct id id;

    return domain_of(rq, &id) &&
           go_back(rq, oidc_domain_remove(&rq->cx, rq->id, id), T("The domain is removed."));
}

bool sso_settings_page_domain_prove(struct req *rq)
{
    struct id id;

    return domain_of(rq, &id) && go_back(rq, oidc_domain_prove(&rq->cx, rq->id, id, oidc_txt_has),
                                         T("The domain is confirmed."));
}

bool sso_settings_page_domain_trust(struct req *rq)
{
    struct id id;

    return domain_of(rq, &id) &&
           go_back(rq, oidc_domain_trust(&rq->cx, rq->id, id), T("The domain is confirmed."));
}
