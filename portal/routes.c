/* Every path of the portal, who may ask it, and which function answers; the licence service's are
 * in portal/service_routes.c. */
#include "portal/api/checkout_api.h"
#include "portal/api/customer_api.h"
#include "portal/api/people_api.h"
#include "portal/api/ticket_api.h"
#include "portal/desk/attachment.h"
#include "portal/draft.h"
#include "portal/http/route.h"
#include "portal/http/statics.h"
#include "portal/pages/account_page.h"
#include "portal/pages/address_page.h"
#include "portal/pages/announcement_page.h"
#include "portal/pages/audit_page.h"
#include "portal/pages/brand_page.h"
#include "portal/pages/bulk_page.h"
#include "portal/pages/confirm_page.h"
#include "portal/pages/contract_page.h"
#include "portal/pages/demo_mail_page.h"
#include "portal/pages/customer_merge_page.h"
#include "portal/pages/desk_flow_page.h"
#include "portal/pages/download_page.h"
#include "portal/pages/entitlement_page.h"
#include "portal/pages/field_edit_page.h"
#include "portal/pages/field_settings_page.h"
#include "portal/pages/file_page.h"
#include "portal/pages/follow_page.h"
#include "portal/pages/forgot_page.h"
#include "portal/pages/home_page.h"
#include "portal/pages/kb_page.h"
#include "portal/pages/level_page.h"
#include "portal/pages/licence_desk_page.h"
#include "portal/pages/licence_page.h"
#include "portal/pages/login_log_page.h"
#include "portal/pages/login_page.h"
#include "portal/pages/machine_release_page.h"
#include "portal/pages/macro_page.h"
#include "portal/pages/mail_link_page.h"
#include "portal/pages/mail_page.h"
#include "portal/pages/mail_server_page.h"
#include "portal/pages/mail_stop_page.h"
#include "portal/pages/mail_tray_page.h"
#include "portal/pages/mail_words_page.h"
#include "portal/pages/merge_page.h"
#include "portal/pages/message_page.h"
#include "portal/pages/news_page.h"
#include "portal/pages/notice_page.h"
#include "portal/pages/option_list_page.h"
#include "portal/pages/order_page.h"
#include "portal/pages/organisation_edit_page.h"
#include "portal/pages/organisation_page.h"
#include "portal/pages/people_page.h"
#include "portal/pages/policy_page.h"
#include "portal/pages/product_edit_page.h"
#include "portal/pages/product_page.h"
#include "portal/pages/profile_desk_page.h"
#include "portal/pages/profile_page.h"
#include "portal/pages/queue_act_page.h"
#include "portal/pages/queue_new_page.h"
#include "portal/pages/queue_page.h"
#include "portal/pages/region_page.h"
#include "portal/pages/release_desk_page.h"
#include "portal/pages/report_content_page.h"
#include "portal/pages/report_page.h"
#include "portal/pages/role_page.h"
#include "portal/pages/saved_view_page.h"
#include "portal/pages/search_page.h"
#include "portal/pages/second_factor_page.h"
#include "portal/pages/security_page.h"
#include "portal/pages/service_page.h"
#include "portal/pages/sso_page.h"
#include "portal/pages/sso_settings_page.h"
#include "portal/pages/staff_page.h"
#include "portal/pages/style_page.h"
#include "portal/pages/survey_page.h"
#include "portal/pages/theme_page.h"
#include "portal/pages/ticket_field_page.h"
#include "portal/pages/ticket_new_page.h"
#include "portal/pages/ticket_page.h"
#include "portal/pages/token_page.h"
#include "portal/pages/topic_settings_page.h"
#include "portal/pages/trial_page.h"
#include "portal/pages/view_as_page.h"
#include "portal/pages/leave_page.h"
#include "portal/pages/team_page.h"
#include "portal/pages/visit_page.h"
#include "portal/pages/webhook_page.h"
#include "portal/pages/welcome_page.h"

const struct route ROUTES[] = {
    /* clang-format off */

    /* --- signing in, home (portal/pages/login_page.c, home_page.c) --- */
    {METHOD_GET,  "/",                    home_page_view,    NEED_PUBLIC, 0, 0},
    {METHOD_GET,  "/search",              search_page_view,  NEED_CUSTOMER, 0, 0},
    {METHOD_GET,  "/contact",             brand_page_contact, NEED_PUBLIC, 0, 0},
    {METHOD_GET,  "/brand/{name}",        brand_page_logo,    NEED_PUBLIC, 0, 0},
    {METHOD_GET,  "/login",               login_page_view,   NEED_PUBLIC, 0, 0},
    {METHOD_POST, "/login",               login_page_submit, NEED_PUBLIC | NEED_CSRF, 0, 0},
    {METHOD_GET,  "/login/code",          login_page_code,        NEED_PUBLIC, 0, 0},
    {METHOD_POST, "/login/code",          login_page_code_submit, NEED_PUBLIC | NEED_CSRF, 0, 0},
    {METHOD_GET,  "/login/sso", sso_page_ask, NEED_PUBLIC, 0, 0},
    {METHOD_POST, "/login/sso", sso_page_choose, NEED_PUBLIC | NEED_CSRF, 0, 0},
    {METHOD_GET,  "/login/sso/back", sso_page_back, NEED_PUBLIC, 0, 0},
    {METHOD_POST, "/login/sso/{id}", sso_page_go, NEED_PUBLIC | NEED_CSRF, 0, 0},
    {METHOD_GET,  "/login/forgot",        forgot_page_view,   NEED_PUBLIC, 0, 0},
    {METHOD_POST, "/login/forgot",        forgot_page_submit, NEED_PUBLIC | NEED_CSRF, 0, 0},
    {METHOD_GET,  "/unlock/{token}",      forgot_page_unlock,     NEED_PUBLIC, 0, 0},
    {METHOD_POST, "/unlock/{token}",      forgot_page_unlock_now, NEED_PUBLIC | NEED_CSRF, 0, 0},
    {METHOD_GET,  "/login/link",          mail_link_page_ask,     NEED_PUBLIC, 0, 0},
    {METHOD_POST, "/login/link",          mail_link_page_send,    NEED_PUBLIC | NEED_CSRF, 0, 0},
    {METHOD_GET,  "/login/link/{token}",  mail_link_page_show,    NEED_PUBLIC, 0, 0},
    {METHOD_POST, "/login/link/{token}",  mail_link_page_sign_in, NEED_PUBLIC | NEED_CSRF, 0, 0},
    {METHOD_GET,  "/verify/{token}",      mail_link_page_verify,     NEED_PUBLIC, 0, 0},
    {METHOD_POST, "/verify/{token}",      mail_link_page_verify_now, NEED_PUBLIC | NEED_CSRF, 0, 0},
    {METHOD_POST, "/account/verify",      mail_link_page_ask_verify, NEED_LOGIN | NEED_CSRF, 0, 0},
    {METHOD_GET,  "/demo/mail",           demo_mail_page_list, NEED_PUBLIC, 0, 0},
    {METHOD_POST, "/logout",              login_page_logout, NEED_LOGIN | NEED_CSRF | NEED_EARLY, 0, 0},
    {METHOD_POST, "/organisation/switch", login_page_switch, NEED_LOGIN | NEED_CSRF, 0, 0},
    {METHOD_POST, "/view/end",            view_as_page_end,  NEED_LOGIN | NEED_CSRF | NEED_VIEWING, 0, 0},
    {METHOD_GET,  "/account",                   profile_page_own,         NEED_LOGIN, 0, 0},
    {METHOD_POST, "/account",                   profile_page_save,        NEED_LOGIN | NEED_CSRF, 0, 0},
    {METHOD_POST, "/account/reveal/{name}",     profile_page_reveal,      NEED_LOGIN | NEED_CSRF | NEED_FRESH, 0, 0},
    {METHOD_POST, "/account/proposals/{id}/withdraw", profile_page_withdraw, NEED_CUSTOMER | NEED_CSRF, 0, 0},
    {METHOD_GET,  "/account/addresses",              address_page_list,   NEED_LOGIN, 0, 0},
    {METHOD_POST, "/account/addresses",              address_page_ask,    NEED_LOGIN | NEED_CSRF, 0, 0},
    {METHOD_POST, "/account/addresses/{id}/main",    address_page_main,   NEED_LOGIN | NEED_CSRF | NEED_FRESH, 0, 0},
    {METHOD_POST, "/account/addresses/{id}/remove",  address_page_remove, NEED_LOGIN | NEED_CSRF, 0, 0},
    {METHOD_GET,  "/account/addresses/confirm/{token}", address_page_confirm,     NEED_LOGIN, 0, 0},
    {METHOD_POST, "/account/addresses/confirm/{token}", address_page_confirm_now, NEED_LOGIN | NEED_CSRF, 0, 0},
    {METHOD_GET,  "/account/security",          account_page_security,    NEED_LOGIN | NEED_EARLY, 0, 0},
    {METHOD_POST, "/account/security",          account_page_password,    NEED_LOGIN | NEED_CSRF, 0, 0},
    {METHOD_POST, "/account/security/second",         second_factor_page_offer,   NEED_LOGIN | NEED_CSRF | NEED_EARLY | NEED_FRESH, 0, 0},
    {METHOD_POST, "/account/security/second/confirm", second_factor_page_confirm, NEED_LOGIN | NEED_CSRF | NEED_EARLY | NEED_FRESH, 0, 0},
    {METHOD_POST, "/account/security/second/off",     second_factor_page_off,     NEED_LOGIN | NEED_CSRF, 0, 0},
    {METHOD_GET,  "/account/confirm",           confirm_page_show,        NEED_LOGIN | NEED_EARLY, 0, 0},
    {METHOD_POST, "/account/confirm",           confirm_page_submit,      NEED_LOGIN | NEED_CSRF | NEED_EARLY, 0, 0},
    {METHOD_GET,  "/account/notices",           notice_page_choices,      NEED_LOGIN, 0, 0},
    {METHOD_POST, "/account/notices",           notice_page_choose,       NEED_LOGIN | NEED_CSRF, 0, 0},
    {METHOD_GET,  "/notices",                   notice_page_list,         NEED_LOGIN, 0, 0},
    {METHOD_POST, "/notices/read",              notice_page_read,         NEED_LOGIN | NEED_CSRF, 0, 0},
    {METHOD_GET,  "/mail/stop/{token}",         mail_stop_page_show,      NEED_PUBLIC, 0, 0},
    {METHOD_POST, "/mail/stop/{token}",         mail_stop_page_stop,      NEED_PUBLIC | NEED_SIGNED, 0, 0},
    {METHOD_GET,  "/account/sessions",          account_page_sessions,    NEED_LOGIN, 0, 0},
    {METHOD_POST, "/account/sessions/end",      account_page_end_others,  NEED_LOGIN | NEED_CSRF, 0, 0},
    {METHOD_POST, "/account/sessions/{id}/end", account_page_end_session, NEED_LOGIN | NEED_CSRF, 0, 0},
    {METHOD_POST, "/account/devices/{id}/forget", account_page_forget_device, NEED_LOGIN | NEED_CSRF, 0, 0},

    /* --- the frame (portal/http/statics.c, portal/draft.c) --- */
    {METHOD_GET,  "/static/{name}", statics_serve, NEED_PUBLIC, 0, 0},
    {METHOD_GET,  "/theme.css",     theme_page_css, NEED_PUBLIC | NEED_EARLY, 0, 0},
    {METHOD_GET,  "/style",         style_page_view, NEED_STAFF, 0, 0},
    {METHOD_GET,  "/resume",        draft_page,    NEED_LOGIN,  0, 0},
    {METHOD_POST, "/resume",        draft_send,    NEED_LOGIN | NEED_CSRF, 0, 0},

    /* --- knowledge (portal/pages/kb_page.c) --- */
    {METHOD_GET,  "/kb",                    kb_page_home,     NEED_PUBLIC, 0, 0},
    {METHOD_GET,  "/kb/search",             kb_page_search,   NEED_PUBLIC, 0, 0},
    {METHOD_GET,  "/kb/category/{slug}",    kb_page_category, NEED_PUBLIC, 0, 0},
    {METHOD_GET,  "/kb/article/{number}",   kb_page_article,  NEED_PUBLIC, 0, 0},

    {METHOD_GET,  "/news",                  news_page_list,   NEED_PUBLIC, 0, 0},
    {METHOD_GET,  "/news/{id}",             news_page_view,   NEED_PUBLIC, 0, 0},
    {METHOD_GET,  "/desk/news",             announcement_page_list,   NEED_STAFF, RIGHT_KNOWLEDGE_READ, 0},
    {METHOD_GET,  "/desk/news/new",         announcement_page_new,    NEED_STAFF, RIGHT_KNOWLEDGE_CREATE, 0},
    {METHOD_POST, "/desk/news/new",         announcement_page_add,    NEED_STAFF | NEED_CSRF, RIGHT_KNOWLEDGE_CREATE, ANNOUNCEMENT_PAGE_BODY_MAX},
    {METHOD_GET,  "/desk/news/{id}",        announcement_page_view,   NEED_STAFF, RIGHT_KNOWLEDGE_READ, 0},
    {METHOD_POST, "/desk/news/{id}",        announcement_page_save,   NEED_STAFF | NEED_CSRF, RIGHT_KNOWLEDGE_UPDATE, ANNOUNCEMENT_PAGE_BODY_MAX},
    {METHOD_POST, "/desk/news/{id}/remove", announcement_page_remove, NEED_STAFF | NEED_CSRF, RIGHT_KNOWLEDGE_DELETE, 0},

    /* --- tickets, customers (portal/pages/ticket_page.c, ticket_new_page.c, file_page.c) --- */
    {METHOD_GET,  "/tickets",                    ticket_page_list,          NEED_CUSTOMER, 0, 0},
    {METHOD_GET,  "/tickets/new",                ticket_new_page_show,      NEED_CUSTOMER, 0, 0},
    {METHOD_POST, "/tickets/new",                ticket_new_page_send,      NEED_CUSTOMER | NEED_CSRF, 0, ATTACHMENT_BODY_MAX},
    {METHOD_GET,  "/tickets/suggest",            ticket_new_page_suggest,   NEED_CUSTOMER, 0, 0},
    {METHOD_GET,  "/tickets/{id}",               ticket_page_view,          NEED_CUSTOMER, 0, 0},
    {METHOD_GET,  "/follow/{token}",             follow_page_show,          NEED_PUBLIC, 0, 0},
    {METHOD_GET,  "/survey/{token}",             survey_page_view,          NEED_PUBLIC, 0, 0},
    {METHOD_POST, "/survey/{token}",             survey_page_send,          NEED_PUBLIC | NEED_CSRF, 0, 0},
    {METHOD_POST, "/tickets/{id}/reply",         ticket_page_reply,         NEED_CUSTOMER | NEED_CSRF, 0, ATTACHMENT_BODY_MAX},
    {METHOD_GET,  "/tickets/{id}/fields",        ticket_field_page_show,    NEED_CUSTOMER, 0, 0},
    {METHOD_POST, "/tickets/{id}/fields",        ticket_field_page_save,    NEED_CUSTOMER | NEED_CSRF, 0, 0},
    {METHOD_POST, "/tickets/{id}/message",       message_page_edit,         NEED_CUSTOMER | NEED_CSRF, 0, 0},
    {METHOD_POST, "/tickets/{id}/confirm",       ticket_page_confirm,       NEED_CUSTOMER | NEED_CSRF, 0, 0},
    {METHOD_POST, "/tickets/{id}/survey",       survey_page_answer,       NEED_CUSTOMER | NEED_CSRF, 0, 0},
    {METHOD_POST, "/tickets/{id}/reopen",        ticket_page_reopen,        NEED_CUSTOMER | NEED_CSRF, 0, 0},
    {METHOD_POST, "/tickets/{id}/people",        ticket_page_add_person,    NEED_CUSTOMER | NEED_CSRF, 0, 0},
    {METHOD_POST, "/tickets/{id}/people/remove", ticket_page_remove_person, NEED_CUSTOMER | NEED_CSRF, 0, 0},
    {METHOD_GET,  "/files/{id}",                 file_page_get,             NEED_LOGIN | NEED_VIEWING, 0, 0},
    {METHOD_GET,  "/t/{number}",                 ticket_page_number,        NEED_LOGIN | NEED_VIEWING, 0, 0},

    /* --- orders, licences, customers (portal/pages/order_page.c, licence_page.c) --- */
    {METHOD_GET,  "/orders",       order_page_list,       NEED_CUSTOMER, RIGHT_ORDER, 0},
    {METHOD_GET,  "/orders/{id}",  order_page_view,       NEED_CUSTOMER, RIGHT_ORDER, 0},
    {METHOD_GET,  "/contracts",    order_page_contracts,  NEED_CUSTOMER, RIGHT_ORDER, 0},
    {METHOD_GET,  "/invoices",     order_page_invoices,   NEED_CUSTOMER, RIGHT_BILLING, 0},
    {METHOD_GET,  "/organisation", organisation_page_own, NEED_CUSTOMER, 0, 0},
    {METHOD_GET,  "/organisation/details", profile_page_organisation,      NEED_CUSTOMER, RIGHT_ADMIN, 0},
    {METHOD_POST, "/organisation/details", profile_page_organisation_save, NEED_CUSTOMER | NEED_CSRF, RIGHT_ADMIN, 0},
    {METHOD_GET,  "/organisation/sites/new",          organisation_edit_page_new_site, NEED_CUSTOMER, RIGHT_ADMIN, 0},
    {METHOD_POST, "/organisation/sites/new",          organisation_edit_page_add_site, NEED_CUSTOMER | NEED_CSRF, RIGHT_ADMIN, 0},
    {METHOD_GET,  "/organisation/sso", sso_settings_page_list, NEED_CUSTOMER, RIGHT_ADMIN, 0},
    {METHOD_GET,  "/organisation/sso/new", sso_settings_page_new, NEED_CUSTOMER, RIGHT_ADMIN, 0},
    {METHOD_POST, "/organisation/sso/new", sso_settings_page_add, NEED_CUSTOMER | NEED_CSRF | NEED_FRESH, RIGHT_ADMIN, 0},
    {METHOD_GET,  "/organisation/sso/{id}", sso_settings_page_view, NEED_CUSTOMER, RIGHT_ADMIN, 0},
    {METHOD_POST, "/organisation/sso/{id}", sso_settings_page_save, NEED_CUSTOMER | NEED_CSRF | NEED_FRESH, RIGHT_ADMIN, 0},
    {METHOD_POST, "/organisation/sso/{id}/remove", sso_settings_page_remove, NEED_CUSTOMER | NEED_CSRF | NEED_FRESH, RIGHT_ADMIN, 0},
    {METHOD_POST, "/organisation/sso/{id}/domains", sso_settings_page_domain_add, NEED_CUSTOMER | NEED_CSRF | NEED_FRESH, RIGHT_ADMIN, 0},
    {METHOD_POST, "/organisation/sso/{id}/domains/remove", sso_settings_page_domain_drop, NEED_CUSTOMER | NEED_CSRF | NEED_FRESH, RIGHT_ADMIN, 0},
    {METHOD_POST, "/organisation/sso/{id}/domains/prove", sso_settings_page_domain_prove, NEED_CUSTOMER | NEED_CSRF | NEED_FRESH, RIGHT_ADMIN, 0},
    {METHOD_GET,  "/organisation/people/new",         people_page_new,    NEED_CUSTOMER, RIGHT_ADMIN, 0},
    {METHOD_POST, "/organisation/people/new",         people_page_add,    NEED_CUSTOMER | NEED_CSRF | NEED_FRESH, RIGHT_ADMIN, 0},
    {METHOD_GET,  "/organisation/people/{id}",        people_page_view,   NEED_CUSTOMER, RIGHT_ADMIN, 0},
    {METHOD_POST, "/organisation/people/{id}",        people_page_save,   NEED_CUSTOMER | NEED_CSRF | NEED_FRESH, RIGHT_ADMIN, 0},
    {METHOD_POST, "/organisation/people/{id}/remove", people_page_remove, NEED_CUSTOMER | NEED_CSRF | NEED_FRESH, RIGHT_ADMIN, 0},
    {METHOD_POST, "/organisation/people/{id}/link",   people_page_link,   NEED_CUSTOMER | NEED_CSRF | NEED_FRESH, RIGHT_ADMIN, 0},
    {METHOD_POST, "/organisation/second", security_page_own, NEED_CUSTOMER | NEED_CSRF | NEED_FRESH, RIGHT_ADMIN, 0},
    {METHOD_GET,  "/welcome/{token}", welcome_page_view,   NEED_PUBLIC, 0, 0},
    {METHOD_POST, "/welcome/{token}", welcome_page_submit, NEED_PUBLIC | NEED_CSRF, 0, 0},
    {METHOD_GET,  "/licences",     licence_page_list,     NEED_CUSTOMER, RIGHT_LICENCE, 0},
    {METHOD_GET,  "/licences/{id}", licence_page_view,    NEED_CUSTOMER, RIGHT_LICENCE, 0},
    {METHOD_POST, "/licences/{id}/file", checkout_api_download, NEED_CUSTOMER | NEED_CSRF, RIGHT_LICENCE, 0},
    {METHOD_GET,  "/licences/{id}/machines/{machine}/release", licence_page_release,  NEED_CUSTOMER, RIGHT_LICENCE, 0},
    {METHOD_POST, "/licences/{id}/machines/{machine}/release", licence_page_released, NEED_CUSTOMER | NEED_CSRF, RIGHT_LICENCE, 0},

    {METHOD_GET,  "/downloads",      download_page_list, NEED_CUSTOMER, RIGHT_LICENCE, 0},
    {METHOD_GET,  "/downloads/{id}", download_page_file, NEED_CUSTOMER, RIGHT_LICENCE, 0},

    /* --- desk, staff (portal/pages/queue_page.c, organisation_page.c, licence_page.c) --- */
    {METHOD_GET,  "/desk",                     queue_page_show,       NEED_STAFF, RIGHT_DESK_READ, 0},
    {METHOD_GET,  "/desk/search",              queue_page_search,     NEED_STAFF, RIGHT_DESK_READ, 0},
    {METHOD_GET,  "/desk/bulk",                bulk_page_list,         NEED_STAFF, RIGHT_DESK_UPDATE, 0},
    {METHOD_POST, "/desk/bulk",                bulk_page_choose,       NEED_STAFF | NEED_CSRF, RIGHT_DESK_UPDATE, 0},
    {METHOD_GET,  "/desk/bulk/{id}",           bulk_page_show,         NEED_STAFF, RIGHT_DESK_UPDATE, 0},
    {METHOD_POST, "/desk/bulk/{id}",           bulk_page_say,          NEED_STAFF | NEED_CSRF, RIGHT_DESK_UPDATE, 0},
    {METHOD_POST, "/desk/bulk/{id}/start",     bulk_page_start,        NEED_STAFF | NEED_CSRF, RIGHT_DESK_UPDATE, 0},
    {METHOD_POST, "/desk/bulk/{id}/cancel",    bulk_page_cancel,       NEED_STAFF | NEED_CSRF, RIGHT_DESK_UPDATE, 0},
    {METHOD_POST, "/desk/bulk/{id}/undo",      bulk_page_undo,         NEED_STAFF | NEED_CSRF, RIGHT_DESK_UPDATE, 0},
    {METHOD_GET,  "/desk/macros",              macro_page_list,        NEED_STAFF, RIGHT_DESK_READ, 0},
    {METHOD_POST, "/desk/macros",              macro_page_add,         NEED_STAFF | NEED_CSRF, RIGHT_DESK_CREATE, 0},
    {METHOD_GET,  "/desk/macros/{id}",         macro_page_show,        NEED_STAFF, RIGHT_DESK_READ, 0},
    {METHOD_POST, "/desk/macros/{id}",         macro_page_change,      NEED_STAFF | NEED_CSRF, RIGHT_DESK_UPDATE, 0},
    {METHOD_POST, "/desk/macros/{id}/remove",  macro_page_remove,      NEED_STAFF | NEED_CSRF, RIGHT_DESK_DELETE, 0},
    {METHOD_POST, "/desk/tickets/{id}/macro",  macro_page_use,         NEED_STAFF | NEED_CSRF, RIGHT_DESK_UPDATE, ATTACHMENT_BODY_MAX},
    {METHOD_GET,  "/desk/views",               saved_view_page_list,   NEED_STAFF, RIGHT_DESK_READ, 0},
    {METHOD_POST, "/desk/views",               saved_view_page_add,    NEED_STAFF | NEED_CSRF, RIGHT_DESK_READ, 0},
    {METHOD_GET,  "/desk/views/{id}",          saved_view_page_show,   NEED_STAFF, RIGHT_DESK_READ, 0},
    {METHOD_POST, "/desk/views/{id}",          saved_view_page_change, NEED_STAFF | NEED_CSRF, RIGHT_DESK_READ, 0},
    {METHOD_POST, "/desk/views/{id}/pin",      saved_view_page_pin,    NEED_STAFF | NEED_CSRF, RIGHT_DESK_READ, 0},
    {METHOD_POST, "/desk/views/{id}/remove",   saved_view_page_remove, NEED_STAFF | NEED_CSRF, RIGHT_DESK_READ, 0},
    {METHOD_GET,  "/desk/tickets/new",         queue_new_page_show,   NEED_STAFF, RIGHT_DESK_CREATE, 0},
    {METHOD_POST, "/desk/tickets/new",         queue_new_page_send,   NEED_STAFF | NEED_CSRF, RIGHT_DESK_CREATE, ATTACHMENT_BODY_MAX},
    {METHOD_GET,  "/desk/tickets/{id}",        queue_page_ticket,     NEED_STAFF, RIGHT_DESK_READ, 0},
    {METHOD_POST, "/desk/tickets/{id}/reply",  queue_act_page_reply,  NEED_STAFF | NEED_CSRF, RIGHT_DESK_UPDATE, ATTACHMENT_BODY_MAX},
    {METHOD_POST, "/desk/tickets/{id}/message", message_page_desk_edit, NEED_STAFF | NEED_CSRF, RIGHT_DESK_UPDATE, 0},
    {METHOD_GET,  "/desk/tickets/{id}/presence", message_page_presence, NEED_STAFF | NEED_QUIET, RIGHT_DESK_READ, 0},
    {METHOD_POST, "/desk/tickets/{id}/status", queue_act_page_status, NEED_STAFF | NEED_CSRF, RIGHT_DESK_UPDATE, 0},
    {METHOD_POST, "/desk/tickets/{id}/assign", queue_act_page_assign, NEED_STAFF | NEED_CSRF, RIGHT_DESK_UPDATE, 0},
    {METHOD_POST, "/desk/tickets/{id}/level",  queue_act_page_level,  NEED_STAFF | NEED_CSRF, RIGHT_DESK_UPDATE, 0},
    {METHOD_POST, "/desk/tickets/{id}/weight", level_page_weigh,      NEED_STAFF | NEED_CSRF, RIGHT_DESK_UPDATE, 0},
    {METHOD_POST, "/desk/tickets/{id}/team",   queue_act_page_team,   NEED_STAFF | NEED_CSRF, RIGHT_DESK_UPDATE, 0},
    {METHOD_POST, "/desk/tickets/{id}/topic",  queue_act_page_topic,  NEED_STAFF | NEED_CSRF, RIGHT_DESK_UPDATE, 0},
    {METHOD_GET,  "/desk/tickets/{id}/fields", ticket_field_page_show, NEED_STAFF, RIGHT_DESK_READ, 0},
    {METHOD_POST, "/desk/tickets/{id}/fields", ticket_field_page_save, NEED_STAFF | NEED_CSRF, RIGHT_DESK_UPDATE, 0},
    {METHOD_POST, "/desk/tickets/{id}/tag",    queue_act_page_tag,    NEED_STAFF | NEED_CSRF, RIGHT_DESK_UPDATE, 0},
    {METHOD_POST, "/desk/tickets/{id}/link",   queue_act_page_link,   NEED_STAFF | NEED_CSRF, RIGHT_DESK_UPDATE, 0},
    {METHOD_POST, "/desk/tickets/{id}/unlink", queue_act_page_unlink, NEED_STAFF | NEED_CSRF, RIGHT_DESK_UPDATE, 0},
    {METHOD_POST, "/desk/tickets/{id}/merge",   merge_page_merge, NEED_STAFF | NEED_CSRF, RIGHT_DESK_UPDATE, 0},
    {METHOD_POST, "/desk/tickets/{id}/unmerge", merge_page_undo,  NEED_STAFF | NEED_CSRF, RIGHT_DESK_UPDATE, 0},
    {METHOD_POST, "/desk/tickets/{id}/review", queue_act_page_review, NEED_STAFF | NEED_CSRF, RIGHT_DESK_UPDATE, 0},
    {METHOD_POST, "/desk/tickets/{id}/visit",  visit_page_add,       NEED_STAFF | NEED_CSRF, RIGHT_DESK_UPDATE, 0},
    {METHOD_GET,  "/desk/leave",               leave_page_list,      NEED_STAFF, RIGHT_DESK_READ, 0},
    {METHOD_POST, "/desk/leave",               leave_page_add,       NEED_STAFF | NEED_CSRF, RIGHT_DESK_READ, 0},
    {METHOD_POST, "/desk/leave/switch",        leave_page_switch,    NEED_STAFF | NEED_CSRF, RIGHT_DESK_READ, 0},
    {METHOD_POST, "/desk/leave/{id}/remove",   leave_page_remove,    NEED_STAFF | NEED_CSRF, RIGHT_DESK_READ, 0},
    {METHOD_GET,  "/desk/settings/teams",              team_page_list,   NEED_STAFF, RIGHT_SETTINGS_READ, 0},
    {METHOD_GET,  "/desk/settings/teams/new",          team_page_new,    NEED_STAFF, RIGHT_SETTINGS_CREATE, 0},
    {METHOD_POST, "/desk/settings/teams/new",          team_page_add,    NEED_STAFF | NEED_CSRF, RIGHT_SETTINGS_CREATE, 0},
    {METHOD_GET,  "/desk/settings/teams/{id}",         team_page_view,   NEED_STAFF, RIGHT_SETTINGS_READ, 0},
    {METHOD_POST, "/desk/settings/teams/{id}",         team_page_save,   NEED_STAFF | NEED_CSRF, RIGHT_SETTINGS_UPDATE, 0},
    {METHOD_POST, "/desk/settings/teams/{id}/members", team_page_member, NEED_STAFF | NEED_CSRF, RIGHT_SETTINGS_UPDATE, 0},
    {METHOD_POST, "/desk/settings/teams/{id}/remove",  team_page_remove, NEED_STAFF | NEED_CSRF, RIGHT_SETTINGS_DELETE, 0},
    {METHOD_GET,  "/desk/visits",              visit_page_list,      NEED_STAFF, RIGHT_DESK_READ, 0},
    {METHOD_POST, "/desk/visits/{id}",         visit_page_done,      NEED_STAFF | NEED_CSRF, RIGHT_DESK_UPDATE, 0},
    {METHOD_GET,  "/desk/reports",             report_page_service,  NEED_STAFF, RIGHT_REPORTS_READ, 0},
    {METHOD_GET,  "/desk/reports/service.csv", report_page_download, NEED_STAFF, RIGHT_REPORTS_READ, 0},
    {METHOD_GET,  "/desk/reports/people",      report_page_people,   NEED_STAFF, RIGHT_REPORTS_READ, 0},
    {METHOD_GET,  "/desk/reports/promises",    report_page_promises, NEED_STAFF, RIGHT_REPORTS_READ, 0},
    {METHOD_GET,  "/desk/reports/causes",      report_page_causes,   NEED_STAFF, RIGHT_REPORTS_READ, 0},
    {METHOD_GET,  "/desk/reports/satisfaction", report_content_page_view, NEED_STAFF, RIGHT_REPORTS_READ, 0},
    {METHOD_GET,  "/desk/mail",                mail_tray_page_list,     NEED_STAFF, RIGHT_DESK_READ, 0},
    {METHOD_GET,  "/desk/mail/{id}",           mail_tray_page_view,     NEED_STAFF, RIGHT_DESK_READ, 0},
    {METHOD_GET,  "/desk/mail/{id}/raw",       mail_tray_page_raw,      NEED_STAFF, RIGHT_DESK_READ, 0},
    {METHOD_POST, "/desk/mail/{id}/ticket",    mail_tray_page_ticket,   NEED_STAFF | NEED_CSRF, RIGHT_DESK_CREATE, 0},
    {METHOD_POST, "/desk/mail/{id}/attach",    mail_tray_page_attach,   NEED_STAFF | NEED_CSRF, RIGHT_DESK_UPDATE, 0},
    {METHOD_POST, "/desk/mail/{id}/aside",     mail_tray_page_aside,    NEED_STAFF | NEED_CSRF, RIGHT_DESK_DELETE, 0},
    {METHOD_POST, "/desk/mail/{id}/back",      mail_tray_page_back,     NEED_STAFF | NEED_CSRF, RIGHT_DESK_UPDATE, 0},
    {METHOD_POST, "/desk/mail/{id}/ignore",    mail_tray_page_ignore,   NEED_STAFF | NEED_CSRF, RIGHT_DESK_DELETE, 0},
    {METHOD_POST, "/desk/mail/{id}/unignore",  mail_tray_page_unignore, NEED_STAFF | NEED_CSRF, RIGHT_DESK_UPDATE, 0},
    {METHOD_GET,  "/desk/settings",                    staff_page_list,   NEED_STAFF, RIGHT_SETTINGS_READ, 0},
    {METHOD_GET,  "/desk/settings/staff/new",          staff_page_new,    NEED_STAFF | NEED_FRESH, RIGHT_SETTINGS_CREATE, 0},
    {METHOD_POST, "/desk/settings/staff/new",          staff_page_add,    NEED_STAFF | NEED_CSRF | NEED_FRESH, RIGHT_SETTINGS_CREATE, 0},
    {METHOD_GET,  "/desk/settings/staff/{id}",         staff_page_view,   NEED_STAFF, RIGHT_SETTINGS_READ, 0},
    {METHOD_POST, "/desk/settings/staff/{id}",         staff_page_save,   NEED_STAFF | NEED_CSRF | NEED_FRESH, RIGHT_SETTINGS_UPDATE, 0},
    {METHOD_POST, "/desk/settings/staff/{id}/unlock",  staff_page_unlock, NEED_STAFF | NEED_CSRF, RIGHT_SETTINGS_UPDATE, 0},
    {METHOD_POST, "/desk/settings/staff/{id}/second-off", second_factor_page_staff, NEED_STAFF | NEED_CSRF | NEED_FRESH, RIGHT_SETTINGS_UPDATE, 0},
    {METHOD_POST, "/desk/settings/staff/{id}/remove",  staff_page_remove, NEED_STAFF | NEED_CSRF | NEED_FRESH, RIGHT_SETTINGS_DELETE, 0},
    {METHOD_GET,  "/desk/settings/roles",              role_page_list,    NEED_STAFF, RIGHT_SETTINGS_READ, 0},
    {METHOD_GET,  "/desk/settings/roles/new",          role_page_new,     NEED_STAFF | NEED_FRESH, RIGHT_SETTINGS_CREATE, 0},
    {METHOD_POST, "/desk/settings/roles/new",          role_page_add,     NEED_STAFF | NEED_CSRF | NEED_FRESH, RIGHT_SETTINGS_CREATE, 0},
    {METHOD_GET,  "/desk/settings/roles/{id}",         role_page_view,    NEED_STAFF, RIGHT_SETTINGS_READ, 0},
    {METHOD_POST, "/desk/settings/roles/{id}",         role_page_save,    NEED_STAFF | NEED_CSRF | NEED_FRESH, RIGHT_SETTINGS_UPDATE, 0},
    {METHOD_POST, "/desk/settings/roles/{id}/move",    role_page_move,    NEED_STAFF | NEED_CSRF | NEED_FRESH, RIGHT_SETTINGS_UPDATE, 0},
    {METHOD_POST, "/desk/settings/roles/{id}/remove",  role_page_remove,  NEED_STAFF | NEED_CSRF | NEED_FRESH, RIGHT_SETTINGS_DELETE, 0},
    {METHOD_GET,  "/desk/settings/security",           security_page_show, NEED_STAFF, RIGHT_SETTINGS_READ, 0},
    {METHOD_POST, "/desk/settings/security",           security_page_save, NEED_STAFF | NEED_CSRF | NEED_FRESH, RIGHT_SETTINGS_UPDATE, 0},
    {METHOD_GET,  "/desk/settings/brand",              brand_page_view,    NEED_STAFF, RIGHT_SETTINGS_READ, 0},
    {METHOD_POST, "/desk/settings/brand",              brand_page_save,    NEED_STAFF | NEED_CSRF, RIGHT_SETTINGS_UPDATE, BRAND_PAGE_BODY_MAX},
    {METHOD_GET,  "/desk/settings/region",             region_page_view,   NEED_STAFF, RIGHT_SETTINGS_READ, 0},
    {METHOD_POST, "/desk/settings/region",             region_page_save,   NEED_STAFF | NEED_CSRF, RIGHT_SETTINGS_UPDATE, 0},
    {METHOD_POST, "/desk/settings/region/numbers/{name}", region_page_number, NEED_STAFF | NEED_CSRF, RIGHT_SETTINGS_UPDATE, 0},
    {METHOD_GET,  "/desk/settings/audit",              audit_page_list,         NEED_STAFF, RIGHT_SETTINGS_READ, 0},
    {METHOD_GET,  "/desk/settings/audit.csv",          audit_page_download,     NEED_STAFF, RIGHT_SETTINGS_READ, 0},
    {METHOD_GET,  "/desk/settings/logins",             login_log_page_list,     NEED_STAFF, RIGHT_SETTINGS_READ, 0},
    {METHOD_GET,  "/desk/settings/logins.csv",         login_log_page_download, NEED_STAFF, RIGHT_SETTINGS_READ, 0},
    {METHOD_GET,  "/desk/settings/online",             login_log_page_online,   NEED_STAFF, RIGHT_SETTINGS_READ, 0},
    {METHOD_GET,  "/desk/settings/service",                       service_page_view,            NEED_STAFF, RIGHT_SETTINGS_READ, 0},
    {METHOD_POST, "/desk/settings/service",                       service_page_save,            NEED_STAFF | NEED_CSRF, RIGHT_SETTINGS_UPDATE, 0},
    {METHOD_GET,  "/desk/settings/flow",                          desk_flow_page_view,          NEED_STAFF, RIGHT_SETTINGS_READ, 0},
    {METHOD_POST, "/desk/settings/flow",                          desk_flow_page_save,          NEED_STAFF | NEED_CSRF, RIGHT_SETTINGS_UPDATE, 0},
    {METHOD_GET,  "/desk/settings/service/calendars/new",         service_page_calendar_new,    NEED_STAFF, RIGHT_SETTINGS_CREATE, 0},
    {METHOD_POST, "/desk/settings/service/calendars/new",         service_page_calendar_add,    NEED_STAFF | NEED_CSRF, RIGHT_SETTINGS_CREATE, 0},
    {METHOD_GET,  "/desk/settings/service/calendars/{id}",        service_page_calendar,        NEED_STAFF, RIGHT_SETTINGS_READ, 0},
    {METHOD_POST, "/desk/settings/service/calendars/{id}",        service_page_calendar_save,   NEED_STAFF | NEED_CSRF, RIGHT_SETTINGS_UPDATE, 0},
    {METHOD_POST, "/desk/settings/service/calendars/{id}/remove", service_page_calendar_remove, NEED_STAFF | NEED_CSRF, RIGHT_SETTINGS_DELETE, 0},
    {METHOD_GET,  "/desk/settings/fields",             field_settings_page_list,   NEED_STAFF, RIGHT_SETTINGS_READ, 0},
    {METHOD_GET,  "/desk/settings/fields/new",         field_edit_page_new,        NEED_STAFF, RIGHT_SETTINGS_CREATE, 0},
    {METHOD_POST, "/desk/settings/fields/new",         field_edit_page_add,        NEED_STAFF | NEED_CSRF, RIGHT_SETTINGS_CREATE, 0},
    {METHOD_GET,  "/desk/settings/fields/{id}",        field_edit_page_view,       NEED_STAFF, RIGHT_SETTINGS_READ, 0},
    {METHOD_POST, "/desk/settings/fields/{id}",        field_edit_page_save,       NEED_STAFF | NEED_CSRF, RIGHT_SETTINGS_UPDATE, 0},
    {METHOD_POST, "/desk/settings/fields/{id}/move",   field_settings_page_move,   NEED_STAFF | NEED_CSRF, RIGHT_SETTINGS_UPDATE, 0},
    {METHOD_POST, "/desk/settings/fields/{id}/retire", field_settings_page_retire, NEED_STAFF | NEED_CSRF, RIGHT_SETTINGS_UPDATE, 0},
    {METHOD_GET,  "/desk/settings/options/new",         option_list_page_new,    NEED_STAFF, RIGHT_SETTINGS_CREATE, 0},
    {METHOD_POST, "/desk/settings/options/new",         option_list_page_add,    NEED_STAFF | NEED_CSRF, RIGHT_SETTINGS_CREATE, 0},
    {METHOD_GET,  "/desk/settings/options/{id}",        option_list_page_view,   NEED_STAFF, RIGHT_SETTINGS_READ, 0},
    {METHOD_POST, "/desk/settings/options/{id}",        option_list_page_save,   NEED_STAFF | NEED_CSRF, RIGHT_SETTINGS_UPDATE, 0},
    {METHOD_POST, "/desk/settings/options/{id}/remove", option_list_page_remove, NEED_STAFF | NEED_CSRF, RIGHT_SETTINGS_DELETE, 0},
    {METHOD_GET,  "/desk/settings/topics",             topic_settings_page_list, NEED_STAFF, RIGHT_SETTINGS_READ, 0},
    {METHOD_GET,  "/desk/settings/topics/new",         topic_settings_page_new,  NEED_STAFF, RIGHT_SETTINGS_CREATE, 0},
    {METHOD_POST, "/desk/settings/topics/new",         topic_settings_page_add,  NEED_STAFF | NEED_CSRF, RIGHT_SETTINGS_CREATE, 0},
    {METHOD_GET,  "/desk/settings/topics/{name}",      topic_settings_page_view, NEED_STAFF, RIGHT_SETTINGS_READ, 0},
    {METHOD_POST, "/desk/settings/topics/{name}",      topic_settings_page_save, NEED_STAFF | NEED_CSRF, RIGHT_SETTINGS_UPDATE, 0},
    {METHOD_POST, "/desk/settings/topics/{name}/move", topic_settings_page_move, NEED_STAFF | NEED_CSRF, RIGHT_SETTINGS_UPDATE, 0},
    {METHOD_GET,  "/desk/settings/levels",             level_page_view,          NEED_STAFF, RIGHT_SETTINGS_READ, 0},
    {METHOD_POST, "/desk/settings/levels",             level_page_save,          NEED_STAFF | NEED_CSRF, RIGHT_SETTINGS_UPDATE, 0},
    {METHOD_GET,  "/desk/settings/tokens",               token_page_list,      NEED_STAFF, RIGHT_SETTINGS_READ | RIGHT_LICENCES_READ, 0},
    {METHOD_GET,  "/desk/settings/tokens/new",           token_page_new,       NEED_STAFF | NEED_FRESH, RIGHT_SETTINGS | RIGHT_LICENCES, 0},
    {METHOD_POST, "/desk/settings/tokens/new",           token_page_add,       NEED_STAFF | NEED_CSRF | NEED_FRESH, RIGHT_SETTINGS | RIGHT_LICENCES, 0},
    {METHOD_POST, "/desk/settings/tokens/rights",        token_page_rights,    NEED_STAFF | NEED_CSRF | NEED_FRESH, RIGHT_SETTINGS | RIGHT_LICENCES, 0},
    {METHOD_POST, "/desk/settings/tokens/{id}/revoke",   token_page_revoke,    NEED_STAFF | NEED_CSRF | NEED_FRESH, RIGHT_SETTINGS_DELETE | RIGHT_LICENCES_DELETE, 0},
    {METHOD_GET,  "/desk/settings/mail",                 mail_page_list,       NEED_STAFF, RIGHT_SETTINGS_READ, 0},
    {METHOD_POST, "/desk/settings/mail",                 mail_page_save,       NEED_STAFF | NEED_CSRF | NEED_FRESH, RIGHT_SETTINGS_UPDATE, 0},
    {METHOD_POST, "/desk/settings/mail/test",            mail_page_test,       NEED_STAFF | NEED_CSRF, RIGHT_SETTINGS_UPDATE, 0},
    {METHOD_GET,  "/desk/settings/mail/server",          mail_server_page_view, NEED_STAFF, RIGHT_SETTINGS_READ, 0},
    {METHOD_POST, "/desk/settings/mail/server",          mail_server_page_save, NEED_STAFF | NEED_CSRF, RIGHT_SETTINGS_UPDATE, 0},
    {METHOD_POST, "/desk/settings/mail/server/try",      mail_server_page_try,  NEED_STAFF | NEED_CSRF, RIGHT_SETTINGS_UPDATE, 0},
    {METHOD_GET,  "/desk/settings/mail/inbox",           mail_server_page_inbox,       NEED_STAFF, RIGHT_SETTINGS_READ, 0},
    {METHOD_POST, "/desk/settings/mail/inbox",           mail_server_page_inbox_save,  NEED_STAFF | NEED_CSRF, RIGHT_SETTINGS_UPDATE, 0},
    {METHOD_POST, "/desk/settings/mail/inbox/try",       mail_server_page_inbox_try,   NEED_STAFF | NEED_CSRF, RIGHT_SETTINGS_UPDATE, 0},
    {METHOD_POST, "/desk/settings/mail/inbox/pause",     mail_server_page_inbox_pause, NEED_STAFF | NEED_CSRF, RIGHT_SETTINGS_UPDATE, 0},
    {METHOD_GET,  "/desk/settings/mail/words",           mail_words_page_list, NEED_STAFF, RIGHT_SETTINGS_READ, 0},
    {METHOD_GET,  "/desk/settings/mail/words/{name}",    mail_words_page_view, NEED_STAFF, RIGHT_SETTINGS_READ, 0},
    {METHOD_POST, "/desk/settings/mail/words/{name}",    mail_words_page_save, NEED_STAFF | NEED_CSRF, RIGHT_SETTINGS_UPDATE, 0},
    {METHOD_GET,  "/desk/unreached",                     mail_page_unreached,  NEED_STAFF, RIGHT_DESK_READ, 0},
    {METHOD_POST, "/desk/settings/mail/{id}/again",      mail_page_again,      NEED_STAFF | NEED_CSRF, RIGHT_SETTINGS_UPDATE, 0},
    {METHOD_GET,  "/desk/settings/sso", sso_settings_page_list, NEED_STAFF, RIGHT_SETTINGS_READ, 0},
    {METHOD_GET,  "/desk/settings/sso/new", sso_settings_page_new, NEED_STAFF, RIGHT_SETTINGS_CREATE, 0},
    {METHOD_POST, "/desk/settings/sso/new", sso_settings_page_add, NEED_STAFF | NEED_CSRF | NEED_FRESH, RIGHT_SETTINGS_CREATE, 0},
    {METHOD_GET,  "/desk/settings/sso/{id}", sso_settings_page_view, NEED_STAFF, RIGHT_SETTINGS_READ, 0},
    {METHOD_POST, "/desk/settings/sso/{id}", sso_settings_page_save, NEED_STAFF | NEED_CSRF | NEED_FRESH, RIGHT_SETTINGS_UPDATE, 0},
    {METHOD_POST, "/desk/settings/sso/{id}/remove", sso_settings_page_remove, NEED_STAFF | NEED_CSRF | NEED_FRESH, RIGHT_SETTINGS_DELETE, 0},
    {METHOD_POST, "/desk/settings/sso/{id}/domains", sso_settings_page_domain_add, NEED_STAFF | NEED_CSRF | NEED_FRESH, RIGHT_SETTINGS_UPDATE, 0},
    {METHOD_POST, "/desk/settings/sso/{id}/domains/remove", sso_settings_page_domain_drop, NEED_STAFF | NEED_CSRF | NEED_FRESH, RIGHT_SETTINGS_UPDATE, 0},
    {METHOD_POST, "/desk/settings/sso/{id}/domains/prove", sso_settings_page_domain_prove, NEED_STAFF | NEED_CSRF | NEED_FRESH, RIGHT_SETTINGS_UPDATE, 0},
    {METHOD_POST, "/desk/settings/sso/{id}/domains/trust", sso_settings_page_domain_trust, NEED_STAFF | NEED_CSRF | NEED_FRESH, RIGHT_SETTINGS_UPDATE, 0},
    {METHOD_GET,  "/desk/settings/webhooks",             webhook_page_list,    NEED_STAFF, RIGHT_SETTINGS_READ, 0},
    {METHOD_GET,  "/desk/settings/webhooks/new",         webhook_page_new,     NEED_STAFF, RIGHT_SETTINGS_CREATE, 0},
    {METHOD_POST, "/desk/settings/webhooks/new",         webhook_page_add,     NEED_STAFF | NEED_CSRF | NEED_FRESH, RIGHT_SETTINGS_CREATE, 0},
    {METHOD_GET,  "/desk/settings/webhooks/{id}",        webhook_page_view,    NEED_STAFF, RIGHT_SETTINGS_READ, 0},
    {METHOD_POST, "/desk/settings/webhooks/{id}",        webhook_page_save,    NEED_STAFF | NEED_CSRF | NEED_FRESH, RIGHT_SETTINGS_UPDATE, 0},
    {METHOD_POST, "/desk/settings/webhooks/{id}/test",   webhook_page_test,    NEED_STAFF | NEED_CSRF, RIGHT_SETTINGS_UPDATE, 0},
    {METHOD_POST, "/desk/settings/webhooks/{id}/on",     webhook_page_enable,  NEED_STAFF | NEED_CSRF, RIGHT_SETTINGS_UPDATE, 0},
    {METHOD_POST, "/desk/settings/webhooks/{id}/off",    webhook_page_disable, NEED_STAFF | NEED_CSRF, RIGHT_SETTINGS_UPDATE, 0},
    {METHOD_POST, "/desk/settings/webhooks/{id}/remove", webhook_page_remove,  NEED_STAFF | NEED_CSRF, RIGHT_SETTINGS_DELETE, 0},
    {METHOD_POST, "/desk/settings/webhooks/{id}/again",  webhook_page_again,   NEED_STAFF | NEED_CSRF, RIGHT_SETTINGS_UPDATE, 0},
    {METHOD_GET,  "/desk/customers",                organisation_page_list,      NEED_STAFF, RIGHT_CUSTOMERS_READ, 0},
    {METHOD_GET,  "/desk/customers/{id}",           organisation_page_view,      NEED_STAFF, RIGHT_CUSTOMERS_READ, 0},
    {METHOD_GET,  "/desk/customers/new",             organisation_edit_page_new,      NEED_STAFF, RIGHT_CUSTOMERS_CREATE, 0},
    {METHOD_POST, "/desk/customers/new",             organisation_edit_page_add,      NEED_STAFF | NEED_CSRF, RIGHT_CUSTOMERS_CREATE, 0},
    {METHOD_GET,  "/desk/customers/{id}/edit",       organisation_edit_page_edit,     NEED_STAFF, RIGHT_CUSTOMERS_UPDATE, 0},
    {METHOD_POST, "/desk/customers/{id}/second",     security_page_customer,          NEED_STAFF | NEED_CSRF | NEED_FRESH, RIGHT_CUSTOMERS_UPDATE, 0},
    {METHOD_POST, "/desk/customers/{id}/edit",       organisation_edit_page_save,     NEED_STAFF | NEED_CSRF, RIGHT_CUSTOMERS_UPDATE, 0},
    {METHOD_POST, "/desk/customers/{id}/remove",     organisation_edit_page_remove,   NEED_STAFF | NEED_CSRF, RIGHT_CUSTOMERS_DELETE, 0},
    {METHOD_GET,  "/desk/customers/{id}/sites/new",  organisation_edit_page_new_site, NEED_STAFF, RIGHT_CUSTOMERS_CREATE, 0},
    {METHOD_POST, "/desk/customers/{id}/sites/new",  organisation_edit_page_add_site, NEED_STAFF | NEED_CSRF, RIGHT_CUSTOMERS_CREATE, 0},
    {METHOD_GET,  "/desk/customers/{id}/contracts/new", contract_page_new, NEED_STAFF, RIGHT_SALES_CREATE, 0},
    {METHOD_POST, "/desk/customers/{id}/contracts/new", contract_page_add, NEED_STAFF | NEED_CSRF, RIGHT_SALES_CREATE, 0},
    {METHOD_GET,  "/desk/customers/{id}/people/new",             people_page_desk_new,    NEED_STAFF, RIGHT_CUSTOMERS_CREATE, 0},
    {METHOD_POST, "/desk/customers/{id}/people/new",             people_page_desk_add,    NEED_STAFF | NEED_CSRF | NEED_FRESH, RIGHT_CUSTOMERS_CREATE, 0},
    {METHOD_GET,  "/desk/customers/{id}/people/{person}",        people_page_desk_view,   NEED_STAFF, RIGHT_CUSTOMERS_UPDATE, 0},
    {METHOD_POST, "/desk/customers/{id}/people/{person}",        people_page_desk_save,   NEED_STAFF | NEED_CSRF | NEED_FRESH, RIGHT_CUSTOMERS_UPDATE, 0},
    {METHOD_POST, "/desk/customers/{id}/people/{person}/remove", people_page_desk_remove, NEED_STAFF | NEED_CSRF | NEED_FRESH, RIGHT_CUSTOMERS_DELETE, 0},
    {METHOD_POST, "/desk/customers/{id}/people/{person}/link",   people_page_desk_link,   NEED_STAFF | NEED_CSRF | NEED_FRESH, RIGHT_CUSTOMERS_UPDATE, 0},
    {METHOD_POST, "/desk/customers/{id}/people/{person}/view",   view_as_page_start,     NEED_STAFF | NEED_CSRF | NEED_FRESH, RIGHT_CUSTOMERS_UPDATE, 0},
    {METHOD_GET,  "/desk/customers/{id}/people/{person}/profile", profile_desk_page_view, NEED_STAFF, RIGHT_CUSTOMERS_READ, 0},
    {METHOD_POST, "/desk/customers/{id}/people/{person}/profile", profile_desk_page_save, NEED_STAFF | NEED_CSRF, RIGHT_CUSTOMERS_UPDATE, 0},
    {METHOD_POST, "/desk/customers/{id}/people/{person}/reveal/{name}", profile_desk_page_reveal, NEED_STAFF | NEED_CSRF | NEED_FRESH, RIGHT_CUSTOMERS_UPDATE, 0},
    {METHOD_GET,  "/desk/customers/{id}/people/{person}/merge",      customer_merge_page_person,      NEED_STAFF, RIGHT_CUSTOMERS_DELETE, 0},
    {METHOD_POST, "/desk/customers/{id}/people/{person}/merge",      customer_merge_page_person_do,   NEED_STAFF | NEED_CSRF | NEED_FRESH, RIGHT_CUSTOMERS_DELETE, 0},
    {METHOD_POST, "/desk/customers/{id}/people/{person}/merge/undo", customer_merge_page_person_undo, NEED_STAFF | NEED_CSRF | NEED_FRESH, RIGHT_CUSTOMERS_DELETE, 0},
    {METHOD_GET,  "/desk/customers/{id}/merge",      customer_merge_page_customer,      NEED_STAFF, RIGHT_CUSTOMERS_DELETE, 0},
    {METHOD_POST, "/desk/customers/{id}/merge",      customer_merge_page_customer_do,   NEED_STAFF | NEED_CSRF | NEED_FRESH, RIGHT_CUSTOMERS_DELETE, 0},
    {METHOD_POST, "/desk/customers/{id}/merge/undo", customer_merge_page_customer_undo, NEED_STAFF | NEED_CSRF | NEED_FRESH, RIGHT_CUSTOMERS_DELETE, 0},
    {METHOD_GET,  "/desk/proposals",              profile_desk_page_proposals, NEED_STAFF, RIGHT_CUSTOMERS_READ, 0},
    {METHOD_POST, "/desk/proposals/{id}/accept",  profile_desk_page_accept,    NEED_STAFF | NEED_CSRF, RIGHT_CUSTOMERS_UPDATE, 0},
    {METHOD_POST, "/desk/proposals/{id}/decline", profile_desk_page_decline,   NEED_STAFF | NEED_CSRF, RIGHT_CUSTOMERS_UPDATE, 0},
    {METHOD_GET,  "/desk/settings/profile", profile_desk_page_levels,     NEED_STAFF, RIGHT_SETTINGS_READ, 0},
    {METHOD_POST, "/desk/settings/profile", profile_desk_page_set_levels, NEED_STAFF | NEED_CSRF | NEED_FRESH, RIGHT_SETTINGS_UPDATE, 0},
    {METHOD_GET,  "/desk/orders",                   order_page_list,             NEED_STAFF, RIGHT_SALES_READ, 0},
    {METHOD_GET,  "/desk/orders/{id}",              order_page_view,             NEED_STAFF, 0, 0},
    {METHOD_POST, "/desk/orders/{id}/advance",      order_page_advance,          NEED_STAFF | NEED_CSRF, RIGHT_SALES_UPDATE, 0},
    {METHOD_GET,  "/desk/licences",                 licence_page_list,           NEED_STAFF, RIGHT_LICENCES_READ, 0},
    {METHOD_GET,  "/desk/products",                   product_page_list,       NEED_STAFF, RIGHT_LICENCES_READ, 0},
    {METHOD_GET,  "/desk/products/new",               product_page_new,        NEED_STAFF, RIGHT_LICENCES_CREATE, 0},
    {METHOD_POST, "/desk/products/new",               product_page_add,        NEED_STAFF | NEED_CSRF, RIGHT_LICENCES_CREATE, 0},
    {METHOD_POST, "/desk/products/{id}/trial",        trial_page_terms,        NEED_STAFF | NEED_CSRF, RIGHT_LICENCES_UPDATE, 0},
    {METHOD_GET,  "/desk/products/{id}/returns",      machine_release_page_terms, NEED_STAFF, RIGHT_LICENCES_READ, 0},
    {METHOD_POST, "/desk/products/{id}/returns",      machine_release_page_save, NEED_STAFF | NEED_CSRF, RIGHT_LICENCES_UPDATE, 0},
    {METHOD_GET,  "/desk/products/{id}/policies/new", product_page_new_policy, NEED_STAFF, RIGHT_LICENCES_CREATE, 0},
    {METHOD_POST, "/desk/products/{id}/policies/new", product_page_add_policy, NEED_STAFF | NEED_CSRF, RIGHT_LICENCES_CREATE, 0},
    {METHOD_GET,  "/desk/products/{id}/releases",     release_desk_page_list,  NEED_STAFF, RIGHT_LICENCES_READ, 0},
    {METHOD_GET,  "/desk/products/{id}/releases/new", release_desk_page_new,   NEED_STAFF, RIGHT_LICENCES_CREATE, 0},
    {METHOD_POST, "/desk/products/{id}/releases/new", release_desk_page_add,   NEED_STAFF | NEED_CSRF, RIGHT_LICENCES_CREATE, 0},
    {METHOD_GET,  "/desk/releases/{id}",              release_desk_page_view,    NEED_STAFF, RIGHT_LICENCES_READ, 0},
    {METHOD_POST, "/desk/releases/{id}",              release_desk_page_save,    NEED_STAFF | NEED_CSRF, RIGHT_LICENCES_UPDATE, 0},
    {METHOD_POST, "/desk/releases/{id}/publish",      release_desk_page_publish, NEED_STAFF | NEED_CSRF, RIGHT_LICENCES_UPDATE, 0},
    {METHOD_POST, "/desk/releases/{id}/yank",         release_desk_page_yank,    NEED_STAFF | NEED_CSRF, RIGHT_LICENCES_UPDATE, 0},
    {METHOD_POST, "/desk/releases/{id}/remove",       release_desk_page_remove,  NEED_STAFF | NEED_CSRF, RIGHT_LICENCES_DELETE, 0},
    {METHOD_POST, "/desk/releases/{id}/files",        release_desk_page_upload,  NEED_STAFF | NEED_CSRF | NEED_LATE_BODY, RIGHT_LICENCES_CREATE | RIGHT_LICENCES_UPDATE, 0},
    {METHOD_GET,  "/desk/releases/{id}/files/{file}", release_desk_page_file,    NEED_STAFF, RIGHT_LICENCES_READ, 0},
    {METHOD_POST, "/desk/releases/{id}/files/{file}/remove", release_desk_page_remove_file, NEED_STAFF | NEED_CSRF, RIGHT_LICENCES_DELETE, 0},
    {METHOD_GET,  "/desk/products/{id}", product_edit_page_view, NEED_STAFF, RIGHT_LICENCES_READ, 0},
    {METHOD_POST, "/desk/products/{id}", product_edit_page_change, NEED_STAFF | NEED_CSRF, RIGHT_LICENCES_UPDATE, 0},
    {METHOD_POST, "/desk/products/{id}/remove", product_edit_page_remove, NEED_STAFF | NEED_CSRF, RIGHT_LICENCES_DELETE, 0},
    {METHOD_GET,  "/desk/policies/{id}", policy_page_edit, NEED_STAFF, RIGHT_LICENCES_READ, 0},
    {METHOD_POST, "/desk/policies/{id}", policy_page_change, NEED_STAFF | NEED_CSRF, RIGHT_LICENCES_UPDATE, 0},
    {METHOD_POST, "/desk/policies/{id}/remove", policy_page_remove, NEED_STAFF | NEED_CSRF, RIGHT_LICENCES_DELETE, 0},
    {METHOD_POST, "/desk/policies/{id}/attach", policy_page_attach, NEED_STAFF | NEED_CSRF, RIGHT_LICENCES_UPDATE, 0},
    {METHOD_POST, "/desk/policies/{id}/detach", policy_page_detach, NEED_STAFF | NEED_CSRF, RIGHT_LICENCES_UPDATE, 0},
    {METHOD_GET,  "/desk/entitlements", entitlement_page_list, NEED_STAFF, RIGHT_LICENCES_READ, 0},
    {METHOD_POST, "/desk/entitlements", entitlement_page_add, NEED_STAFF | NEED_CSRF, RIGHT_LICENCES_CREATE, 0},
    {METHOD_GET,  "/desk/entitlements/{id}", entitlement_page_edit, NEED_STAFF, RIGHT_LICENCES_READ, 0},
    {METHOD_POST, "/desk/entitlements/{id}", entitlement_page_change, NEED_STAFF | NEED_CSRF, RIGHT_LICENCES_UPDATE, 0},
    {METHOD_POST, "/desk/entitlements/{id}/remove", entitlement_page_remove, NEED_STAFF | NEED_CSRF, RIGHT_LICENCES_DELETE, 0},
    {METHOD_GET,  "/desk/licences/new",             licence_desk_page_new,       NEED_STAFF, RIGHT_LICENCES_CREATE, 0},
    {METHOD_POST, "/desk/licences/new",             licence_desk_page_issue,     NEED_STAFF | NEED_CSRF, RIGHT_LICENCES_CREATE, 0},
    {METHOD_POST, "/desk/licences/{id}/file",       checkout_api_download,       NEED_STAFF | NEED_CSRF, RIGHT_LICENCES_UPDATE, 0},
    {METHOD_GET,  "/desk/licences/{id}",            licence_desk_page_view,      NEED_STAFF, RIGHT_LICENCES_READ, 0},
    {METHOD_GET,  "/desk/licences/{id}/machines/{machine}/release", licence_page_release,  NEED_STAFF, RIGHT_LICENCES_UPDATE, 0},
    {METHOD_POST, "/desk/licences/{id}/machines/{machine}/release", licence_page_released, NEED_STAFF | NEED_CSRF, RIGHT_LICENCES_UPDATE, 0},
    {METHOD_POST, "/desk/licences/{id}/renew",      licence_desk_page_renew,     NEED_STAFF | NEED_CSRF, RIGHT_LICENCES_UPDATE, 0},
    {METHOD_POST, "/desk/licences/{id}/turn",       trial_page_turn,             NEED_STAFF | NEED_CSRF, RIGHT_LICENCES_UPDATE, 0},
    {METHOD_POST, "/desk/licences/{id}/seats",      licence_desk_page_seats,     NEED_STAFF | NEED_CSRF, RIGHT_LICENCES_UPDATE, 0},
    {METHOD_POST, "/desk/licences/{id}/suspend",    licence_desk_page_suspend,   NEED_STAFF | NEED_CSRF | NEED_FRESH, RIGHT_LICENCES_UPDATE, 0},
    {METHOD_POST, "/desk/licences/{id}/reinstate",  licence_desk_page_reinstate, NEED_STAFF | NEED_CSRF, RIGHT_LICENCES_UPDATE, 0},

    /* --- the portal's API (portal/api/ticket_api.c, customer_api.c) --- */
    {METHOD_GET,   "/api/v1/me",                    customer_api_me,            NEED_TOKEN, 0, 0},
    {METHOD_GET,   "/api/v1/tickets",               ticket_api_list,            NEED_TOKEN, 0, 0},
    {METHOD_POST,  "/api/v1/tickets",               ticket_api_create,          NEED_TOKEN, 0, 0},
    {METHOD_GET,   "/api/v1/tickets/{id}",          ticket_api_view,            NEED_TOKEN, 0, 0},
    {METHOD_PATCH, "/api/v1/tickets/{id}",          ticket_api_change,          NEED_TOKEN, RIGHT_DESK_UPDATE, 0},
    {METHOD_GET,   "/api/v1/tickets/{id}/messages", ticket_api_messages,        NEED_TOKEN, 0, 0},
    {METHOD_POST,  "/api/v1/tickets/{id}/messages", ticket_api_answer,          NEED_TOKEN, 0, 0},
    {METHOD_GET,   "/api/v1/files/{id}",            file_page_get,              NEED_TOKEN, 0, 0},
    {METHOD_GET,   "/api/v1/organisations",         customer_api_organisations, NEED_TOKEN, 0, 0},
    {METHOD_POST,  "/api/v1/organisations",         customer_api_add,           NEED_TOKEN, RIGHT_CUSTOMERS_CREATE, 0},
    {METHOD_GET,   "/api/v1/organisations/{id}",    customer_api_organisation,  NEED_TOKEN, 0, 0},
    {METHOD_PATCH, "/api/v1/organisations/{id}",    customer_api_change,        NEED_TOKEN, RIGHT_CUSTOMERS_UPDATE, 0},
    {METHOD_GET,    "/api/v1/organisations/{id}/memberships",          people_api_members,       NEED_TOKEN, 0, 0},
    {METHOD_POST,   "/api/v1/organisations/{id}/memberships",          people_api_member_add,    NEED_TOKEN, 0, 0},
    {METHOD_PATCH,  "/api/v1/organisations/{id}/memberships/{person}", people_api_member_change, NEED_TOKEN, 0, 0},
    {METHOD_DELETE, "/api/v1/organisations/{id}/memberships/{person}", people_api_member_remove, NEED_TOKEN, 0, 0},
    {METHOD_GET,    "/api/v1/organisations/{id}/sites",                people_api_sites,         NEED_TOKEN, 0, 0},
    {METHOD_POST,   "/api/v1/organisations/{id}/sites",                people_api_site_add,      NEED_TOKEN, 0, 0},
    {METHOD_GET,    "/api/v1/organisations/{id}/sites/{site}",         people_api_site_view,     NEED_TOKEN, 0, 0},
    {METHOD_PATCH,  "/api/v1/organisations/{id}/sites/{site}",         people_api_site_change,   NEED_TOKEN, 0, 0},
    {METHOD_DELETE, "/api/v1/organisations/{id}/sites/{site}",         people_api_site_remove,   NEED_TOKEN, 0, 0},
    {METHOD_GET,    "/api/v1/people",                                  people_api_list,          NEED_TOKEN, 0, 0},
    {METHOD_POST,   "/api/v1/people",                                  people_api_add,           NEED_TOKEN, RIGHT_CUSTOMERS_CREATE, 0},
    {METHOD_GET,    "/api/v1/people/{id}",                             people_api_view,          NEED_TOKEN, 0, 0},
    {METHOD_PATCH,  "/api/v1/people/{id}",                             people_api_change,        NEED_TOKEN, 0, 0},
    {METHOD_GET,   "/api/v1/orders",                customer_api_orders,        NEED_TOKEN, 0, 0},
    {METHOD_GET,   "/api/v1/orders/{id}",           customer_api_order,         NEED_TOKEN, 0, 0},

    {.pattern = NULL},
    /* clang-format on */
};
