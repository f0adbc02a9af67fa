#include "portal/api/release_document.h"

#include "portal/api/api_metadata.h"

static void write_semver(struct str *s, const struct semver *v)
{
    str_fmt(s, "{\"major\":%lld,\"minor\":%lld,\"patch\":%lld", (long long)v->major,
            (long long)v->minor, (long long)v->patch);
    API_TEXT(s, ",\"prerelease\":", v->prerelease);
    API_TEXT(s, ",\"build\":", v->build);
    str_char(s, '}');
}

static void write_times(struct str *s, int64_t created_at, int64_t updated_at)
{
    API_MEMBER(s, "created");
    api_value_time(s, created_at);
    API_MEMBER(s, "updated");
    api_value_time(s, updated_at);
}

void release_document_write(struct str *s, const struct api *api, const struct release *r)
{
    const struct api_resource of = api_resource_of(api, "releases", r->id);
    const struct id none = {{0}};

    api_resource_open(s, &of);
    API_TEXT(s, "\"name\":", r->name);
    API_TEXT(s, ",\"description\":", r->description);
    API_TEXT(s, ",\"channel\":", RELEASE_CHANNEL_NAMES[r->channel]);
    API_TEXT(s, ",\"status\":", RELEASE_STATUS_NAMES[r->status]);
    API_TEXT(s, ",\"tag\":", r->tag);
    API_TEXT(s, ",\"version\":", r->version);
    API_MEMBER(s, "semver");
    write_semver(s, &r->semver);
    API_MEMBER(s, "metadata");
    api_metadata_write(s, api, r->metadata);
    write_times(s, r->created_at, r->updated_at);
    API_MEMBER(s, "backdated");
    api_value_time(s, r->backdated_at);
    API_MEMBER(s, "yanked");
    api_value_time(s, r->yanked_at);
    api_resource_relationships(s, &of);
    api_resource_to_one(s, &of, "product", "products", r->product_id);
    api_resource_to_one(s, &of, "package", "packages", none);
    api_resource_to_many(s, &of, "entitlements", NULL);
    api_resource_to_many(s, &of, "constraints", NULL);
    api_resource_to_many(s, &of, "artifacts", NULL);
    api_resource_to_many(s, &of, "upgrade", NULL);
    api_resource_close(s, &of);
}

void release_document_artefact(struct str *s, const struct api *api, const struct artefact *a)
{
    const struct api_resource of = api_resource_of(api, "artifacts", a->id);

    api_resource_open(s, &of);
    API_TEXT(s, "\"filename\":", a->filename);
    API_TEXT(s, ",\"filetype\":", a->filetype);
    API_MEMBER(s, "filesize");
    if (a->filesize > 0)
        str_i64(s, a->filesize);
    else
        API_ADD(s, "null");
    API_TEXT(s, ",\"platform\":", a->platform);
    API_TEXT(s, ",\"arch\":", a->arch);
    API_TEXT(s, ",\"signature\":", a->signature);
    API_TEXT(s, ",\"checksum\":", a->checksum);
    API_TEXT(s, ",\"status\":", ARTEFACT_STATUS_NAMES[a->status]);
    API_MEMBER(s, "metadata");
    api_metadata_write(s, api, a->metadata);
    write_times(s, a->created_at, a->updated_at);
    api_resource_relationships(s, &of);
    api_resource_to_one(s, &of, "release", "releases", a->release_id);
    api_resource_close(s, &of);
}

static void add_link(struct str *s, const struct api *api, const char *name, const char *type,
                     struct id id)
{
    str_fmt(s, ",\"%s\":{\"links\":{\"related\":\"", name);
    api_resource_path(s, api, type, id);
    str_fmt(s, "\"},\"data\":{\"type\":\"%s\",\"id\":\"", type);
    api_resource_id(s, id);
    API_ADD(s, "\"}}");
}

void release_document_constraint(struct str *s, const struct api *api,
                                 const struct release_constraint *c)
{
    API_ADD(s, "{\"id\":\"");
    api_resource_id(s, c->id);
    API_ADD(s, "\",\"type\":\"constraints\",\"relationships\":{");
    api_resource_account(s, api);
    add_link(s, api, "release", "releases", c->release_id);
    add_link(s, api, "entitlement", "entitlements", c->entitlement_id);
    API_ADD(s, "},\"links\":{\"related\":\"");
    api_resource_path(s, api, "releases", c->release_id);
    API_ADD(s, "/constraints\"}}");
}
