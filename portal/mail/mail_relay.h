/* A tenant's own mail server for what it sends. */
#pragma once

#include "db/db.h"
#include "portal/mail/mail_send.h"

enum { MAIL_RELAY_PASSWORD_MAX = 500 };

extern const struct err_kind ERR_MAIL_RELAY_PASSWORD; /* another server or name needs it anew */

struct mail_relay {
    const char *host; /* "": the installation's */
    int64_t port;
    const char *tls; /* "always" "starttls" "never" */
    const char *user;
    struct span sealed;
};

/* Absent: the defaults. */
bool mail_relay_get(struct ctx *cx, struct mail_relay *out) MUST_CHECK;
/* password NULL: as it was, for the same server and name alone. Needs RIGHT_SETTINGS_UPDATE. Fails:
 * ERR_INVALID with the field; ERR_MAIL_RELAY_PASSWORD. Emits tenant.updated, without the password.
 */
bool mail_relay_set(struct ctx *cx, const struct mail_relay *relay,
                    const char *password) MUST_CHECK;

/* A sender to the tenant's own server; *out is NULL where it has none. Fails: ERR_INTERNAL the
 * password does not open. */
bool mail_relay_sender(struct ctx *cx, const struct config *config,
                       struct mail_sender **out) MUST_CHECK;

/* What the password is sealed for. In mem. */
const char *mail_relay_context(struct arena *mem, struct id tenant_id);
