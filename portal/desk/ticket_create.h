/* Filing a ticket. */
#pragma once

#include "portal/desk/attachment.h"
#include "portal/desk/ticket.h"

struct ticket_new {            /* what is filed; absent text is NULL, absent ids are zero */
    struct id organisation_id; /* staff name it; a customer's is the current one */
    struct id site_id;
    struct id person_id; /* staff: the customer's account, if he has one */
    const char *source;  /* "portal" "desk" "mail" "api" "program" */
    const char *subject, *text;
    const char *topic;
    struct id product_id, licence_id, machine_id;
    const char *product_version;
    int64_t impact; /* 1 nothing works .. 4 no hurry; 0: unsaid */
    int64_t level;  /* staff: 1..4; 0 is decided from the topic and the impact */
    const char *city, *store;
    const char *reporter_name, *reporter_phone, *reporter_email, *reporter_store, *reporter_address;
    const char *request_key; /* the same key of the same person files once */
    const struct attachment_file *files;
    size_t file_count;
    const json_t *fields; /* the tenant's own: {code: value}, or NULL */
};

/* Files a ticket: its row, reporter, first message with files and the event ticket.created, all in
 * one transaction. A repeated request_key answers with the ticket that was filed. The reporter is
 * the signed-in customer unless another is named. Fails: ERR_INVALID with the field in source
 * (subject, text, topic, site, licence, fields.CODE); ERR_DENIED without the right to file;
 * ERR_TOO_LARGE for files. Who files by mail or from a program cannot be asked for fields: such a
 * ticket is made without what is required, and marked. */
bool ticket_create(struct ctx *cx, const struct ticket_new *what, struct ticket **out) MUST_CHECK;
