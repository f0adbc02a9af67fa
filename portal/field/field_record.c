#include "portal/field/field_record.h"

bool field_record_read(struct ctx *cx, enum field_subject subject, struct id id,
                       struct field_record *out)
{
    return custom_field_set(cx, subject, &out->set) &&
           custom_value_read(cx, &out->set, id, &out->values);
}

bool field_record_write(struct ctx *cx, enum field_subject subject, struct id id,
                        const json_t *given, json_t *data)
{
    const struct field_facts facts = {.is_customer = cx->viewer.kind == VIEWER_CUSTOMER};
    const bool is_strict = cx->viewer.kind == VIEWER_STAFF && !cx->is_import;
    struct field_record is;
    struct custom_settled settled;

    if (!field_record_read(cx, subject, id, &is))
        return false;
    if (is.set.count == 0 && json_object_size(given) == 0)
        return true;
    if (!custom_value_settle(cx, &is.set, &facts, is.values, given, is_strict, &settled) ||
        !custom_value_write(cx, &is.set, id, is.values, settled.values))
        return false;
    json_object_set(data, "fields_before",
                    custom_value_set_json(cx->mem, &is.set, is.values, false));
    json_object_set(data, "fields", custom_value_set_json(cx->mem, &is.set, settled.values, false));
    return true;
}

bool field_record_json(struct ctx *cx, enum field_subject subject, struct id id, json_t **out)
{
    struct field_record is;

    if (!field_record_read(cx, subject, id, &is))
        return false;
    *out = custom_value_set_json(cx->mem, &is.set, is.values, cx->viewer.kind == VIEWER_CUSTOMER);
    return true;
}
