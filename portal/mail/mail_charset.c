#include "portal/mail/mail_charset.h"

#include "base/utf8.h"

#include <errno.h>
#include <iconv.h>
#include <strings.h>

enum { GROWTH = 4, STEP_BYTES = 64 * 1024, REST_BYTES = 64 };
#define REPLACEMENT "\xef\xbf\xbd"

/* What senders write, and the larger encoding that they use under that name. */
static const struct {
    const char *claimed, *real;
} ALIASES[] = {
    {"gb2312", "GB18030"},
    {"gb_2312-80", "GB18030"},
    {"gb-2312", "GB18030"},
    {"gbk", "GB18030"},
    {"x-gbk", "GB18030"},
    {"cp936", "GB18030"},
    {"ms936", "GB18030"},
    {"windows-936", "GB18030"},
    {"euc-cn", "GB18030"},
    {"gb18030", "GB18030"},
    {"big5", "BIG5-HKSCS"},
    {"big-5", "BIG5-HKSCS"},
    {"x-x-big5", "BIG5-HKSCS"},
    {"cp950", "BIG5-HKSCS"},
    {"big5-hkscs", "BIG5-HKSCS"},
    {"iso-8859-1", "CP1252"},
    {"latin1", "CP1252"},
    {"us-ascii", ""},
    {"ascii", ""},
    {"unknown", ""},
    {"unknown-8bit", ""},
    {"x-unknown", ""},
    {"default", ""},
    {"default_charset", ""},
    {"binary", ""},
    {"8bit", ""},
    {"utf8", "UTF-8"},
    {"utf-8", "UTF-8"},
    {"utf8mb4", "UTF-8"},
    {"utf-8-mac", "UTF-8"},
    {"shift_jis", "CP932"},
    {"shift-jis", "CP932"},
    {"x-sjis", "CP932"},
    {"ks_c_5601-1987", "CP949"},
    {"euc-kr", "CP949"},
    {"unicode-1-1-utf-7", "UTF-7"},
    {"windows-1252http-equivcontent-type", "CP1252"},
    {"ansi_x3.110-1983", "CP1252"},
};
/* Others that are known to work; opened beforehand with the real ones above. */
static const char *const KNOWN[] = {
    "ISO-8859-2", "ISO-8859-5",  "ISO-8859-7",  "ISO-8859-9",  "ISO-8859-15", "CP1250", "CP1251",
    "CP1253",     "CP1254",      "CP1255",      "CP1256",      "CP1257",      "CP1258", "KOI8-R",
    "KOI8-U",     "ISO-2022-JP", "ISO-2022-KR", "ISO-2022-CN", "EUC-JP",      "EUC-TW", "HZ",
    "UTF-16",     "UTF-16LE",    "UTF-16BE",    "TIS-620",
};

const char *mail_charset_real(const char *charset)
{
    for (size_t i = 0; i < COUNT(ALIASES); i++)
        if (strcasecmp(ALIASES[i].claimed, charset) == 0)
            return ALIASES[i].real;
    return charset;
}

/* The modules of iconv stay loaded while one descriptor of each is open: they are never closed. */
void mail_charset_warm(void)
{
    static iconv_t held[COUNT(ALIASES) + COUNT(KNOWN)];
    size_t n = 0;

    if (held[0] != NULL)
        return;
    for (size_t i = 0; i < COUNT(KNOWN); i++)
        held[n++] = iconv_open("UTF-8", KNOWN[i]);
    for (size_t i = 0; i < COUNT(ALIASES); i++)
        if (*ALIASES[i].real != '\0')
            held[n++] = iconv_open("UTF-8", ALIASES[i].real);
}

struct conversion {
    struct str text;
    size_t faults; /* bytes that could not be read */
};

/* False when there is no such encoding. */
static bool convert(struct arena *mem, struct span bytes, const char *from, struct conversion *out)
{
    iconv_t cd = iconv_open("UTF-8", from);
    char *in = arena_dup_bytes(mem, bytes.p, bytes.len); /* iconv wants no const */
    size_t left = bytes.len;
    char *end;
    size_t room;

    if (cd == (iconv_t)-1)
        return false;
    *out = (struct conversion){.text = str_new(mem)};
    while (left > 0) {
        size_t chunk = left < STEP_BYTES ? left : STEP_BYTES;
        char *to = str_room(&out->text, GROWTH * chunk);
        size_t result;

        end = to;
        room = GROWTH * chunk;
        result = iconv(cd, &in, &left, &end, &room);

        out->text.len += (size_t)(end - to);
        if (result == (size_t)-1 && errno != E2BIG && left > 0) {
            str_add(&out->text, REPLACEMENT);
            out->faults++;
            in++;
            left--;
        }
    }
    /* Some encodings hold a letter back that a further one could change. */
    end = str_room(&out->text, REST_BYTES);
    room = REST_BYTES;
    (void)iconv(cd, NULL, NULL, &end, &room);
    out->text.len += REST_BYTES - room;
    iconv_close(cd);
    return true;
}

/* Line ends and control characters; whatever is no UTF-8 by now is replaced. */
static char *tidy(struct arena *mem, const char *text, size_t len)
{
    struct str s = str_new(mem);
    size_t i = 0;

    if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        i = 3;
    while (i < len) {
        unsigned char c = (unsigned char)text[i];
        size_t n = 1;

        if (c < 0x80) {
            if (c == '\r')
                str_char(&s, '\n');
            else if (c == '\n' || c == '\t' || (c >= ' ' && c != 0x7f))
                str_char(&s, (char)c);
            if (c == '\r' && i + 1 < len && text[i + 1] == '\n')
                n = 2;
        } else {
            n = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
            if (n <= len - i && utf8_valid(text + i, n)) {
                str_add_n(&s, text + i, n);
            } else {
                str_add(&s, REPLACEMENT);
                n = 1;
            }
        }
        i += n;
    }
    return s.p;
}

/* Nothing usable was said: UTF-8 if it is, else Chinese if all of it can be, else Western. */
static char *guess(struct arena *mem, struct span bytes)
{
    struct conversion c;

    if (utf8_valid(bytes.p, bytes.len))
        return tidy(mem, bytes.p, bytes.len);
    if (convert(mem, bytes, "GB18030", &c) && c.faults == 0)
        return tidy(mem, c.text.p, c.text.len);
    if (convert(mem, bytes, "CP1252", &c))
        return tidy(mem, c.text.p, c.text.len);
    return tidy(mem, bytes.p, bytes.len);
}

char *mail_charset_text(struct arena *mem, struct span bytes, const char *charset)
{
    const char *real = charset != NULL ? mail_charset_real(charset) : "";
    struct conversion said, seen;

    if (*real == '\0')
        return guess(mem, bytes);
    if (strcasecmp(real, "UTF-8") == 0)
        return guess(mem, bytes);
    if (!convert(mem, bytes, real, &said))
        return guess(mem, bytes);
    /* Claims one thing, is another: what reads without a fault is taken. */
    if (said.faults > 0) {
        if (utf8_valid(bytes.p, bytes.len))
            return tidy(mem, bytes.p, bytes.len);
        if (strcmp(real, "GB18030") != 0 && convert(mem, bytes, "GB18030", &seen) &&
            seen.faults == 0)
            return tidy(mem, seen.text.p, seen.text.len);
    }
    return tidy(mem, said.text.p, said.text.len);
}
