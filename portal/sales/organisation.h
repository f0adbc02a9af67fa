/* Organisations: the customers of a tenant. */
#pragma once

#include "db/db.h"
#include "portal/field/field_filter.h"
#include "portal/field/field_record.h"

enum {
    ORGANISATION_CODE_MAX = 32,
    ORGANISATION_NAME_MAX = 200,
    ORGANISATION_CATEGORY_MAX = 64,
    ORGANISATION_PHONE_MAX = 64,
    ORGANISATION_EMAIL_MAX = 254,
    ORGANISATION_ADDRESS_MAX = 400,
    ORGANISATION_CITY_MAX = 100,
    ORGANISATION_NOTE_MAX = 4000,
    ORGANISATION_IMPORTANCE_MIN = 1, /* the most important */
    ORGANISATION_IMPORTANCE_MAX = 5,
    ORGANISATION_PAGE = 50
};

extern const char *const ORGANISATION_STATUSES[]; /* "prospect" "active" "dormant" "lost", NULL */

extern const struct err_kind ERR_ORGANISATION_CODE_TAKEN;

struct organisation { /* a record, in cx->mem; absent text is "" */
    struct id id;
    const char *code;
    const char *name;
    const char *category;
    const char *status;
    int64_t importance;
    struct id owner_id; /* the account's keeper on our side; zero: none */
    const char *owner_name;
    const char *phone;
    const char *email;
    const char *address;
    const char *city;
    const char *country;
    const char *note; /* for staff; "" for customers */
    int64_t created_at;
};

/* What is written; NULL text is "". code NULL: the next of the series "customer". */
struct organisation_draft {
    const char *code;
    const char *name;
    const char *category;
    const char *status; /* NULL: "active" */
    int64_t importance; /* 0: 3 */
    struct id owner_id;
    const char *phone;
    const char *email;
    const char *address;
    const char *city;
    const char *country;
    const char *note;
    const json_t *fields; /* the tenant's own: {code: value}; NULL: as they are */
};

/* Need RIGHT_CUSTOMERS. Fail: ERR_DENIED; ERR_INVALID with the field in source;
 * ERR_ORGANISATION_CODE_TAKEN; ERR_NOT_FOUND. Emit organisation.created, organisation.changed. */
bool organisation_add(struct ctx *cx, const struct organisation_draft *draft,
                      struct organisation **out) MUST_CHECK;
bool organisation_change(struct ctx *cx, struct id id,
                         const struct organisation_draft *draft) MUST_CHECK;

extern const struct err_kind ERR_ORGANISATION_IN_USE;

struct organisation_uses { /* what keeps it from being deleted */
    int64_t licences, open_tickets, open_orders, open_invoices;
};
bool organisation_uses(struct ctx *cx, struct id id, struct organisation_uses *out) MUST_CHECK;
/* Takes a customer out of every list; its papers and history stay in the tables. Needs
 * RIGHT_CUSTOMERS. Fails: ERR_DENIED, ERR_NOT_FOUND, ERR_ORGANISATION_IN_USE. Emits
 * organisation.changed. */
bool organisation_remove(struct ctx *cx, struct id id) MUST_CHECK;

/* Staff (RIGHT_CUSTOMERS, RIGHT_DESK, RIGHT_SALES or RIGHT_LICENCES) see all, a customer the
 * current one. */
bool organisation_get(struct ctx *cx, struct id id, struct organisation **out) MUST_CHECK;

struct organisation_filter {
    const char *search; /* part of the name or city, or a code from its start; NULL: all */
    const char *status; /* NULL: any */
    const struct field_filter *field; /* of the organisation, or of one of its people; NULL: any */
    struct id after;                  /* key paging: the last one of the page before; zero starts */
    unsigned limit;                   /* 0: ORGANISATION_PAGE */
    bool by_pinyin;                   /* Chinese names by their sound, for who reads Chinese */
};
/* By name. *has_more tells that a further page exists. */
bool organisation_list(struct ctx *cx, const struct organisation_filter *filter,
                       struct organisation **out, size_t *count, bool *has_more) MUST_CHECK;
