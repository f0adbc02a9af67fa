/* Sign-on providers, looked after by staff (/desk/settings/sso) and by an organisation's
 * administrators for their own (/organisation/sso). */
#pragma once

#include "portal/http/req.h"

bool sso_settings_page_list(struct req *rq);
bool sso_settings_page_new(struct req *rq);
bool sso_settings_page_add(struct req *rq);
bool sso_settings_page_view(struct req *rq);
bool sso_settings_page_save(struct req *rq);
bool sso_settings_page_remove(struct req *rq);
bool sso_settings_page_domain_add(struct req *rq);
bool sso_settings_page_domain_drop(struct req *rq);
bool sso_settings_page_domain_prove(struct req *rq);
bool sso_settings_page_domain_trust(struct req *rq);
