/* What the protocol's resources have no place for, as meta.gatehouse of a resource in a file. */
#pragma once

#include "licensing/licence_import.h"
#include "licensing/product.h"
#include "portal/api/api_input.h"

/* Go behind a resource that was just written: its last brace is opened again. */
void transfer_extra_product(struct str *s, const struct product *p);
/* organisation: the licence's, or NULL. */
struct organisation;
void transfer_extra_licence(struct str *s, const struct licence *l,
                            const struct organisation *organisation);

/* data: the resource. What is absent stays as it is. */
bool transfer_extra_read_product(const struct api_object *data, struct product *p) MUST_CHECK;
/* The organisation of a licence; NULL for none. */
struct transfer_customer {
    const char *code, *name;
};
bool transfer_extra_read_licence(const struct api_object *data, struct licence_record *l,
                                 struct transfer_customer *customer) MUST_CHECK;
