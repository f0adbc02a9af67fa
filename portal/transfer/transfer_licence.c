#include "portal/transfer/transfer_licence.h"

#include "licensing/component.h"
#include "licensing/licence_import.h"
#include "portal/sales/organisation.h"
#include "portal/transfer/transfer_extra.h"

#include <string.h>

enum { CUSTOMERS_MAX = 200 };

/* --- licences --- */

static bool read_limits(const struct api_object *in, struct licence_own *limits)
{
    static const char *const NAMES[] = {
        [LICENCE_MACHINES] = "maxMachines", [LICENCE_PROCESSES] = "maxProcesses",
        [LICENCE_USERS] = "maxUsers",       [LICENCE_CORES] = "maxCores",
        [LICENCE_MEMORY] = "maxMemory",     [LICENCE_DISK] = "maxDisk",
        [LICENCE_USES] = "maxUses",
    };

    for (int i = 0; i < LICENCE_LIMIT_COUNT; i++) {
        limits->limits[i] = POLICY_NO_LIMIT;
        if (!api_input_i64(in, NAMES[i], API_NULLABLE, &limits->limits[i]))
            return false;
        if (limits->limits[i] != POLICY_NO_LIMIT)
            limits->told |= 1U << i;
    }
    return true;
}

static bool read_attributes(const struct api_object *in, struct licence_record *r)
{
    r->has_protected = json_is_boolean(json_object_get(in->json, "protected"));
    return api_input_text(in, "key", API_REQUIRED, &r->key) &&
           api_input_text(in, "name", API_NULLABLE, &r->name) &&
           api_input_time(in, "expiry", API_NULLABLE, &r->expires_at) &&
           api_input_bool(in, "suspended", 0, &r->is_suspended) &&
           api_input_bool(in, "protected", 0, &r->is_protected) &&
           api_input_i64(in, "uses", 0, &r->uses) &&
           api_input_text(in, "version", API_NULLABLE, &r->last_version) &&
           api_input_time(in, "lastValidated", API_NULLABLE, &r->last_validated_at) &&
           api_input_time(in, "lastCheckIn", API_NULLABLE, &r->last_check_in_at) &&
           api_input_time(in, "lastCheckOut", API_NULLABLE, &r->last_check_out_at) &&
           api_input_time(in, "created", API_NULLABLE, &r->created_at) &&
           api_input_time(in, "updated", API_NULLABLE, &r->updated_at) &&
           api_input_metadata(in, &r->metadata) && read_limits(in, &r->limits);
}

struct filed { /* a licence with whose it is */
    struct licence_record record;
    struct transfer_customer customer;
};

bool transfer_licence_read(struct transfer_item *item)
{
    struct filed *filed = arena_new(item->cx->mem, struct filed);
    struct licence_record *r = &filed->record;

    item->record = filed;
    r->id = item->id;
    if (!read_attributes(&item->attributes, r) ||
        !transfer_extra_read_licence(&item->data, r, &filed->customer) ||
        !transfer_item_relation(item, "policy", TRANSFER_POLICY, true, &r->policy_id) ||
        !transfer_item_relation(item, "group", TRANSFER_GROUP, false, &r->group_id) ||
        !transfer_item_relation(item, "user", TRANSFER_USER, false, &r->owner_id) ||
        !transfer_item_relation(item, "owner", TRANSFER_USER, false, &r->owner_id))
        return false;
    if (strlen(r->key) < LICENCE_KEY_MIN)
        return api_input_refuse(&item->attributes, "key", &ERR_LICENCE_KEY_TOO_SHORT);
    item->natural = r->key;
    return true;
}

bool transfer_licence_find(struct transfer_item *item, bool *is_present)
{
    const struct licence_record *r = &((const struct filed *)item->record)->record;
    struct id found;

    if (!licence_import_find(item->cx, r->id, r->key, &found))
        return false;
    *is_present = id_equal(found, r->id);
    return *is_present || id_is_zero(found) ||
           api_input_refuse(&item->attributes, "key", &ERR_LICENCE_KEY_TAKEN);
}

/* The organisation of that code; one that is not known yet is added with its name. */
static bool find_customer(struct ctx *cx, const struct transfer_customer *customer, struct id *out)
{
    const struct organisation_filter like = {.search = customer->code, .limit = CUSTOMERS_MAX};
    const struct organisation_draft draft = {.code = customer->code, .name = customer->name};
    struct organisation *list;
    struct organisation *added;
    size_t count;
    bool has_more;

    if (!organisation_list(cx, &like, &list, &count, &has_more))
        return false;
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i].code, customer->code) == 0) {
            *out = list[i].id;
            return true;
        }
    if (!organisation_add(cx, &draft, &added))
        return false;
    *out = added->id;
    return true;
}

bool transfer_licence_add(struct transfer_item *item)
{
    const struct filed *filed = item->record;
    struct licence_record r = filed->record;
    struct ctx *cx = item->cx;
    struct licence *l;

    r.owner_id = transfer_people_here(item->people, r.owner_id);
    if (!db_begin(cx))
        return false;
    if ((filed->customer.code != NULL &&
         !find_customer(cx, &filed->customer, &r.organisation_id)) ||
        !licence_import(cx, &r, &l)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

/* --- machines --- */

struct machine_record {
    struct machine_draft draft;
    int64_t created_at, last_heartbeat_at, last_check_out_at;
};

bool transfer_licence_read_machine(struct transfer_item *item)
{
    struct machine_record *r = arena_new(item->cx->mem, struct machine_record);
    struct machine_draft *d = &r->draft;
    const struct api_object *in = &item->attributes;

    item->record = r;
    d->id = item->id;
    if (!api_input_text(in, "fingerprint", API_REQUIRED, &d->fingerprint) ||
        !api_input_text(in, "name", API_NULLABLE | API_BLANK, &d->name) ||
        !api_input_text(in, "ip", API_NULLABLE | API_BLANK, &d->ip) ||
        !api_input_text(in, "hostname", API_NULLABLE | API_BLANK, &d->hostname) ||
        !api_input_text(in, "platform", API_NULLABLE | API_BLANK, &d->platform) ||
        !api_input_i64(in, "cores", API_NULLABLE, &d->cores) ||
        !api_input_i64(in, "memory", API_NULLABLE, &d->memory) ||
        !api_input_i64(in, "disk", API_NULLABLE, &d->disk) ||
        !api_input_metadata(in, &d->metadata) ||
        !api_input_time(in, "lastHeartbeat", API_NULLABLE, &r->last_heartbeat_at) ||
        !api_input_time(in, "lastCheckOut", API_NULLABLE, &r->last_check_out_at) ||
        !api_input_time(in, "created", API_NULLABLE, &r->created_at) ||
        !transfer_item_relation(item, "license", TRANSFER_LICENCE, true, &d->licence_id) ||
        !transfer_item_relation(item, "group", TRANSFER_GROUP, false, &d->group_id) ||
        !transfer_item_relation(item, "owner", TRANSFER_USER, false, &d->owner_id))
        return false;
    if (strlen(d->fingerprint) > MACHINE_FINGERPRINT_MAX)
        return api_input_refuse(in, "fingerprint", &ERR_API_LENGTH);
    item->natural =
        arena_printf(item->cx->mem, "%s %s", id_text(item->cx->mem, d->licence_id), d->fingerprint);
    return true;
}

bool transfer_licence_find_machine(struct transfer_item *item, bool *is_present)
{
    return transfer_item_exists(item->cx, TRANSFER_MACHINE, item->id, is_present);
}

bool transfer_licence_add_machine(struct transfer_item *item)
{
    struct ctx *cx = item->cx;
    struct machine_record r = *(const struct machine_record *)item->record;
    struct machine *m;

    r.draft.owner_id = transfer_people_here(item->people, r.draft.owner_id);
    if (!db_begin(cx))
        return false;
    if (!machine_add(cx, &r.draft, &m) ||
        !licence_import_machine(cx, m->id, r.created_at, r.last_heartbeat_at,
                                r.last_check_out_at)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

/* --- components --- */

bool transfer_licence_read_component(struct transfer_item *item)
{
    struct component_draft *d = arena_new(item->cx->mem, struct component_draft);
    const struct api_object *in = &item->attributes;

    item->record = d;
    return api_input_text(in, "fingerprint", API_REQUIRED, &d->fingerprint) &&
           api_input_text(in, "name", API_REQUIRED, &d->name) &&
           api_input_metadata(in, &d->metadata) &&
           transfer_item_relation(item, "machine", TRANSFER_MACHINE, true, &d->machine_id);
}

/* Components have no id of their own choice: a machine's fingerprint names them. */
bool transfer_licence_find_component(struct transfer_item *item, bool *is_present)
{
    const struct component_draft *d = item->record;
    struct component *list;
    size_t count;

    *is_present = false;
    if (!component_list(item->cx, d->machine_id, &list, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        *is_present |= strcmp(list[i].fingerprint, d->fingerprint) == 0;
    return true;
}

bool transfer_licence_add_component(struct transfer_item *item)
{
    struct component *c;

    return component_add(item->cx, item->record, &c);
}
