#include "portal/account/trace.h"

#include "base/attr.h"
#include "portal/http/lang.h"

/* key: what else names a row of the table: its id, or the other column of its primary key. A row
 * that the kept one has under the same key stays where it is. */
#define NOTE(table, column, key, clash)                                                     \
    "INSERT INTO merge_row (tenant_id, merge_id, subject, row_key, from_id, to_id) SELECT " \
    "x.tenant_id, ?, '" table "." column "', CAST(x." key " AS CHAR), ?, ? FROM " table     \
    " x "                                                                                   \
    "WHERE x.tenant_id = ? AND x." column " = ? AND NOT EXISTS (SELECT 1 FROM " table       \
    " y WHERE "                                                                             \
    "y.tenant_id = x.tenant_id AND y." column " = ? AND y." clash " = x." clash ")"
#define MOVED(table, column, key)                                                              \
    "UPDATE " table " x JOIN merge_row r ON r.tenant_id = x.tenant_id AND r.subject = '" table \
    "." column "' AND r.row_key = CAST(x." key " AS CHAR) SET x." column                       \
    " = ? "                                                                                    \
    "WHERE x.tenant_id = ? AND r.merge_id = ? AND x." column " = ?"
#define COUNTED(table, column) \
    "SELECT COUNT(*) FROM " table " x WHERE x.tenant_id = ? AND x." column " = ?"

#define MOVES(table, column, key, show, title)                                                     \
    {                                                                                              \
        table, column, TRACE_MOVE, show, NOTE(table, column, key, key), MOVED(table, column, key), \
            COUNTED(table, column), title                                                          \
    }
/* The same where another column must not be twice. */
#define MOVES_UNLESS(table, column, key, clash, show, title)              \
    {                                                                     \
        table, column, TRACE_MOVE, show, NOTE(table, column, key, clash), \
            MOVED(table, column, key), COUNTED(table, column), title      \
    }
#define STAYS(table, column, merge, show)                                    \
    {                                                                        \
        table, column, merge, show, NULL, NULL, COUNTED(table, column), NULL \
    }

const struct trace TRACE_OF_PERSON[] = {
    MOVES("membership", "person_id", "organisation_id", TRACE_WHOLE, T("Memberships")),
    MOVES("person_address", "person_id", "id", TRACE_WHOLE, T("Further addresses")),
    MOVES("ticket", "person_id", "id", TRACE_WHOLE, T("Tickets")),
    MOVES("message", "author_id", "id", TRACE_WHOLE, T("Messages")),
    MOVES("participant", "person_id", "ticket_id", TRACE_WHOLE, T("Tickets followed")),
    MOVES("reporter", "person_id", "id", TRACE_WHOLE, NULL),
    MOVES("survey", "person_id", "id", TRACE_WHOLE, T("Opinions")),
    MOVES("sales_order", "placed_by", "id", TRACE_WHOLE, T("Orders")),
    MOVES("licence", "owner_id", "id", TRACE_WHOLE, T("Licences owned")),
    MOVES("licence_user", "person_id", "licence_id", TRACE_WHOLE, T("Licences used")),
    MOVES("licence_group_person", "person_id", "tenant_id", TRACE_WHOLE, NULL),
    MOVES("machine", "owner_id", "id", TRACE_WHOLE, T("Machines")),
    MOVES("notice", "person_id", "id", TRACE_WHOLE, NULL),
    MOVES("notice_choice", "person_id", "kind", TRACE_WHOLE, NULL),
    MOVES("notice_habit", "person_id", "tenant_id", TRACE_WHOLE, NULL),
    MOVES("oidc_link", "person_id", "id", TRACE_WHOLE, NULL),
    MOVES("profile_proposal", "person_id", "id", TRACE_WHOLE, T("Proposed changes")),
    MOVES("profile_proposal", "proposed_by", "id", TRACE_WHOLE, NULL),
    MOVES("mail_out", "person_id", "id", TRACE_WHOLE, NULL),
    MOVES("announcement_receipt", "person_id", "announcement_id", TRACE_WHOLE, NULL),
    STAYS("person", "id", TRACE_STAY, TRACE_WHOLE),
    STAYS("credential", "person_id", TRACE_STAY, TRACE_WHOLE),
    STAYS("recovery_code", "person_id", TRACE_STAY, TRACE_WHOLE),
    STAYS("person_link", "person_id", TRACE_STAY, TRACE_WHOLE),
    STAYS("person_sensitive", "person_id", TRACE_STAY, TRACE_WHOLE),
    STAYS("custom_value", "subject_id", TRACE_STAY, TRACE_WHOLE), /* the tenant's own fields */
    STAYS("session", "person_id", TRACE_STAY, TRACE_WHOLE),
    STAYS("session", "waiting_id", TRACE_STAY, TRACE_WHOLE),
    STAYS("session", "view_person_id", TRACE_STAY, TRACE_MARK),
    STAYS("remembered", "person_id", TRACE_STAY, TRACE_WHOLE),
    STAYS("signup_wait", "person_id", TRACE_STAY, TRACE_WHOLE),
    STAYS("signup_wait", "decided_by", TRACE_HISTORY, TRACE_MARK),
    STAYS("login_event", "person_id", TRACE_HISTORY, TRACE_WHOLE),
    STAYS("api_token", "person_id", TRACE_STAY, TRACE_WHOLE),
    STAYS("request_answer", "actor_id", TRACE_STAY, TRACE_MARK),
    STAYS("event", "actor_id", TRACE_HISTORY, TRACE_WHOLE),
    STAYS("event", "subject_id", TRACE_HISTORY, TRACE_WHOLE),
    STAYS("ticket_presence", "person_id", TRACE_STAY, TRACE_WHOLE),
    /* What staff have to do with: two of them are not merged. */
    STAYS("staff_member", "person_id", TRACE_STAY, TRACE_WHOLE),
    STAYS("saved_view", "owner_id", TRACE_STAY, TRACE_WHOLE),
    STAYS("saved_view_pin", "person_id", TRACE_STAY, TRACE_WHOLE),
    STAYS("macro", "owner_id", TRACE_STAY, TRACE_WHOLE),
    STAYS("organisation", "owner_id", TRACE_STAY, TRACE_MARK),
    STAYS("ticket", "assignee_id", TRACE_STAY, TRACE_MARK),
    STAYS("ticket", "deleted_by", TRACE_HISTORY, TRACE_MARK),
    STAYS("ticket_promise", "assignee_id", TRACE_HISTORY, TRACE_MARK),
    STAYS("ticket_merge", "merged_by", TRACE_HISTORY, TRACE_MARK),
    STAYS("ticket_merge", "undone_by", TRACE_HISTORY, TRACE_MARK),
    STAYS("participant", "added_by", TRACE_HISTORY, TRACE_MARK),
    STAYS("survey", "assignee_id", TRACE_HISTORY, TRACE_MARK),
    STAYS("visit", "assignee_id", TRACE_STAY, TRACE_MARK),
    STAYS("visit", "created_by", TRACE_HISTORY, TRACE_MARK),
    STAYS("visit", "done_by", TRACE_HISTORY, TRACE_MARK),
    STAYS("ticket_bulk", "starter_id", TRACE_HISTORY, TRACE_MARK),
    STAYS("team", "lead_id", TRACE_STAY, TRACE_MARK),
    STAYS("staff_skill", "person_id", TRACE_STAY, TRACE_WHOLE),
    STAYS("staff_product", "person_id", TRACE_STAY, TRACE_WHOLE),
    STAYS("staff_leave", "person_id", TRACE_STAY, TRACE_WHOLE),
    STAYS("staff_leave", "substitute_id", TRACE_STAY, TRACE_MARK),
    STAYS("staff_leave", "created_by", TRACE_HISTORY, TRACE_MARK),
    STAYS("time_entry", "person_id", TRACE_HISTORY, TRACE_MARK),
    STAYS("prepaid_hours", "created_by", TRACE_HISTORY, TRACE_MARK),
    STAYS("dispatch", "by_id", TRACE_HISTORY, TRACE_MARK),
    STAYS("dispatch", "person_id", TRACE_HISTORY, TRACE_MARK),
    STAYS("dispatch", "from_person_id", TRACE_HISTORY, TRACE_MARK),
    STAYS("dispatch", "answered_by", TRACE_HISTORY, TRACE_MARK),
    STAYS("approval", "person_id", TRACE_HISTORY, TRACE_MARK),
    STAYS("approval", "asked_by", TRACE_HISTORY, TRACE_MARK),
    STAYS("approval", "decided_by", TRACE_HISTORY, TRACE_MARK),
    STAYS("ticket", "dispatch_to", TRACE_STAY, TRACE_MARK), /* a person, or a team */
    STAYS("time_entry", "person_id", TRACE_HISTORY, TRACE_MARK),
    STAYS("prepaid_hours", "created_by", TRACE_HISTORY, TRACE_MARK),
    STAYS("erasure_request", "person_id", TRACE_STAY, TRACE_WHOLE),
    STAYS("erasure_request", "decided_by", TRACE_HISTORY, TRACE_MARK),
    STAYS("announcement", "created_by", TRACE_HISTORY, TRACE_MARK),
    STAYS("announcement", "deleted_by", TRACE_HISTORY, TRACE_MARK),
    STAYS("article_revision", "author_id", TRACE_HISTORY, TRACE_MARK),
    STAYS("script_version", "author_id", TRACE_HISTORY, TRACE_MARK),
    STAYS("mail_in", "acted_by", TRACE_HISTORY, TRACE_MARK),
    STAYS("mail_ignored", "added_by", TRACE_HISTORY, TRACE_MARK),
    STAYS("mail_template", "updated_by", TRACE_HISTORY, TRACE_MARK),
    STAYS("profile_proposal", "decided_by", TRACE_HISTORY, TRACE_MARK),
    STAYS("merge", "kept_id", TRACE_HISTORY, TRACE_MARK),
    STAYS("merge", "gone_id", TRACE_HISTORY, TRACE_MARK),
    STAYS("merge", "merged_by", TRACE_HISTORY, TRACE_MARK),
    STAYS("merge", "undone_by", TRACE_HISTORY, TRACE_MARK),
    STAYS("merge_row", "from_id", TRACE_HISTORY, TRACE_MARK),
    STAYS("merge_row", "to_id", TRACE_HISTORY, TRACE_MARK),
};
const size_t TRACE_OF_PERSON_COUNT = COUNT(TRACE_OF_PERSON);

const struct trace TRACE_OF_ORGANISATION[] = {
    MOVES("membership", "organisation_id", "person_id", TRACE_WHOLE, T("People")),
    MOVES_UNLESS("site", "organisation_id", "id", "name", TRACE_WHOLE, T("Sites")),
    MOVES("ticket", "organisation_id", "id", TRACE_WHOLE, T("Tickets")),
    MOVES("reporter", "organisation_id", "id", TRACE_WHOLE, NULL),
    MOVES("sales_order", "organisation_id", "id", TRACE_WHOLE, T("Orders")),
    MOVES("contract", "organisation_id", "id", TRACE_WHOLE, T("Contracts")),
    MOVES("invoice", "organisation_id", "id", TRACE_WHOLE, T("Invoices")),
    MOVES("licence", "organisation_id", "id", TRACE_WHOLE, T("Licences")),
    MOVES("oidc_provider", "organisation_id", "id", TRACE_WHOLE, NULL),
    MOVES("time_entry", "organisation_id", "id", TRACE_WHOLE, NULL),
    MOVES("prepaid_hours", "organisation_id", "id", TRACE_WHOLE, NULL),
    MOVES("signup_domain", "organisation_id", "id", TRACE_WHOLE, NULL),
    MOVES_UNLESS("domain_claim", "organisation_id", "id", "domain", TRACE_WHOLE, NULL),
    MOVES("signup_wait", "organisation_id", "id", TRACE_WHOLE, NULL),
    MOVES("profile_proposal", "organisation_id", "id", TRACE_WHOLE, T("Proposed changes")),
    MOVES("announcement_organisation", "organisation_id", "announcement_id", TRACE_WHOLE, NULL),
    MOVES("time_entry", "organisation_id", "id", TRACE_WHOLE, NULL),
    MOVES("prepaid_hours", "organisation_id", "id", TRACE_WHOLE, T("Hours bought")),
    STAYS("session", "organisation_id", TRACE_STAY, TRACE_MARK),
    STAYS("session", "view_organisation_id", TRACE_STAY, TRACE_MARK),
};
const size_t TRACE_OF_ORGANISATION_COUNT = COUNT(TRACE_OF_ORGANISATION);

const struct trace_address TRACE_BY_ADDRESS[] = {
    {"login_event", "email"},   {"reporter", "email"},    {"mail_in", "sender"},
    {"mail_out", "to_address"}, {"mail_stop", "address"}, {"mail_ignored", "address"},
    {"notice", "address"},      {"signup", "email"},
};
const size_t TRACE_BY_ADDRESS_COUNT = COUNT(TRACE_BY_ADDRESS);
