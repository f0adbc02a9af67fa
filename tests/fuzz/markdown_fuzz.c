/* Articles: whatever is typed, no script and no raw element of the author's gets through. */
#include "base/utf8.h"
#include "kb/article_markdown.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <string.h>

/* Every element is one of those that Markdown makes. */
static void check_elements(const char *html)
{
    static const char *const KNOWN[] = {"p",          "h2",     "h3", "h4",   "h5",  "h6",
                                        "em",         "strong", "a",  "ul",   "ol",  "li",
                                        "blockquote", "hr",     "br", "code", "pre", "img"};

    for (const char *at = strchr(html, '<'); at != NULL; at = strchr(at + 1, '<')) {
        const char *name = at + 1 + (at[1] == '/');
        size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789");
        bool is_known = strncmp(at, "<!--", 4) == 0;

        for (size_t i = 0; i < COUNT(KNOWN) && !is_known; i++)
            is_known = strlen(KNOWN[i]) == len && strncmp(name, KNOWN[i], len) == 0;
        assert(is_known);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct arena *mem = arena_make(4096);
    const char *text = arena_dup_bytes(mem, bytes, len);
    struct err err = {.kind = NULL};
    const char *html;
    json_t *contents;

    if (article_markdown_html(mem, &err, text, &html, &contents)) {
        assert(utf8_valid(html, strlen(html)));
        assert(strstr(html, "href=\"javascript:") == NULL);
        assert(strstr(html, "src=\"data:text") == NULL);
        check_elements(html);
    } else {
        assert(err.kind != NULL);
    }
    arena_free(mem);
    return 0;
}
