#include "portal/mail/mail_invite.h"

#include "portal/account/profile_reach.h"
#include "portal/mail/mail_account.h"
#include "portal/mail/mail_out.h"

const struct err_kind ERR_MAIL_INVITE_KNOWN = {
    ERR_CLASS_CONFLICT, "PERSON_KNOWN",
    "This address has an account already. Ask the support team to add it to your organisation."};

/* The mail is queued with the link or not at all. An address that no mail goes to still gets the
 * link, by hand. */
static bool mail_link(struct ctx *cx, const struct app *app, struct id person_id, const char *token)
{
    if (mail_account_link(cx, app, person_id, MAIL_WELCOME, token))
        return true;
    if (cx->err.kind != &ERR_MAIL_ADDRESS)
        return false;
    err_clear(&cx->err);
    return true;
}

static bool invite_new(struct ctx *cx, const struct app *app, const struct person_spec *spec,
                       const struct membership_spec *member, struct person **out,
                       const char **token)
{
    const char *made;
    struct person *p;

    if (!db_begin(cx))
        return false;
    if (!person_link_invite(cx, spec, member, &p, &made) || !mail_link(cx, app, p->id, made)) {
        db_rollback(cx);
        return false;
    }
    if (!db_commit(cx))
        return false;
    *out = p;
    *token = made;
    return true;
}

bool mail_invite(struct ctx *cx, const struct app *app, const struct person_spec *spec,
                 const struct membership_spec *member, struct person **out, const char **token)
{
    struct membership_spec known = *member;
    struct person *p;
    bool reaches;

    *token = NULL;
    if (!person_find_by_email(cx, spec->email != NULL ? spec->email : "", &p))
        return false;
    if (p == NULL)
        return invite_new(cx, app, spec, member, out, token);
    if (cx->viewer.kind == VIEWER_CUSTOMER)
        return err_set_at(&cx->err, &ERR_MAIL_INVITE_KNOWN, "email", "person exists");
    /* Whoever sees some customers only takes nobody else's people in by their addresses. */
    if (!profile_reach(cx, &(struct profile_subject){.person_id = p->id}, ACTION_UPDATE, &reaches))
        return false;
    if (!reaches && viewer_scope(&cx->viewer, MODULE_CUSTOMERS) != SCOPE_ALL)
        return err_set_at(&cx->err, &ERR_MAIL_INVITE_KNOWN, "email", "out of reach");
    known.person_id = p->id;
    *out = p;
    return membership_add(cx, &known);
}

bool mail_invite_again(struct ctx *cx, const struct app *app, struct id person_id,
                       const char **token)
{
    if (!db_begin(cx))
        return false;
    if (!person_link_make(cx, person_id, token) || !mail_link(cx, app, person_id, *token)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}
