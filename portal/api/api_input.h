/* What a client sends: media types, JSON, names of members, and the shape of parameters. */
#pragma once

#include "portal/api/api.h"

/* Reads the body into api->body; names become lowerCamelCase at every depth. Fails with
 * JSON_INVALID, ENCODING_INVALID or MIME_TYPE_INVALID. */
bool api_input_body(struct req *rq, struct api *api) MUST_CHECK;
/* Whether the answer's type suits the Accept header. Sets api->wants_json. */
bool api_input_accept(struct req *rq, struct api *api) MUST_CHECK;
/* The JSON text of a client, as the protocol takes it. For api_input_body and the fuzzer. */
bool api_input_parse(struct arena *mem, struct err *err, struct span text, json_t **out) MUST_CHECK;
/* A member's name in lowerCamelCase, as it is stored and shown. */
const char *api_input_name(struct arena *mem, const char *key);

/* An object of the body, where it lies, and the readers of its members. Each reader leaves *out
 * alone when the member is absent, and fails with a shape error (400) that names the member. */
struct api_object {
    struct ctx *cx;
    const json_t *json; /* NULL: absent, as an object without members */
    const char *at;     /* JSON pointer: "/data/attributes" */
};
enum api_input_flag { API_REQUIRED = 1, API_NULLABLE = 2, API_BLANK = 4 };

bool api_input_object(const struct api_object *in, const char *name, unsigned flags,
                      struct api_object *out) MUST_CHECK;
/* Text; a blank one is refused unless API_BLANK. null with API_NULLABLE is NULL; else null is the
 * same as absent. */
bool api_input_text(const struct api_object *in, const char *name, unsigned flags,
                    const char **out) MUST_CHECK;
bool api_input_i64(const struct api_object *in, const char *name, unsigned flags,
                   int64_t *out) MUST_CHECK;
bool api_input_id(const struct api_object *in, const char *name, unsigned flags,
                  struct id *out) MUST_CHECK;
bool api_input_bool(const struct api_object *in, const char *name, unsigned flags,
                    bool *out) MUST_CHECK;
/* A date-time of ISO 8601; null with API_NULLABLE is 0. */
bool api_input_time(const struct api_object *in, const char *name, unsigned flags,
                    int64_t *out) MUST_CHECK;
/* Whether the member is there, be it null. */
bool api_input_has(const struct api_object *in, const char *name);
/* {"data":{"type":..,"id":..}|null}: the body that changes a relationship to one; null with
 * API_NULLABLE is a zero id. */
bool api_input_linkage(const struct api_object *in, const char *type, unsigned flags,
                       struct id *out) MUST_CHECK;
/* {"data":[{"type":..,"id":..},..]}: the body that attaches or detaches, 1 to API_LINKS_MAX. */
enum { API_LINKS_MAX = 100 };
bool api_input_links(const struct api_object *in, const char *type, struct id **out,
                     size_t *count) MUST_CHECK;
/* The same as api_input_linkage under the relationship's name, which may be absent. */
bool api_input_relation(const struct api_object *in, const char *name, const char *type,
                        unsigned flags, struct id *out) MUST_CHECK;
/* A resource's type, in singular or plural. */
bool api_input_type(const struct api_object *in, const char *type) MUST_CHECK;
/* Metadata as the text to store; at most two levels of containers below it. */
bool api_input_metadata(const struct api_object *in, const char **out) MUST_CHECK;
/* Refuses a member that is not among names (ended by NULL). */
bool api_input_known(const struct api_object *in, const char *const *names) MUST_CHECK;
/* Shape errors at a member. */
bool api_input_refuse(const struct api_object *in, const char *name, const struct err_kind *kind);
