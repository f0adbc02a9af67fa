#include "portal/mail/mail_message.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "base/utf8.h"

#include <string.h>

enum { ADDRESS_MAX = 254, WORD_BYTES = 42, LINE_BYTES = 57, PLAIN_MAX = 60 };

static const char LOCAL[] =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    ".!#$%&'*+/=?^_`{|}~-";
static const char DOMAIN_PART[] =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";

bool mail_message_address_is_good(const char *address)
{
    size_t local = strspn(address, LOCAL);
    const char *domain = address + local + 1;

    return local > 0 && address[local] == '@' && *domain != '\0' && *domain != '.' &&
           *domain != '-' && domain[strspn(domain, DOMAIN_PART)] == '\0' &&
           strlen(address) <= ADDRESS_MAX;
}

static bool is_plain(const char *text)
{
    for (const char *c = text; *c != '\0'; c++)
        if ((unsigned char)*c < ' ' || (unsigned char)*c > '~')
            return false;
    return strlen(text) <= PLAIN_MAX && strstr(text, "=?") == NULL;
}

/* Encoded words (RFC 2047), each of whole characters, one on a line. What would end the line is in
 * base64 like all else, so a header cannot be broken out of. */
static void add_words(struct arena *mem, struct str *s, const char *text)
{
    while (*text != '\0') {
        size_t len = utf8_prefix(text, WORD_BYTES);

        if (len == 0) /* cannot be: text is UTF-8 */
            break;
        str_fmt(s, "=?UTF-8?B?%s?=", crypto_base64(mem, text, len));
        text += len;
        if (*text != '\0')
            str_add(s, "\r\n ");
    }
}

static void add_text_header(struct arena *mem, struct str *s, const char *name, const char *text)
{
    str_fmt(s, "%s: ", name);
    if (is_plain(text))
        str_add(s, text);
    else
        add_words(mem, s, text);
    str_add(s, "\r\n");
}

static void add_address_header(struct arena *mem, struct str *s, const char *name,
                               const char *person, const char *address)
{
    str_fmt(s, "%s: ", name);
    if (person != NULL && *person != '\0') {
        if (is_plain(person) && strpbrk(person, "\"\\") == NULL)
            str_fmt(s, "\"%s\"", person);
        else
            add_words(mem, s, person);
        str_add(s, "\r\n ");
    }
    str_fmt(s, "<%s>\r\n", address);
}

static void add_body(struct arena *mem, struct str *s, const char *text)
{
    struct str body = str_new(mem);

    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '\n' && (c == text || c[-1] != '\r'))
            str_char(&body, '\r');
        str_char(&body, *c);
    }
    for (size_t at = 0; at < body.len; at += LINE_BYTES) {
        size_t n = body.len - at < LINE_BYTES ? body.len - at : LINE_BYTES;

        str_add(s, crypto_base64(mem, body.p + at, n));
        str_add(s, "\r\n");
    }
}

const char *mail_message_id(struct arena *mem, struct id id, const char *from_address)
{
    const char *domain = strchr(from_address, '@');

    return arena_printf(mem, "<%s%s>", id_text(mem, id), domain != NULL ? domain : "@localhost");
}

/* One Message-ID on a line: they are 60 letters and more. */
static void add_references(struct str *s, const char *references)
{
    const char *last = strrchr(references, '<');

    str_fmt(s, "In-Reply-To: %s\r\nReferences:", last != NULL ? last : references);
    for (const char *at = references; *at != '\0'; at += strspn(at, " ")) {
        size_t len = strcspn(at, " ");

        str_fmt(s, "%s %.*s", at == references ? "" : "\r\n", (int)len, at);
        at += len;
    }
    str_add(s, "\r\n");
}

static void add_headers(struct arena *mem, struct str *s, const struct mail_message *m)
{
    char date[CLOCK_HTTP_SIZE];

    clock_http(m->at, date);
    str_fmt(s, "Date: %.*s +0000\r\n", (int)(strlen(date) - 4), date); /* without " GMT" */
    add_address_header(mem, s, "From", m->from_name, m->from_address);
    add_address_header(mem, s, "To", m->to_name, m->to_address);
    if (m->reply_to != NULL)
        add_address_header(mem, s, "Reply-To", m->from_name, m->reply_to);
    add_text_header(mem, s, "Subject", m->subject);
    str_fmt(s, "Message-ID: %s\r\n", mail_message_id(mem, m->id, m->from_address));
    if (m->references != NULL)
        add_references(s, m->references);
    if (m->stop_url != NULL)
        str_fmt(s,
                "List-Unsubscribe:\r\n <%s>\r\n"
                "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n",
                m->stop_url);
    str_add(s,
            "MIME-Version: 1.0\r\nAuto-Submitted: auto-generated\r\n"
            "X-Auto-Response-Suppress: All\r\n");
}

static void add_part(struct arena *mem, struct str *s, const char *type, const char *text)
{
    str_fmt(s,
            "Content-Type: text/%s; charset=utf-8\r\n"
            "Content-Transfer-Encoding: base64\r\n\r\n",
            type);
    add_body(mem, s, text);
}

struct span mail_message_write(struct arena *mem, const struct mail_message *m)
{
    /* "=_" cannot be in base64, so no part can hold the boundary. */
    const char *boundary = arena_printf(mem, "=_%s", id_text(mem, m->id));
    struct str s = str_new(mem);

    add_headers(mem, &s, m);
    if (m->html == NULL) {
        add_part(mem, &s, "plain", m->text);
        return (struct span){s.p, s.len};
    }
    str_fmt(&s, "Content-Type: multipart/alternative;\r\n boundary=\"%s\"\r\n\r\n--%s\r\n",
            boundary, boundary);
    add_part(mem, &s, "plain", m->text);
    str_fmt(&s, "--%s\r\n", boundary);
    add_part(mem, &s, "html", m->html);
    str_fmt(&s, "--%s--\r\n", boundary);
    return (struct span){s.p, s.len};
}

const char *mail_message_text(struct arena *mem, const char *message)
{
    const char *plain = strstr(message, "Content-Type: text/plain");
    const char *body = plain != NULL ? strstr(plain, "\r\n\r\n") : NULL;
    const char *end = body != NULL ? strstr(body, "\r\n--") : NULL;
    struct str s = str_new(mem);
    struct str text = str_new(mem);
    uint8_t *bytes;
    size_t len;

    if (body == NULL)
        return NULL;
    for (const char *c = body; *c != '\0' && c != end; c++)
        if (*c != '\r' && *c != '\n')
            str_char(&s, *c);
    if (!crypto_from_base64(mem, s.p, &bytes, &len) || !utf8_valid((const char *)bytes, len))
        return NULL;
    for (size_t i = 0; i < len; i++)
        if (bytes[i] != '\r' && bytes[i] != '\0')
            str_char(&text, (char)bytes[i]);
    return text.p;
}
