/* The parts of a mail: texts and files. */
#include "portal/mail/mail_parse_parts.h"

#include "base/crypto.h"
#include "portal/mail/mail_charset.h"

#include <string.h>
#include <strings.h>

enum { STATUS_BYTES = 12 };

/* *is_over: there was more than max. */
static struct span decoded(struct walk *w, GMimePart *part, size_t max, bool *is_over)
{
    GMimeDataWrapper *content = g_mime_part_get_content(part);
    GMimeStream *stream;
    GByteArray *bytes;
    struct span out = {"", 0};

    *is_over = false;
    if (content == NULL)
        return out;
    stream = g_mime_stream_mem_new();
    g_mime_data_wrapper_write_to_stream(content, stream);
    bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
    *is_over = bytes->len > max;
    if (!*is_over)
        out = (struct span){arena_dup_bytes(w->mem, bytes->data, bytes->len), bytes->len};
    else if (max == MAIL_PARSE_TEXT_MAX)
        out = (struct span){arena_dup_bytes(w->mem, bytes->data, max), max};
    g_object_unref(stream);
    return out;
}

static void add_text(struct walk *w, GMimePart *part, struct str *out)
{
    bool is_over;
    struct span bytes = decoded(w, part, MAIL_PARSE_TEXT_MAX, &is_over);
    const char *text = mail_charset_text(
        w->mem, bytes, g_mime_object_get_content_type_parameter(GMIME_OBJECT(part), "charset"));

    if (out->len + strlen(text) > MAIL_PARSE_TEXT_MAX || is_over)
        w->dropped++;
    if (out->len + strlen(text) > MAIL_PARSE_TEXT_MAX + STATUS_BYTES)
        return;
    if (out->len > 0)
        str_char(out, '\n');
    str_add(out, text);
}

static const char *base_name(const char *name)
{
    const char *slash = strrchr(name, '/');
    const char *back = strrchr(name, '\\');

    if (back != NULL && (slash == NULL || back > slash))
        slash = back;
    return slash != NULL ? slash + 1 : name;
}

static void add_file(struct walk *w, const char *name, struct span bytes)
{
    if (bytes.len == 0)
        return;
    if (json_array_size(w->files) >= MAIL_PARSE_FILES_MAX || bytes.len > MAIL_PARSE_FILE_BYTES ||
        w->file_bytes + bytes.len > MAIL_PARSE_FILES_BYTES) {
        w->dropped++;
        return;
    }
    w->file_bytes += bytes.len;
    json_array_append_new(w->files,
                          json_pack("{s:s,s:s}", "name",
                                    mail_parse_line(w->mem, base_name(name), MAIL_PARSE_LINE_MAX),
                                    "data", crypto_base64(w->mem, bytes.p, bytes.len)));
}

static const char *file_name(struct walk *w, GMimePart *part)
{
    const char *name = g_mime_part_get_filename(part);
    GMimeContentType *type = g_mime_object_get_content_type(GMIME_OBJECT(part));
    const char *sub = g_mime_content_type_get_media_subtype(type);
    char *plain;
    const char *out;

    if (name == NULL || *name == '\0')
        return arena_printf(
            w->mem, "file.%s",
            sub != NULL && strspn(sub, "abcdefghijklmnopqrstuvwxyz") == strlen(sub) ? sub : "bin");
    plain = g_mime_utils_header_decode_text(w->options, mail_parse_words(w->mem, name));
    out = mail_parse_line(w->mem, plain, MAIL_PARSE_LINE_MAX);
    g_free(plain);
    return *out != '\0' ? out : "file";
}

static void walk_leaf(struct walk *w, GMimePart *part)
{
    GMimeObject *object = GMIME_OBJECT(part);
    GMimeContentType *type = g_mime_object_get_content_type(object);
    const char *disposition = g_mime_object_get_disposition(object);
    bool is_file = (disposition != NULL && strcasecmp(disposition, "attachment") == 0) ||
                   g_mime_part_get_filename(part) != NULL;
    bool is_over;
    struct span bytes;

    if (w->is_report && (g_mime_content_type_is_type(type, "message", "*") ||
                         g_mime_content_type_is_type(type, "text", "rfc822-headers")))
        add_text(w, part, &w->report);
    else if (!is_file && g_mime_content_type_is_type(type, "text", "plain"))
        add_text(w, part, &w->plain);
    else if (!is_file && g_mime_content_type_is_type(type, "text", "html"))
        add_text(w, part, &w->html);
    else {
        bytes = decoded(w, part, MAIL_PARSE_FILE_BYTES, &is_over);
        if (is_over)
            w->dropped++;
        else
            add_file(w, file_name(w, part), bytes);
    }
}

/* A mail within the mail: a report's is what it is about, another's is a file. */
static void walk_message(struct walk *w, GMimeMessagePart *part)
{
    GMimeMessage *inner = g_mime_message_part_get_message(part);
    char *text;

    if (inner == NULL)
        return;
    if (w->is_report) {
        mail_parse_ids(w, mail_parse_header(GMIME_OBJECT(inner), "Message-ID"), w->about);
        return;
    }
    text = g_mime_object_to_string(GMIME_OBJECT(inner), NULL);
    if (text != NULL)
        add_file(w, "mail.eml", span_of(text));
    g_free(text);
}

void mail_parse_part(struct walk *w, GMimeObject *part, unsigned depth)
{
    if (part == NULL)
        return;
    if (++w->parts > MAIL_PARSE_PARTS_MAX || depth > MAIL_PARSE_DEPTH_MAX) {
        w->dropped++;
        return;
    }
    if (GMIME_IS_MULTIPART(part)) {
        int count = g_mime_multipart_get_count(GMIME_MULTIPART(part));

        for (int i = 0; i < count && w->parts <= MAIL_PARSE_PARTS_MAX; i++)
            mail_parse_part(w, g_mime_multipart_get_part(GMIME_MULTIPART(part), i), depth + 1);
    } else if (GMIME_IS_MESSAGE_PART(part)) {
        walk_message(w, GMIME_MESSAGE_PART(part));
    } else if (GMIME_IS_PART(part)) {
        walk_leaf(w, GMIME_PART(part));
    }
}
