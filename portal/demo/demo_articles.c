/* The articles of the knowledge base, from Markdown files with a head of "name: value" lines. */
#include "kb/article.h"
#include "portal/demo/demo.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { ARTICLES_MAX = 500, FIRST_ARTICLE_DAYS = 170 };

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names of the folder's files, sorted: the order on disk differs from machine to machine. */
static bool list_files(struct demo *d, const char **names, size_t *count)
{
    DIR *dir = opendir(arena_printf(d->cx->mem, "%s/articles", d->folder));
    const struct dirent *entry;

    *count = 0;
    if (dir == NULL)
        return err_set(&d->cx->err, &ERR_INTERNAL, "%s/articles: %s", d->folder, strerror(errno));
    while ((entry = readdir(dir)) != NULL && *count < ARTICLES_MAX)
        if (strstr(entry->d_name, ".md") != NULL)
            names[(*count)++] = arena_printf(d->cx->mem, "articles/%s", entry->d_name);
    closedir(dir);
    qsort(names, *count, sizeof *names, by_name);
    return true;
}

/* Reads the head; returns the text after it. */
static const char *read_head(struct demo *d, const char *text, json_t *head)
{
    struct span rest = span_of(text);
    struct span line;

    if (!span_cut(&rest, '\n', &line) || !span_equal(line, "---"))
        return text;
    while (span_cut(&rest, '\n', &line) && !span_equal(line, "---")) {
        struct span name;

        if (span_cut(&line, ':', &name))
            json_object_set_new(head, span_dup(d->cx->mem, name),
                                json_string(span_dup(d->cx->mem, span_trim(line))));
    }
    return rest.p;
}

static struct id product_named(struct demo *d, const char *name)
{
    const char *code;
    json_t *product;
    const struct id none = {{0}};

    json_object_foreach (d->products, code, product) {
        if (strcmp(json_get_text(product, "name", ""), name) == 0)
            return demo_id(product, "id");
    }
    return none;
}

static bool add_one(struct demo *d, const char *name, json_t *documents, int64_t days_ago)
{
    json_t *head = json_own(d->cx->mem, json_object());
    struct article *article;
    const char *text;
    size_t len;

    if (!demo_read(d, name, &text, &len))
        return false;
    text = read_head(d, text, head);
    const struct article_draft draft = {
        .document_id = demo_id(documents, json_get_text(head, "document", "")),
        .locale = json_get_text(head, "locale", "en"),
        .category_id = demo_id(d->categories, json_get_text(head, "category", "")),
        .product_id = product_named(d, json_get_text(head, "product", "")),
        .audience = json_get_text(head, "audience", "public"),
        .valid_from = json_get_text(head, "valid_from", ""),
        .valid_to = json_get_text(head, "valid_to", ""),
        .is_featured = strcmp(json_get_text(head, "featured", ""), "yes") == 0,
        .title = json_get_text(head, "title", ""),
        .summary = json_get_text(head, "summary", ""),
        .markdown = text};
    demo_set_day(d, days_ago);
    if (!article_publish(d->cx, &draft, &article))
        return false;
    json_object_set_new(documents, json_get_text(head, "document", ""),
                        json_string(id_text(d->cx->mem, article->document_id)));
    return true;
}

bool demo_add_articles(struct demo *d)
{
    json_t *documents = json_own(d->cx->mem, json_object());
    const char *names[ARTICLES_MAX];
    size_t count;

    if (!list_files(d, names, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!add_one(d, names[i], documents,
                     FIRST_ARTICLE_DAYS - (int64_t)(i * FIRST_ARTICLE_DAYS / (count + 1))))
            return false;
    return true;
}
