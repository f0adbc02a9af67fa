#include "portal/script_approval.h"

#include "portal/account/person.h"
#include "portal/desk/approval.h"
#include "portal/script_api.h"

bool script_approval_apply(struct ctx *cx, struct id ticket_id, const json_t *args)
{
    struct approval_new what = {.kind = json_get_text(args, "kind", "ticket"),
                                .question = json_get_text(args, "text", NULL),
                                .days = json_get_i64(args, "days", 0)};
    const char *email = json_get_text(args, "person", NULL);
    struct person *person;
    struct id id;

    if (email == NULL || what.question == NULL)
        return err_set(&cx->err, &ERR_SCRIPT_EFFECT, "approve_by wants a person and a text");
    if (!person_find_by_email(cx, email, &person))
        return false;
    if (person == NULL)
        return err_set(&cx->err, &ERR_SCRIPT_EFFECT, "\"%s\" is not a member of staff", email);
    what.person_id = person->id;
    if (approval_ask(cx, ticket_id, &what, &id))
        return true;
    if (cx->err.kind != &ERR_APPROVAL_OPEN)
        return false;
    err_clear(&cx->err); /* a rule that runs at each change asks once */
    return true;
}
