#include "portal/mail/mail_parse.h"

#include "base/crypto.h"
#include "base/utf8.h"
#include "portal/mail/mail_charset.h"
#include "portal/mail/mail_html.h"
#include "portal/mail/mail_parse_parts.h"
#include "portal/mail/mail_quote.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { ENCODED_MARK = 2, NAMES_MAX = 100 };

void mail_parse_start(void)
{
    g_mime_init();
    mail_charset_warm();
}

/* --- lines --- */

/* "=?gb2312?B?" is written by programs that mean the larger set. */
char *mail_parse_words(struct arena *mem, const char *raw)
{
    struct str s = str_new(mem);

    while (*raw != '\0') {
        const char *mark = strstr(raw, "=?");
        const char *end = mark != NULL ? strchr(mark + ENCODED_MARK, '?') : NULL;
        const char *name;

        if (end == NULL)
            break;
        mark += ENCODED_MARK;
        name = mail_charset_real(arena_dup_bytes(
            mem, mark, (size_t)(end - mark) < NAMES_MAX ? (size_t)(end - mark) : 0));
        str_add_n(&s, raw, (size_t)(mark - raw));
        if (*name != '\0')
            str_add(&s, name);
        else
            str_add_n(&s, mark, (size_t)(end - mark));
        raw = end;
    }
    str_add(&s, raw);
    return s.p;
}

const char *mail_parse_line(struct arena *mem, const char *text, size_t max)
{
    char *clean = mail_charset_text(mem, span_of(text != NULL ? text : ""), NULL);
    size_t at = 0;

    for (char *c = clean; *c != '\0'; c++)
        if (*c == '\n' || *c == '\t')
            *c = ' ';
    clean = span_dup(mem, span_trim(span_of(clean)));
    for (size_t n = 0; n < max && clean[at] != '\0'; n++)
        do
            at++;
        while (((unsigned char)clean[at] & 0xc0) == 0x80);
    clean[at] = '\0';
    return clean;
}

const char *mail_parse_header(GMimeObject *part, const char *name)
{
    GMimeHeader *header = g_mime_header_list_get_header(g_mime_object_get_header_list(part), name);
    const char *raw = header != NULL ? g_mime_header_get_raw_value(header) : NULL;

    return raw != NULL ? raw : "";
}

static const char *header_line(struct walk *w, GMimeObject *part, const char *name, size_t max)
{
    char *decoded = g_mime_utils_header_decode_text(
        w->options, mail_parse_words(w->mem, mail_parse_header(part, name)));
    const char *line = mail_parse_line(w->mem, decoded, max);

    g_free(decoded);
    return line;
}

static const char *clean_address(struct arena *mem, const char *address)
{
    const char *line = mail_parse_line(mem, address, MAIL_PARSE_ADDRESS_MAX + 1);
    const char *at = strrchr(line, '@');
    char *small = arena_dup(mem, line);

    if (at == NULL || at == line || at[1] == '\0' || strlen(line) > MAIL_PARSE_ADDRESS_MAX ||
        strpbrk(line, " <>\"(),;") != NULL)
        return "";
    for (char *c = small; *c != '\0'; c++)
        *c = (char)tolower((unsigned char)*c);
    return small;
}

/* --- addresses --- */

struct found_address {
    const char *address, *name;
};

/* Groups are walked into once. */
static size_t list_addresses(struct walk *w, const char *raw, struct found_address *out, size_t max)
{
    InternetAddressList *list =
        internet_address_list_parse(w->options, mail_parse_words(w->mem, raw));
    int length = list != NULL ? internet_address_list_length(list) : 0;
    size_t count = 0;

    for (int i = 0; i < length && count < max; i++) {
        InternetAddress *one = internet_address_list_get_address(list, i);
        const char *address;

        if (!INTERNET_ADDRESS_IS_MAILBOX(one))
            continue;
        address =
            clean_address(w->mem, internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(one)));
        if (*address == '\0')
            continue;
        out[count++] = (struct found_address){
            address, mail_parse_line(w->mem, internet_address_get_name(one), MAIL_PARSE_LINE_MAX)};
    }
    if (list != NULL)
        g_object_unref(list);
    return count;
}

static void add_sender(struct walk *w, GMimeObject *mail, json_t *out)
{
    static const char *const NAMES[] = {"From", "Sender", "Return-Path"};
    struct found_address from = {"", ""};

    for (size_t i = 0; i < COUNT(NAMES); i++)
        if (list_addresses(w, mail_parse_header(mail, NAMES[i]), &from, 1) > 0)
            break;
    json_object_set_new(out, "from", json_string(from.address));
    json_object_set_new(out, "from_name", json_string(from.name));
}

static void add_recipients(struct walk *w, GMimeObject *mail, json_t *out)
{
    static const char *const NAMES[] = {"Delivered-To", "X-Original-To", "Envelope-To", "To",
                                        "Cc",           "X-Forwarded-To"};
    struct found_address found[MAIL_PARSE_LIST_MAX];
    json_t *to = json_array();

    for (size_t i = 0; i < COUNT(NAMES); i++) {
        size_t count = list_addresses(w, mail_parse_header(mail, NAMES[i]), found, COUNT(found));

        for (size_t k = 0; k < count && json_array_size(to) < MAIL_PARSE_LIST_MAX; k++)
            json_array_append_new(to, json_string(found[k].address));
    }
    json_object_set_new(out, "to", to);
}

/* --- Message-IDs: what stands between < and > --- */

void mail_parse_ids(struct walk *w, const char *raw, json_t *out)
{
    const char *open;

    while ((open = strchr(raw, '<')) != NULL && json_array_size(out) < MAIL_PARSE_LIST_MAX) {
        size_t len = strcspn(open + 1, "> \t\r\n<");

        if (open[1 + len] == '>' && len > 0 && len <= MAIL_PARSE_ID_MAX)
            json_array_append_new(
                out, json_string(mail_parse_line(w->mem, arena_dup_bytes(w->mem, open + 1, len),
                                                 MAIL_PARSE_ID_MAX)));
        raw = open + 1 + len;
    }
}

static void add_references(struct walk *w, GMimeObject *mail, json_t *out)
{
    json_t *own = json_own(w->mem, json_array());
    json_t *chain = json_own(w->mem, json_array());
    json_t *refs = json_array();

    mail_parse_ids(w, mail_parse_header(mail, "Message-ID"), own);
    json_object_set_new(
        out, "message_id",
        json_string(json_array_size(own) > 0 ? json_string_value(json_array_get(own, 0)) : ""));
    mail_parse_ids(w, mail_parse_header(mail, "In-Reply-To"), refs);
    mail_parse_ids(w, mail_parse_header(mail, "References"), chain);
    for (size_t i = json_array_size(chain); i-- > 0;)
        json_array_append(refs, json_array_get(chain, i));
    json_object_set_new(out, "refs", refs);
}

/* Lines "Message-ID: <..>" in what a bounce quotes. */
static void add_quoted_ids(struct walk *w, const char *text)
{
    static const char NAME[] = "message-id:";

    for (; *text != '\0'; text++) {
        if (strncasecmp(text, NAME, sizeof NAME - 1) == 0) {
            struct span rest = span_of(text);
            struct span line;

            if (span_cut(&rest, '\n', &line))
                mail_parse_ids(w, span_dup(w->mem, line), w->about);
        }
        text += strcspn(text, "\n");
        if (*text == '\0')
            return;
    }
}

/* --- what kind of mail it is --- */

static bool has_word(const char *value, const char *word)
{
    return strncasecmp(span_trim(span_of(value)).p, word, strlen(word)) == 0;
}

/* Why it was written by a program (RFC 3834 and what was usual before it); "" : by a person. */
static const char *automatic(GMimeObject *mail)
{
    static const struct {
        const char *header, *word, *why; /* word "": that it is there */
    } SIGNS[] = {
        {"Precedence", "bulk", "precedence"},
        {"Precedence", "junk", "precedence"},
        {"Precedence", "auto_reply", "precedence"},
        {"Precedence", "list", "list"},
        {"List-Id", "", "list"},
        {"X-Autoreply", "", "autoreply"},
        {"X-Autorespond", "", "autoreply"},
        {"X-Auto-Response-Suppress", "All", "autoreply"},
        {"X-Auto-Response-Suppress", "OOF", "autoreply"},
        {"Return-Path", "<>", "no return path"},
        {"X-Gatehouse-Ticket", "", "gatehouse"},
    };
    const char *said = mail_parse_header(mail, "Auto-Submitted");

    if (*said != '\0' && !has_word(said, "no"))
        return "auto-submitted";
    for (size_t i = 0; i < COUNT(SIGNS); i++) {
        const char *value = mail_parse_header(mail, SIGNS[i].header);

        if (*value != '\0' && has_word(value, SIGNS[i].word))
            return SIGNS[i].why;
    }
    return "";
}

static const char *field_of(struct arena *mem, const char *text, const char *name)
{
    struct span rest = span_of(text);
    struct span line;

    while (rest.len > 0 && span_cut(&rest, '\n', &line))
        if (line.len > strlen(name) && strncasecmp(line.p, name, strlen(name)) == 0)
            return mail_parse_line(
                mem, span_dup(mem, (struct span){line.p + strlen(name), line.len - strlen(name)}),
                MAIL_PARSE_LINE_MAX);
    return "";
}

static const char *kind_of(struct walk *w, const char *from)
{
    const char *action = field_of(w->mem, w->report.p, "Action:");
    bool is_daemon =
        strncmp(from, "mailer-daemon@", 14) == 0 || strncmp(from, "postmaster@", 11) == 0;

    if (w->is_report && *action != '\0')
        return strcasecmp(action, "failed") == 0 ? "bounce" : "report";
    if (w->is_report && *field_of(w->mem, w->report.p, "Disposition:") != '\0')
        return "report";
    return w->is_report || (is_daemon && json_array_size(w->about) > 0) ? "bounce" : "mail";
}

static void add_texts(struct walk *w, json_t *out)
{
    const char *text = w->plain.p;
    const char *new;
    bool is_cut;

    if (span_trim(span_of(text)).len == 0)
        text = mail_html_text(w->mem, w->html.p);
    new = mail_quote_strip(w->mem, text, &is_cut);
    json_object_set_new(out, "text", json_string(text));
    json_object_set_new(out, "new", json_string(new));
    json_object_set_new(out, "is_cut", json_boolean(is_cut));
}

static bool is_report(GMimeObject *part)
{
    return part != NULL &&
           g_mime_content_type_is_type(g_mime_object_get_content_type(part), "multipart", "report");
}

static void read_message(struct walk *w, GMimeMessage *message, json_t *out)
{
    GMimeObject *mail = GMIME_OBJECT(message);
    GMimeObject *body = g_mime_message_get_mime_part(message);

    add_sender(w, mail, out);
    add_recipients(w, mail, out);
    add_references(w, mail, out);
    json_object_set_new(out, "subject",
                        json_string(header_line(w, mail, "Subject", MAIL_PARSE_LINE_MAX)));
    json_object_set_new(out, "auto", json_string(automatic(mail)));
    w->is_report = is_report(body);
    mail_parse_part(w, body, 0);
    add_quoted_ids(w, w->report.p);
    if (json_array_size(w->about) == 0)
        add_quoted_ids(w, w->plain.p);
    json_object_set_new(out, "kind", json_string(kind_of(w, json_get_text(out, "from", ""))));
    json_object_set_new(out, "status", json_string(field_of(w->mem, w->report.p, "Status:")));
    add_texts(w, out);
}

json_t *mail_parse(struct arena *mem, struct span raw)
{
    static const char *fallback[] = {"utf-8", "gb18030", "windows-1252", NULL};
    struct walk w = {.mem = mem,
                     .options = g_mime_parser_options_new(),
                     .plain = str_new(mem),
                     .html = str_new(mem),
                     .report = str_new(mem),
                     .files = json_array(),
                     .about = json_array()};
    json_t *out = json_own(mem, json_pack("{s:o,s:o}", "files", w.files, "about", w.about));
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer(raw.p, raw.len);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    GMimeMessage *message;

    g_mime_parser_options_set_fallback_charsets(w.options, fallback);
    message = g_mime_parser_construct_message(parser, w.options);
    if (message == NULL)
        message = g_mime_message_new(FALSE);
    read_message(&w, message, out);
    json_object_set_new(out, "dropped", json_integer(w.dropped));
    g_object_unref(message);
    g_object_unref(parser);
    g_object_unref(stream);
    g_mime_parser_options_free(w.options);
    return out;
}
