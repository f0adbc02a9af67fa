/* Bringing somebody into an organisation: a known person becomes a member, a new one is invited by
 * mail. */
#pragma once

#include "portal/account/membership.h"
#include "portal/account/person.h"
#include "portal/app.h"

extern const struct err_kind ERR_MAIL_INVITE_KNOWN; /* an administrator names a known address */

/* member's person_id is ignored: the person is whoever has spec's address. Somebody who is known
 * already only becomes a member (*token is NULL), and only by staff: else an administrator could
 * try addresses to learn who has an account. A new person gets a link as well, by mail where the
 * address takes mails. Fails as person_create and membership_add, and ERR_MAIL_INVITE_KNOWN at
 * "email". */
bool mail_invite(struct ctx *cx, const struct app *app, const struct person_spec *spec,
                 const struct membership_spec *member, struct person **out,
                 const char **token) MUST_CHECK;
/* Another link for somebody who is there, likewise; earlier ones end. Fails as person_link_make. */
bool mail_invite_again(struct ctx *cx, const struct app *app, struct id person_id,
                       const char **token) MUST_CHECK;
