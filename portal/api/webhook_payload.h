/* What a webhook tells of an event: its resource as the endpoint's API version shows it. */
#pragma once

#include "db/event.h"

/* {"data":{resource},"meta"?:{..}} as text in cx->mem. The resource is the one that the event's
 * wire name begins with, as it is now; of one that is gone the event itself tells what was known
 * (data.attributes, or the scalars of data). Secret texts are never among it. api_version: "1.8".
 * *product_id is whose it is, zero where it belongs to none. */
bool webhook_payload_write(struct ctx *cx, const struct event *event, const char *api_version,
                           const char **out, struct id *product_id) MUST_CHECK;
/* {"data":{webhook event}}: the document that a delivery bears. */
struct webhook_event;
const char *webhook_payload_document(struct ctx *cx, const struct webhook_event *event);
