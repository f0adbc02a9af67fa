/* Licences, machines and components of a file. */
#pragma once

#include "portal/transfer/transfer_item.h"

bool transfer_licence_read(struct transfer_item *item) MUST_CHECK;
bool transfer_licence_find(struct transfer_item *item, bool *is_present) MUST_CHECK;
bool transfer_licence_add(struct transfer_item *item) MUST_CHECK;
bool transfer_licence_read_machine(struct transfer_item *item) MUST_CHECK;
bool transfer_licence_find_machine(struct transfer_item *item, bool *is_present) MUST_CHECK;
bool transfer_licence_add_machine(struct transfer_item *item) MUST_CHECK;
bool transfer_licence_read_component(struct transfer_item *item) MUST_CHECK;
bool transfer_licence_find_component(struct transfer_item *item, bool *is_present) MUST_CHECK;
bool transfer_licence_add_component(struct transfer_item *item) MUST_CHECK;
