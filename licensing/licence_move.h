/* Licences: another policy, owner or group. */
#pragma once

#include "licensing/licence.h"

extern const struct err_kind ERR_LICENCE_POLICY_NOT_COMPATIBLE;
extern const struct err_kind ERR_LICENCE_OWNER_INVALID;

/* Each needs the system or staff with RIGHT_LICENCES, and returns the licence as it is then.
 *
 * Another policy: with the same scheme and no wider uniqueness. Its transfer strategy says whether
 * the end is counted anew from cx->now. Fails: ERR_LICENCE_POLICY_NOT_FOUND,
 * ERR_LICENCE_POLICY_NOT_COMPATIBLE. Emits licence.policy_changed. */
bool licence_move_policy(struct ctx *cx, struct id id, struct id policy_id,
                         struct licence **out) MUST_CHECK;
/* Zero: nobody. Fails: ERR_LICENCE_OWNER_NOT_FOUND; ERR_LICENCE_OWNER_INVALID somebody who is
 * a further user; ERR_LICENCE_USERS_FULL. Emits licence.owner_changed. */
bool licence_move_owner(struct ctx *cx, struct id id, struct id person_id,
                        struct licence **out) MUST_CHECK;
/* Zero: none. Fails: ERR_LICENCE_GROUP_NOT_FOUND, ERR_LICENCE_GROUP_FULL. Emits
 * licence.group_changed. */
bool licence_move_group(struct ctx *cx, struct id id, struct id group_id,
                        struct licence **out) MUST_CHECK;
/* Writes the group's row, so that two licences cannot both take its last place, and adds to cx->err
 * what keeps a further licence out. False only when the database could not tell. */
bool licence_move_room(struct ctx *cx, struct id group_id) MUST_CHECK;
