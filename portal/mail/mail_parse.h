/* A mail's bytes as a bounded JSON value. The only place that sees gmime; runs in a process of its
 * own (mail_worker.h). */
#pragma once

#include "base/json.h"

enum {
    MAIL_PARSE_PARTS_MAX = 200,
    MAIL_PARSE_DEPTH_MAX = 20,
    MAIL_PARSE_TEXT_MAX = 256 * 1024,
    MAIL_PARSE_FILES_MAX = 10,
    MAIL_PARSE_FILE_BYTES = 10 * 1024 * 1024,
    MAIL_PARSE_FILES_BYTES = 25 * 1024 * 1024, /* all of one mail */
    MAIL_PARSE_LINE_MAX = 200,                 /* characters of a subject or a name */
    MAIL_PARSE_ADDRESS_MAX = 254,
    MAIL_PARSE_LIST_MAX = 60, /* addresses, references */
    MAIL_PARSE_ID_MAX = 250
};

/* Once, before the first mail and before rights are given up. */
void mail_parse_start(void);

/* Whatever the bytes are, in mem:
 * {"from","from_name","subject","message_id": text, "" where there is none,
 *  "to": [address..], "refs": [Message-ID.., the nearest first],
 *  "kind": "mail" | "bounce" | "report" (delivered, delayed, read),
 *  "auto": why it is no person's writing, "" if it is,
 *  "status": a bounce's code, "about": [Message-IDs that a bounce or report is about],
 *  "text": all of it, "new": without quotation and signature, "is_cut",
 *  "files": [{"name","data" (base64)}], "dropped": files and parts left out} */
json_t *mail_parse(struct arena *mem, struct span raw);
