/* Templates: Mustache, compiled once per language; text is escaped unless its key ends in _html. */
#pragma once

#include "base/json.h"
#include "portal/http/lang.h"

struct templates; /* Threads: any; one at a time reloads. */

/* Compiles every *.html below dir (name: its path without .html, "parts/card") for each language of
 * the set.
 *
 * Mustache as specified (interpolation, sections, inverted sections, partials, comments,
 * delimiters), plus:
 * {{#t}}Sign in as {{name}}{{/t}} is text for translation, resolved here: its key is the inner text
 * with each tag as {name} ("Sign in as {name}") and white space as single blanks; the translation
 * may move the tags; plain text (no entities, no elements), escaped at compile time.
 * {{{name}}} and {{&name}} are refused unless the last part of the name ends in _html.
 * {{>name}} a missing partial is an error at load.
 * A section is not drawn for: absent, null, false, 0, "" and []. A part that is a number picks from
 * a list: {{#items.0}} is drawn once when there are any. Names look outwards from the innermost
 * section. Fails with file and line: every fault is logged, err has the first. */
bool template_load(struct err *err, const char *dir, const struct lang_set *langs,
                   struct templates **out) MUST_CHECK;
/* Reads them again; on failure the present ones stay. The earlier ones are kept until
 * template_free, since pages may be drawn with them at this moment. */
bool template_reload(struct err *err, struct templates *templates, const char *dir,
                     const struct lang_set *langs) MUST_CHECK;
void template_free(struct templates *templates);

/* Renders into out. False: no such template. */
bool template_render(const struct templates *templates, const struct lang *lang, const char *name,
                     const json_t *context, struct str *out) MUST_CHECK;

/* One text with its partials (name -> text), by the bare specification: for its test suite and
 * fuzzing. strict_html turns the _html rule on. */
bool template_render_text(struct arena *mem, struct err *err, const char *text, json_t *partials,
                          const json_t *context, bool strict_html, struct str *out) MUST_CHECK;
