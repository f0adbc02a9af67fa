/* A month of leave: people by rows, days by columns. */
#pragma once

#include "portal/http/page.h"

/* "month" for the page of leave: the one of the address (?month=2026-03), else the present one. */
bool leave_month_add(struct req *rq, json_t *page) MUST_CHECK;
