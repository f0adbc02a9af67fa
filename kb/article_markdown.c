#include "kb/article_markdown.h"

#include "base/utf8.h"

#include <cmark.h>

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

const struct err_kind ERR_ARTICLE_MARKDOWN = {
    ERR_CLASS_INVALID, "MARKDOWN_INVALID",
    "This text cannot be shown: it is longer than 64 KiB, nested too deeply, or not UTF-8."};

enum { HEADING_LOWEST = 6, TAG_SIZE = 40 };

/* How many container markers a line begins with: cmark is quadratic in their depth. */
static unsigned marker_depth(const char *line)
{
    unsigned depth = 0;

    for (const char *p = line; *p != '\0' && *p != '\n'; p++) {
        if (strchr(">-*+", *p) != NULL) {
            depth++;
        } else if (isdigit((unsigned char)*p)) {
            while (isdigit((unsigned char)*p))
                p++;
            if (*p != '.' && *p != ')')
                break;
            depth++;
        } else if (*p != ' ' && *p != '\t') {
            break;
        }
    }
    return depth;
}

/* A thematic break or a setext underline is one marker repeated: no container, but as long as it
 * likes. */
static bool is_rule_line(const char *line)
{
    char mark = '\0';

    for (const char *p = line; *p != '\0' && *p != '\n' && *p != '\r'; p++) {
        if (*p == ' ' || *p == '\t')
            continue;
        if (strchr("-*_", *p) == NULL || (mark != '\0' && mark != *p))
            return false;
        mark = *p;
    }
    return mark != '\0' && strchr(line, ' ') == NULL;
}

static bool check(struct err *err, const char *markdown, size_t len)
{
    if (len > ARTICLE_MARKDOWN_MAX)
        return err_set_at(err, &ERR_ARTICLE_MARKDOWN, "markdown", "%zu bytes", len);
    if (!utf8_valid(markdown, len))
        return err_set_at(err, &ERR_ARTICLE_MARKDOWN, "markdown", "not UTF-8");
    for (const char *line = markdown; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (marker_depth(line) > ARTICLE_MARKDOWN_DEPTH && !is_rule_line(line))
            return err_set_at(err, &ERR_ARTICLE_MARKDOWN, "markdown", "nested deeper than %d",
                              ARTICLE_MARKDOWN_DEPTH);
    }
    return true;
}

/* The plain text of a heading. */
static void text_of(cmark_node *heading, struct str *out)
{
    cmark_iter *iter = cmark_iter_new(heading);
    cmark_event_type event;

    while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
        cmark_node *node = cmark_iter_get_node(iter);
        cmark_node_type type = cmark_node_get_type(node);

        if (event == CMARK_EVENT_ENTER && (type == CMARK_NODE_TEXT || type == CMARK_NODE_CODE))
            str_add(out, cmark_node_get_literal(node));
    }
    cmark_iter_free(iter);
}

/* Replaces a heading by one a level lower, with an id when it is a section of the page. */
static void lower_heading(struct arena *mem, cmark_node *heading, json_t *contents)
{
    int level = cmark_node_get_heading_level(heading);
    cmark_node *block = cmark_node_new(CMARK_NODE_CUSTOM_BLOCK);
    struct str title = str_new(mem);
    cmark_node *child;
    char open[TAG_SIZE];
    char close[TAG_SIZE];

    level = level < HEADING_LOWEST ? level + 1 : HEADING_LOWEST;
    if (level <= 3) {
        size_t n = json_array_size(contents) + 1;
        const char *id = arena_printf(mem, "s%zu", n);

        text_of(heading, &title);
        json_array_append_new(contents, json_pack("{s:s,s:s}", "id", id, "text", title.p));
        snprintf(open, sizeof open, "<h%d id=\"%s\">", level, id);
    } else {
        snprintf(open, sizeof open, "<h%d>", level);
    }
    snprintf(close, sizeof close, "</h%d>", level);
    cmark_node_set_on_enter(block, open);
    cmark_node_set_on_exit(block, close);
    while ((child = cmark_node_first_child(heading)) != NULL)
        cmark_node_append_child(block, child);
    cmark_node_replace(heading, block);
    cmark_node_free(heading);
}

/* A heading within a quotation or a list is no section of the page: it only moves down. */
static void lower_inner_headings(cmark_node *document)
{
    cmark_iter *iter = cmark_iter_new(document);
    cmark_event_type event;

    while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
        cmark_node *node = cmark_iter_get_node(iter);
        int level = cmark_node_get_heading_level(node); /* 0: another kind */

        if (event == CMARK_EVENT_ENTER && level > 0 && level < HEADING_LOWEST &&
            cmark_node_parent(node) != document)
            cmark_node_set_heading_level(node, level + 1);
    }
    cmark_iter_free(iter);
}

static void lower_headings(struct arena *mem, cmark_node *document, json_t *contents)
{
    cmark_node *next;

    lower_inner_headings(document);
    for (cmark_node *node = cmark_node_first_child(document); node != NULL; node = next) {
        next = cmark_node_next(node);
        if (cmark_node_get_type(node) == CMARK_NODE_HEADING)
            lower_heading(mem, node, contents);
    }
}

bool article_markdown_html(struct arena *mem, struct err *err, const char *markdown,
                           const char **html, json_t **contents)
{
    size_t len = strlen(markdown);
    json_t *sections;
    cmark_node *document;
    char *text;

    if (!check(err, markdown, len))
        return false;
    sections = json_own(mem, json_array());
    document = cmark_parse_document(markdown, len, CMARK_OPT_VALIDATE_UTF8);
    lower_headings(mem, document, sections);
    text = cmark_render_html(document, CMARK_OPT_DEFAULT);
    *html = arena_dup(mem, text);
    free(text);
    cmark_node_free(document);
    if (contents != NULL)
        *contents = sections;
    return true;
}
