#include "portal/pages/qr.h"

#include "base/crypto.h"
#include "base/str.h"

#include <qrencode.h>
#include <string.h>

enum { QUIET = 4, DARK = 1 };

/* Each row's dark modules run by run. */
static void add_rows(struct str *s, const QRcode *code)
{
    for (int y = 0; y < code->width; y++) {
        for (int x = 0; x < code->width; x++) {
            const unsigned char *row = code->data + (size_t)y * (size_t)code->width;
            int from = x;

            while (x < code->width && (row[x] & DARK) != 0)
                x++;
            if (x > from)
                str_fmt(s, "M%d %dh%dv1h-%dz", from + QUIET, y + QUIET, x - from, x - from);
        }
    }
}

const char *qr_data(struct arena *mem, const char *text)
{
    QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
    struct str s = str_new(mem);
    int size;

    if (code == NULL)
        return NULL;
    size = code->width + 2 * QUIET;
    str_fmt(&s,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
            "shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h%dv%dH0z\"/><path d=\"",
            size, size, size, size);
    add_rows(&s, code);
    str_add(&s, "\"/></svg>");
    QRcode_free(code);
    return arena_printf(mem, "data:image/svg+xml;base64,%s", crypto_base64(mem, s.p, s.len));
}
