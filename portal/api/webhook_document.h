/* Webhooks as resource objects of the licensing protocol (section 7.5). */
#pragma once

#include "portal/api/api_resource.h"

struct webhook_endpoint;
struct webhook_event;

void webhook_document_endpoint(struct str *s, const struct api *api,
                               const struct webhook_endpoint *endpoint);
/* is_sent: as a delivery bears it, whose outcome is not known yet. */
void webhook_document_event(struct str *s, const struct api *api, const struct webhook_event *event,
                            bool is_sent);
