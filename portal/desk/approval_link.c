/* The signed link in a mail that asks for a decision. */
#include "base/crypto.h"
#include "base/parse.h"
#include "db/db.h"
#include "portal/desk/approval.h"

#include <string.h>

enum { ID_BYTES = 16, SAID_BYTES = 2 * ID_BYTES };

static const char SQL_APPROVAL_LINK_STAFF[] =
    "SELECT 1 FROM staff_member s JOIN person p ON p.tenant_id = s.tenant_id AND p.id = "
    "s.person_id WHERE s.tenant_id = ? AND s.person_id = ? AND p.is_disabled = FALSE AND "
    "p.is_banned = FALSE AND p.deleted_at IS NULL";

static void mac_of(struct ctx *cx, const uint8_t *said, uint8_t out[CRYPTO_HASH_SIZE])
{
    uint8_t key[CRYPTO_HASH_SIZE], all[ID_BYTES + SAID_BYTES];

    memcpy(all, &cx->tenant_id, ID_BYTES);
    memcpy(all + ID_BYTES, said, SAID_BYTES);
    crypto_master_derive(cx->master, "approval", key);
    crypto_mac(key, sizeof key, all, sizeof all, out);
    crypto_wipe(key, sizeof key);
}

const char *approval_token(struct ctx *cx, struct id id, struct id person_id)
{
    uint8_t bytes[APPROVAL_TOKEN_BYTES], mac[CRYPTO_HASH_SIZE];

    if (cx->master == NULL)
        return NULL;
    memcpy(bytes, &id, ID_BYTES);
    memcpy(bytes + ID_BYTES, &person_id, ID_BYTES);
    mac_of(cx, bytes, mac);
    memcpy(bytes + SAID_BYTES, mac, APPROVAL_MAC_BYTES);
    return crypto_hex(cx->mem, bytes, sizeof bytes);
}

struct id approval_link_person(const char *token)
{
    uint8_t bytes[APPROVAL_TOKEN_BYTES];
    struct id person = {{0}};

    if (parse_hex(token, bytes, sizeof bytes))
        memcpy(&person, bytes + ID_BYTES, ID_BYTES);
    return person;
}

/* Whoever holds it: the signature is the right, while its person works here. */
bool approval_open(struct ctx *cx, const char *token, struct approval **out)
{
    uint8_t bytes[APPROVAL_TOKEN_BYTES], mac[CRYPTO_HASH_SIZE];
    const struct viewer asker = cx->viewer;
    struct db_rows rows;
    struct id id;
    bool ok;

    if (cx->master == NULL || !parse_hex(token, bytes, sizeof bytes))
        return err_set(&cx->err, &ERR_NOT_FOUND, "no token of an approval");
    mac_of(cx, bytes, mac);
    if (!crypto_equal(mac, bytes + SAID_BYTES, APPROVAL_MAC_BYTES))
        return err_set(&cx->err, &ERR_NOT_FOUND, "an approval's token that was not signed here");
    if (!db_query(cx, &rows, SQL_APPROVAL_LINK_STAFF, DB_ID(cx->tenant_id),
                  DB_ID(approval_link_person(token))))
        return false;
    if (rows.count == 0)
        return err_set(&cx->err, &ERR_NOT_FOUND, "the token's person works here no longer");
    memcpy(&id, bytes, ID_BYTES);
    cx->viewer = (struct viewer){.kind = VIEWER_SYSTEM};
    ok = approval_get(cx, id, out);
    cx->viewer = asker;
    return ok && approval_may_decide(cx, *out, approval_link_person(token), &(*out)->may_decide);
}
