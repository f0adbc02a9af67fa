/* The second step of one's own account: switched on and off; and taken off for who lost a device.
 */
#pragma once

#include "portal/http/req.h"

bool second_factor_page_offer(struct req *rq);   /* POST /account/security/second */
bool second_factor_page_confirm(struct req *rq); /* POST /account/security/second/confirm */
bool second_factor_page_off(struct req *rq);     /* POST /account/security/second/off */
bool second_factor_page_staff(struct req *rq);   /* POST /desk/settings/staff/{id}/second-off */
