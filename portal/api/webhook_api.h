/* Webhook endpoints and what was told to them: /v1/webhook-endpoints, /v1/webhook-events. */
#pragma once

#include "portal/http/req.h"

bool webhook_api_list(struct req *rq);
bool webhook_api_create(struct req *rq);
bool webhook_api_view(struct req *rq);
bool webhook_api_change(struct req *rq);
bool webhook_api_delete(struct req *rq);
bool webhook_api_events(struct req *rq); /* filter events[] */
bool webhook_api_event(struct req *rq);
bool webhook_api_event_delete(struct req *rq);
bool webhook_api_event_retry(struct req *rq);
