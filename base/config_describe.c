/* The settings as people read them, from the table of base/config.c. */
#include "base/config.h"

#include <string.h>

static const char *config_value(struct arena *mem, const struct config *config,
                                const struct config_key *key)
{
    const char *place = (const char *)config + key->offset;
    const char *text;
    int64_t number;
    bool flag;

    switch (key->type) {
    case CONFIG_INT:
        memcpy(&number, place, sizeof number);
        return arena_printf(mem, "%lld", (long long)number);
    case CONFIG_BOOL:
        memcpy(&flag, place, sizeof flag);
        return flag ? "true" : "false";
    case CONFIG_TEXT:
    case CONFIG_CHOICE:
        break;
    }
    memcpy(&text, place, sizeof text);
    return key->is_secret && *text != '\0' ? "(set, not shown)" : text;
}

static const char *config_bounds(struct arena *mem, const struct config_key *key)
{
    struct span rest;
    struct span one;
    struct str s;

    switch (key->type) {
    case CONFIG_INT:
        return arena_printf(mem, "%lld to %lld", (long long)key->min, (long long)key->max);
    case CONFIG_BOOL:
        return "true, false";
    case CONFIG_TEXT:
        return "text";
    case CONFIG_CHOICE:
        break;
    }
    s = str_new(mem);
    rest = span_of(key->choices);
    while (span_cut(&rest, '|', &one)) {
        if (s.len > 0)
            str_add(&s, ", ");
        str_add_n(&s, one.p, one.len);
    }
    return s.p;
}

static void describe_plain(struct str *s, const struct config *config, const struct config_key *key)
{
    str_fmt(s, "%s = %s\n    %s\n    %s; default: %s; environment: %s\n\n", key->name,
            config_value(s->mem, config, key), key->help, config_bounds(s->mem, key),
            *key->otherwise != '\0' ? key->otherwise : "empty", config_variable(s->mem, key));
}

static void describe_markdown(struct str *s, const struct config_key *key)
{
    const char *quote = *key->otherwise != '\0' ? "`" : "";

    str_fmt(s, "| `%s`<br>`%s` | %s | %s%s%s | %s |\n", key->name, config_variable(s->mem, key),
            config_bounds(s->mem, key), quote, *quote != '\0' ? key->otherwise : "empty", quote,
            key->help);
}

static const char MARKDOWN_HEAD[] =
    "# Settings\n"
    "\n"
    "Printed by `gatehouse config --describe --markdown`; a test compares this page with the\n"
    "program. Settings come from the file `gatehouse.conf`, then from the environment, which\n"
    "wins. In the file `portal.listen` is written as\n"
    "\n"
    "```ini\n"
    "[portal]\n"
    "listen = 127.0.0.1:8080\n"
    "```\n"
    "\n"
    "A line that begins with `#` or `;` is a comment. A misspelt name or a value out of bounds\n"
    "stops the program at its start, with every fault on a line of its own.\n"
    "\n"
    "| setting, variable | values | default | meaning |\n"
    "|---|---|---|---|\n";

const char *config_describe(struct arena *mem, const struct config *config, bool markdown)
{
    struct str s = str_new(mem);

    if (markdown)
        str_add(&s, MARKDOWN_HEAD);
    for (size_t i = 0; i < CONFIG_KEY_COUNT; i++) {
        if (markdown)
            describe_markdown(&s, &CONFIG_KEYS[i]);
        else
            describe_plain(&s, config, &CONFIG_KEYS[i]);
    }
    return s.p;
}
