/* Pages: a template filled with the page's own data inside the common frame. */
#pragma once

#include "portal/http/form.h"
#include "portal/http/reply.h"

/* Renders www/templates/NAME.html in the request's language into rq->out. context (borrowed) is the
 * page's own data; "shell" is added: tenant, person, navigation by right with counts, csrf, flash,
 * language links, static file names. Returns false only when the template is missing
 * (ERR_INTERNAL). */
bool page_render(struct req *rq, const char *name, json_t *context) MUST_CHECK;
/* The same with status 422 and the form's values and faults under "form" ("form.values.x",
 * "form.faults.x", "form.fault_list", "form.has_faults"). */
bool page_render_form(struct req *rq, const char *name, json_t *context,
                      const struct form *form) MUST_CHECK;
/* The error page for rq->cx.err, or JSON outside pages; keeps what was typed when a form was
 * posted. */
void page_error(struct req *rq);

/* The typed values of a form for sending them again: [{"name","value","is_written"}]; nothing of a
 * form that asks for a secret. A new reference. */
json_t *page_typed(json_t *values);
/* The same by name, for keeping. A new reference. */
json_t *page_kept(json_t *values);

/* What pages put in their contexts, translated and local: new references, for "o" in json_pack. */
json_t *page_time(struct req *rq, int64_t us);           /* {"iso","text","ago"} or null for 0 */
json_t *page_day(struct req *rq, int64_t us);            /* {"iso","text","ago"} by day */
json_t *page_date(struct req *rq, const char *iso_date); /* the same for a DATE column */
json_t *page_money(struct req *rq, struct money m);
json_t *page_label(struct req *rq, const char *english); /* translated text */
json_t *page_initials(const char *name); /* "AK"; of a Chinese name its first character */
