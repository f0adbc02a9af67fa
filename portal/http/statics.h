/* Static files: read once, served under content-hashed names with far-future caching. */
#pragma once

#include "portal/http/req.h"

struct statics; /* Threads: read-only after statics_load. */
/* Reads build/static (made by the build: name.HASH.ext and manifest.json of plain name -> hashed
 * name). */
bool statics_load(struct err *err, const char *dir, struct statics **out) MUST_CHECK;
void statics_free(struct statics *statics);
/* "/static/app.3f2a9c.css" for "app.css"; for templates as shell.static.app_css. */
const char *statics_url(const struct statics *statics, const char *name);
/* All of them by the names that templates use: {"app_css": "/static/…", "icons": …}; a new
 * reference. */
json_t *statics_names(const struct statics *statics);
/* GET /static/{name} */
bool statics_serve(struct req *rq);
