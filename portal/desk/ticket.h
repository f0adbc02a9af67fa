/* Tickets: the record, who may see it, and every change of it. */
#pragma once

#include "base/json.h"
#include "db/ctx.h"

enum {
    TICKET_SUBJECT_MAX = 200, /* characters */
    TICKET_BODY_MAX = 20000,
    TICKET_CITY_MAX = 100,
    TICKET_STORE_MAX = 200,
    TICKET_VERSION_MAX = 64,
    TICKET_REQUEST_KEY_MAX = 64,
    TICKET_REQUEST_KEY_BYTES = 16, /* random ones, before they are text */
    TICKET_TAG_MAX = 64,
    TICKET_TAGS_MAX = 30,
    TICKET_LEVEL_MIN = 1, /* nothing works */
    TICKET_LEVEL_MAX = 4
};

enum ticket_category {
    TICKET_OPEN,
    TICKET_WAITING,
    TICKET_SOLVED,
    TICKET_CLOSED,
    TICKET_CATEGORIES
};

struct ticket { /* a record: open, lives in cx->mem; absent ids are zero, absent text is "" */
    struct id id;
    const char *number;
    struct id organisation_id, site_id, person_id, reporter_id;
    const char *source;
    const char *subject;
    const char *topic; /* its code; see ticket_topic.h */
    struct id product_id, licence_id, machine_id;
    const char *product_version;
    const char *status; /* its code; see ticket_status.h */
    enum ticket_category category;
    int level, impact, urgency;
    int severity; /* what the customer said; 0: nothing */
    struct id team_id, assignee_id;
    const char *city, *store;
    bool needs_review;
    bool fields_missing; /* a field of the tenant's that is required is empty */
    const char *filed;   /* JSON: filing_licence_json as it was when the ticket was filed, or {} */
    int64_t created_at, updated_at, first_answer_at, resolved_at, closed_at;
    int64_t asked_at; /* since when the customer waits for an answer; 0: he does not */
    int64_t due_at;   /* the next answer is promised by then; 0: no promise, or nothing due */
    int64_t solve_spent, solve_since, solve_due_at; /* see ticket_clock.h */
    int64_t status_at; /* since when its category is what it is; 0: not known */
    int64_t version;
    struct id merged_into; /* see ticket_merge.h; zero: it stands for itself */
    /* names of what the ids stand for */
    const char *organisation_name, *organisation_code, *person_name, *team_name, *assignee_name;
    const char *reporter_name, *reporter_phone, *reporter_email, *reporter_address;
    const char *product_name;
    json_t *fields;     /* the tenant's own, where they were loaded (ticket_field.h); else NULL */
    const char *listed; /* on pages: those of them that lists show, in words; else NULL */
    json_t *snapshot;   /* inside a change: ticket_to_event_json as it was before */
};

extern const struct err_kind ERR_TICKET_TRANSITION; /* this state cannot follow the present one */
extern const struct err_kind ERR_TICKET_CLASH;      /* somebody else set it meanwhile */
extern const struct err_kind ERR_TICKET_OVERTAKEN;  /* somebody else answered meanwhile */
extern const struct err_kind ERR_TICKET_CLOSED;     /* a customer answers a closed ticket */
extern const struct err_kind ERR_TICKET_MERGED;     /* it was merged into another one */

const char *ticket_category_name(enum ticket_category category);
bool ticket_category_parse(const char *name, enum ticket_category *out) MUST_CHECK;

/* The only rule of who sees which ticket, as a WHERE fragment on ticket t for cx->viewer: staff
 * with RIGHT_DESK and the system all of the tenant; a customer with RIGHT_TICKET_ALL the current
 * organisation's, with RIGHT_TICKET_OWN what he filed, reported (by his e-mail address) or takes
 * part in there; others none. */
struct where;
void ticket_visible(struct ctx *cx, struct where *w);
/* Staff or system: those who read notes. */
bool ticket_sees_notes(const struct ctx *cx);

/* One ticket that the viewer may see. Fails: ERR_NOT_FOUND. */
bool ticket_get(struct ctx *cx, struct id id, struct ticket **out) MUST_CHECK;
/* By the number that people use; *out is NULL when there is none that the viewer may see. */
bool ticket_find_number(struct ctx *cx, const char *number, struct ticket **out) MUST_CHECK;
/* The same for what somebody typed: the digits alone are enough. NULL finds none. */
bool ticket_find_typed(struct ctx *cx, const char *text, struct ticket **out) MUST_CHECK;

/* What a ticket's viewer may know (customer words only). In cx->mem. */
json_t *ticket_to_json(struct ctx *cx, const struct ticket *t);
/* The whole snapshot with reporter, organisation, tags: for rules and the audit trail. */
bool ticket_to_event_json(struct ctx *cx, const struct ticket *t, json_t **out) MUST_CHECK;

/* The changes below share one contract. The ticket's row is written first, so that two changes of
 * one ticket follow each other. The actor is cx->viewer (a rule: VIEWER_SYSTEM with the script's id
 * in cx->actor_id). A thread line tells what changed, an event is emitted in the same transaction
 * ({"before","after"} snapshots; a reply or note adds "message"). Setting what is set already
 * changes nothing and succeeds. All fail with ERR_NOT_FOUND for a ticket the viewer cannot see and
 * ERR_DENIED where the act is staff's (or a rule's) alone, ERR_TICKET_MERGED for a merged one (but
 * what is said to it is said in the one that it was merged into). */

/* A public answer. A customer's answer to a waiting or solved ticket opens it again; the first one
 * of staff is the first answer. status: the state to set with it, NULL to leave it. Fails:
 * ERR_INVALID empty or too long; ERR_TICKET_GAP (staff's); ERR_TICKET_CLOSED; ERR_DENIED for a
 * participant who only reads. Emits ticket.replied, and ticket.status_changed when the state
 * changes. */
bool ticket_reply(struct ctx *cx, struct id id, const char *text, const char *status,
                  struct id *message_id) MUST_CHECK;
/* The same, or a note, with files that attachment_store has stored; all in one transaction. A
 * public answer also fails with ERR_TICKET_OVERTAKEN when another one came after seen_id. */
struct attachment_file;
struct ticket_answer {
    bool is_note;
    const char *text;
    const char *status;      /* to set with a public answer; NULL: none */
    const char *request_key; /* the same key for the same ticket writes once; NULL: none */
    const char *source;      /* "mail"; NULL: by who looks */
    struct id seen_id;       /* the latest message that its writer saw; zero: not asked */
    bool is_reporters;       /* the system passes on what the ticket's reporter wrote */
    bool is_thanks;          /* a customer's mail that only thanks: neither state nor clock moves */
    const struct attachment_file *files;
    size_t file_count;
};
bool ticket_reply_send(struct ctx *cx, struct id id, const struct ticket_answer *answer,
                       struct id *message_id) MUST_CHECK;
/* An internal note. Emits ticket.noted. */
bool ticket_note(struct ctx *cx, struct id id, const char *text, struct id *message_id) MUST_CHECK;
/* Sets a state by its code. Fails: ERR_INVALID no such state; ERR_TICKET_TRANSITION. Emits
 * ticket.status_changed. */
bool ticket_set_status(struct ctx *cx, struct id id, const char *status) MUST_CHECK;
/* The tracking engineer; a zero id takes him off. Fails: ERR_INVALID not a member of staff. Emits
 * ticket.assigned. */
bool ticket_assign(struct ctx *cx, struct id id, struct id person_id) MUST_CHECK;
bool ticket_set_team(struct ctx *cx, struct id id, struct id team_id) MUST_CHECK; /* assigned */
/* The next answer's due time follows the new level's promise. Emits ticket.updated. */
bool ticket_set_level(struct ctx *cx, struct id id, int64_t level) MUST_CHECK;
bool ticket_set_topic(struct ctx *cx, struct id id, const char *topic) MUST_CHECK;
/* Several of these at once, all or nothing. was: what the one that is set was when it was chosen
 * (ticket_value_text); when it is neither that any more nor what is wanted: ERR_TICKET_CLASH, with
 * the field at fault. */
struct ticket_values {
    const char *status, *topic; /* NULL: as it is */
    int64_t level;              /* 0: as it is */
    bool has_team, has_assignee;
    struct id team_id, assignee_id;
    const char *was;      /* NULL: not asked */
    const json_t *fields; /* {code: value}; NULL: as they are */
};
/* The present value of the field that v sets (its first), as forms carry it: a code, a number, an
 * id, "" for none. *field is its name: "status" "topic" "level" "team" "assignee". */
const char *ticket_value_text(struct ctx *cx, const struct ticket *t, const struct ticket_values *v,
                              const char **field);
bool ticket_set_values(struct ctx *cx, struct id id, const struct ticket_values *v) MUST_CHECK;
/* Tags are folded (case, width). Emit ticket.updated. */
bool ticket_tag(struct ctx *cx, struct id id, const char *tag) MUST_CHECK;
bool ticket_untag(struct ctx *cx, struct id id, const char *tag) MUST_CHECK;
bool ticket_tags(struct ctx *cx, struct id id, json_t **out) MUST_CHECK; /* ["..."] */
/* The flag that a rule failed on it or somebody must look. Emits ticket.updated. */
bool ticket_set_review(struct ctx *cx, struct id id, bool needs_review) MUST_CHECK;
/* Zero when the tenant has no team of that name. */
bool ticket_find_team(struct ctx *cx, const char *name, struct id *out) MUST_CHECK;
