#include "portal/api/api_permission.h"

#include "portal/account/tenant.h"

#include <string.h>

enum {
    A = API_ROLE(TOKEN_ADMIN),
    D = API_ROLE(TOKEN_DEVELOPER),
    S = API_ROLE(TOKEN_SALES),
    T = API_ROLE(TOKEN_SUPPORT),
    R = API_ROLE(TOKEN_READ_ONLY),
    P = API_ROLE(TOKEN_PRODUCT), /* of its own rows */
    U = API_ROLE(TOKEN_USER),    /* of licences it owns or is attached to */
    L = API_ROLE(TOKEN_ACTIVATION),
    EVERYBODY = A | D | S | T | R | P | U | L,
};

enum condition { /* on customers' credentials, beside their scope */
                 FREE,
                 OWNED, /* the licence's owner, of what is not protected */
                 MADE,  /* the same, or the owner of the machine that is being made */
                 OPEN,  /* not protected */
                 SELF   /* the person itself */
};

struct row {
    const char *name;
    unsigned kinds;
    enum condition users, licences;
    unsigned switched; /* kinds that need the tenant's switch of that name */
};

static const struct row ROWS[] = {
    /* clang-format off */
    [PERMIT_ACCOUNT_READ]     = {.name = "account.read",                .kinds = EVERYBODY, .switched = U | L},
    [PERMIT_ACCOUNT_UPDATE]   = {.name = "account.update",              .kinds = A | D},

    [PERMIT_LICENCE_READ]     = {.name = "license.read",                .kinds = EVERYBODY},
    [PERMIT_LICENCE_CREATE]   = {.name = "license.create",              .kinds = A | D | S | P | U, .users = OWNED},
    [PERMIT_LICENCE_UPDATE]   = {.name = "license.update",              .kinds = A | D | S | T | P},
    [PERMIT_LICENCE_DELETE]   = {.name = "license.delete",              .kinds = A | D | S | P | U, .users = OWNED},
    [PERMIT_LICENCE_REVOKE]   = {.name = "license.revoke",              .kinds = A | D | S | P | U, .users = OWNED},
    [PERMIT_LICENCE_RENEW]    = {.name = "license.renew",               .kinds = A | D | S | P | U, .users = OWNED},
    [PERMIT_LICENCE_VALIDATE] = {.name = "license.validate",            .kinds = EVERYBODY},
    [PERMIT_LICENCE_CHECK_IN] = {.name = "license.check-in",            .kinds = A | D | S | T | P | U | L, .users = OWNED},
    [PERMIT_LICENCE_CHECK_OUT] = {.name = "license.check-out",          .kinds = A | D | S | T | P | U | L, .users = OPEN},
    [PERMIT_LICENCE_SUSPEND]  = {.name = "license.suspend",             .kinds = A | D | S | T | P},
    [PERMIT_LICENCE_REINSTATE] = {.name = "license.reinstate",          .kinds = A | D | S | T | P},
    [PERMIT_LICENCE_USAGE_INCREMENT] = {.name = "license.usage.increment", .kinds = A | D | S | T | P | U | L, .users = OWNED},
    [PERMIT_LICENCE_USAGE_DECREMENT] = {.name = "license.usage.decrement", .kinds = A | D | S | T | P},
    [PERMIT_LICENCE_USAGE_RESET] = {.name = "license.usage.reset",      .kinds = A | D | S | T | P},
    [PERMIT_LICENCE_TOKENS_READ] = {.name = "license.tokens.read",      .kinds = A | D | S | T | R | P | L},
    [PERMIT_LICENCE_TOKENS_CREATE] = {.name = "license.tokens.generate", .kinds = A | D | S | P},
    [PERMIT_LICENCE_ENTITLEMENTS_READ] = {.name = "license.entitlements.read", .kinds = EVERYBODY},
    [PERMIT_LICENCE_ENTITLEMENTS_ATTACH] = {.name = "license.entitlements.attach", .kinds = A | D | S | P},
    [PERMIT_LICENCE_ENTITLEMENTS_DETACH] = {.name = "license.entitlements.detach", .kinds = A | D | S | P},
    [PERMIT_LICENCE_USERS_READ] = {.name = "license.users.read",        .kinds = EVERYBODY},
    [PERMIT_LICENCE_USERS_ATTACH] = {.name = "license.users.attach",    .kinds = A | D | S | T | P | U, .users = OWNED, .switched = U},
    [PERMIT_LICENCE_USERS_DETACH] = {.name = "license.users.detach",    .kinds = A | D | S | T | P | U, .users = OWNED, .switched = U},
    [PERMIT_LICENCE_OWNER_CHANGE] = {.name = "license.owner.update",    .kinds = A | D | S | P},
    [PERMIT_LICENCE_GROUP_CHANGE] = {.name = "license.group.update",    .kinds = A | D | S | P},
    [PERMIT_LICENCE_POLICY_CHANGE] = {.name = "license.policy.update",  .kinds = A | D | S | P | U, .users = OWNED},

    [PERMIT_MACHINE_READ]     = {.name = "machine.read",                .kinds = EVERYBODY},
    [PERMIT_MACHINE_CREATE]   = {.name = "machine.create",              .kinds = A | D | S | P | U | L, .users = MADE},
    [PERMIT_MACHINE_UPDATE]   = {.name = "machine.update",              .kinds = A | D | S | T | P | U | L, .users = OWNED, .licences = OPEN},
    [PERMIT_MACHINE_DELETE]   = {.name = "machine.delete",              .kinds = A | D | S | P | U | L, .users = OWNED},
    [PERMIT_MACHINE_CHECK_OUT] = {.name = "machine.check-out",          .kinds = A | D | S | T | P | U | L, .users = OWNED},
    [PERMIT_MACHINE_PING]     = {.name = "machine.heartbeat.ping",      .kinds = A | D | P | U | L, .users = OWNED},
    [PERMIT_MACHINE_RESET]    = {.name = "machine.heartbeat.reset",     .kinds = A | D | S | P},
    [PERMIT_MACHINE_OWNER_CHANGE] = {.name = "machine.owner.update",    .kinds = A | D | S | P},
    [PERMIT_MACHINE_GROUP_CHANGE] = {.name = "machine.group.update",    .kinds = A | D | S | P},

    [PERMIT_PROCESS_READ]     = {.name = "process.read",                .kinds = EVERYBODY},
    [PERMIT_PROCESS_CREATE]   = {.name = "process.create",              .kinds = A | D | S | P | U | L, .users = MADE},
    [PERMIT_PROCESS_UPDATE]   = {.name = "process.update",              .kinds = A | D | S | T | P | U | L, .users = OWNED},
    [PERMIT_PROCESS_DELETE]   = {.name = "process.delete",              .kinds = A | D | S | P | U | L, .users = OWNED},
    [PERMIT_PROCESS_PING]     = {.name = "process.heartbeat.ping",      .kinds = A | D | P | U | L, .users = OWNED},
    [PERMIT_COMPONENT_READ]   = {.name = "component.read",              .kinds = EVERYBODY},
    [PERMIT_COMPONENT_CREATE] = {.name = "component.create",            .kinds = A | D | S | P | U | L, .users = MADE},
    [PERMIT_COMPONENT_UPDATE] = {.name = "component.update",            .kinds = A | D | S | T | P | U | L, .users = OWNED},
    [PERMIT_COMPONENT_DELETE] = {.name = "component.delete",            .kinds = A | D | S | P | U | L, .users = OWNED},

    [PERMIT_POLICY_READ]      = {.name = "policy.read",                 .kinds = EVERYBODY, .switched = U | L},
    [PERMIT_POLICY_CREATE]    = {.name = "policy.create",               .kinds = A | D | S | P},
    [PERMIT_POLICY_UPDATE]    = {.name = "policy.update",               .kinds = A | D | S | P},
    [PERMIT_POLICY_DELETE]    = {.name = "policy.delete",               .kinds = A | D | P},
    [PERMIT_POLICY_ENTITLEMENTS_READ] = {.name = "policy.entitlements.read", .kinds = A | D | S | T | R | P},
    [PERMIT_POLICY_ENTITLEMENTS_ATTACH] = {.name = "policy.entitlements.attach", .kinds = A | D | S | P},
    [PERMIT_POLICY_ENTITLEMENTS_DETACH] = {.name = "policy.entitlements.detach", .kinds = A | D | S | P},
    [PERMIT_PRODUCT_READ]     = {.name = "product.read",                .kinds = EVERYBODY, .switched = U | L},
    [PERMIT_PRODUCT_CREATE]   = {.name = "product.create",              .kinds = A | D},
    [PERMIT_PRODUCT_UPDATE]   = {.name = "product.update",              .kinds = A | D | P},
    [PERMIT_PRODUCT_DELETE]   = {.name = "product.delete",              .kinds = A | D},
    [PERMIT_PRODUCT_TOKENS_READ] = {.name = "product.tokens.read",      .kinds = A | D | P},
    [PERMIT_PRODUCT_TOKENS_CREATE] = {.name = "product.tokens.generate", .kinds = A | D},
    [PERMIT_ENTITLEMENT_READ] = {.name = "entitlement.read",            .kinds = EVERYBODY},
    [PERMIT_ENTITLEMENT_CREATE] = {.name = "entitlement.create",        .kinds = A | D},
    [PERMIT_ENTITLEMENT_UPDATE] = {.name = "entitlement.update",        .kinds = A | D},
    [PERMIT_ENTITLEMENT_DELETE] = {.name = "entitlement.delete",        .kinds = A | D},
    [PERMIT_GROUP_READ]       = {.name = "group.read",                  .kinds = EVERYBODY},
    [PERMIT_GROUP_CREATE]     = {.name = "group.create",                .kinds = A | D | P},
    [PERMIT_GROUP_UPDATE]     = {.name = "group.update",                .kinds = A | D | P},
    [PERMIT_GROUP_DELETE]     = {.name = "group.delete",                .kinds = A | D | P},

    [PERMIT_USER_READ]        = {.name = "user.read",                   .kinds = EVERYBODY, .switched = L},
    [PERMIT_USER_CREATE]      = {.name = "user.create",                 .kinds = A | D | S | P},
    [PERMIT_USER_UPDATE]      = {.name = "user.update",                 .kinds = A | D | S | P | U, .users = SELF},
    [PERMIT_USER_DELETE]      = {.name = "user.delete",                 .kinds = A | D | P},
    [PERMIT_USER_BAN]         = {.name = "user.ban",                    .kinds = A | D | S | T | P},
    [PERMIT_USER_UNBAN]       = {.name = "user.unban",                  .kinds = A | D | S | T | P},
    [PERMIT_USER_ROLE_CHANGE] = {.name = "user.role.update",            .kinds = A},
    [PERMIT_USER_GROUP_CHANGE] = {.name = "user.group.update",          .kinds = A | D | S | P},
    [PERMIT_USER_PASSWORD_UPDATE] = {.name = "user.password.update",    .kinds = A | D | S | T | R | U, .users = SELF},
    [PERMIT_USER_TOKENS_READ] = {.name = "user.tokens.read",            .kinds = A | P | U, .users = SELF},
    [PERMIT_USER_TOKENS_CREATE] = {.name = "user.tokens.generate",      .kinds = A | D | P | U, .users = SELF},
    [PERMIT_TOKEN_READ]       = {.name = "token.read",                  .kinds = EVERYBODY},
    [PERMIT_TOKEN_CREATE]     = {.name = "token.generate",              .kinds = EVERYBODY},
    [PERMIT_TOKEN_REGENERATE] = {.name = "token.regenerate",            .kinds = EVERYBODY},
    [PERMIT_TOKEN_REVOKE]     = {.name = "token.revoke",                .kinds = EVERYBODY},

    [PERMIT_RELEASE_READ]     = {.name = "release.read",                .kinds = EVERYBODY},
    [PERMIT_RELEASE_CREATE]   = {.name = "release.create",              .kinds = A | D | P},
    [PERMIT_RELEASE_UPDATE]   = {.name = "release.update",              .kinds = A | D | P},
    [PERMIT_RELEASE_DELETE]   = {.name = "release.delete",              .kinds = A | D | P},
    [PERMIT_RELEASE_PUBLISH]  = {.name = "release.publish",             .kinds = A | D | P},
    [PERMIT_RELEASE_YANK]     = {.name = "release.yank",                .kinds = A | D | P},
    [PERMIT_RELEASE_UPGRADE]  = {.name = "release.upgrade",             .kinds = EVERYBODY},
    [PERMIT_ARTIFACT_READ]    = {.name = "artifact.read",               .kinds = EVERYBODY},
    [PERMIT_ARTIFACT_CREATE]  = {.name = "artifact.create",             .kinds = A | D | P},
    [PERMIT_ARTIFACT_UPDATE]  = {.name = "artifact.update",             .kinds = A | D | P},
    [PERMIT_ARTIFACT_DELETE]  = {.name = "artifact.delete",             .kinds = A | D | P},
    [PERMIT_ARTIFACT_DOWNLOAD] = {.name = "artifact.download",          .kinds = EVERYBODY},

    [PERMIT_WEBHOOK_READ]     = {.name = "webhook-endpoint.read",       .kinds = A | D | R | P},
    [PERMIT_WEBHOOK_CREATE]   = {.name = "webhook-endpoint.create",     .kinds = A | D | P},
    [PERMIT_WEBHOOK_UPDATE]   = {.name = "webhook-endpoint.update",     .kinds = A | D | P},
    [PERMIT_WEBHOOK_DELETE]   = {.name = "webhook-endpoint.delete",     .kinds = A | D | P},
    [PERMIT_EVENT_READ]       = {.name = "webhook-event.read",          .kinds = A | D | R | P},
    [PERMIT_EVENT_RETRY]      = {.name = "webhook-event.retry",         .kinds = A | D | P},
    [PERMIT_EVENT_DELETE]     = {.name = "webhook-event.delete",        .kinds = A | D | P},
    /* clang-format on */
};
_Static_assert(COUNT(ROWS) == PERMIT_COUNT, "a row for every right");

const char *const API_PERMISSION_SWITCHES[] = {
    "account.read",         "policy.read", "product.read", "user.read", "license.users.attach",
    "license.users.detach", NULL};

const char *api_permission_name(enum permit what)
{
    return ROWS[what].name;
}

unsigned api_permission_kinds(enum permit what)
{
    return ROWS[what].kinds;
}

static bool refuse(struct req *rq, const struct row *row, const char *why)
{
    return err_set(&rq->cx.err, &ERR_DENIED, "%s: %s", row->name, why);
}

/* Read when it matters only: most of what customers' software asks has no switch. */
static bool check_switch(struct req *rq, const struct row *row)
{
    struct tenant_account account;
    struct span rest;
    struct span name;

    if (!tenant_account_get(&rq->cx, &account))
        return false;
    rest = span_of(account.wire_rights);
    while (span_cut(&rest, ',', &name))
        if (span_equal(name, row->name))
            return true;
    return refuse(rq, row, "switched off");
}

static bool holds(enum condition condition, const struct api_subject *subject, struct id bearer)
{
    switch (condition) {
    case FREE:
        return true;
    case OWNED:
        return !subject->is_protected && id_equal(subject->owner_id, bearer);
    case MADE:
        return !subject->is_protected &&
               (id_equal(subject->owner_id, bearer) || id_equal(subject->machine_owner_id, bearer));
    case OPEN:
        return !subject->is_protected;
    case SELF:
        return id_equal(subject->person_id, bearer);
    }
    return false;
}

bool api_permission_on(struct req *rq, enum permit what, const struct api_subject *subject)
{
    const struct api *api = api_of(rq);
    const struct row *row = &ROWS[what];
    unsigned kind = API_ROLE(api->kind);

    if (api->role == API_NOBODY || (row->kinds & kind) == 0)
        return refuse(rq, row, "not this role's");
    if (api->role == API_USER && !holds(row->users, subject, api->bearer_id))
        return refuse(rq, row, "another's, or protected");
    if (api->role == API_LICENCE && !holds(row->licences, subject, api->bearer_id))
        return refuse(rq, row, "protected");
    return (row->switched & kind) == 0 || check_switch(rq, row);
}

bool api_permission_licence(struct req *rq, enum permit what, const struct snapshot *licence)
{
    const struct api_subject subject = {.owner_id = licence->licence.owner_id,
                                        .is_protected = licence->licence.is_protected};

    return api_permission_on(rq, what, &subject);
}

bool api_permission_check(struct req *rq, enum permit what)
{
    static const struct api_subject NOTHING = {.is_protected = false};

    return api_permission_on(rq, what, &NOTHING);
}
