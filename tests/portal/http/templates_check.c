/* Compiles every template in every language: templates_check WWW_DIR. Faults go to standard error
 * as file:line. With a template's name and a JSON file it draws that page in each language. */
#include "portal/http/template.h"

#include <stdio.h>

static int draw(const struct templates *templates, const struct lang_set *langs, const char *name,
                const char *json_path)
{
    struct arena *mem = arena_make(64 * 1024);
    json_error_t where;
    json_t *context = json_load_file(json_path, 0, &where);
    int failures = 0;

    if (context == NULL) {
        fprintf(stderr, "%s:%d: %s\n", json_path, where.line, where.text);
        arena_free(mem);
        return 1;
    }
    for (size_t i = 0; i < lang_count(langs); i++) {
        struct str out = str_new(mem);

        if (template_render(templates, lang_at(langs, i), name, context, &out))
            printf("%s\n", out.p);
        else
            failures += fprintf(stderr, "there is no template %s\n", name) > 0;
    }
    json_decref(context);
    arena_free(mem);
    return failures == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    struct err err = {.kind = NULL};
    struct lang_set *langs = NULL;
    struct templates *templates = NULL;
    char dir[4096];
    int status = 1;

    if (argc != 2 && argc != 4) {
        fprintf(stderr, "usage: templates_check WWW_DIR [TEMPLATE CONTEXT.json]\n");
        return 2;
    }
    snprintf(dir, sizeof(dir), "%s/templates", argv[1]);
    if (!lang_load(&err, argv[1], &langs))
        fprintf(stderr, "%s\n", err.oper);
    else if (!template_load(&err, dir, langs, &templates))
        fprintf(stderr, "first: %s\n", err.oper);
    else
        status = argc == 4 ? draw(templates, langs, argv[2], argv[3]) : 0;
    template_free(templates);
    lang_free(langs);
    return status;
}
