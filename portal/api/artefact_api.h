/* Artefacts over the licensing protocol (section 3.13): the wire's artifacts, and their bytes. */
#pragma once

#include "portal/http/req.h"

bool artefact_api_list(struct req *rq) MUST_CHECK;
bool artefact_api_list_release(struct req *rq) MUST_CHECK;
bool artefact_api_list_product(struct req *rq) MUST_CHECK;
bool artefact_api_view(struct req *rq) MUST_CHECK;
bool artefact_api_view_release(struct req *rq) MUST_CHECK;
bool artefact_api_create(struct req *rq) MUST_CHECK;
bool artefact_api_change(struct req *rq) MUST_CHECK;
bool artefact_api_delete(struct req *rq) MUST_CHECK;
/* Behind file_link.h. */
bool artefact_api_download(struct req *rq) MUST_CHECK;
bool artefact_api_upload(struct req *rq) MUST_CHECK;
