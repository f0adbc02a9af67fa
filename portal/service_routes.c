/* Every path of the licence service, who may ask it, and which function answers. Each is served
 * with its account too (/v1/accounts/{account}/...): see route_compile. */
#include "portal/api/action_api.h"
#include "portal/api/artefact_api.h"
#include "portal/api/checkout_api.h"
#include "portal/api/component_api.h"
#include "portal/api/constraint_api.h"
#include "portal/api/entitlement_api.h"
#include "portal/api/group_api.h"
#include "portal/api/licence_api.h"
#include "portal/api/licence_edit_api.h"
#include "portal/api/licence_link_api.h"
#include "portal/api/list_api.h"
#include "portal/api/machine_api.h"
#include "portal/api/machine_list_api.h"
#include "portal/api/machine_relation_api.h"
#include "portal/api/me_api.h"
#include "portal/api/policy_api.h"
#include "portal/api/process_api.h"
#include "portal/api/product_api.h"
#include "portal/api/release_api.h"
#include "portal/api/revocation_api.h"
#include "portal/api/trial_api.h"
#include "portal/api/webhook_api.h"
#include "portal/http/route.h"

const struct route SERVICE_ROUTES[] = {
    /* clang-format off */
    {METHOD_GET,    "/v1/webhook-endpoints", webhook_api_list, NEED_BEARER, 0, 0},
    {METHOD_POST,   "/v1/webhook-endpoints", webhook_api_create, NEED_BEARER, 0, 0},
    {METHOD_GET,    "/v1/webhook-endpoints/{webhook}", webhook_api_view, NEED_BEARER, 0, 0},
    {METHOD_PATCH,  "/v1/webhook-endpoints/{webhook}", webhook_api_change, NEED_BEARER, 0, 0},
    {METHOD_PUT,    "/v1/webhook-endpoints/{webhook}", webhook_api_change, NEED_BEARER, 0, 0},
    {METHOD_DELETE, "/v1/webhook-endpoints/{webhook}", webhook_api_delete, NEED_BEARER, 0, 0},
    {METHOD_GET,    "/v1/webhook-events", webhook_api_events, NEED_BEARER, 0, 0},
    {METHOD_GET,    "/v1/webhook-events/{event}", webhook_api_event, NEED_BEARER, 0, 0},
    {METHOD_DELETE, "/v1/webhook-events/{event}", webhook_api_event_delete, NEED_BEARER, 0, 0},
    {METHOD_POST,   "/v1/webhook-events/{event}/actions/retry", webhook_api_event_retry, NEED_BEARER, 0, 0},

    {METHOD_GET,    "/v1/health", me_api_health, NEED_PUBLIC, 0, 0},
    {METHOD_GET,    "/v1/accounts/{account}", me_api_account, NEED_BEARER, 0, 0},
    {METHOD_GET,    "/v1/ping", me_api_ping, NEED_MAYBE_BEARER, 0, 0},
    {METHOD_GET,    "/v1/me", me_api_view, NEED_BEARER, 0, 0},
    {METHOD_POST,   "/v1/licenses/actions/validate-key", licence_api_validate_key, NEED_MAYBE_BEARER, 0, 0},
    {METHOD_GET,    "/v1/licenses", list_api_licences, NEED_BEARER, 0, 0},
    {METHOD_POST,   "/v1/licenses", licence_edit_api_create, NEED_BEARER, 0, 0},
    {METHOD_PATCH,  "/v1/licenses/{licence}", licence_edit_api_update, NEED_BEARER, 0, 0},
    {METHOD_PUT,    "/v1/licenses/{licence}", licence_edit_api_update, NEED_BEARER, 0, 0},
    {METHOD_GET,    "/v1/licenses/{licence}", licence_api_view, NEED_BEARER, 0, 0},
    {METHOD_POST,   "/v1/licenses/{licence}/actions/validate", licence_api_validate, NEED_BEARER, 0, 0},
    {METHOD_GET,    "/v1/licenses/{licence}/actions/validate", licence_api_validate_quick, NEED_BEARER, 0, 0},
    {METHOD_POST,   "/v1/licenses/{licence}/actions/check-out", checkout_api_licence, NEED_BEARER, 0, 0},
    {METHOD_POST,   "/v1/machines/{machine}/actions/check-out", checkout_api_machine, NEED_BEARER, 0, 0},
    {METHOD_GET,    "/v1/licenses/{licence}/actions/check-out", checkout_api_licence, NEED_BEARER, 0, 0},
    {METHOD_GET,    "/v1/machines/{machine}/actions/check-out", checkout_api_machine, NEED_BEARER, 0, 0},
    {METHOD_POST,   "/v1/machines/{machine}/actions/ping", machine_api_ping, NEED_BEARER, 0, 0},
    {METHOD_POST,   "/v1/machines/{machine}/actions/ping-heartbeat", machine_api_ping, NEED_BEARER, 0, 0},
    {METHOD_POST,   "/v1/machines/{machine}/actions/reset", machine_api_reset, NEED_BEARER, 0, 0},
    {METHOD_POST,   "/v1/machines/{machine}/actions/reset-heartbeat", machine_api_reset, NEED_BEARER, 0, 0},
    {METHOD_POST,   "/v1/licenses/{licence}/actions/suspend", action_api_suspend, NEED_BEARER, 0, 0},
    {METHOD_POST,   "/v1/licenses/{licence}/actions/reinstate", action_api_reinstate, NEED_BEARER, 0, 0},
    {METHOD_POST,   "/v1/licenses/{licence}/actions/renew", action_api_renew, NEED_BEARER, 0, 0},
    {METHOD_POST,   "/v1/licenses/{licence}/actions/check-in", action_api_check_in, NEED_BEARER, 0, 0},
    {METHOD_DELETE, "/v1/licenses/{licence}/actions/revoke", action_api_revoke, NEED_BEARER, 0, 0},
    {METHOD_POST,   "/v1/licenses/{licence}/actions/increment-usage", action_api_increment, NEED_BEARER, 0, 0},
    {METHOD_POST,   "/v1/licenses/{licence}/actions/decrement-usage", action_api_decrement, NEED_BEARER, 0, 0},
    {METHOD_POST,   "/v1/licenses/{licence}/actions/reset-usage", action_api_reset_usage, NEED_BEARER, 0, 0},
    {METHOD_DELETE, "/v1/licenses/{licence}", action_api_delete, NEED_BEARER, 0, 0},
    {METHOD_GET,    "/v1/licenses/{licence}/machines", machine_list_api_licence, NEED_BEARER, 0, 0},
    {METHOD_GET,    "/v1/licenses/{licence}/entitlements", list_api_entitlements, NEED_BEARER, 0, 0},
    {METHOD_GET,    "/v1/licenses/{licence}/product", licence_link_api_product, NEED_BEARER, 0, 0},
    {METHOD_PUT,    "/v1/licenses/{licence}/policy", licence_link_api_set_policy, NEED_BEARER, 0, 0},
    {METHOD_PUT,    "/v1/licenses/{licence}/owner", licence_link_api_set_owner, NEED_BEARER, 0, 0},
    {METHOD_PUT,    "/v1/licenses/{licence}/user", licence_link_api_set_owner, NEED_BEARER, 0, 0}, /* up to 1.5 */
    {METHOD_PUT,    "/v1/licenses/{licence}/group", licence_link_api_set_group, NEED_BEARER, 0, 0},
    {METHOD_GET,    "/v1/licenses/{licence}/policy", licence_link_api_policy, NEED_BEARER, 0, 0},
    {METHOD_GET,    "/v1/licenses/{licence}/group", licence_link_api_group, NEED_BEARER, 0, 0},
    {METHOD_GET,    "/v1/licenses/{licence}/entitlements/{entitlement}", licence_link_api_entitlement, NEED_BEARER, 0, 0},
    {METHOD_POST,   "/v1/licenses/{licence}/entitlements", licence_link_api_attach_entitlements, NEED_BEARER, 0, 0},
    {METHOD_DELETE, "/v1/licenses/{licence}/entitlements", licence_link_api_detach_entitlements, NEED_BEARER, 0, 0},
    {METHOD_POST,   "/v1/licenses/{licence}/users", licence_link_api_attach_users, NEED_BEARER, 0, 0},
    {METHOD_DELETE, "/v1/licenses/{licence}/users", licence_link_api_detach_users, NEED_BEARER, 0, 0},
    {METHOD_POST,   "/v1/machines", machine_api_create, NEED_BEARER, 0, 0},
    {METHOD_GET,    "/v1/machines/{machine}", machine_api_view, NEED_BEARER, 0, 0},
    {METHOD_DELETE, "/v1/machines/{machine}", machine_api_delete, NEED_BEARER, 0, 0},
    {METHOD_GET,    "/v1/licenses/{licence}/machines/{machine}", machine_list_api_licence_one, NEED_BEARER, 0, 0},
    {METHOD_GET,    "/v1/machines", machine_list_api_all, NEED_BEARER, 0, 0},
    {METHOD_PATCH,  "/v1/machines/{machine}", machine_api_change, NEED_BEARER, 0, 0},
    {METHOD_PUT,    "/v1/machines/{machine}", machine_api_change, NEED_BEARER, 0, 0},
    {METHOD_GET,    "/v1/machines/{machine}/product", machine_relation_api_product, NEED_BEARER, 0, 0},
    {METHOD_GET,    "/v1/machines/{machine}/license", machine_relation_api_licence, NEED_BEARER, 0, 0},
    {METHOD_GET,    "/v1/machines/{machine}/owner", machine_relation_api_owner, NEED_BEARER, 0, 0},
    {METHOD_PUT,    "/v1/machines/{machine}/owner", machine_api_set_owner, NEED_BEARER, 0, 0},
    {METHOD_GET,    "/v1/machines/{machine}/group", machine_relation_api_group, NEED_BEARER, 0, 0},
    {METHOD_PUT,    "/v1/machines/{machine}/group", machine_api_set_group, NEED_BEARER, 0, 0},
    {METHOD_GET,    "/v1/machines/{machine}/components", machine_list_api_components_of, NEED_BEARER, 0, 0},
    {METHOD_GET,    "/v1/machines/{machine}/processes", machine_list_api_processes_of, NEED_BEARER, 0, 0},
    {METHOD_GET,    "/v1/components", machine_list_api_components, NEED_BEARER, 0, 0},
    {METHOD_POST,   "/v1/components", component_api_create, NEED_BEARER, 0, 0},
    {METHOD_GET,    "/v1/components/{id}", component_api_view, NEED_BEARER, 0, 0},
    {METHOD_PATCH,  "/v1/components/{id}", component_api_change, NEED_BEARER, 0, 0},
    {METHOD_PUT,    "/v1/components/{id}", component_api_change, NEED_BEARER, 0, 0},
    {METHOD_DELETE, "/v1/components/{id}", component_api_delete, NEED_BEARER, 0, 0},
    {METHOD_GET,    "/v1/components/{id}/product", machine_relation_api_part_product, NEED_BEARER, 0, 0},
    {METHOD_GET,    "/v1/components/{id}/license", machine_relation_api_part_licence, NEED_BEARER, 0, 0},
    {METHOD_GET,    "/v1/components/{id}/machine", machine_relation_api_part_machine, NEED_BEARER, 0, 0},
    {METHOD_GET,    "/v1/processes", machine_list_api_processes, NEED_BEARER, 0, 0},
    {METHOD_POST,   "/v1/processes", process_api_create, NEED_BEARER, 0, 0},
    {METHOD_GET,    "/v1/processes/{id}", process_api_view, NEED_BEARER, 0, 0},
    {METHOD_PATCH,  "/v1/processes/{id}", process_api_change, NEED_BEARER, 0, 0},
    {METHOD_PUT,    "/v1/processes/{id}", process_api_change, NEED_BEARER, 0, 0},
    {METHOD_DELETE, "/v1/processes/{id}", process_api_delete, NEED_BEARER, 0, 0},
    {METHOD_GET,    "/v1/processes/{id}/product", machine_relation_api_part_product, NEED_BEARER, 0, 0},
    {METHOD_GET,    "/v1/processes/{id}/license", machine_relation_api_part_licence, NEED_BEARER, 0, 0},
    {METHOD_GET,    "/v1/processes/{id}/machine", machine_relation_api_part_machine, NEED_BEARER, 0, 0},
    {METHOD_POST,   "/v1/processes/{id}/actions/ping", process_api_ping, NEED_BEARER, 0, 0},

    {METHOD_GET,    "/v1/products", product_api_list, NEED_BEARER, 0, 0},
    {METHOD_POST,   "/v1/products", product_api_create, NEED_BEARER, 0, 0},
    {METHOD_GET,    "/v1/products/{product}", product_api_view, NEED_BEARER, 0, 0},
    {METHOD_PATCH,  "/v1/products/{product}", product_api_change, NEED_BEARER, 0, 0},
    {METHOD_PUT,    "/v1/products/{product}", product_api_change, NEED_BEARER, 0, 0},
    {METHOD_DELETE, "/v1/products/{product}", product_api_delete, NEED_BEARER, 0, 0},
    {METHOD_GET,    "/v1/products/{product}/policies", product_api_policies, NEED_BEARER, 0, 0},
    {METHOD_GET,    "/v1/products/{product}/licenses", product_api_licences, NEED_BEARER, 0, 0},
    {METHOD_GET,    "/v1/products/{product}/machines", product_api_machines, NEED_BEARER, 0, 0},
    {METHOD_GET,    "/v1/policies", policy_api_list, NEED_BEARER, 0, 0},
    {METHOD_POST,   "/v1/policies", policy_api_create, NEED_BEARER, 0, 0},
    {METHOD_GET,    "/v1/policies/{policy}", policy_api_view, NEED_BEARER, 0, 0},
    {METHOD_PATCH,  "/v1/policies/{policy}", policy_api_change, NEED_BEARER, 0, 0},
    {METHOD_PUT,    "/v1/policies/{policy}", policy_api_change, NEED_BEARER, 0, 0},
    {METHOD_DELETE, "/v1/policies/{policy}", policy_api_delete, NEED_BEARER, 0, 0},
    {METHOD_GET,    "/v1/policies/{policy}/product", policy_api_product, NEED_BEARER, 0, 0},
    {METHOD_GET,    "/v1/policies/{policy}/licenses", policy_api_licences, NEED_BEARER, 0, 0},
    {METHOD_GET,    "/v1/policies/{policy}/entitlements", policy_api_entitlements, NEED_BEARER, 0, 0},
    {METHOD_POST,   "/v1/policies/{policy}/entitlements", policy_api_attach, NEED_BEARER, 0, 0},
    {METHOD_DELETE, "/v1/policies/{policy}/entitlements", policy_api_detach, NEED_BEARER, 0, 0},
    {METHOD_GET,    "/v1/entitlements", entitlement_api_list, NEED_BEARER, 0, 0},
    {METHOD_POST,   "/v1/entitlements", entitlement_api_create, NEED_BEARER, 0, 0},
    {METHOD_GET,    "/v1/entitlements/{entitlement}", entitlement_api_view, NEED_BEARER, 0, 0},
    {METHOD_PATCH,  "/v1/entitlements/{entitlement}", entitlement_api_change, NEED_BEARER, 0, 0},
    {METHOD_PUT,    "/v1/entitlements/{entitlement}", entitlement_api_change, NEED_BEARER, 0, 0},
    {METHOD_DELETE, "/v1/entitlements/{entitlement}", entitlement_api_delete, NEED_BEARER, 0, 0},
    {METHOD_GET,    "/v1/groups", group_api_list, NEED_BEARER, 0, 0},
    {METHOD_POST,   "/v1/groups", group_api_create, NEED_BEARER, 0, 0},
    {METHOD_GET,    "/v1/groups/{group}", group_api_view, NEED_BEARER, 0, 0},
    {METHOD_PATCH,  "/v1/groups/{group}", group_api_change, NEED_BEARER, 0, 0},
    {METHOD_PUT,    "/v1/groups/{group}", group_api_change, NEED_BEARER, 0, 0},
    {METHOD_DELETE, "/v1/groups/{group}", group_api_delete, NEED_BEARER, 0, 0},
    {METHOD_GET,    "/v1/groups/{group}/licenses", group_api_licences, NEED_BEARER, 0, 0},
    {METHOD_GET,    "/v1/groups/{group}/machines", group_api_machines, NEED_BEARER, 0, 0},

    /* --- of our own (D-11): the revocation list, trials --- */
    {METHOD_GET,    "/v1/revocations", revocation_api_list, NEED_MAYBE_BEARER, 0, 0},
    {METHOD_POST,   "/v1/trials", trial_api_start, NEED_MAYBE_BEARER, 0, 0},
    /* --- releases and their files (portal/api/release_api.c, artefact_api.c) --- */
    {METHOD_GET,    "/v1/releases", release_api_list, NEED_MAYBE_BEARER, 0, 0},
    {METHOD_POST,   "/v1/releases", release_api_create, NEED_BEARER, 0, 0},
    {METHOD_GET,    "/v1/releases/{release}", release_api_view, NEED_MAYBE_BEARER, 0, 0},
    {METHOD_PATCH,  "/v1/releases/{release}", release_api_change, NEED_BEARER, 0, 0},
    {METHOD_PUT,    "/v1/releases/{release}", release_api_change, NEED_BEARER, 0, 0},
    {METHOD_DELETE, "/v1/releases/{release}", release_api_delete, NEED_BEARER, 0, 0},
    {METHOD_POST,   "/v1/releases/{release}/actions/publish", release_api_publish, NEED_BEARER, 0, 0},
    {METHOD_POST,   "/v1/releases/{release}/actions/yank", release_api_yank, NEED_BEARER, 0, 0},
    {METHOD_GET,    "/v1/releases/{release}/upgrade", release_api_upgrade, NEED_MAYBE_BEARER, 0, 0},
    {METHOD_GET,    "/v1/releases/{release}/product", release_api_product, NEED_BEARER, 0, 0},
    {METHOD_GET,    "/v1/releases/{release}/entitlements", constraint_api_entitlements, NEED_MAYBE_BEARER, 0, 0},
    {METHOD_GET,    "/v1/releases/{release}/constraints", constraint_api_list, NEED_MAYBE_BEARER, 0, 0},
    {METHOD_POST,   "/v1/releases/{release}/constraints", constraint_api_attach, NEED_BEARER, 0, 0},
    {METHOD_DELETE, "/v1/releases/{release}/constraints", constraint_api_detach, NEED_BEARER, 0, 0},
    {METHOD_GET,    "/v1/releases/{release}/artifacts", artefact_api_list_release, NEED_MAYBE_BEARER, 0, 0},
    {METHOD_GET,    "/v1/releases/{release}/artifacts/{artifact}", artefact_api_view_release, NEED_MAYBE_BEARER | NEED_FILE, 0, 0},
    {METHOD_GET,    "/v1/products/{product}/releases", release_api_list_product, NEED_MAYBE_BEARER, 0, 0},
    {METHOD_GET,    "/v1/products/{product}/artifacts", artefact_api_list_product, NEED_MAYBE_BEARER, 0, 0},
    {METHOD_GET,    "/v1/artifacts", artefact_api_list, NEED_MAYBE_BEARER, 0, 0},
    {METHOD_POST,   "/v1/artifacts", artefact_api_create, NEED_BEARER, 0, 0},
    {METHOD_GET,    "/v1/artifacts/{artifact}", artefact_api_view, NEED_MAYBE_BEARER | NEED_FILE, 0, 0},
    {METHOD_PATCH,  "/v1/artifacts/{artifact}", artefact_api_change, NEED_BEARER, 0, 0},
    {METHOD_PUT,    "/v1/artifacts/{artifact}", artefact_api_change, NEED_BEARER, 0, 0},
    {METHOD_DELETE, "/v1/artifacts/{artifact}", artefact_api_delete, NEED_BEARER, 0, 0},
    /* what Location says (portal/api/file_link.h) */
    {METHOD_GET,    "/v1/files/{token}/{filename}", artefact_api_download, NEED_MAYBE_BEARER | NEED_FILE, 0, 0},
    {METHOD_PUT,    "/v1/files/{token}/{filename}", artefact_api_upload, NEED_MAYBE_BEARER | NEED_FILE | NEED_LATE_BODY, 0, 0},

    {.pattern = NULL},
    /* clang-format on */
};
