#include "portal/desk/follow_link.h"

#include "base/crypto.h"
#include "db/db.h"
#include "portal/desk/ticket_merge.h"

#include <string.h>

static const char SQL_FOLLOW_LINK_INSERT[] =
    "INSERT INTO follow_link (tenant_id, id, ticket_id, digest, created_at) "
    "VALUES (?, ?, ?, ?, ?)";
static const char SQL_FOLLOW_LINK_FIND[] =
    "SELECT ticket_id FROM follow_link WHERE tenant_id = ? AND digest = ?";

static void digest_of(const char *token, uint8_t out[CRYPTO_HASH_SIZE])
{
    crypto_sha256(token, strlen(token), out);
}

bool follow_link_add(struct ctx *cx, struct id ticket_id, const char **token)
{
    const char *made = crypto_token(cx->mem, FOLLOW_LINK_TOKEN / 2);
    uint8_t digest[CRYPTO_HASH_SIZE];

    digest_of(made, digest);
    if (!db_exec(cx, NULL, SQL_FOLLOW_LINK_INSERT, DB_ID(cx->tenant_id), DB_ID(ctx_new_id(cx)),
                 DB_ID(ticket_id), DB_BYTES(digest, sizeof digest), DB_TIME(cx->now)))
        return false;
    *token = made;
    return true;
}

static bool find(struct ctx *cx, const char *token, struct id *out)
{
    uint8_t digest[CRYPTO_HASH_SIZE];
    struct db_rows rows;

    digest_of(token, digest);
    if (!db_query(cx, &rows, SQL_FOLLOW_LINK_FIND, DB_ID(cx->tenant_id),
                  DB_BYTES(digest, sizeof digest)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "no such link");
    *out = db_id(&rows.row, 0);
    return true;
}

bool follow_link_open(struct ctx *cx, const char *token, struct ticket **ticket,
                      struct message ***replies, size_t *count)
{
    const struct viewer asker = cx->viewer;
    struct message **all;
    struct ticket *t;
    struct id id;
    size_t n = 0;
    bool is_read;

    if (!find(cx, token, &id))
        return false;
    /* The token is the right to read, whoever holds it: read as the system, shown as to a customer.
     */
    cx->viewer = (struct viewer){.kind = VIEWER_SYSTEM};
    is_read = ticket_get(cx, id, &t) && ticket_merge_final(cx, t, ticket) &&
              ticket_thread_of(cx, *ticket, &all, count);
    cx->viewer = asker;
    if (!is_read)
        return false;
    for (size_t i = 0; i < *count; i++)
        if (all[i]->is_public && strcmp(all[i]->kind, "reply") == 0)
            all[n++] = all[i];
    *replies = all;
    *count = n;
    return true;
}
