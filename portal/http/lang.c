/* Languages: the catalogues of www/lang, merged into one table each. */
#include "portal/http/lang.h"

#include "base/json.h"

#include <assert.h>
#include <dirent.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

enum { LANG_MAX = 32, LANG_CODE_MAX = 15 };

struct lang {
    const char *code;
    const char *html;
    const char *own_name;
    _Atomic(json_t *) texts; /* English -> translation; NULL for English itself */
};

struct lang_set {
    struct arena *mem;
    struct lang items[LANG_MAX];
    size_t count;
    struct lang_set *newer; /* what was read later: its texts are in use here too */
};

/* What a page calls a language in that language itself, and its tag in the page's lang attribute.
 */
static const struct {
    const char *code, *html, *own_name;
} NAMES[] = {
    {"en", "en", "English"},   {"zh", "zh-CN", "简体中文"},    {"de", "de", "Deutsch"},
    {"es", "es", "Español"},   {"fr", "fr", "Français"},       {"it", "it", "Italiano"},
    {"ja", "ja", "日本語"},    {"ko", "ko", "한국어"},         {"nl", "nl", "Nederlands"},
    {"pt", "pt", "Português"}, {"zh-tw", "zh-TW", "繁體中文"},
};

static void add_lang(struct lang_set *set, const char *code)
{
    struct lang *lang = &set->items[set->count++];

    lang->code = lang->html = lang->own_name = arena_dup(set->mem, code);
    for (size_t i = 0; i < COUNT(NAMES); i++) {
        if (strcasecmp(NAMES[i].code, code) == 0) {
            lang->html = NAMES[i].html;
            lang->own_name = NAMES[i].own_name;
        }
    }
}

/* --- loading --- */

static bool merge(struct err *err, struct lang *lang, const char *path, json_t *file)
{
    const char *english;
    json_t *text;

    if (!json_is_object(file))
        return err_set(err, &ERR_INVALID, "%s is not an object of texts", path);
    json_object_foreach (file, english, text) {
        const json_t *other = json_object_get(lang->texts, english);

        if (!json_is_string(text))
            return err_set(err, &ERR_INVALID, "%s: \"%s\" has no text", path, english);
        if (other != NULL && !json_equal(other, text))
            return err_set(err, &ERR_INVALID, "%s: \"%s\" is %s in another file", path, english,
                           json_string_value(other));
        json_object_set(lang->texts, english, text);
    }
    return true;
}

static bool load_file(struct err *err, struct lang *lang, const char *path)
{
    json_error_t where;
    json_t *file = json_load_file(path, JSON_REJECT_DUPLICATES, &where);
    bool ok;

    if (file == NULL)
        return err_set(err, &ERR_INVALID, "%s:%d: %s", path, where.line, where.text);
    ok = merge(err, lang, path, file);
    json_decref(file);
    return ok;
}

static bool is_catalogue(const char *name)
{
    size_t len = strlen(name);

    return name[0] != '.' && len > 5 && strcmp(name + len - 5, ".json") == 0;
}

static bool load_lang(struct lang_set *set, struct err *err, struct lang *lang, const char *dir)
{
    DIR *d = opendir(dir);
    struct dirent *entry;
    bool ok = true;

    if (d == NULL)
        return err_set(err, &ERR_INTERNAL, "the folder %s cannot be read", dir);
    lang->texts = json_own(set->mem, json_object());
    while (ok && (entry = readdir(d)) != NULL)
        if (is_catalogue(entry->d_name))
            ok = load_file(err, lang, arena_printf(set->mem, "%s/%s", dir, entry->d_name));
    closedir(d);
    return ok;
}

static int by_code(const void *a, const void *b)
{
    return strcmp(((const struct lang *)a)->code, ((const struct lang *)b)->code);
}

static bool load_all(struct lang_set *set, struct err *err, const char *dir)
{
    DIR *d = opendir(dir);
    struct dirent *entry;
    bool ok = true;

    if (d == NULL)
        return err_set(err, &ERR_INTERNAL, "the folder %s cannot be read", dir);
    while (ok && (entry = readdir(d)) != NULL) {
        const char *path = arena_printf(set->mem, "%s/%s", dir, entry->d_name);
        struct stat st;

        if (entry->d_name[0] == '.' || strlen(entry->d_name) > LANG_CODE_MAX ||
            set->count == LANG_MAX || stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
            continue;
        add_lang(set, entry->d_name);
        ok = load_lang(set, err, &set->items[set->count - 1], path);
    }
    closedir(d);
    qsort(set->items + 1, set->count - 1, sizeof(set->items[0]), by_code);
    return ok;
}

bool lang_load(struct err *err, const char *www_dir, struct lang_set **out)
{
    struct arena *mem = arena_make(64 * 1024);
    struct lang_set *set = arena_new(mem, struct lang_set);

    assert(err->kind == NULL);
    set->mem = mem;
    add_lang(set, "en");
    if (!load_all(set, err, arena_printf(mem, "%s/lang", www_dir))) {
        arena_free(mem);
        return false;
    }
    *out = set;
    return true;
}

bool lang_reload(struct err *err, struct lang_set *set, const char *www_dir)
{
    struct lang_set *newer;

    if (!lang_load(err, www_dir, &newer))
        return false;
    for (size_t i = 0; i < set->count; i++)
        for (size_t k = 0; k < newer->count; k++)
            if (strcmp(set->items[i].code, newer->items[k].code) == 0)
                atomic_store(&set->items[i].texts, atomic_load(&newer->items[k].texts));
    newer->newer = set->newer;
    set->newer = newer;
    return true;
}

void lang_free(struct lang_set *set)
{
    while (set != NULL) {
        struct lang_set *newer = set->newer;

        arena_free(set->mem);
        set = newer;
    }
}

/* --- choosing --- */

/* The whole tag, else its first part ("zh-CN" finds "zh"); NULL if neither is here. */
static const struct lang *match(const struct lang_set *set, struct span code)
{
    size_t head = 0;

    for (size_t i = 0; i < set->count; i++)
        if (span_equal_nocase(code, set->items[i].code) ||
            span_equal_nocase(code, set->items[i].html))
            return &set->items[i];
    while (head < code.len && code.p[head] != '-' && code.p[head] != '_')
        head++;
    for (size_t i = 0; i < set->count && head < code.len; i++)
        if (span_equal_nocase((struct span){code.p, head}, set->items[i].code))
            return &set->items[i];
    return NULL;
}

const struct lang *lang_find(const struct lang_set *set, const char *code)
{
    const struct lang *lang = code == NULL ? NULL : match(set, span_of(code));

    return lang == NULL ? &set->items[0] : lang;
}

/* ";q=0.8" in thousandths; 1000 where there is none. */
static int weight_of(struct span parameters)
{
    struct span part;
    int weight, digit = 100;

    while (span_cut(&parameters, ';', &part)) {
        part = span_trim(part);
        if (part.len < 3 || (part.p[0] != 'q' && part.p[0] != 'Q') || part.p[1] != '=')
            continue;
        weight = part.p[2] == '1' ? 1000 : 0;
        for (size_t i = 4; i < part.len && i < 7 && weight < 1000; i++, digit /= 10)
            if (part.p[i] >= '0' && part.p[i] <= '9')
                weight += (part.p[i] - '0') * digit;
        return weight;
    }
    return 1000;
}

const struct lang *lang_accept(const struct lang_set *set, const char *accept_language)
{
    struct span rest = span_of(accept_language == NULL ? "" : accept_language), item, tag;
    const struct lang *best = NULL;
    int best_weight = 0;

    while (span_cut(&rest, ',', &item)) {
        const struct lang *lang;
        int weight;

        if (!span_cut(&item, ';', &tag))
            continue;
        lang = match(set, span_trim(tag));
        weight = weight_of(item);
        if (lang != NULL && weight > best_weight) {
            best = lang;
            best_weight = weight;
        }
    }
    return best;
}

const char *lang_code(const struct lang *lang)
{
    return lang->code;
}

const char *lang_html(const struct lang *lang)
{
    return lang->html;
}

const char *lang_own_name(const struct lang *lang)
{
    return lang->own_name;
}

size_t lang_count(const struct lang_set *set)
{
    return set->count;
}

bool lang_is_offered(const struct lang *lang, const char *offered)
{
    struct span rest = span_of(offered == NULL ? "" : offered), code;

    if (rest.len == 0)
        return true;
    while (span_cut(&rest, ',', &code))
        if (span_equal(code, lang_code(lang)))
            return true;
    return false;
}

const struct lang *lang_at(const struct lang_set *set, size_t index)
{
    assert(index < set->count);
    return &set->items[index];
}

/* --- texts --- */

const char *lang_text(const struct lang *lang, const char *english)
{
    const json_t *text = json_object_get(lang->texts, english); /* NULL of NULL */

    return text == NULL ? english : json_string_value(text);
}

const char *lang_fill(struct arena *mem, const struct lang *lang, const char *english,
                      const char *const *args, size_t count)
{
    const char *at = lang_text(lang, english), *hole;
    struct str s = str_new(mem);

    for (size_t i = 0; i < count && (hole = strstr(at, "{}")) != NULL; i++) {
        str_add_n(&s, at, (size_t)(hole - at));
        str_add(&s, args[i] == NULL ? "" : args[i]);
        at = hole + 2;
    }
    str_add(&s, at);
    return s.p;
}
