/* One's own data as an archive: what the database has, and the files. */
#pragma once

#include "base/json.h"
#include "db/ctx.h"

enum { OWN_ARCHIVE_FILES_MAX = 2000, OWN_ARCHIVE_MEGABYTES_MAX = 1024 };

/* Writes a ZIP of all (from own_data: my-data.json) and the files that it lists, as far as the
 * viewer may read them, to fd. Beyond the limits a file is only listed. In all each file gets
 * "archived": its name in the archive, or null. Gives the database connection back before it packs.
 * Fails: ERR_STORE_FULL, ERR_INTERNAL. */
bool own_data_archive(struct ctx *cx, const char *storage_path, json_t *all, int fd,
                      int64_t *bytes) MUST_CHECK;
