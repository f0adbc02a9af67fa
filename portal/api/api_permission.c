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
    [PERMIT_ACCOUNT_READ]     = {"account.read",                EVERYBODY, .switched = U | L},
    [PERMIT_ACCOUNT_UPDATE]   = {"account.update",              A | D},

    [PERMIT_LICENCE_READ]     = {"license.read",                EVERYBODY},
    [PERMIT_LICENCE_CREATE]   = {"license.create",              A | D | S | P | U, .users = OWNED},
    [PERMIT_LICENCE_UPDATE]   = {"license.update",              A | D | S | T | P},
    [PERMIT_LICENCE_DELETE]   = {"license.delete",              A | D | S | P | U, .users = OWNED},
    [PERMIT_LICENCE_REVOKE]   = {"license.revoke",              A | D | S | P | U, .users = OWNED},
    [PERMIT_LICENCE_RENEW]    = {"license.renew",               A | D | S | P | U, .users = OWNED},
    [PERMIT_LICENCE_VALIDATE] = {"license.validate",            EVERYBODY},
    [PERMIT_LICENCE_CHECK_IN] = {"license.check-in",            A | D | S | T | P | U | L, .users = OWNED},
    [PERMIT_LICENCE_CHECK_OUT] = {"license.check-out",          A | D | S | T | P | U | L, .users = OPEN},
    [PERMIT_LICENCE_SUSPEND]  = {"license.suspend",             A | D | S | T | P},
    [PERMIT_LICENCE_REINSTATE] = {"license.reinstate",          A | D | S | T | P},
    [PERMIT_LICENCE_USAGE_INCREMENT] = {"license.usage.increment", A | D | S | T | P | U | L, .users = OWNED},
    [PERMIT_LICENCE_USAGE_DECREMENT] = {"license.usage.decrement", A | D | S | T | P},
    [PERMIT_LICENCE_USAGE_RESET] = {"license.usage.reset",      A | D | S | T | P},
    [PERMIT_LICENCE_TOKENS_READ] = {"license.tokens.read",      A | D | S | T | R | P | L},
    [PERMIT_LICENCE_TOKENS_CREATE] = {"license.tokens.generate", A | D | S | P},
    [PERMIT_LICENCE_ENTITLEMENTS_READ] = {"license.entitlements.read", EVERYBODY},
    [PERMIT_LICENCE_ENTITLEMENTS_ATTACH] = {"license.entitlements.attach", A | D | S | P},
    [PERMIT_LICENCE_ENTITLEMENTS_DETACH] = {"license.entitlements.detach", A | D | S | P},
    [PERMIT_LICENCE_USERS_READ] = {"license.users.read",        EVERYBODY},
    [PERMIT_LICENCE_USERS_ATTACH] = {"license.users.attach",    A | D | S | T | P | U, .users = OWNED, .switched = U},
    [PERMIT_LICENCE_USERS_DETACH] = {"license.users.detach",    A | D | S | T | P | U, .users = OWNED, .switched = U},
    [PERMIT_LICENCE_OWNER_CHANGE] = {"license.owner.update",    A | D | S | P},
    [PERMIT_LICENCE_GROUP_CHANGE] = {"license.group.update",    A | D | S | P},
    [PERMIT_LICENCE_POLICY_CHANGE] = {"license.policy.update",  A | D | S | P | U, .users = OWNED},

    [PERMIT_MACHINE_READ]     = {"machine.read",                EVERYBODY},
    [PERMIT_MACHINE_CREATE]   = {"machine.create",              A | D | S | P | U | L, .users = MADE},
    [PERMIT_MACHINE_UPDATE]   = {"machine.update",              A | D | S | T | P | U | L, .users = OWNED, .licences = OPEN},
    [PERMIT_MACHINE_DELETE]   = {"machine.delete",              A | D | S | P | U | L, .users = OWNED},
    [PERMIT_MACHINE_CHECK_OUT] = {"machine.check-out",          A | D | S | T | P | U | L, .users = OWNED},
    [PERMIT_MACHINE_PING]     = {"machine.heartbeat.ping",      A | D | P | U | L, .users = OWNED},
    [PERMIT_MACHINE_RESET]    = {"machine.heartbeat.reset",     A | D | S | P},
    [PERMIT_MACHINE_OWNER_CHANGE] = {"machine.owner.update",    A | D | S | P},
    [PERMIT_MACHINE_GROUP_CHANGE] = {"machine.group.update",    A | D | S | P},

    [PERMIT_PROCESS_READ]     = {"process.read",                EVERYBODY},
    [PERMIT_PROCESS_CREATE]   = {"process.create",              A | D | S | P | U | L, .users = MADE},
    [PERMIT_PROCESS_UPDATE]   = {"process.update",              A | D | S | T | P | U | L, .users = OWNED},
    [PERMIT_PROCESS_DELETE]   = {"process.delete",              A | D | S | P | U | L, .users = OWNED},
    [PERMIT_PROCESS_PING]     = {"process.heartbeat.ping",      A | D | P | U | L, .users = OWNED},
    [PERMIT_COMPONENT_READ]   = {"component.read",              EVERYBODY},
    [PERMIT_COMPONENT_CREATE] = {"component.create",            A | D | S | P | U | L, .users = MADE},
    [PERMIT_COMPONENT_UPDATE] = {"component.update",            A | D | S | T | P | U | L, .users = OWNED},
    [PERMIT_COMPONENT_DELETE] = {"component.delete",            A | D | S | P | U | L, .users = OWNED},

    [PERMIT_POLICY_READ]      = {"policy.read",                 EVERYBODY, .switched = U | L},
    [PERMIT_POLICY_CREATE]    = {"policy.create",               A | D | S | P},
    [PERMIT_POLICY_UPDATE]    = {"policy.update",               A | D | S | P},
    [PERMIT_POLICY_DELETE]    = {"policy.delete",               A | D | P},
    [PERMIT_POLICY_ENTITLEMENTS_READ] = {"policy.entitlements.read", A | D | S | T | R | P},
    [PERMIT_POLICY_ENTITLEMENTS_ATTACH] = {"policy.entitlements.attach", A | D | S | P},
    [PERMIT_POLICY_ENTITLEMENTS_DETACH] = {"policy.entitlements.detach", A | D | S | P},
    [PERMIT_PRODUCT_READ]     = {"product.read",                EVERYBODY, .switched = U | L},
    [PERMIT_PRODUCT_CREATE]   = {"product.create",              A | D},
    [PERMIT_PRODUCT_UPDATE]   = {"product.update",              A | D | P},
    [PERMIT_PRODUCT_DELETE]   = {"product.delete",              A | D},
    [PERMIT_PRODUCT_TOKENS_READ] = {"product.tokens.read",      A | D | P},
    [PERMIT_PRODUCT_TOKENS_CREATE] = {"product.tokens.generate", A | D},
    [PERMIT_ENTITLEMENT_READ] = {"entitlement.read",            EVERYBODY},
    [PERMIT_ENTITLEMENT_CREATE] = {"entitlement.create",        A | D},
    [PERMIT_ENTITLEMENT_UPDATE] = {"entitlement.update",        A | D},
    [PERMIT_ENTITLEMENT_DELETE] = {"entitlement.delete",        A | D},
    [PERMIT_GROUP_READ]       = {"group.read",                  EVERYBODY},
    [PERMIT_GROUP_CREATE]     = {"group.create",                A | D | P},
    [PERMIT_GROUP_UPDATE]     = {"group.update",                A | D | P},
    [PERMIT_GROUP_DELETE]     = {"group.delete",                A | D | P},

    [PERMIT_USER_READ]        = {"user.read",                   EVERYBODY, .switched = L},
    [PERMIT_USER_CREATE]      = {"user.create",                 A | D | S | P},
    [PERMIT_USER_UPDATE]      = {"user.update",                 A | D | S | P | U, .users = SELF},
    [PERMIT_USER_DELETE]      = {"user.delete",                 A | D | P},
    [PERMIT_USER_BAN]         = {"user.ban",                    A | D | S | T | P},
    [PERMIT_USER_UNBAN]       = {"user.unban",                  A | D | S | T | P},
    [PERMIT_USER_ROLE_CHANGE] = {"user.role.update",            A},
    [PERMIT_USER_GROUP_CHANGE] = {"user.group.update",          A | D | S | P},
    [PERMIT_USER_PASSWORD_UPDATE] = {"user.password.update",    A | D | S | T | R | U, .users = SELF},
    [PERMIT_USER_TOKENS_READ] = {"user.tokens.read",            A | P | U, .users = SELF},
    [PERMIT_USER_TOKENS_CREATE] = {"user.tokens.generate",      A | D | P | U, .users = SELF},
    [PERMIT_TOKEN_READ]       = {"token.read",                  EVERYBODY},
    [PERMIT_TOKEN_CREATE]     = {"token.generate",              EVERYBODY},
    [PERMIT_TOKEN_REGENERATE] = {"token.regenerate",            EVERYBODY},
    [PERMIT_TOKEN_REVOKE]     = {"token.revoke",                EVERYBODY},

    [PERMIT_RELEASE_READ]     = {"release.read",                EVERYBODY},
    [PERMIT_RELEASE_CREATE]   = {"release.create",              A | D | P},
    [PERMIT_RELEASE_UPDATE]   = {"release.update",              A | D | P},
    [PERMIT_RELEASE_DELETE]   = {"release.delete",              A | D | P},
    [PERMIT_RELEASE_PUBLISH]  = {"release.publish",             A | D | P},
    [PERMIT_RELEASE_YANK]     = {"release.yank",                A | D | P},
    [PERMIT_RELEASE_UPGRADE]  = {"release.upgrade",             EVERYBODY},
    [PERMIT_ARTIFACT_READ]    = {"artifact.read",               EVERYBODY},
    [PERMIT_ARTIFACT_CREATE]  = {"artifact.create",             A | D | P},
    [PERMIT_ARTIFACT_UPDATE]  = {"artifact.update",             A | D | P},
    [PERMIT_ARTIFACT_DELETE]  = {"artifact.delete",             A | D | P},
    [PERMIT_ARTIFACT_DOWNLOAD] = {"artifact.download",          EVERYBODY},

    [PERMIT_WEBHOOK_READ]     = {"webhook-endpoint.read",       A | D | R | P},
    [PERMIT_WEBHOOK_CREATE]   = {"webhook-endpoint.create",     A | D | P},
    [PERMIT_WEBHOOK_UPDATE]   = {"webhook-endpoint.update",     A | D | P},
    [PERMIT_WEBHOOK_DELETE]   = {"webhook-endpoint.delete",     A | D | P},
    [PERMIT_EVENT_READ]       = {"webhook-event.read",          A | D | R | P},
    [PERMIT_EVENT_RETRY]      = {"webhook-event.retry",         A | D | P},
    [PERMIT_EVENT_DELETE]     = {"webhook-event.delete",        A | D | P},
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
