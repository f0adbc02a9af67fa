/* Releases as staff make them: notes, files, publishing, withdrawing. */
#pragma once

#include "portal/http/req.h"

bool release_desk_page_list(struct req *rq) MUST_CHECK; /* of the path's product */
bool release_desk_page_new(struct req *rq) MUST_CHECK;
bool release_desk_page_add(struct req *rq) MUST_CHECK;
bool release_desk_page_view(struct req *rq) MUST_CHECK;
bool release_desk_page_save(struct req *rq) MUST_CHECK;
bool release_desk_page_publish(struct req *rq) MUST_CHECK;
bool release_desk_page_yank(struct req *rq) MUST_CHECK;
bool release_desk_page_remove(struct req *rq) MUST_CHECK;
/* Files: the second variable of the path is the file. */
bool release_desk_page_upload(struct req *rq) MUST_CHECK;
bool release_desk_page_file(struct req *rq) MUST_CHECK;
bool release_desk_page_remove_file(struct req *rq) MUST_CHECK;
