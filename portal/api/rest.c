#include "portal/api/rest.h"

#include "base/parse.h"

#include <string.h>
#include <strings.h>

enum { REST_LIMIT_MAX = 200 };

static const struct err_kind ERR_REST_TYPE = {
    ERR_CLASS_MALFORMED, "JSON_NEEDED",
    "The body has to be a JSON object, with Content-Type application/json."};
static const struct err_kind ERR_REST_JSON = {ERR_CLASS_MALFORMED, "BAD_REQUEST",
                                              "The body is not valid JSON ({})."};
static const struct err_kind ERR_REST_MEMBER = {ERR_CLASS_INVALID, "MEMBER_INVALID",
                                                "The member {} cannot be accepted."};
static const struct err_kind ERR_REST_MISSING = {ERR_CLASS_INVALID, "MEMBER_MISSING",
                                                 "The member {} is needed."};
static const struct err_kind ERR_REST_UNKNOWN = {ERR_CLASS_INVALID, "MEMBER_UNKNOWN",
                                                 "The member {} is not known here. These are: {}."};
static const struct err_kind ERR_REST_KEY = {
    ERR_CLASS_MALFORMED, "HEADER_INVALID",
    "The header Idempotency-Key has to be 1 to 64 letters, digits and marks of ASCII without blanks."};
static const struct err_kind ERR_REST_PERSON = {
    ERR_CLASS_DENIED, "PERSON_NEEDED",
    "This is kept in somebody's name: use a token that was made for a person."};
static const struct err_kind ERR_REST_PARAMETER = {ERR_CLASS_MALFORMED, "PARAMETER_INVALID", ""};

/* --- refusing --- */

/* The sentence is filled here: an error holds one word of sixty characters, and lists are longer.
 */
static bool refuse(struct req *rq, const struct err_kind *kind, const char *source,
                   const char *sentence, const char *const args[2])
{
    struct err_kind *told = arena_new(rq->cx.mem, struct err_kind);

    *told = *kind;
    told->text = lang_fill(rq->cx.mem, rq->lang, sentence, args, 2);
    return err_record(&rq->cx.err, told, source, ERR_WHERE, "%.60s", source);
}

static const char *member_source(struct req *rq, const char *name)
{
    return arena_printf(rq->cx.mem, "/%s", name);
}

bool rest_refuse_as(struct req *rq, const char *name, const char *sentence, const char *arg)
{
    return refuse(rq, &ERR_REST_MEMBER, member_source(rq, name), sentence,
                  (const char *const[]){name, arg});
}

bool rest_refuse(struct req *rq, const char *name)
{
    return rest_refuse_as(rq, name, ERR_REST_MEMBER.text, "");
}

bool rest_missing(struct req *rq, const char *name)
{
    return refuse(rq, &ERR_REST_MISSING, member_source(rq, name), ERR_REST_MISSING.text,
                  (const char *const[]){name, ""});
}

bool rest_refuse_parameter(struct req *rq, const char *name, const char *sentence, const char *arg)
{
    return refuse(rq, &ERR_REST_PARAMETER, arena_printf(rq->cx.mem, "?%s", name), sentence,
                  (const char *const[]){name, arg});
}

/* --- bodies --- */

static const char *range_text(struct req *rq, int64_t min, int64_t max)
{
    return arena_printf(rq->cx.mem, "%lld–%lld", (long long)min, (long long)max);
}

static bool refuse_type(struct req *rq, const struct rest_member *m)
{
    static const char *const SENTENCES[] = {
        [REST_TEXT] = T("The member {} has to be a text."),
        [REST_INT] = T("The member {} has to be a whole number of {}."),
        [REST_BOOL] = T("The member {} has to be true or false."),
        [REST_ID] = T("The member {} has to be an id: 36 characters, as the answers have it."),
        [REST_OBJECT] = T("The member {} has to be an object."),
        [REST_LIST] = T("The member {} has to be a list."),
        [REST_VALUE] = "", /* is never refused here */
    };

    return rest_refuse_as(rq, m->name, SENTENCES[m->type], range_text(rq, m->min, m->max));
}

static bool read_member(struct req *rq, const struct rest_member *m, const json_t *value,
                        void *into)
{
    void *at = (char *)into + m->offset;
    json_int_t number = json_integer_value(value);

    switch (m->type) {
    case REST_TEXT:
        if (!json_is_string(value))
            break;
        *(const char **)at = json_string_value(value);
        return true;
    case REST_INT:
        if (!json_is_integer(value) || number < m->min || number > m->max)
            break;
        *(int64_t *)at = number;
        return true;
    case REST_BOOL:
        if (!json_is_boolean(value))
            break;
        *(bool *)at = json_is_true(value);
        return true;
    case REST_ID:
        if (!json_is_string(value) || !id_parse(json_string_value(value), (struct id *)at))
            break;
        return true;
    case REST_OBJECT:
        if (!json_is_object(value))
            break;
        *(const json_t **)at = value;
        return true;
    case REST_LIST:
        if (!json_is_array(value))
            break;
        *(const json_t **)at = value;
        return true;
    case REST_VALUE:
        *(const json_t **)at = value;
        return true;
    }
    return refuse_type(rq, m);
}

static bool refuse_unknown(struct req *rq, const struct rest_member *members, size_t count,
                           const char *name)
{
    struct str known = str_new(rq->cx.mem);

    for (size_t i = 0; i < count; i++)
        str_fmt(&known, "%s%s", i > 0 ? ", " : "", members[i].name);
    return refuse(rq, &ERR_REST_UNKNOWN, member_source(rq, name), ERR_REST_UNKNOWN.text,
                  (const char *const[]){name, known.p});
}

static bool is_known(const struct rest_member *members, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(members[i].name, name) == 0)
            return true;
    return false;
}

static bool read_object(struct req *rq, json_t **out)
{
    struct err why = {0};

    if (strncasecmp(rq->body_type, "application/json", 16) != 0)
        return err_set(&rq->cx.err, &ERR_REST_TYPE, "a body of type %.60s", rq->body_type);
    if (!json_read(rq->cx.mem, &why, rq->body.p == NULL ? "" : rq->body.p, rq->body.len, out)) {
        err_set(&rq->cx.err, &ERR_REST_JSON, "%s", why.oper);
        err_arg(&rq->cx.err, strncmp(why.oper, "JSON, ", 6) == 0 ? why.oper + 6 : why.oper);
        return false;
    }
    return json_is_object(*out) ? true : err_set(&rq->cx.err, &ERR_REST_TYPE, "no object");
}

bool rest_read(struct req *rq, const struct rest_member *members, size_t count, void *into,
               uint64_t *given)
{
    json_t *body, *value;
    const char *name;
    uint64_t seen = 0;

    if (!read_object(rq, &body))
        return false;
    json_object_foreach (body, name, value)
        if (!is_known(members, count, name))
            return refuse_unknown(rq, members, count, name);
    for (size_t i = 0; i < count; i++) {
        value = json_object_get(body, members[i].name);
        if (value != NULL)
            seen |= UINT64_C(1) << i;
        if (value == NULL || json_is_null(value)) {
            if (members[i].is_required)
                return rest_missing(rq, members[i].name);
            continue;
        }
        if (!read_member(rq, &members[i], value, into))
            return false;
    }
    if (given != NULL)
        *given = seen;
    return true;
}

static const char *joined(struct req *rq, const char *const *words)
{
    struct str out = str_new(rq->cx.mem);

    for (size_t i = 0; words[i] != NULL; i++)
        str_fmt(&out, "%s%s", i > 0 ? ", " : "", words[i]);
    return out.p;
}

static bool is_word(const char *const *words, const char *text)
{
    for (size_t i = 0; words[i] != NULL; i++)
        if (strcmp(words[i], text) == 0)
            return true;
    return false;
}

bool rest_word(struct req *rq, const char *name, const char *text, const char *const *words)
{
    return text == NULL || is_word(words, text) ||
           rest_refuse_as(rq, name, T("The member {} has to be one of: {}."), joined(rq, words));
}

bool rest_ids(struct req *rq, const char *name, const json_t *list, size_t max, struct id **out,
              size_t *count)
{
    const size_t n = json_array_size(list);
    struct id *ids = arena_array(rq->cx.mem, struct id, n + 1);

    for (size_t i = 0; i < n; i++) {
        const char *text = json_string_value(json_array_get(list, i));

        if (n > max || text == NULL || !id_parse(text, &ids[i]))
            return rest_refuse_as(rq, name, T("The member {} has to be a list of at most {} ids."),
                                  arena_printf(rq->cx.mem, "%zu", max));
    }
    *out = ids;
    *count = n;
    return true;
}

bool rest_path_id(struct req *rq, size_t arg, struct id *out)
{
    return id_parse(rq->args[arg], out) ||
           err_set(&rq->cx.err, &ERR_NOT_FOUND, "no id %.60s", rq->args[arg]);
}

/* --- parameters --- */

bool rest_refuse_cursor(struct req *rq)
{
    return rest_refuse_parameter(
        rq, "after", T("The parameter {} has to be what the page before gave as next."), "");
}

bool rest_limit(struct req *rq, unsigned *out)
{
    const char *text = req_query(rq, "limit");
    int64_t value = 0;

    if (text != NULL && !parse_i64(text, 1, REST_LIMIT_MAX, &value))
        return rest_refuse_parameter(rq, "limit",
                                     T("The parameter {} has to be a whole number of {}."),
                                     range_text(rq, 1, REST_LIMIT_MAX));
    *out = (unsigned)value;
    return true;
}

bool rest_id(struct req *rq, const char *name, struct id *out)
{
    const char *text = req_query(rq, name);

    *out = (struct id){{0}};
    if (text == NULL || id_parse(text, out))
        return true;
    if (strcmp(name, "after") == 0)
        return rest_refuse_cursor(rq);
    return rest_refuse_parameter(
        rq, name, T("The parameter {} has to be an id: 36 characters, as the answers have it."),
        "");
}

bool rest_choice(struct req *rq, const char *name, const char *const *words, const char **out)
{
    *out = req_query(rq, name);
    return *out == NULL || is_word(words, *out) ||
           rest_refuse_parameter(rq, name, T("The parameter {} has to be one of: {}."),
                                 joined(rq, words));
}

bool rest_key(struct req *rq, const char **out)
{
    const char *text = req_header(rq, "Idempotency-Key");
    size_t len = text == NULL ? 1 : strlen(text);

    if (len == 0 || len > REST_KEY_MAX)
        return err_set_at(&rq->cx.err, &ERR_REST_KEY, ":Idempotency-Key", "%zu bytes", len);
    for (size_t i = 0; text != NULL && i < len; i++)
        if (text[i] <= ' ' || text[i] >= 0x7f)
            return err_set_at(&rq->cx.err, &ERR_REST_KEY, ":Idempotency-Key", "byte %zu", i);
    *out = text;
    return true;
}

bool rest_person(struct req *rq)
{
    return !id_is_zero(rq->cx.viewer.person_id) ||
           err_set(&rq->cx.err, &ERR_REST_PERSON, "a token without a person");
}

/* --- answers --- */

bool rest_answer(struct req *rq, int status, json_t *data)
{
    return reply_json(rq, status, json_own(rq->cx.mem, json_pack("{s:o}", "data", data)));
}

bool rest_answer_list(struct req *rq, json_t *data, const char *next)
{
    return reply_json(rq, 200,
                      json_own(rq->cx.mem, json_pack("{s:o,s:s?}", "data", data, "next", next)));
}

json_t *rest_time(int64_t us)
{
    char iso[CLOCK_ISO_SIZE];

    if (us == 0)
        return json_null();
    clock_iso(us, iso);
    return json_string(iso);
}

json_t *rest_id_json(struct req *rq, struct id id)
{
    return id_is_zero(id) ? json_null() : json_string(id_text(rq->cx.mem, id));
}

json_t *rest_money(struct money m)
{
    return json_pack("{s:I,s:s}", "minor", (json_int_t)m.minor, "currency", m.currency);
}
