#include "portal/account/logo.h"

#include <string.h>

const struct err_kind ERR_LOGO_SVG = {
    ERR_CLASS_INVALID, "LOGO_SVG",
    "This is an SVG file, which can carry scripts. Save it as a PNG, JPEG or WebP picture."};
const struct err_kind ERR_LOGO_KIND = {
    ERR_CLASS_INVALID, "LOGO_KIND",
    "This is no PNG, JPEG or WebP picture, whatever its name says."};
const struct err_kind ERR_LOGO_BYTES = {ERR_CLASS_INVALID, "LOGO_BYTES",
                                        "The picture is larger than 256 KB."};
const struct err_kind ERR_LOGO_SIDES = {
    ERR_CLASS_INVALID, "LOGO_SIDES",
    "The picture's sides have to be between 16 and 2,000 pixels long."};

static const struct {
    const char *type, *mime;
} KINDS[] = {{"png", "image/png"}, {"jpg", "image/jpeg"}, {"webp", "image/webp"}};

const char *logo_mime(const char *type)
{
    for (size_t i = 0; i < COUNT(KINDS); i++)
        if (strcmp(KINDS[i].type, type) == 0)
            return KINDS[i].mime;
    return "application/octet-stream";
}

static int64_t byte(struct span s, size_t at)
{
    return at < s.len ? (unsigned char)s.p[at] : 0;
}

static int64_t big16(struct span s, size_t at)
{
    return byte(s, at) << 8 | byte(s, at + 1);
}

static int64_t little24(struct span s, size_t at)
{
    return byte(s, at) | byte(s, at + 1) << 8 | byte(s, at + 2) << 16;
}

static bool has(struct span s, size_t at, const char *bytes, size_t len)
{
    return s.len >= at + len && memcmp(s.p + at, bytes, len) == 0;
}

/* The first chunk is IHDR: width and height, four bytes each (PNG specification, 11.2.1). */
static bool look_png(struct span s, struct logo *out)
{
    if (!has(s, 0, "\x89PNG\r\n\x1a\n", 8) || !has(s, 12, "IHDR", 4) || s.len < 33)
        return false;
    *out =
        (struct logo){"png", big16(s, 16) << 16 | big16(s, 18), big16(s, 20) << 16 | big16(s, 22)};
    return true;
}

static bool is_frame(int64_t marker)
{
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

/* Segments follow one another until the one that begins a frame (ITU T.81, B.2.2). */
static bool look_jpeg(struct span s, struct logo *out)
{
    size_t at = 2;

    if (!has(s, 0, "\xff\xd8\xff", 3))
        return false;
    while (at + 9 < s.len && byte(s, at) == 0xff) {
        int64_t marker = byte(s, at + 1), len = big16(s, at + 2);

        if (is_frame(marker)) {
            *out = (struct logo){"jpg", big16(s, at + 7), big16(s, at + 5)};
            return true;
        }
        if (len < 2)
            return false;
        at += 2 + (size_t)len;
    }
    return false;
}

/* Extended, lossless and lossy files tell their size in different places (RFC 9649, 2.5 to 2.7). */
static bool look_webp(struct span s, struct logo *out)
{
    if (!has(s, 0, "RIFF", 4) || !has(s, 8, "WEBP", 4) || s.len < 30)
        return false;
    if (has(s, 12, "VP8X", 4))
        *out = (struct logo){"webp", little24(s, 24) + 1, little24(s, 27) + 1};
    else if (has(s, 12, "VP8L", 4) && byte(s, 20) == 0x2f)
        *out = (struct logo){"webp", (byte(s, 21) | (byte(s, 22) & 0x3f) << 8) + 1,
                             (byte(s, 22) >> 6 | byte(s, 23) << 2 | (byte(s, 24) & 0xf) << 10) + 1};
    else if (has(s, 12, "VP8 ", 4) && has(s, 23, "\x9d\x01\x2a", 3))
        *out = (struct logo){"webp", (byte(s, 26) | byte(s, 27) << 8) & 0x3fff,
                             (byte(s, 28) | byte(s, 29) << 8) & 0x3fff};
    else
        return false;
    return true;
}

static bool looks_like_svg(struct span s)
{
    enum { LOOKED_AT = 1024 };

    for (size_t i = 0; i < s.len && i < LOOKED_AT; i++)
        if (has(s, i, "<svg", 4))
            return true;
    return false;
}

bool logo_look(struct err *err, struct span bytes, struct logo *out)
{
    struct logo logo;

    if (bytes.len > LOGO_BYTES_MAX)
        return err_set_at(err, &ERR_LOGO_BYTES, "logo", "%zu bytes", bytes.len);
    if (!look_png(bytes, &logo) && !look_jpeg(bytes, &logo) && !look_webp(bytes, &logo))
        return err_set_at(err, looks_like_svg(bytes) ? &ERR_LOGO_SVG : &ERR_LOGO_KIND, "logo",
                          "%zu bytes", bytes.len);
    if (logo.width < LOGO_SIDE_MIN || logo.width > LOGO_SIDE_MAX || logo.height < LOGO_SIDE_MIN ||
        logo.height > LOGO_SIDE_MAX)
        return err_set_at(err, &ERR_LOGO_SIDES, "logo", "%lld x %lld", (long long)logo.width,
                          (long long)logo.height);
    *out = logo;
    return true;
}
