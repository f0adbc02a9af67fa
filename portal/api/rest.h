/* The portal's own API (/api/v1): JSON bodies read by a table of members, JSON answers. */
#pragma once

#include "portal/http/reply.h"

enum { REST_KEY_MAX = 64 };
enum rest_type { REST_TEXT, REST_INT, REST_BOOL, REST_ID, REST_OBJECT, REST_LIST, REST_VALUE };

struct rest_member {
    const char *name;
    enum rest_type type;
    bool is_required;
    int64_t min, max; /* REST_INT */
    size_t offset;    /* in the struct: const char *, int64_t, bool, struct id, const
                         json_t * (objects, lists, any value; borrowed: in the run's memory) */
};

/* Reads the body's object into *into; absent members and null leave it as it is. *given (or NULL)
 * gets a bit for each member of the table that was there. Fails: ERR_MALFORMED no JSON object;
 * ERR_INVALID with the member in source: unknown, of another type, out of bounds, missing. */
bool rest_read(struct req *rq, const struct rest_member *members, size_t count, void *into,
               uint64_t *given) MUST_CHECK;

/* Reads further what rest_read took: a text that has to be one of the words, which NULL ends (a
 * NULL text is none); a list of at most max ids. */
bool rest_word(struct req *rq, const char *name, const char *text,
               const char *const *words) MUST_CHECK;
bool rest_ids(struct req *rq, const char *name, const json_t *list, size_t max, struct id **out,
              size_t *count) MUST_CHECK;
/* Another variable of the path than {id}: what is no id is ERR_NOT_FOUND. */
bool rest_path_id(struct req *rq, size_t arg, struct id *out) MUST_CHECK;

/* Refusals, which return false: a member whose value its reader cannot accept (422), with a
 * sentence of what it has to be, English with {} for the name and another for arg; one that is not
 * there (422); a query parameter (400). */
bool rest_refuse(struct req *rq, const char *name);
bool rest_refuse_as(struct req *rq, const char *name, const char *sentence, const char *arg);
bool rest_missing(struct req *rq, const char *name);
bool rest_refuse_parameter(struct req *rq, const char *name, const char *sentence, const char *arg);
bool rest_refuse_cursor(struct req *rq); /* ?after= */

/* Parameters of lists. rest_limit: ?limit=1..200, 0 if absent; rest_id: an id, zero if absent;
 * rest_choice: one of the words, which NULL ends, NULL if absent. */
bool rest_limit(struct req *rq, unsigned *out) MUST_CHECK;
bool rest_id(struct req *rq, const char *name, struct id *out) MUST_CHECK;
bool rest_choice(struct req *rq, const char *name, const char *const *words,
                 const char **out) MUST_CHECK;

/* The header Idempotency-Key, NULL if absent: 1 to REST_KEY_MAX characters. */
bool rest_key(struct req *rq, const char **out) MUST_CHECK;

/* What is kept in somebody's name needs a token that was made for a person. */
bool rest_person(struct req *rq) MUST_CHECK;

/* {"data": data}; takes the reference. */
bool rest_answer(struct req *rq, int status, json_t *data);
/* {"data": [...], "next": cursor or null}; takes the reference of data. */
bool rest_answer_list(struct req *rq, json_t *data, const char *next);

/* Values: new references; null for zero. */
json_t *rest_time(int64_t us);
json_t *rest_id_json(struct req *rq, struct id id);
json_t *rest_money(struct money m); /* {"minor","currency"} */
