/* What a list of organisations asks of its rows; for this folder. */
#pragma once

#include "portal/sales/organisation.h"

/* Adds the conditions on organisation o. */
void organisation_where(struct ctx *cx, const struct organisation_filter *f, struct where *w);
