/* No way that leads to a refusal: a page is shown without what its reader has no right to. */
#pragma once

#include "portal/http/req.h"

/* Takes out of rq->out, by the rights that the route table names: links (a button goes, a word of
 * text stays as text), buttons with an address of their own, and forms, whose fields stay to be
 * read. For pages of our own templates: it knows no HTML but theirs. */
void page_prune(struct req *rq);
