/* Who looks: the one value that every visibility rule asks. */
#pragma once

#include "base/id.h"

enum viewer_kind {
    VIEWER_NOBODY,   /* not signed in: public things only */
    VIEWER_CUSTOMER, /* a person, within one organisation */
    VIEWER_STAFF,    /* the tenant's own people */
    VIEWER_SYSTEM    /* jobs, console, tests: everything of the tenant */
};

/* Rights are bits of one value. A customer has them by membership in the current organisation,
 * staff by their role. (Macros, since an enum's constants are ints.) */
#define RIGHT_TICKET_OWN UINT64_C(1)  /* customer: file and follow one's own tickets */
#define RIGHT_TICKET_ALL UINT64_C(2)  /* customer: all tickets of the organisation */
#define RIGHT_ORDER      UINT64_C(4)  /* customer: orders and contracts of the organisation */
#define RIGHT_LICENCE    UINT64_C(8)  /* customer: licences and machines of the organisation */
#define RIGHT_BILLING    UINT64_C(16) /* customer: invoices of the organisation */
#define RIGHT_ADMIN      UINT64_C(32) /* customer: the organisation's people and settings */

/* Staff: eight modules, in each of them four actions and how far these reach: to what is one's own,
 * to one's team's, to all (both bits). What has no owner is everybody's who may read at all. */
enum right_module {
    MODULE_DESK,      /* tickets, mail that came in */
    MODULE_CUSTOMERS, /* organisations, sites, people */
    MODULE_LICENCES,  /* products, policies, licences; no owner */
    MODULE_SALES,     /* orders, contracts, invoices */
    MODULE_KNOWLEDGE, /* articles; no owner */
    MODULE_RULES,     /* the tenant's scripts; no owner */
    MODULE_REPORTS,   /* figures about tickets */
    MODULE_SETTINGS,  /* accounts, roles, the tenant itself; no owner */
    MODULE_COUNT
};
enum right_action { ACTION_READ, ACTION_CREATE, ACTION_UPDATE, ACTION_DELETE, ACTION_COUNT };
enum right_scope { SCOPE_OWN, SCOPE_TEAM, SCOPE_ALL, SCOPE_COUNT };

#define RIGHT_OF(module, action) (UINT64_C(1) << (16 + 4 * (module) + (action)))
#define RIGHT_TEAM_OF(module)    (UINT64_C(1) << (48 + 2 * (module)))
#define RIGHT_ALL_OF(module)     (UINT64_C(3) << (48 + 2 * (module)))
/* All that can be had of a module: every action on every row. */
#define RIGHT_WHOLE(module) ((UINT64_C(15) << (16 + 4 * (module))) | RIGHT_ALL_OF(module))

#define RIGHT_DESK             RIGHT_WHOLE(MODULE_DESK)
#define RIGHT_DESK_READ        RIGHT_OF(MODULE_DESK, ACTION_READ)
#define RIGHT_DESK_CREATE      RIGHT_OF(MODULE_DESK, ACTION_CREATE)
#define RIGHT_DESK_UPDATE      RIGHT_OF(MODULE_DESK, ACTION_UPDATE)
#define RIGHT_DESK_DELETE      RIGHT_OF(MODULE_DESK, ACTION_DELETE)
#define RIGHT_CUSTOMERS        RIGHT_WHOLE(MODULE_CUSTOMERS)
#define RIGHT_CUSTOMERS_READ   RIGHT_OF(MODULE_CUSTOMERS, ACTION_READ)
#define RIGHT_CUSTOMERS_CREATE RIGHT_OF(MODULE_CUSTOMERS, ACTION_CREATE)
#define RIGHT_CUSTOMERS_UPDATE RIGHT_OF(MODULE_CUSTOMERS, ACTION_UPDATE)
#define RIGHT_CUSTOMERS_DELETE RIGHT_OF(MODULE_CUSTOMERS, ACTION_DELETE)
#define RIGHT_LICENCES         RIGHT_WHOLE(MODULE_LICENCES)
#define RIGHT_LICENCES_READ    RIGHT_OF(MODULE_LICENCES, ACTION_READ)
#define RIGHT_LICENCES_CREATE  RIGHT_OF(MODULE_LICENCES, ACTION_CREATE)
#define RIGHT_LICENCES_UPDATE  RIGHT_OF(MODULE_LICENCES, ACTION_UPDATE)
#define RIGHT_LICENCES_DELETE  RIGHT_OF(MODULE_LICENCES, ACTION_DELETE)
#define RIGHT_SALES            RIGHT_WHOLE(MODULE_SALES)
#define RIGHT_SALES_READ       RIGHT_OF(MODULE_SALES, ACTION_READ)
#define RIGHT_SALES_CREATE     RIGHT_OF(MODULE_SALES, ACTION_CREATE)
#define RIGHT_SALES_UPDATE     RIGHT_OF(MODULE_SALES, ACTION_UPDATE)
#define RIGHT_SALES_DELETE     RIGHT_OF(MODULE_SALES, ACTION_DELETE)
#define RIGHT_KNOWLEDGE        RIGHT_WHOLE(MODULE_KNOWLEDGE)
#define RIGHT_KNOWLEDGE_READ   RIGHT_OF(MODULE_KNOWLEDGE, ACTION_READ)
#define RIGHT_KNOWLEDGE_CREATE RIGHT_OF(MODULE_KNOWLEDGE, ACTION_CREATE)
#define RIGHT_KNOWLEDGE_UPDATE RIGHT_OF(MODULE_KNOWLEDGE, ACTION_UPDATE)
#define RIGHT_KNOWLEDGE_DELETE RIGHT_OF(MODULE_KNOWLEDGE, ACTION_DELETE)
#define RIGHT_RULES            RIGHT_WHOLE(MODULE_RULES)
#define RIGHT_RULES_READ       RIGHT_OF(MODULE_RULES, ACTION_READ)
#define RIGHT_RULES_CREATE     RIGHT_OF(MODULE_RULES, ACTION_CREATE)
#define RIGHT_RULES_UPDATE     RIGHT_OF(MODULE_RULES, ACTION_UPDATE)
#define RIGHT_RULES_DELETE     RIGHT_OF(MODULE_RULES, ACTION_DELETE)
#define RIGHT_REPORTS_READ     RIGHT_OF(MODULE_REPORTS, ACTION_READ)
#define RIGHT_REPORTS          (RIGHT_REPORTS_READ | RIGHT_ALL_OF(MODULE_REPORTS))
#define RIGHT_SETTINGS         RIGHT_WHOLE(MODULE_SETTINGS)
#define RIGHT_SETTINGS_READ    RIGHT_OF(MODULE_SETTINGS, ACTION_READ)
#define RIGHT_SETTINGS_CREATE  RIGHT_OF(MODULE_SETTINGS, ACTION_CREATE)
#define RIGHT_SETTINGS_UPDATE  RIGHT_OF(MODULE_SETTINGS, ACTION_UPDATE)
#define RIGHT_SETTINGS_DELETE  RIGHT_OF(MODULE_SETTINGS, ACTION_DELETE)

/* Everything that a member of an organisation, and that staff can have. */
#define RIGHT_CUSTOMER                                                                   \
    (RIGHT_TICKET_OWN | RIGHT_TICKET_ALL | RIGHT_ORDER | RIGHT_LICENCE | RIGHT_BILLING | \
     RIGHT_ADMIN)
#define RIGHT_STAFF                                                                                \
    (RIGHT_DESK | RIGHT_CUSTOMERS | RIGHT_LICENCES | RIGHT_SALES | RIGHT_KNOWLEDGE | RIGHT_RULES | \
     RIGHT_REPORTS | RIGHT_SETTINGS)

struct viewer {
    enum viewer_kind kind;
    struct id person_id;       /* zero for nobody and the system */
    struct id organisation_id; /* a customer's current organisation; else zero */
    struct id team_id;         /* a staff member's team; zero: none */
    uint64_t rights;           /* RIGHT_ bits */
    uint64_t reads_only;       /* a customer's rights that are for seeing, not for acting */
};

/* True when the viewer has every one of these rights; the system has all. */
static inline bool viewer_has(const struct viewer *viewer, uint64_t rights)
{
    return viewer->kind == VIEWER_SYSTEM || (viewer->rights & rights) == rights;
}

/* True when the viewer may act where this right shows something, not only see it. */
static inline bool viewer_acts(const struct viewer *viewer, uint64_t right)
{
    return viewer_has(viewer, right) && (viewer->reads_only & right) == 0;
}

/* A customer who files tickets or answers in them: his own, or all. */
static inline bool viewer_acts_on_tickets(const struct viewer *viewer)
{
    return viewer_acts(viewer, RIGHT_TICKET_OWN) || viewer_acts(viewer, RIGHT_TICKET_ALL);
}

/* How far a viewer's rights in a module reach. */
static inline enum right_scope viewer_scope(const struct viewer *viewer, enum right_module module)
{
    if (viewer_has(viewer, RIGHT_ALL_OF(module)))
        return SCOPE_ALL;
    return viewer_has(viewer, RIGHT_TEAM_OF(module)) ? SCOPE_TEAM : SCOPE_OWN;
}
