/* Orders, invoices and contracts, as the customer (and staff) read them. */
#pragma once

#include "portal/http/req.h"
#include "portal/sales/contract.h"
#include "portal/sales/order.h"

bool order_page_list(struct req *rq);
bool order_page_view(struct req *rq);
bool order_page_invoices(struct req *rq);
bool order_page_contracts(struct req *rq);
bool order_page_advance(struct req *rq); /* POST /desk/orders/{id}/advance */

/* A row of a list: href, title, number, total, state chip, placed, due. */
json_t *order_page_row(struct req *rq, const struct order *order);
/* The same of a contract: number, title, parties, dates, amount. */
json_t *order_page_contract(struct req *rq, const struct contract *contract);
