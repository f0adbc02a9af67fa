/* The users of the licensing protocol (section 3.10): the tenant's people as vendors' software sees
 * them. Staff are users whose role follows from the rights of their role in the portal. */
#pragma once

#include "licensing/filter.h"
#include "licensing/token.h"
#include "portal/account/person.h"

enum { USER_PASSWORD_MIN = 6, USER_PASSWORD_MAX = 72, USER_NEW_DAYS = 90 };

extern const struct err_kind ERR_USER_EMAIL_TAKEN, ERR_USER_EMAIL_INVALID, ERR_USER_NAME_LONG,
    ERR_USER_NAME_LINES, ERR_USER_PASSWORD_SHORT, ERR_USER_PASSWORD_LONG, ERR_USER_GROUP_NOT_FOUND,
    ERR_USER_GROUP_FULL, ERR_USER_LAST_ADMIN;

enum user_status { USER_ACTIVE, USER_INACTIVE, USER_BANNED, USER_STATUS_COUNT };
extern const char *const USER_STATUS_NAMES[USER_STATUS_COUNT]; /* the wire's words */

struct user { /* a record, in cx->mem; NULL where there is none */
    struct id id;
    const char *full_name, *first_name, *last_name;
    const char *email;
    enum user_status status;
    enum token_kind role; /* TOKEN_ADMIN to TOKEN_USER */
    const char *metadata; /* JSON object */
    struct id group_id;   /* zero: none */
    bool is_banned;
    int64_t created_at, updated_at;
};

struct user_scope {       /* whom a bearer may know; several join */
    bool is_all;          /* everybody */
    bool is_customers;    /* everybody but staff */
    struct id person_id;  /* this one, and those who share a licence with it */
    struct id licence_id; /* a licence's owner and licensees */
};
struct user_filter { /* zero: any */
    struct user_scope scope;
    struct filter_texts roles; /* none: customers only */
    bool has_any_role;
    struct id product_id, licence_id, group_id;
    struct id of_product_id, of_group_id; /* beside those: whose list it is */
    const char *status;
    enum filter_choice assigned, active;
    struct filter_metadata metadata;
};

/* By id or e-mail address. Fails: ERR_NOT_FOUND, also for what is out of scope. */
bool user_get(struct ctx *cx, struct id id, struct user **out) MUST_CHECK;
bool user_find(struct ctx *cx, const char *id_or_email, const struct user_scope *scope,
               struct user **out) MUST_CHECK;
bool user_page(struct ctx *cx, const struct user_filter *filter, const struct licence_page *page,
               struct user **out, size_t *count, int64_t *total) MUST_CHECK;
/* The role that a person has at this moment: what its tokens are good for. */
bool user_role(struct ctx *cx, struct id person_id, enum token_kind *out) MUST_CHECK;

/* --- changes: need RIGHT_SETTINGS --- */

struct user_text { /* a value that may be taken away */
    bool is_given;
    const char *text; /* NULL: none */
};
struct user_draft {
    struct id id; /* of a new one, as another installation has it; zero: a new one */
    struct user_text first_name, last_name;
    const char *email;         /* NULL: as it is */
    struct user_text password; /* a hash of user_password_hash */
    bool is_password_weak;
    const char *metadata; /* NULL: as it is */
    bool has_role;
    enum token_kind role;
    bool has_group;
    struct id group_id; /* zero: none */
};

/* Checks the length and hashes, outside any transaction. *is_weak: good for POST /tokens alone.
 * at: where it stands in the request. */
bool user_password_hash(struct ctx *cx, const char *password, const char *at, const char **hash,
                        bool *is_weak) MUST_CHECK;
/* Emits person.registered. */
bool user_add(struct ctx *cx, const struct user_draft *draft, struct user **out) MUST_CHECK;
/* Emits person.updated. */
bool user_change(struct ctx *cx, struct id id, const struct user_draft *draft,
                 struct user **out) MUST_CHECK;
bool user_set_group(struct ctx *cx, struct id id, struct id group_id, struct user **out) MUST_CHECK;
/* Its licences are BANNED and its tokens refused while it lasts; nobody signs in. Emits
 * person.banned, person.unbanned. */
bool user_set_banned(struct ctx *cx, struct id id, bool is_banned, struct user **out) MUST_CHECK;
/* Whether it holds a licence of another product than this. */
bool user_has_other_product(struct ctx *cx, struct id id, struct id product_id,
                            bool *out) MUST_CHECK;
/* Notes that whoever has this address asks for a new password; the same for an unknown one. Emits
 * person.password_reset. */
bool user_ask_password(struct ctx *cx, const char *email, bool deliver) MUST_CHECK;
/* Takes the licences and machines that it owns along. Fails: ERR_USER_LAST_ADMIN. Emits
 * person.removed. */
bool user_remove(struct ctx *cx, struct id id) MUST_CHECK;
