/* Mails: whatever the bytes are, what is said of them is there, valid, and within bounds. */
#include "base/utf8.h"
#include "portal/mail/mail_parse.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

static bool is_started;

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct arena *mem = arena_make(64 * 1024);
    const json_t *mail;
    const char *new, *text;

    if (!is_started)
        mail_parse_start();
    is_started = true;
    mail = mail_parse(mem, (struct span){(const char *)bytes, len});
    new = json_get_text(mail, "new", NULL);
    text = json_get_text(mail, "text", NULL);
    if (new == NULL || text == NULL || strlen(new) > strlen(text) ||
        !utf8_valid(text, strlen(text)) ||
        utf8_count(json_get_text(mail, "subject", "")) > MAIL_PARSE_LINE_MAX ||
        json_array_size(json_object_get(mail, "files")) > MAIL_PARSE_FILES_MAX)
        abort();
    arena_free(mem);
    return 0;
}
