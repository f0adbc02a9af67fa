#include "portal/mail/mail_token.h"

#include "base/crypto.h"

#include <string.h>

_Static_assert(MAIL_TOKEN_BYTES * 8 == MAIL_TOKEN_LETTERS * 5, "no letter is half full");

enum { BITS = 5, GROUP_BITS = 8 };

static const char LETTERS[] = "abcdefghijklmnopqrstuvwxyz234567";

static const char SQL_MAIL_THREAD_ADD[] =
    "INSERT IGNORE INTO mail_thread (tenant_id, message_id, ticket_id, is_ours, created_at) "
    "VALUES (?, ?, ?, ?, ?)";
static const char SQL_MAIL_THREAD_FIND[] =
    "SELECT ticket_id FROM mail_thread WHERE tenant_id = ? AND message_id = ? AND is_ours = TRUE";

static void mac_of(struct ctx *cx, struct id ticket_id, struct id person_id,
                   uint8_t out[CRYPTO_HASH_SIZE])
{
    uint8_t key[CRYPTO_HASH_SIZE];
    struct id said[] = {cx->tenant_id, ticket_id, person_id};

    crypto_master_derive(cx->master, "mail.reply", key);
    crypto_mac(key, sizeof key, said, sizeof said, out);
    crypto_wipe(key, sizeof key);
}

static void to_letters(const uint8_t *bytes, char *out)
{
    unsigned held = 0;
    unsigned bits = 0;

    for (size_t i = 0; i < MAIL_TOKEN_BYTES; i++) {
        held = (held << GROUP_BITS | bytes[i]) & 0xfff;
        for (bits += GROUP_BITS; bits >= BITS; bits -= BITS)
            *out++ = LETTERS[held >> (bits - BITS) & 31];
    }
    *out = '\0';
}

static bool from_letters(const char *text, uint8_t *out)
{
    unsigned held = 0;
    unsigned bits = 0;

    for (size_t i = 0; i < MAIL_TOKEN_LETTERS; i++) {
        char c = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] - 'A' + 'a') : text[i];
        const char *at = c != '\0' ? strchr(LETTERS, c) : NULL;

        if (at == NULL)
            return false;
        held = (held << BITS | (unsigned)(at - LETTERS)) & 0xfff;
        bits += BITS;
        if (bits >= GROUP_BITS) {
            bits -= GROUP_BITS;
            *out++ = (uint8_t)(held >> bits);
        }
    }
    return true;
}

const char *mail_token_address(struct ctx *cx, const char *inbound, struct id ticket_id,
                               struct id person_id)
{
    const char *at = strchr(inbound, '@');
    uint8_t mac[CRYPTO_HASH_SIZE];
    uint8_t bytes[MAIL_TOKEN_BYTES];
    char token[MAIL_TOKEN_LETTERS + 1];

    if (at == NULL || at == inbound ||
        (size_t)(at - inbound) + 1 + MAIL_TOKEN_LETTERS > MAIL_TOKEN_LOCAL_MAX)
        return NULL;
    mac_of(cx, ticket_id, person_id, mac);
    memcpy(bytes, &ticket_id, sizeof ticket_id);
    memcpy(bytes + sizeof ticket_id, mac, sizeof bytes - sizeof ticket_id);
    to_letters(bytes, token);
    return arena_printf(cx->mem, "%.*s+%s%s", (int)(at - inbound), inbound, token, at);
}

bool mail_token_parse(const char *address, struct mail_token *out)
{
    const char *at = strrchr(address, '@');
    uint8_t bytes[MAIL_TOKEN_BYTES];

    if (at == NULL || at - address < MAIL_TOKEN_LETTERS + 1 || at[-MAIL_TOKEN_LETTERS - 1] != '+' ||
        !from_letters(at - MAIL_TOKEN_LETTERS, bytes))
        return false;
    memcpy(&out->ticket_id, bytes, sizeof out->ticket_id);
    memcpy(out->mac, bytes + sizeof out->ticket_id, sizeof out->mac);
    return true;
}

bool mail_token_is_for(struct ctx *cx, const struct mail_token *token, struct id person_id)
{
    uint8_t mac[CRYPTO_HASH_SIZE];

    mac_of(cx, token->ticket_id, person_id, mac);
    return crypto_equal(mac, token->mac, sizeof token->mac);
}

bool mail_token_remember(struct ctx *cx, const char *message_id, struct id ticket_id, bool is_ours)
{
    size_t len = strlen(message_id);

    if (len == 0 || len > MAIL_MESSAGE_ID_MAX) /* no mail can refer to it then */
        return true;
    return db_exec(cx, NULL, SQL_MAIL_THREAD_ADD, DB_ID(cx->tenant_id), DB_TEXT(message_id),
                   DB_ID(ticket_id), DB_BOOL(is_ours), DB_TIME(cx->now));
}

bool mail_token_recall(struct ctx *cx, const char *message_id, struct id *ticket_id)
{
    struct db_rows rows;

    *ticket_id = (struct id){{0}};
    if (!db_query(cx, &rows, SQL_MAIL_THREAD_FIND, DB_ID(cx->tenant_id), DB_TEXT(message_id)))
        return false;
    if (db_next(&rows))
        *ticket_id = db_id(&rows.row, 0);
    return true;
}
