#include "portal/oidc/oidc_account.h"

#include "base/utf8.h"
#include "db/event.h"
#include "portal/account/membership.h"
#include "portal/account/person.h"
#include "portal/account/role.h"
#include "portal/account/signup_wait.h"
#include "portal/oidc/oidc_domain.h"

#include <string.h>

const struct err_kind ERR_OIDC_DOMAIN = {
    ERR_CLASS_DENIED, "OIDC_DOMAIN",
    "Your sign-on provider spoke of an address that it does not look after. You were not signed "
    "in."};
const struct err_kind ERR_OIDC_EMAIL = {
    ERR_CLASS_DENIED, "OIDC_EMAIL",
    "Your sign-on provider did not tell a confirmed e-mail address of yours. Tell whoever looks "
    "after your sign-on."};
const struct err_kind ERR_OIDC_ACCOUNT = {
    ERR_CLASS_DENIED, "OIDC_ACCOUNT",
    "There is no account here that this sign-on is good for. Ask the administrator of your "
    "organisation for an invitation."};

static const char SQL_OIDC_LINK_GET[] =
    "SELECT l.id, l.person_id FROM oidc_link l JOIN person p ON p.tenant_id = l.tenant_id "
    "AND p.id = l.person_id WHERE l.tenant_id = ? AND l.provider_id = ? AND l.subject_hash = ? "
    "AND p.deleted_at IS NULL";
static const char SQL_OIDC_LINK_USE[] =
    "UPDATE oidc_link SET used_at = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_OIDC_LINK_ADD[] =
    "INSERT INTO oidc_link (tenant_id, id, provider_id, subject_hash, person_id, created_at, "
    "used_at) VALUES (?, ?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE person_id = VALUES(person_id), "
    "used_at = VALUES(used_at)";
static const char SQL_OIDC_MEMBER[] =
    "SELECT 1 FROM membership WHERE tenant_id = ? AND person_id = ? AND organisation_id = ?";
static const char SQL_OIDC_CONFIRM[] =
    "UPDATE person SET verified_email = email WHERE tenant_id = ? AND id = ? AND email = ?";

/* One text for one pair: neither part can hold the line end between them. */
static void subject_hash(struct ctx *cx, const struct oidc_provider *provider, const char *subject,
                         uint8_t out[CRYPTO_HASH_SIZE])
{
    const char *text = arena_printf(cx->mem, "%s\n%s", provider->issuer, subject);

    crypto_sha256(text, strlen(text), out);
}

/* Whatever the provider says counts for addresses under its own domains alone: nobody makes himself
 * somebody of another organisation. *email is NULL where it tells none. */
static bool email_of(struct ctx *cx, const struct oidc_provider *provider,
                     const struct oidc_claims *claims, const char **email)
{
    bool covers = false;

    *email = claims->email != NULL ? person_email_clean(cx->mem, claims->email) : NULL;
    if (claims->email == NULL)
        return true;
    if (*email != NULL && !oidc_domain_covers(cx, provider->id, *email, &covers))
        return false;
    return covers || err_set(&cx->err, &ERR_OIDC_DOMAIN, "%.200s", claims->email);
}

static bool linked(struct ctx *cx, const struct oidc_provider *provider,
                   const uint8_t hash[CRYPTO_HASH_SIZE], struct id *person_id)
{
    struct db_rows rows;

    *person_id = (struct id){{0}};
    if (!db_query(cx, &rows, SQL_OIDC_LINK_GET, DB_ID(cx->tenant_id), DB_ID(provider->id),
                  DB_BYTES(hash, CRYPTO_HASH_SIZE)))
        return false;
    if (!db_next(&rows))
        return true;
    *person_id = db_id(&rows.row, 1);
    return db_exec(cx, NULL, SQL_OIDC_LINK_USE, DB_TIME(cx->now), DB_ID(cx->tenant_id),
                   DB_ID(db_id(&rows.row, 0)));
}

/* *person_id is zero when nobody has the address. */
static bool by_email(struct ctx *cx, const char *email, struct id *person_id)
{
    struct person *person;

    if (!person_find_by_email(cx, email, &person))
        return false;
    *person_id = person != NULL ? person->id : (struct id){{0}};
    return true;
}

/* A name as people's may be; NULL: the address speaks for itself. */
static const char *name_of(const char *name, size_t max)
{
    return name != NULL && *name != '\0' && strlen(name) <= max && utf8_is_line(name) ? name : NULL;
}

static bool make(struct ctx *cx, const struct oidc_provider *provider,
                 const struct oidc_claims *claims, const char *email, struct id *person_id)
{
    const struct person_spec spec = {.full_name = name_of(claims->full_name, PERSON_NAME_MAX),
                                     .given_name = name_of(claims->given_name, 100),
                                     .email = email};
    struct person *person;

    if (!provider->joins || strcmp(provider->audience, "staff") == 0)
        return err_set(&cx->err, &ERR_OIDC_ACCOUNT, "nobody has %.200s", email);
    if (!person_create(cx, &spec, &person))
        return false;
    *person_id = person->id;
    return !id_is_zero(provider->organisation_id) ||
           signup_wait_add(cx, &(struct signup_wait_spec){
                                   .person_id = *person_id, .organisation_name = "", .note = ""});
}

/* Staff sign in by what is for staff, customers by what is for them; a member's provider speaks for
 * members. is_first: no link was kept yet, so a provider that joins may make a member of him. */
static bool belongs(struct ctx *cx, const struct oidc_provider *provider, struct id person_id,
                    bool is_first)
{
    const struct membership_spec member = {.person_id = person_id,
                                           .organisation_id = provider->organisation_id,
                                           .rights = RIGHT_TICKET_OWN};
    struct staff *staff;
    struct db_rows rows;

    if (!role_staff_find(cx, person_id, &staff))
        return false;
    if (strcmp(provider->audience, staff != NULL ? "customer" : "staff") == 0)
        return err_set(&cx->err, &ERR_OIDC_ACCOUNT, "%s is of the other side",
                       id_text(cx->mem, person_id));
    if (id_is_zero(provider->organisation_id))
        return true;
    if (!db_query(cx, &rows, SQL_OIDC_MEMBER, DB_ID(cx->tenant_id), DB_ID(person_id),
                  DB_ID(provider->organisation_id)))
        return false;
    if (rows.count > 0)
        return true;
    if (!is_first || !provider->joins)
        return err_set(&cx->err, &ERR_OIDC_ACCOUNT, "%s is no member", id_text(cx->mem, person_id));
    return membership_add(cx, &member);
}

static bool find(struct ctx *cx, const struct oidc_provider *provider,
                 const struct oidc_claims *claims, struct id *person_id)
{
    uint8_t hash[CRYPTO_HASH_SIZE];
    const char *email;
    bool is_first;

    subject_hash(cx, provider, claims->subject, hash);
    if (!email_of(cx, provider, claims, &email) || !linked(cx, provider, hash, person_id))
        return false;
    is_first = id_is_zero(*person_id);
    if (!is_first)
        return belongs(cx, provider, *person_id, false);
    if (email == NULL || !claims->is_email_verified)
        return err_set(&cx->err, &ERR_OIDC_EMAIL, "no confirmed address of %.100s",
                       claims->subject);
    if (!by_email(cx, email, person_id) ||
        (id_is_zero(*person_id) && !make(cx, provider, claims, email, person_id)) ||
        !belongs(cx, provider, *person_id, true))
        return false;
    return db_exec(cx, NULL, SQL_OIDC_CONFIRM, DB_ID(cx->tenant_id), DB_ID(*person_id),
                   DB_TEXT(email)) &&
           db_exec(cx, NULL, SQL_OIDC_LINK_ADD, DB_ID(cx->tenant_id), DB_ID(ctx_new_id(cx)),
                   DB_ID(provider->id), DB_BYTES(hash, sizeof hash), DB_ID(*person_id),
                   DB_TIME(cx->now), DB_TIME(cx->now)) &&
           event_emit(cx, EVENT_PERSON_UPDATED, *person_id,
                      json_own(cx->mem, json_pack("{s:s,s:s}", "change", "sso_linked", "provider",
                                                  provider->name)));
}

/* Nobody is signed in yet, and yet an account may come of it: the portal itself does that. */
bool oidc_account_find(struct ctx *cx, const struct oidc_provider *provider,
                       const struct oidc_claims *claims, struct id *person_id)
{
    const struct viewer viewer = cx->viewer;
    bool ok;

    if (!db_begin(cx))
        return false;
    cx->viewer = (struct viewer){.kind = VIEWER_SYSTEM};
    ok = find(cx, provider, claims, person_id);
    cx->viewer = viewer;
    if (ok)
        return db_commit(cx);
    db_rollback(cx);
    return false;
}
