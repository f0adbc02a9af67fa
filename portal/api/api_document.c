#include "portal/api/api_document.h"

#include "base/clock.h"
#include "licensing/expiry_notice.h"
#include "portal/api/api_metadata.h"

/* --- licences --- */

static void add_licence_attributes(struct str *s, const struct api *api, const struct snapshot *l,
                                   int64_t now)
{
    const struct licence *r = &l->licence;
    int64_t validated_at = snapshot_last_validated(l);
    int64_t used_at = validated_at > licence_last_used(r) ? validated_at : licence_last_used(r);
    enum licence_status status =
        licence_status_at(r->is_owner_banned, r->is_suspended, r->expires_at, used_at, now);

    API_TEXT(s, "\"name\":", r->name);
    API_TEXT(s, ",\"key\":", r->key);
    API_MEMBER(s, "expiry");
    api_value_time(s, r->expires_at);
    API_TEXT(s, ",\"status\":", LICENCE_STATUS_NAMES[status]);
    API_MEMBER(s, "uses");
    str_i64(s, r->uses);
    API_MEMBER(s, "suspended");
    api_value_bool(s, r->is_suspended);
    API_TEXT(s, ",\"scheme\":", l->policy.scheme);
    API_ADD(s, ",\"encrypted\":false");
    API_MEMBER(s, "strict");
    api_value_bool(s, l->policy.is_strict);
    API_MEMBER(s, "floating");
    api_value_bool(s, l->policy.is_floating);
    API_MEMBER(s, "protected");
    api_value_bool(s, r->is_protected);
    API_TEXT(s, ",\"version\":", r->last_version);
    API_MEMBER(s, "maxMachines");
    api_value_limit(s, r->max_machines);
    API_MEMBER(s, "maxProcesses");
    api_value_limit(s, r->max_processes);
    API_MEMBER(s, "maxUsers");
    api_value_limit(s, r->max_users);
    API_MEMBER(s, "maxCores");
    api_value_limit(s, r->max_cores);
    API_MEMBER(s, "maxMemory");
    api_value_limit(s, r->max_memory);
    API_MEMBER(s, "maxDisk");
    api_value_limit(s, r->max_disk);
    API_MEMBER(s, "maxUses");
    api_value_limit(s, r->max_uses);
    API_MEMBER(s, "requireHeartbeat");
    api_value_bool(s, l->policy.require_heartbeat);
    API_MEMBER(s, "requireCheckIn");
    api_value_bool(s, l->policy.require_check_in);
    API_MEMBER(s, "lastValidated");
    api_value_time(s, validated_at);
    API_MEMBER(s, "lastCheckIn");
    api_value_time(s, r->last_check_in_at);
    API_MEMBER(s, "nextCheckIn");
    api_value_time(s, licence_next_check_in(&l->policy, r->last_check_in_at));
    API_MEMBER(s, "lastCheckOut");
    api_value_time(s, r->last_check_out_at);
    API_MEMBER(s, "metadata");
    api_metadata_write(s, api, r->metadata);
    API_MEMBER(s, "created");
    api_value_time(s, r->created_at);
    API_MEMBER(s, "updated");
    api_value_time(s, r->updated_at);
}

/* ,"data":[..] of a relationship that was begun. */
static void add_linkage(struct str *s, const struct api_links *links)
{
    if (links == NULL)
        return;
    API_ADD(s, ",\"data\":[");
    for (size_t i = 0; i < links->count; i++) {
        str_add(s, i == 0 ? "{\"type\":\"" : ",{\"type\":\"");
        str_add(s, links->type);
        API_ADD(s, "\",\"id\":\"");
        api_resource_id(s, links->ids[i]);
        API_ADD(s, "\"}");
    }
    str_char(s, ']');
}

static void add_licence_relationships(struct str *s, const struct api_resource *of,
                                      const struct snapshot *l,
                                      const struct api_licence_links *links)
{
    const struct licence *r = &l->licence;

    api_resource_to_one(s, of, "product", "products", r->product_id);
    api_resource_to_one(s, of, "policy", "policies", r->policy_id);
    api_resource_to_one(s, of, "group", "groups", r->group_id);
    api_resource_to_one(s, of, of->api->version > 5 ? "owner" : "user", "users", r->owner_id);
    api_resource_related(s, of, "users");
    API_ADD(s, ",\"meta\":{\"count\":");
    str_i64(s, (int64_t)l->user_count + (id_is_zero(r->owner_id) ? 0 : 1));
    str_char(s, '}');
    add_linkage(s, links->users);
    str_char(s, '}');
    api_resource_related(s, of, "machines");
    API_ADD(s, ",\"meta\":{\"cores\":");
    str_i64(s, l->cores);
    API_ADD(s, ",\"memory\":");
    str_i64(s, l->memory);
    API_ADD(s, ",\"disk\":");
    str_i64(s, l->disk);
    API_ADD(s, ",\"count\":");
    str_i64(s, (int64_t)l->machine_count);
    API_ADD(s, "}}");
    api_resource_to_many(s, of, "tokens", NULL);
    api_resource_to_many(s, of, "entitlements", links->entitlements);
}

void api_document_licence(struct str *s, const struct api *api, const struct snapshot *licence,
                          int64_t now, const struct api_links *entitlements)
{
    api_document_licence_linked(s, api, licence, now,
                                &(struct api_licence_links){.entitlements = entitlements});
}

void api_document_licence_linked(struct str *s, const struct api *api,
                                 const struct snapshot *licence, int64_t now,
                                 const struct api_licence_links *links)
{
    const struct api_resource of = api_resource_of(api, "licenses", licence->licence.id);

    api_resource_open(s, &of);
    add_licence_attributes(s, api, licence, now);
    api_resource_relationships(s, &of);
    add_licence_relationships(s, &of, licence, links);
    api_resource_close(s, &of);
}

/* --- machines --- */

static void add_machine_attributes(struct str *s, const struct api *api, const struct machine *m,
                                   bool is_created)
{
    bool is_hidden = is_created && api->version <= 2;
    int64_t beat = is_hidden ? 0 : m->last_heartbeat_at;

    API_TEXT(s, "\"fingerprint\":", m->fingerprint);
    API_MEMBER(s, "cores");
    api_value_limit(s, m->cores);
    API_MEMBER(s, "memory");
    api_value_limit(s, m->memory);
    API_MEMBER(s, "disk");
    api_value_limit(s, m->disk);
    API_TEXT(s, ",\"ip\":", m->ip);
    API_TEXT(s, ",\"hostname\":", m->hostname);
    API_TEXT(s, ",\"platform\":", m->platform);
    API_TEXT(s, ",\"name\":", m->name);
    API_MEMBER(s, "requireHeartbeat");
    api_value_bool(s, m->require_heartbeat || m->last_heartbeat_at != 0);
    API_TEXT(s, ",\"heartbeatStatus\":",
             MACHINE_HEARTBEAT_NAMES[is_hidden ? MACHINE_NOT_STARTED : m->heartbeat]);
    API_MEMBER(s, "heartbeatDuration");
    str_i64(s, m->heartbeat_seconds);
    API_MEMBER(s, "lastHeartbeat");
    api_value_time(s, beat);
    API_MEMBER(s, "nextHeartbeat");
    api_value_time(s, beat == 0 ? 0 : beat + m->heartbeat_seconds * CLOCK_SECOND);
    API_MEMBER(s, "lastCheckOut");
    api_value_time(s, m->last_check_out_at);
    API_MEMBER(s, "maxProcesses");
    api_value_limit(s, m->max_processes);
    API_MEMBER(s, "metadata");
    api_metadata_write(s, api, m->metadata);
    API_MEMBER(s, "created");
    api_value_time(s, m->created_at);
    API_MEMBER(s, "updated");
    api_value_time(s, m->updated_at);
}

void api_document_machine(struct str *s, const struct api *api, const struct machine *machine,
                          bool is_created, const struct api_links *components)
{
    const struct api_resource of = api_resource_of(api, "machines", machine->id);

    api_resource_open(s, &of);
    add_machine_attributes(s, api, machine, is_created);
    api_resource_relationships(s, &of);
    api_resource_to_one(s, &of, "product", "products", machine->product_id);
    api_resource_to_one(s, &of, "group", "groups", machine->group_id);
    api_resource_to_one(s, &of, "license", "licenses", machine->licence_id);
    if (api->version > 5)
        api_resource_to_one(s, &of, "owner", "users", machine->owner_id);
    else
        api_resource_to_one(s, &of, "user", "users", machine->licence_owner_id);
    api_resource_to_many(s, &of, "components", components);
    api_resource_to_many(s, &of, "processes", NULL);
    api_resource_close(s, &of);
}

/* --- beside the protocol --- */

static void add_instant(struct str *s, const char *name, int64_t at, bool *is_first)
{
    if (at == 0)
        return;
    str_add(s, *is_first ? ",\"gatehouse\":{\"" : ",\"");
    str_add(s, name);
    str_add(s, "\":");
    api_value_time(s, at);
    *is_first = false;
}

void api_document_extra(struct str *out, const struct snapshot *s, int64_t now)
{
    bool is_first = true;
    int64_t notice;

    if (s == NULL)
        return;
    if (s->licence.expires_at != 0 && s->licence.grace_days > 0)
        add_instant(out, "graceEnd", s->licence.expires_at + s->licence.grace_days * CLOCK_DAY,
                    &is_first);
    add_instant(out, "supportEnd", s->licence.support_until, &is_first);
    if (s->licence.is_trial) {
        str_add(out, is_first ? ",\"gatehouse\":{\"isTrial\":true" : ",\"isTrial\":true");
        is_first = false;
    }
    notice = expiry_notice_at(s->licence.expires_at, now);
    if (notice != 0) {
        str_add(out, is_first ? ",\"gatehouse\":{\"noticeDays\":" : ",\"noticeDays\":");
        str_i64(out, notice);
        is_first = false;
    }
    if (!is_first)
        str_char(out, '}');
}
