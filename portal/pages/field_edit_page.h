/* Settings: the form of one field. */
#pragma once

#include "portal/http/req.h"

bool field_edit_page_new(struct req *rq);
bool field_edit_page_add(struct req *rq);
bool field_edit_page_view(struct req *rq);
bool field_edit_page_save(struct req *rq);
