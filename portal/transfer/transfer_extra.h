/* What the protocol's resources have no place for, as meta.gatehouse of a resource in a file. */
#pragma once

#include "licensing/licence_import.h"
#include "licensing/product.h"
#include "portal/api/api_input.h"

/* Go behind a resource that was just written: its last brace is opened again. */
void transfer_extra_product(struct str *s, const struct product *p);
void transfer_extra_licence(struct str *s, const struct licence *l);

/* data: the resource. What is absent stays as it is. */
bool transfer_extra_read_product(const struct api_object *data, struct product *p) MUST_CHECK;
bool transfer_extra_read_licence(const struct api_object *data,
                                 struct licence_record *l) MUST_CHECK;
