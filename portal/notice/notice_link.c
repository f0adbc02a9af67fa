#include "portal/notice/notice_link.h"

#include "base/crypto.h"

#include <string.h>

enum { MAC_BYTES = 15, BASE64_BLOCK = 3, TOKEN_MAX = 600 };

/* The tenant is in the MAC, not in the link. */
static void mac_of(struct ctx *cx, const char *what, uint8_t out[CRYPTO_HASH_SIZE])
{
    const char *all = arena_printf(cx->mem, "%s:%s", id_text(cx->mem, cx->tenant_id), what);
    uint8_t key[CRYPTO_HASH_SIZE];

    crypto_master_derive(cx->master, "mail.stop", key);
    crypto_mac(key, sizeof key, all, strlen(all), out);
    crypto_wipe(key, sizeof key);
}

const char *notice_link_token(struct ctx *cx, const struct notice_link *link)
{
    const char *kind = notice_kind_words(link->kind)->name;
    struct str all = str_new(cx->mem);
    uint8_t mac[CRYPTO_HASH_SIZE];
    const char *what =
        id_is_zero(link->person_id)
            ? arena_printf(cx->mem, "a %s", link->address)
            : arena_printf(cx->mem, "p %s %s", id_text(cx->mem, link->person_id), kind);

    mac_of(cx, what, mac);
    str_add_n(&all, (const char *)mac, MAC_BYTES);
    str_add(&all, what);
    while (all.len % BASE64_BLOCK != 0) /* no "=" at the end, which some programs take off */
        str_char(&all, ' ');
    return crypto_base64url(cx->mem, all.p, all.len);
}

static bool read_what(struct ctx *cx, const char *what, struct notice_link *out)
{
    struct span rest = span_of(what), letter, id, kind;

    *out = (struct notice_link){.address = "", .kind = NOTICE_KIND_COUNT};
    if (!span_cut(&rest, ' ', &letter))
        return false;
    if (span_equal(letter, "a")) {
        out->address = span_dup(cx->mem, rest);
        return true;
    }
    if (!span_cut(&rest, ' ', &id) || !span_cut(&rest, ' ', &kind) ||
        !id_parse(span_dup(cx->mem, id), &out->person_id))
        return false;
    out->kind = notice_kind_parse(span_dup(cx->mem, kind));
    return out->kind != NOTICE_KIND_COUNT;
}

bool notice_link_read(struct ctx *cx, const char *token, struct notice_link *out)
{
    uint8_t mac[CRYPTO_HASH_SIZE];
    const char *what;
    uint8_t *bytes;
    size_t len;

    if (cx->master == NULL || strlen(token) > TOKEN_MAX ||
        !crypto_from_base64url(cx->mem, token, &bytes, &len) || len <= MAC_BYTES)
        return false;
    what = span_dup(cx->mem,
                    span_trim((struct span){(const char *)bytes + MAC_BYTES, len - MAC_BYTES}));
    mac_of(cx, what, mac);
    return crypto_equal(mac, bytes, MAC_BYTES) && read_what(cx, what, out);
}

bool notice_link_stop(struct ctx *cx, const struct notice_link *link)
{
    struct notice_choice choices[NOTICE_KIND_COUNT];
    const struct viewer viewer = cx->viewer;
    bool ok;

    if (id_is_zero(link->person_id))
        return notice_stop_address(cx, link->address);
    cx->viewer = (struct viewer){.kind = VIEWER_SYSTEM}; /* for him, who is not signed in */
    ok = notice_choices(cx, link->person_id, choices) &&
         notice_choose(cx, link->person_id, link->kind,
                       (struct notice_choice){false, choices[link->kind].in_portal});
    cx->viewer = viewer;
    return ok;
}
