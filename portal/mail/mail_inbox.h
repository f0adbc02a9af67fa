/* How a tenant receives mail: its address, what becomes of whose mails, and the mailbox. */
#pragma once

#include "base/config.h"
#include "db/db.h"

/* The address that the tenant receives mail at; "" where it receives none. In cx->mem. */
bool mail_inbox_address(struct ctx *cx, const struct config *config, const char **out) MUST_CHECK;

/* What the mailbox's password is sealed for. In mem. */
const char *mail_inbox_context(struct arena *mem, struct id tenant_id);
