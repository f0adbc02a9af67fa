#include "portal/api/api_input.h"

#include "base/clock.h"
#include "base/utf8.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { METADATA_DEPTH = 2, METADATA_KEYS_MAX = 64, METADATA_BYTES_MAX = 16 * 1024 };

static const struct err_kind ERR_MIME = {
    ERR_CLASS_MALFORMED, "MIME_TYPE_INVALID",
    "This media type is not supported. Use application/vnd.api+json."};
static const struct err_kind ERR_JSON = {ERR_CLASS_MALFORMED, "JSON_INVALID",
                                         "The body is not valid JSON."};
static const struct err_kind ERR_ENCODING = {ERR_CLASS_MALFORMED, "ENCODING_INVALID",
                                             "The text is not valid UTF-8, or has a NUL in it."};
static const struct err_kind ERR_METADATA_LONG = {ERR_CLASS_INVALID, "METADATA_TOO_LONG",
                                                  "Metadata takes at most 64 members and 16 KiB."};

const struct err_kind ERR_API_MISSING = {ERR_CLASS_MALFORMED, "", "This parameter is missing."};
const struct err_kind ERR_API_TYPE = {ERR_CLASS_MALFORMED, "", "This parameter has a wrong type."};
const struct err_kind ERR_API_BLANK = {ERR_CLASS_MALFORMED, "", "This parameter cannot be blank."};
const struct err_kind ERR_API_UNKNOWN = {ERR_CLASS_MALFORMED, "", "This parameter is unpermitted."};
const struct err_kind ERR_API_CHOICE = {ERR_CLASS_MALFORMED, "",
                                        "This parameter has a value that is not in its list."};
const struct err_kind ERR_API_DEEP = {ERR_CLASS_MALFORMED, "",
                                      "This parameter is nested too deep."};
const struct err_kind ERR_API_LENGTH = {ERR_CLASS_MALFORMED, "",
                                        "This parameter has too few or too many items."};

/* --- media types --- */

static bool is_media(struct span type, const char *const *known, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (span_equal_nocase(type, known[i]))
            return true;
    return false;
}

bool api_input_accept(struct req *rq, struct api *api)
{
    static const char *const FINE[] = {"*/*", "application/*", "application/vnd.api+json",
                                       "application/vnd.keygen+json", "application/octet-stream"};
    const char *accept = req_header(rq, "Accept");
    struct span rest = span_of(accept != NULL ? accept : "");
    struct span item;
    struct span type;

    if (span_trim(rest).len == 0)
        return true;
    while (span_cut(&rest, ',', &item)) {
        span_cut(&item, ';', &type);
        type = span_trim(type);
        if (span_equal_nocase(type, "application/json")) {
            api->wants_json = true;
            return true;
        }
        if (is_media(type, FINE, COUNT(FINE)))
            return true;
    }
    return err_set_at(&rq->cx.err, &ERR_MIME, ":Accept", "accept %s", accept);
}

static bool check_content_type(struct req *rq)
{
    static const char *const JSON[] = {"",
                                       "application/json",
                                       "application/vnd.api+json",
                                       "application/vnd.keygen+json",
                                       "application/x-www-form-urlencoded", /* what curl -d sends */
                                       "multipart/form-data",
                                       "text/plain"};
    struct span rest = span_of(rq->body_type);
    struct span type = rest;

    span_cut(&rest, ';', &type);
    return is_media(span_trim(type), JSON, COUNT(JSON)) ||
           err_set_at(&rq->cx.err, &ERR_MIME, ":Content-Type", "content type %s", rq->body_type);
}

/* --- JSON --- */

static bool needs_folding(const char *key)
{
    return isupper((unsigned char)*key) || strpbrk(key, "_- ") != NULL;
}

/* "example_key_1", "ExampleKey1" and "example key 1" are all "exampleKey1". */
const char *api_input_name(struct arena *mem, const char *key)
{
    struct str out = str_new(mem);
    bool is_word = false; /* the next letter begins one */

    for (const char *p = key; *p != '\0'; p++) {
        if (strchr("_- ", *p) != NULL)
            is_word = out.len > 0;
        else if (out.len == 0)
            str_char(&out, (char)tolower((unsigned char)*p));
        else
            str_char(&out, is_word ? (char)toupper((unsigned char)*p) : *p);
        if (strchr("_- ", *p) == NULL)
            is_word = false;
    }
    return out.p;
}

static bool fold(struct arena *mem, json_t *json);

static bool fold_object(struct arena *mem, json_t *object)
{
    const char *key;
    json_t *value;
    bool is_folding = false;
    json_t *folded;

    json_object_foreach (object, key, value) {
        if (!fold(mem, value))
            return false;
        is_folding |= needs_folding(key);
    }
    if (!is_folding)
        return true;
    folded = json_own(mem, json_object());
    json_object_foreach (object, key, value)
        json_object_set(folded, needs_folding(key) ? api_input_name(mem, key) : key, value);
    if (json_object_size(folded) != json_object_size(object))
        return false;
    json_object_clear(object);
    json_object_update(object, folded);
    return true;
}

/* False where a member comes twice in different spellings: which of them counts would be a guess.
 * Depth is bounded by json_read. */
static bool fold(struct arena *mem, json_t *json)
{
    size_t i;
    json_t *value;

    if (json_is_object(json))
        return fold_object(mem, json);
    json_array_foreach (json, i, value)
        if (!fold(mem, value))
            return false;
    return true;
}

static bool has_nul(struct span text)
{
    static const char ESCAPE[] = "\\u0000";

    if (memchr(text.p, '\0', text.len) != NULL)
        return true;
    for (size_t i = 0; i + sizeof ESCAPE - 1 <= text.len; i++)
        if (memcmp(text.p + i, ESCAPE, sizeof ESCAPE - 1) == 0)
            return true;
    return false;
}

bool api_input_parse(struct arena *mem, struct err *err, struct span text, json_t **out)
{
    struct err why = {0};
    json_t *json;

    if (memchr(text.p, '\0', text.len) != NULL || !utf8_valid(text.p, text.len))
        return err_set(err, &ERR_ENCODING, "body of %zu bytes", text.len);
    if (!json_read(mem, &why, text.p, text.len, &json))
        return err_set(err, has_nul(text) ? &ERR_ENCODING : &ERR_JSON, "%s", why.oper);
    if (!fold(mem, json))
        return err_set(err, &ERR_JSON, "a member in two spellings");
    if (!json_is_object(json))
        json = json_own(mem, json_pack("{s:O}", "data", json));
    *out = json;
    return true;
}

bool api_input_body(struct req *rq, struct api *api)
{
    if (rq->method != METHOD_GET && rq->method != METHOD_HEAD && !check_content_type(rq))
        return false;
    if (span_trim(rq->body).len == 0)
        return true;
    return api_input_parse(rq->cx.mem, &rq->cx.err, rq->body, &api->body);
}

/* --- shapes --- */

static const char *pointer_of(const struct api_object *in, const char *name)
{
    struct str s = str_new(in->cx->mem);

    str_room(&s, strlen(in->at) + strlen(name) + 2);
    str_add(&s, in->at);
    str_char(&s, '/');
    str_add(&s, name);
    return s.p;
}

bool api_input_refuse(const struct api_object *in, const char *name, const struct err_kind *kind)
{
    const char *at = *name != '\0' ? pointer_of(in, name) : in->at;

    return err_set_at(&in->cx->err, kind, at, "%s", at);
}

/* The member's value; NULL where it is absent, or null where that means the same. *ok is false when
 * it has to be there. */
static const json_t *member(const struct api_object *in, const char *name, unsigned flags, bool *ok)
{
    const json_t *value = json_object_get(in->json, name);

    if (json_is_null(value) && (flags & API_NULLABLE) == 0) {
        if ((flags & API_REQUIRED) != 0) {
            *ok = api_input_refuse(in, name, &ERR_API_TYPE);
            return NULL;
        }
        value = NULL;
    }
    *ok = value != NULL || (flags & API_REQUIRED) == 0 ||
          api_input_refuse(in, name, &ERR_API_MISSING);
    return value;
}

bool api_input_object(const struct api_object *in, const char *name, unsigned flags,
                      struct api_object *out)
{
    bool ok;
    const json_t *value = member(in, name, flags, &ok);

    if (!ok)
        return false;
    if (value != NULL && !json_is_object(value))
        return api_input_refuse(in, name, &ERR_API_TYPE);
    *out = (struct api_object){in->cx, value, pointer_of(in, name)};
    return true;
}

bool api_input_text(const struct api_object *in, const char *name, unsigned flags, const char **out)
{
    bool ok;
    const json_t *value = member(in, name, flags, &ok);

    if (!ok || value == NULL)
        return ok;
    if (json_is_null(value)) {
        *out = NULL;
        return true;
    }
    if (!json_is_string(value))
        return api_input_refuse(in, name, &ERR_API_TYPE);
    if ((flags & API_BLANK) == 0 && span_trim(span_of(json_string_value(value))).len == 0)
        return api_input_refuse(in, name, &ERR_API_BLANK);
    *out = json_string_value(value);
    return true;
}

bool api_input_i64(const struct api_object *in, const char *name, unsigned flags, int64_t *out)
{
    bool ok;
    const json_t *value = member(in, name, flags, &ok);

    if (!ok || value == NULL || json_is_null(value))
        return ok;
    if (!json_is_integer(value))
        return api_input_refuse(in, name, &ERR_API_TYPE);
    *out = json_integer_value(value);
    return true;
}

bool api_input_id(const struct api_object *in, const char *name, unsigned flags, struct id *out)
{
    const char *text = NULL;

    if (!api_input_text(in, name, flags, &text))
        return false;
    return text == NULL || id_parse(text, out) || api_input_refuse(in, name, &ERR_API_TYPE);
}

bool api_input_bool(const struct api_object *in, const char *name, unsigned flags, bool *out)
{
    bool ok;
    const json_t *value = member(in, name, flags, &ok);

    if (!ok || value == NULL || json_is_null(value))
        return ok;
    if (!json_is_boolean(value))
        return api_input_refuse(in, name, &ERR_API_TYPE);
    *out = json_is_true(value);
    return true;
}

bool api_input_time(const struct api_object *in, const char *name, unsigned flags, int64_t *out)
{
    const char *text = "";

    if (!api_input_text(in, name, flags, &text))
        return false;
    if (text == NULL)
        *out = 0;
    return text == NULL || *text == '\0' || clock_parse_iso(text, out) ||
           api_input_refuse(in, name, &ERR_API_TYPE);
}

bool api_input_has(const struct api_object *in, const char *name)
{
    return json_object_get(in->json, name) != NULL;
}

/* "policy" of "policies", "process" of "processes", "license" of "licenses". */
static bool is_singular(struct span given, const char *type)
{
    size_t len = strlen(type);

    if (len > 3 && strcmp(type + len - 3, "ies") == 0)
        return given.len == len - 2 && given.p[len - 3] == 'y' &&
               strncmp(given.p, type, len - 3) == 0;
    len -= len > 4 && strcmp(type + len - 4, "sses") == 0 ? 2 : 1;
    return given.len == len && strncmp(given.p, type, len) == 0;
}

bool api_input_type(const struct api_object *in, const char *type)
{
    const char *given = NULL;

    if (!api_input_text(in, "type", API_REQUIRED, &given))
        return false;
    return strcmp(given, type) == 0 || is_singular(span_of(given), type) ||
           api_input_refuse(in, "type", &ERR_API_CHOICE);
}

static bool read_link(const struct api_object *link, const char *type, struct id *out)
{
    static const char *const LINK[] = {"type", "id", NULL};

    return api_input_known(link, LINK) && api_input_type(link, type) &&
           api_input_id(link, "id", API_REQUIRED, out);
}

bool api_input_linkage(const struct api_object *in, const char *type, unsigned flags,
                       struct id *out)
{
    static const char *const RELATION[] = {"data", NULL};
    struct api_object data;

    if (!api_input_known(in, RELATION))
        return false;
    if ((flags & API_NULLABLE) != 0 && json_is_null(json_object_get(in->json, "data"))) {
        *out = (struct id){0};
        return true;
    }
    return api_input_object(in, "data", API_REQUIRED, &data) && read_link(&data, type, out);
}

bool api_input_relation(const struct api_object *in, const char *name, const char *type,
                        unsigned flags, struct id *out)
{
    struct api_object relation;

    if (!api_input_object(in, name, flags & API_REQUIRED, &relation))
        return false;
    return relation.json == NULL || api_input_linkage(&relation, type, flags, out);
}

bool api_input_links(const struct api_object *in, const char *type, struct id **out, size_t *count)
{
    static const char *const TOP[] = {"data", NULL};
    const json_t *array = json_object_get(in->json, "data");
    const json_t *item;
    size_t i;

    if (!api_input_known(in, TOP))
        return false;
    if (!json_is_array(array))
        return api_input_refuse(in, "data", array == NULL ? &ERR_API_MISSING : &ERR_API_TYPE);
    *count = json_array_size(array);
    if (*count < 1 || *count > API_LINKS_MAX)
        return api_input_refuse(in, "data", &ERR_API_LENGTH);
    *out = arena_array(in->cx->mem, struct id, *count);
    json_array_foreach (array, i, item) {
        struct api_object link = {in->cx, item,
                                  arena_printf(in->cx->mem, "%s/data/%zu", in->at, i)};

        if (!json_is_object(item))
            return api_input_refuse(&link, "", &ERR_API_TYPE);
        if (!read_link(&link, type, &(*out)[i]))
            return false;
    }
    return true;
}

bool api_input_known(const struct api_object *in, const char *const *names)
{
    const char *key;
    json_t *value;

    if (in->json == NULL)
        return true;
    json_object_foreach ((json_t *)(uintptr_t)in->json, key, value) {
        size_t i = 0;

        while (names[i] != NULL && strcmp(names[i], key) != 0)
            i++;
        if (names[i] == NULL)
            return api_input_refuse(in, key, &ERR_API_UNKNOWN);
    }
    return true;
}

/* --- metadata --- */

static const char *join(const struct api_object *in, const char *at, const char *key)
{
    return arena_printf(in->cx->mem, "%s/%s", at, key);
}

/* Counts keys on the way; NULL when all is well, else the pointer to what lies too deep. */
static const char *too_deep(const struct api_object *in, const json_t *json, const char *at,
                            int depth, size_t *keys)
{
    const char *key;
    json_t *value;
    size_t i;
    const char *found = NULL;

    if (depth > METADATA_DEPTH)
        return at;
    json_object_foreach ((json_t *)(uintptr_t)json, key, value) {
        (*keys)++;
        if (found == NULL && (json_is_object(value) || json_is_array(value)))
            found = too_deep(in, value, join(in, at, key), depth + 1, keys);
    }
    json_array_foreach (json, i, value)
        if (found == NULL && (json_is_object(value) || json_is_array(value)))
            found =
                too_deep(in, value, arena_printf(in->cx->mem, "%s/%zu", at, i), depth + 1, keys);
    return found;
}

bool api_input_metadata(const struct api_object *in, const char **out)
{
    struct api_object metadata;
    const char *deep;
    const char *text;
    size_t keys = 0;

    if (!api_input_object(in, "metadata", 0, &metadata))
        return false;
    if (metadata.json == NULL)
        return true;
    deep = too_deep(&metadata, metadata.json, metadata.at, 0, &keys);
    if (deep != NULL)
        return err_set_at(&in->cx->err, &ERR_API_DEEP, deep, "metadata");
    text = json_write(in->cx->mem, metadata.json);
    if (keys > METADATA_KEYS_MAX || strlen(text) > METADATA_BYTES_MAX)
        return err_set_at(&in->cx->err, &ERR_METADATA_LONG, metadata.at, "%zu keys", keys);
    *out = text;
    return true;
}
