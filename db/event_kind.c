/* The names of events: ours, and the wire's that webhooks bear (licensing-protocol 7.5). */
#include "db/event.h"

#include <string.h>

static const struct {
    const char *name;
    const char *wire_name; /* "": never leaves the house */
} EVENTS[] = {
    /* clang-format off */
    [EVENT_TICKET_CREATED]                = {"ticket.created",                "ticket.created"},
    [EVENT_TICKET_UPDATED]                = {"ticket.updated",                "ticket.updated"},
    [EVENT_TICKET_REPLIED]                = {"ticket.replied",                "ticket.replied"},
    [EVENT_TICKET_NOTED]                  = {"ticket.noted",                  ""},
    [EVENT_TICKET_ASSIGNED]               = {"ticket.assigned",               "ticket.assigned"},
    [EVENT_TICKET_STATUS_CHANGED]         = {"ticket.status_changed",         "ticket.status-changed"},
    [EVENT_TICKET_SLA_WARNING]            = {"ticket.sla_warning",            "ticket.sla-warning"},
    [EVENT_TICKET_SLA_BREACHED]           = {"ticket.sla_breached",           "ticket.sla-breached"},
    [EVENT_TICKET_VISIT_DUE]              = {"ticket.visit_due",              "ticket.visit-due"},
    [EVENT_TICKET_VISIT_DONE]             = {"ticket.visit_done",             "ticket.visit-done"},
    [EVENT_TICKET_MERGED]                 = {"ticket.merged",                 "ticket.merged"},
    [EVENT_TICKET_UNMERGED]               = {"ticket.unmerged",               "ticket.unmerged"},
    [EVENT_TICKET_SPLIT]                  = {"ticket.split",                  "ticket.split"},
    [EVENT_TICKET_DELETED]                = {"ticket.deleted",                "ticket.deleted"},
    [EVENT_TICKET_RESTORED]               = {"ticket.restored",               "ticket.restored"},
    [EVENT_LICENCE_ISSUED]                = {"licence.issued",                "license.created"},
    [EVENT_LICENCE_UPDATED]               = {"licence.updated",               "license.updated"},
    [EVENT_LICENCE_DELETED]               = {"licence.deleted",               "license.deleted"},
    [EVENT_LICENCE_REVOKED]               = {"licence.revoked",               "license.revoked"},
    [EVENT_LICENCE_SUSPENDED]             = {"licence.suspended",             "license.suspended"},
    [EVENT_LICENCE_REINSTATED]            = {"licence.reinstated",            "license.reinstated"},
    [EVENT_LICENCE_RENEWED]               = {"licence.renewed",               "license.renewed"},
    [EVENT_LICENCE_CHECKED_IN]            = {"licence.checked_in",            "license.checked-in"},
    [EVENT_LICENCE_CHECKED_OUT]           = {"licence.checked_out",           "license.checked-out"},
    [EVENT_LICENCE_USES_ADDED]            = {"licence.uses_added",            "license.usage.incremented"},
    [EVENT_LICENCE_USES_TAKEN]            = {"licence.uses_taken",            "license.usage.decremented"},
    [EVENT_LICENCE_USES_RESET]            = {"licence.uses_reset",            "license.usage.reset"},
    [EVENT_LICENCE_ENDING]                = {"licence.ending",                ""},
    [EVENT_LICENCE_EXPIRING]              = {"licence.expiring",              "license.expiring-soon"},
    [EVENT_LICENCE_EXPIRED]               = {"licence.expired",               "license.expired"},
    [EVENT_LICENCE_CHECK_IN_DUE]          = {"licence.check_in_due",          "license.check-in-required-soon"},
    [EVENT_LICENCE_CHECK_IN_OVERDUE]      = {"licence.check_in_overdue",      "license.check-in-overdue"},
    [EVENT_LICENCE_ODD_USE]               = {"licence.odd_use",               ""},
    [EVENT_LICENCE_VALIDATED]             = {"licence.validated",             "license.validation.succeeded"},
    [EVENT_LICENCE_NOT_VALIDATED]         = {"licence.not_validated",         "license.validation.failed"},
    [EVENT_LICENCE_POLICY_CHANGED]        = {"licence.policy_changed",        "license.policy.updated"},
    [EVENT_LICENCE_OWNER_CHANGED]         = {"licence.owner_changed",         "license.owner.updated"},
    [EVENT_LICENCE_GROUP_CHANGED]         = {"licence.group_changed",         "license.group.updated"},
    [EVENT_LICENCE_ENTITLEMENTS_ATTACHED] = {"licence.entitlements_attached", "license.entitlements.attached"},
    [EVENT_LICENCE_ENTITLEMENTS_DETACHED] = {"licence.entitlements_detached", "license.entitlements.detached"},
    [EVENT_LICENCE_USERS_ATTACHED]        = {"licence.users_attached",        "license.users.attached"},
    [EVENT_LICENCE_USERS_DETACHED]        = {"licence.users_detached",        "license.users.detached"},
    [EVENT_LICENCE_ACTIVATED]             = {"licence.activated",             "machine.created"},
    [EVENT_LICENCE_RELEASED]              = {"licence.released",              "machine.deleted"},
    [EVENT_MACHINE_UPDATED]               = {"machine.updated",               "machine.updated"},
    [EVENT_MACHINE_CHECKED_OUT]           = {"machine.checked_out",           "machine.checked-out"},
    [EVENT_MACHINE_OWNER_CHANGED]         = {"machine.owner_changed",         "machine.owner.updated"},
    [EVENT_MACHINE_GROUP_CHANGED]         = {"machine.group_changed",         "machine.group.updated"},
    [EVENT_MACHINE_PINGED]                = {"machine.pinged",                "machine.heartbeat.ping"},
    [EVENT_MACHINE_PONGED]                = {"machine.ponged",                "machine.heartbeat.pong"},
    [EVENT_MACHINE_DEAD]                  = {"machine.dead",                  "machine.heartbeat.dead"},
    [EVENT_MACHINE_RESET]                 = {"machine.reset",                 "machine.heartbeat.reset"},
    [EVENT_MACHINE_RESURRECTED]           = {"machine.resurrected",           "machine.heartbeat.resurrected"},
    [EVENT_PROCESS_CREATED]               = {"process.created",               "process.created"},
    [EVENT_PROCESS_UPDATED]               = {"process.updated",               "process.updated"},
    [EVENT_PROCESS_DELETED]               = {"process.deleted",               "process.deleted"},
    [EVENT_PROCESS_PINGED]                = {"process.pinged",                "process.heartbeat.ping"},
    [EVENT_PROCESS_PONGED]                = {"process.ponged",                "process.heartbeat.pong"},
    [EVENT_PROCESS_DEAD]                  = {"process.dead",                  "process.heartbeat.dead"},
    [EVENT_PROCESS_RESURRECTED]           = {"process.resurrected",           "process.heartbeat.resurrected"},
    [EVENT_COMPONENT_CREATED]             = {"component.created",             "component.created"},
    [EVENT_COMPONENT_UPDATED]             = {"component.updated",             "component.updated"},
    [EVENT_COMPONENT_DELETED]             = {"component.deleted",             "component.deleted"},
    [EVENT_PRODUCT_CREATED]               = {"product.created",               "product.created"},
    [EVENT_PRODUCT_UPDATED]               = {"product.updated",               "product.updated"},
    [EVENT_PRODUCT_DELETED]               = {"product.deleted",               "product.deleted"},
    [EVENT_POLICY_CREATED]                = {"policy.created",                "policy.created"},
    [EVENT_POLICY_UPDATED]                = {"policy.updated",                "policy.updated"},
    [EVENT_POLICY_DELETED]                = {"policy.deleted",                "policy.deleted"},
    [EVENT_POLICY_ENTITLEMENTS_ATTACHED]  = {"policy.entitlements_attached",  "policy.entitlements.attached"},
    [EVENT_POLICY_ENTITLEMENTS_DETACHED]  = {"policy.entitlements_detached",  "policy.entitlements.detached"},
    [EVENT_ENTITLEMENT_CREATED]           = {"entitlement.created",           "entitlement.created"},
    [EVENT_ENTITLEMENT_UPDATED]           = {"entitlement.updated",           "entitlement.updated"},
    [EVENT_ENTITLEMENT_DELETED]           = {"entitlement.deleted",           "entitlement.deleted"},
    [EVENT_GROUP_CREATED]                 = {"group.created",                 "group.created"},
    [EVENT_GROUP_UPDATED]                 = {"group.updated",                 "group.updated"},
    [EVENT_GROUP_DELETED]                 = {"group.deleted",                 "group.deleted"},
    [EVENT_RELEASE_CREATED]               = {"release.created",               "release.created"},
    [EVENT_RELEASE_UPDATED]               = {"release.updated",               "release.updated"},
    [EVENT_RELEASE_DELETED]               = {"release.deleted",               "release.deleted"},
    [EVENT_RELEASE_PUBLISHED]             = {"release.published",             "release.published"},
    [EVENT_RELEASE_YANKED]                = {"release.yanked",                "release.yanked"},
    [EVENT_RELEASE_DOWNLOADED]            = {"release.downloaded",            "release.downloaded"},
    [EVENT_RELEASE_UPGRADED]              = {"release.upgraded",              "release.upgraded"},
    [EVENT_RELEASE_CONSTRAINTS_ATTACHED]  = {"release.constraints_attached",  "release.constraints.attached"},
    [EVENT_RELEASE_CONSTRAINTS_DETACHED]  = {"release.constraints_detached",  "release.constraints.detached"},
    [EVENT_ARTEFACT_CREATED]              = {"artefact.created",              "artifact.created"},
    [EVENT_ARTEFACT_UPDATED]              = {"artefact.updated",              "artifact.updated"},
    [EVENT_ARTEFACT_DELETED]              = {"artefact.deleted",              "artifact.deleted"},
    [EVENT_ARTEFACT_UPLOADED]             = {"artefact.uploaded",             "artifact.uploaded"},
    [EVENT_ARTEFACT_DOWNLOADED]           = {"artefact.downloaded",           "artifact.downloaded"},
    [EVENT_TOKEN_ISSUED]                  = {"token.issued",                  "token.generated"},
    [EVENT_TOKEN_REGENERATED]             = {"token.regenerated",             "token.regenerated"},
    [EVENT_TOKEN_REVOKED]                 = {"token.revoked",                 "token.revoked"},
    [EVENT_PERSON_REGISTERED]             = {"person.registered",             "user.created"},
    [EVENT_PERSON_UPDATED]                = {"person.updated",                "user.updated"},
    [EVENT_PERSON_REMOVED]                = {"person.removed",                "user.deleted"},
    [EVENT_PERSON_BANNED]                 = {"person.banned",                 "user.banned"},
    [EVENT_PERSON_UNBANNED]               = {"person.unbanned",               "user.unbanned"},
    [EVENT_PERSON_PASSWORD_RESET]         = {"person.password_reset",         "user.password-reset"},
    [EVENT_PERSON_GROUP_CHANGED]          = {"person.group_changed",          "user.group.updated"},
    [EVENT_PERSON_PASSWORD_CHANGED]       = {"person.password_changed",       ""},
    [EVENT_PERSON_LOGIN]                  = {"person.login",                  ""},
    [EVENT_PERSON_LOGIN_FAILED]           = {"person.login_failed",           ""},
    [EVENT_PERSON_LOCKED]                 = {"person.locked",                 ""},
    [EVENT_PERSON_LOGOUT]                 = {"person.logout",                 ""},
    [EVENT_PERSON_VIEWED_AS]              = {"person.viewed_as",              ""},
    [EVENT_PERSON_DEVICE_REUSED]          = {"person.device_reused",          ""},
    [EVENT_PERSON_REVEALED]               = {"person.revealed",               ""},
    [EVENT_PROPOSAL_MADE]                 = {"proposal.made",                 ""},
    [EVENT_PROPOSAL_DECIDED]              = {"proposal.decided",              ""},
    [EVENT_ROLE_CHANGED]                  = {"role.changed",                  ""},
    [EVENT_ORGANISATION_CREATED]          = {"organisation.created",          ""},
    [EVENT_ORGANISATION_CHANGED]          = {"organisation.changed",          ""},
    [EVENT_ORDER_PLACED]                  = {"order.placed",                  ""},
    [EVENT_ORDER_UPDATED]                 = {"order.updated",                 ""},
    [EVENT_ARTICLE_PUBLISHED]             = {"article.published",             ""},
    [EVENT_TENANT_CREATED]                = {"tenant.created",                ""},
    [EVENT_TENANT_UPDATED]                = {"tenant.updated",                "account.updated"},
    [EVENT_CALENDAR_CHANGED]              = {"calendar.changed",              ""},
    [EVENT_PROMISE_CHANGED]               = {"promise.changed",               ""},
    [EVENT_FIELD_CHANGED]                 = {"field.changed",                 ""},
    [EVENT_OPTION_LIST_CHANGED]           = {"option_list.changed",           ""},
    [EVENT_TOPIC_CHANGED]                 = {"topic.changed",                 ""},
    [EVENT_LEVELS_CHANGED]                = {"levels.changed",                ""},
    [EVENT_WEBHOOK_CHANGED]               = {"webhook.changed",               ""},
    [EVENT_SSO_CHANGED]                   = {"sso.changed",                   ""},
    [EVENT_SSO_REFUSED]                   = {"sso.refused",                   ""},
    [EVENT_SCRIPT_DEPLOYED]               = {"script.deployed",               ""},
    [EVENT_SCRIPT_SWITCHED_OFF]           = {"script.switched_off",           ""},
    /* clang-format on */
};
_Static_assert(COUNT(EVENTS) == EVENT_KIND_COUNT, "name every event");

const char *event_name(enum event_kind kind)
{
    return EVENTS[kind].name;
}

const char *event_wire_name(enum event_kind kind)
{
    return EVENTS[kind].wire_name;
}

bool event_parse(const char *name, enum event_kind *out)
{
    for (unsigned i = 0; i < EVENT_KIND_COUNT; i++)
        if (strcmp(EVENTS[i].name, name) == 0) {
            *out = (enum event_kind)i;
            return true;
        }
    return false;
}
