#include "portal/account/password_rule.h"

#include "base/str.h"
#include "base/utf8.h"

#include <string.h>
#include <zxcvbn.h>

/* The estimate's work grows with the square of the length; what begins well stays good. */
enum { ESTIMATED_BYTES = 64, WORD_MIN = 3 };

static bool is_word_byte(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           (unsigned char)c >= 0x80;
}

/* The words of a text in lower case, as the estimate wants them. */
static size_t add_words(struct arena *mem, const char *text, const char **words, size_t count)
{
    while (*text != '\0' && count < PASSWORD_RULE_WORDS) {
        size_t len = 0;
        char *word;

        while (is_word_byte(text[len]))
            len++;
        if (len >= WORD_MIN) {
            word = arena_dup_bytes(mem, text, len);
            for (char *c = word; *c != '\0'; c++)
                *c = (char)(*c >= 'A' && *c <= 'Z' ? *c - 'A' + 'a' : *c);
            words[count++] = word;
        }
        text += len > 0 ? len : 1;
    }
    return count;
}

/* Every character of UTF-8 begins with a byte that is no continuation. */
static bool has_distinct(const char *password)
{
    const char *seen[PASSWORD_RULE_DISTINCT];
    size_t count = 0;

    while (*password != '\0' && count < PASSWORD_RULE_DISTINCT) {
        size_t len = 1;
        size_t i = 0;

        while (((unsigned char)password[len] & 0xc0U) == 0x80U)
            len++;
        while (i < count && strncmp(seen[i], password, len) != 0)
            i++;
        if (i == count)
            seen[count++] = password;
        password += len;
    }
    return count >= PASSWORD_RULE_DISTINCT;
}

bool password_rule_holds(struct arena *mem, const char *password, const char *const *own)
{
    const char *words[PASSWORD_RULE_WORDS + 1];
    size_t count = 0;

    for (size_t i = 0; own != NULL && own[i] != NULL; i++)
        count = add_words(mem, own[i], words, count);
    words[count] = NULL;
    return has_distinct(password) &&
           ZxcvbnMatch(arena_dup_bytes(mem, password, utf8_prefix(password, ESTIMATED_BYTES)),
                       words, NULL) >= PASSWORD_RULE_BITS;
}
