/* One mail while it is parsed; for mail_parse.c and mail_parse_parts.c. */
#pragma once

#include "portal/mail/mail_parse.h"

#include <gmime/gmime.h>

struct walk { /* of one mail's parts */
    struct arena *mem;
    GMimeParserOptions *options;
    struct str plain, html, report;
    json_t *files, *about;
    size_t file_bytes;
    unsigned parts, dropped;
    bool is_report;
};

/* "=?gb2312?B?" is written by programs that mean the larger set. In mem. */
char *mail_parse_words(struct arena *mem, const char *raw);
/* One line of at most max characters, without control characters. In mem. */
const char *mail_parse_line(struct arena *mem, const char *text, size_t max);
const char *mail_parse_header(GMimeObject *part, const char *name); /* as it came; "" : none */
/* Adds the Message-IDs between < and >. */
void mail_parse_ids(struct walk *w, const char *raw, json_t *out);
/* Collects texts and files of a part and of what is in it. */
void mail_parse_part(struct walk *w, GMimeObject *part, unsigned depth);
