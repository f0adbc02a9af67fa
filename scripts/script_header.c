#include "scripts/script_header.h"

#include <string.h>

const struct err_kind ERR_SCRIPT_HEADER = {ERR_CLASS_INVALID, "SCRIPT_HEADER",
                                           "The rule's header is not right: see its field \"{}\"."};

static const char *const PHASE_NAMES[] = {
    [SCRIPT_CHECK] = "check",
    [SCRIPT_AFTER] = "after",
};
_Static_assert(COUNT(PHASE_NAMES) == SCRIPT_PHASE_COUNT, "name every phase");

static const char *const FIELDS[] = {"id",       "title", "api",    "on",       "phase",
                                     "priority", "when",  "grants", "on_error", "tests"};

enum { PRIORITY_MIN = 0, PRIORITY_MAX = 1000000, PRIORITY_DEFAULT = 100 };

const char *script_header_phase_name(enum script_phase phase)
{
    return PHASE_NAMES[phase];
}

static bool fault(struct err *err, const char *field, const char *why)
{
    err_set(err, &ERR_SCRIPT_HEADER, "%s: %s", field, why);
    err_arg(err, field);
    return false;
}

static bool name_is_known(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0)
            return true;
    }
    return false;
}

static bool list_has(const json_t *list, const char *name)
{
    json_t *item;
    size_t i;

    json_array_foreach (list, i, item) {
        if (json_is_string(item) && strcmp(json_string_value(item), name) == 0)
            return true;
    }
    return false;
}

static bool read_name(struct err *err, const json_t *json, struct script_header *out)
{
    out->name = json_get_text(json, "id", "");
    if (out->name[0] == '\0' || strlen(out->name) > SCRIPT_NAME_MAX)
        return fault(err, "id", "a text of 1 to 64 characters is wanted");
    if (out->name[strspn(out->name, "abcdefghijklmnopqrstuvwxyz0123456789_")] != '\0')
        return fault(err, "id", "only small letters, digits and underscores are allowed");
    return true;
}

/* A text, or one for each language: { en = "...", zh = "..." }. */
static bool read_title(struct err *err, const json_t *json, struct script_header *out)
{
    const char *key;
    json_t *text;

    out->title = json_object_get(json, "title");
    if (json_is_string(out->title)) {
        size_t len = json_string_length(out->title);
        return (len > 0 && len <= SCRIPT_TITLE_MAX) || fault(err, "title", "too short or too long");
    }
    if (json_get_text(out->title, "en", NULL) == NULL)
        return fault(err, "title",
                     "a text is wanted, or one for each language with `en` among them");
    json_object_foreach (json_object_get(json, "title"), key, text) {
        if (!json_is_string(text) || json_string_length(text) == 0 ||
            json_string_length(text) > SCRIPT_TITLE_MAX)
            return fault(err, "title", "too short or too long");
    }
    return true;
}

static bool read_events(struct err *err, const json_t *json, const struct script_offer *offer,
                        struct script_header *out)
{
    const json_t *list = json_object_get(json, "on");
    json_t *name;
    size_t i;

    if (!json_is_array(list) || json_array_size(list) == 0 ||
        json_array_size(list) > SCRIPT_EVENTS_MAX)
        return fault(err, "on", "a list of 1 to 16 events is wanted");
    json_array_foreach (list, i, name) {
        if (!json_is_string(name) || !list_has(offer->events, json_string_value(name)) ||
            !event_parse(json_string_value(name), &out->events[i]))
            return fault(err, "on", "there is no such event for rules");
        for (size_t k = 0; k < i; k++) {
            if (out->events[k] == out->events[i])
                return fault(err, "on", "an event is named twice");
        }
    }
    out->event_count = json_array_size(list);
    return true;
}

static bool read_phase(struct err *err, const json_t *json, struct script_header *out)
{
    const char *name = json_get_text(json, "phase", "after");

    for (size_t i = 0; i < COUNT(PHASE_NAMES); i++) {
        if (strcmp(PHASE_NAMES[i], name) == 0) {
            out->phase = (enum script_phase)i;
            return true;
        }
    }
    return fault(err, "phase", "\"check\" or \"after\" is wanted");
}

static bool read_when(struct err *err, const json_t *json, struct script_header *out)
{
    const char *key;
    json_t *test, *item;
    size_t i;

    out->when = json_object_get(json, "when");
    if (out->when == NULL || (json_is_array(out->when) && json_array_size(out->when) == 0)) {
        out->when = NULL;
        return true;
    }
    if (!json_is_object(out->when))
        return fault(err, "when", "a table of fields and their values is wanted");
    json_object_foreach (json_object_get(json, "when"), key, test) {
        if (json_is_object(test))
            return fault(err, "when", "a field's test is a value or a list of values");
        json_array_foreach (test, i, item) {
            if (json_is_object(item) || json_is_array(item))
                return fault(err, "when", "a field's test is a value or a list of values");
        }
    }
    return true;
}

static bool read_grants(struct err *err, const json_t *json, const struct script_offer *offer,
                        struct script_header *out)
{
    json_t *name;
    size_t i;

    out->grants = json_object_get(json, "grants");
    if (out->grants != NULL && !json_is_array(out->grants))
        return fault(err, "grants", "a list of names is wanted");
    json_array_foreach (out->grants, i, name) {
        if (!json_is_string(name) || !list_has(offer->grants, json_string_value(name)))
            return fault(err, "grants", "there is no such grant");
    }
    return true;
}

static bool read_rest(struct err *err, const json_t *json, struct script_header *out)
{
    json_t *priority = json_object_get(json, "priority");
    const char *on_error = json_get_text(json, "on_error", "review");
    const char *key;
    json_t *value;

    out->priority = PRIORITY_DEFAULT;
    if (priority != NULL) {
        out->priority = json_is_integer(priority) ? json_integer_value(priority) : -1;
        if (out->priority < PRIORITY_MIN || out->priority > PRIORITY_MAX)
            return fault(err, "priority", "a whole number from 0 to 1000000 is wanted");
    }
    if (json_get_i64(json, "api", 0) != SCRIPT_API_LEVEL)
        return fault(err, "api", "this program offers level 1");
    if (strcmp(on_error, "review") != 0 && strcmp(on_error, "continue") != 0)
        return fault(err, "on_error", "\"review\" or \"continue\" is wanted");
    out->tests = json_object_get(json, "tests");
    if (out->tests != NULL &&
        (!json_is_array(out->tests) || json_array_size(out->tests) > SCRIPT_TESTS_MAX))
        return fault(err, "tests", "a list of at most 100 cases is wanted");
    /* jansson's iterator wants a non-const object, though it does not change it */
    json_object_foreach ((json_t *)(uintptr_t)json, key, value) {
        if (!name_is_known(FIELDS, COUNT(FIELDS), key))
            return fault(err, key, "there is no such field");
    }
    return true;
}

bool script_header_read(struct err *err, const json_t *json, const struct script_offer *offer,
                        struct script_header *out)
{
    memset(out, 0, sizeof *out);
    if (!json_is_object(json))
        return fault(err, "id", "the rule's table has no fields");
    return read_name(err, json, out) && read_title(err, json, out) &&
           read_events(err, json, offer, out) && read_phase(err, json, out) &&
           read_when(err, json, out) && read_grants(err, json, offer, out) &&
           read_rest(err, json, out);
}

const char *script_header_title(const json_t *json, const char *language)
{
    const json_t *title = json_object_get(json, "title");
    const char *name = json_get_text(json, "id", "");

    if (json_is_string(title))
        return json_string_value(title);
    return json_get_text(title, language, json_get_text(title, "en", name));
}

/* "organisation.name" one step at a time; NULL where there is nothing. */
static const json_t *reach(const json_t *snapshot, const char *path)
{
    while (snapshot != NULL) {
        const char *dot = strchr(path, '.');

        if (dot == NULL)
            return json_object_get(snapshot, path);
        snapshot = json_object_getn(snapshot, path, (size_t)(dot - path));
        path = dot + 1;
    }
    return NULL;
}

static bool value_fits(const json_t *have, const json_t *want)
{
    json_t *item;
    size_t i;

    if (json_is_array(want)) {
        json_array_foreach (want, i, item) {
            if (value_fits(have, item))
                return true;
        }
        return false;
    }
    if (json_is_array(have)) {
        json_array_foreach (have, i, item) {
            if (value_fits(item, want))
                return true;
        }
        return false;
    }
    if (have == NULL) /* what is absent is false, as in Lua */
        return json_is_false(want);
    return json_equal(have, want);
}

bool script_header_when(const json_t *when, const json_t *snapshot, const char **field)
{
    const char *key;
    json_t *want;

    json_object_foreach ((json_t *)(uintptr_t)when, key, want) {
        if (!value_fits(reach(snapshot, key), want)) {
            *field = key;
            return false;
        }
    }
    return true;
}
