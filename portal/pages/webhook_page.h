/* Settings: webhooks, what was delivered to them, and the key that signs. */
#pragma once

#include "portal/http/req.h"

bool webhook_page_list(struct req *rq);    /* GET /desk/settings/webhooks */
bool webhook_page_new(struct req *rq);     /* GET /desk/settings/webhooks/new */
bool webhook_page_add(struct req *rq);     /* POST /desk/settings/webhooks/new */
bool webhook_page_view(struct req *rq);    /* GET /desk/settings/webhooks/{id} */
bool webhook_page_save(struct req *rq);    /* POST /desk/settings/webhooks/{id} */
bool webhook_page_test(struct req *rq);    /* POST /desk/settings/webhooks/{id}/test */
bool webhook_page_enable(struct req *rq);  /* POST /desk/settings/webhooks/{id}/on */
bool webhook_page_disable(struct req *rq); /* POST /desk/settings/webhooks/{id}/off */
bool webhook_page_remove(struct req *rq);  /* POST /desk/settings/webhooks/{id}/remove */
bool webhook_page_again(struct req *rq);   /* POST /desk/settings/webhooks/{id}/again */
