/* Making, altering and withdrawing releases. */
#include "licensing/access.h"
#include "licensing/release.h"

#include <string.h>

const struct err_kind ERR_RELEASE_VERSION_INVALID = {
    ERR_CLASS_INVALID, "VERSION_INVALID",
    "A version is three numbers with dots, such as 1.4.0 or 2.0.0-beta.1."};
const struct err_kind ERR_RELEASE_VERSION_TAKEN = {ERR_CLASS_INVALID, "VERSION_TAKEN",
                                                   "The product has a release of this version."};
const struct err_kind ERR_RELEASE_TAG_TAKEN = {ERR_CLASS_INVALID, "TAG_TAKEN",
                                               "The product has a release with this tag."};
const struct err_kind ERR_RELEASE_CHANNEL_INVALID = {
    ERR_CLASS_INVALID, "VERSION_CHANNEL_INVALID",
    "A stable version has no pre-release part; in the other channels it begins with the channel's "
    "name, such as 2.0.0-beta.1."};
const struct err_kind ERR_RELEASE_PRODUCT_NOT_FOUND = {ERR_CLASS_INVALID, "PRODUCT_NOT_FOUND",
                                                       "There is no such product."};
const struct err_kind ERR_RELEASE_CONSTRAINT_NOT_FOUND = {
    ERR_CLASS_INVALID, "CONSTRAINTS_ENTITLEMENT_NOT_FOUND", "There is no such entitlement."};
const struct err_kind ERR_RELEASE_CONSTRAINT_TAKEN = {
    ERR_CLASS_INVALID, "CONSTRAINTS_ENTITLEMENT_CONFLICT",
    "The release needs this entitlement already."};
const struct err_kind ERR_RELEASE_NAME_TOO_LONG = {ERR_CLASS_INVALID, "NAME_TOO_LONG",
                                                   "A name has at most 255 characters."};
const struct err_kind ERR_RELEASE_TAG_TOO_LONG = {ERR_CLASS_INVALID, "TAG_TOO_LONG",
                                                  "A tag has at most 255 characters."};
const struct err_kind ERR_RELEASE_ID_CONFLICT = {ERR_CLASS_CONFLICT, "ID_CONFLICT",
                                                 "There is something with this id already."};
static const struct err_kind ERR_DESCRIPTION = {ERR_CLASS_INVALID, "DESCRIPTION_TOO_LONG",
                                                "The notes have at most 20,000 characters."};
static const struct err_kind ERR_BACKDATED = {ERR_CLASS_INVALID, "BACKDATED_INVALID",
                                              "A release is backdated into the past."};
static const struct err_kind ERR_NOT_CONSTRAINED = {ERR_CLASS_INVALID, "",
                                                    "The release does not need this entitlement."};

static const struct release_reader EVERY = {.kind = RELEASE_FOR_ALL};

static const char SQL_RELEASE_ADD[] =
    "INSERT INTO product_release (tenant_id, id, product_id, name, description, channel, status, "
    "tag, version, semver_major, semver_minor, semver_patch, semver_prerelease, semver_build, "
    "metadata, backdated_at, created_at, updated_at) SELECT p.tenant_id, ?, p.id, ?, ?, ?, ?, ?, "
    "?, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM product p WHERE p.tenant_id = ? AND p.id = ? "
    "AND p.deleted_at IS NULL";
static const char SQL_RELEASE_CHANGE[] =
    "UPDATE product_release SET name = ?, description = ?, channel = ?, tag = ?, version = ?, "
    "semver_major = ?, semver_minor = ?, semver_patch = ?, semver_prerelease = ?, "
    "semver_build = ?, metadata = ?, backdated_at = ?, updated_at = ? "
    "WHERE tenant_id = ? AND id = ?";
static const char SQL_RELEASE_STATUS[] =
    "UPDATE product_release SET status = ?, yanked_at = ?, updated_at = ? "
    "WHERE tenant_id = ? AND id = ?";
static const char SQL_RELEASE_FREE[] =
    "DELETE FROM release_entitlement WHERE tenant_id = ? AND release_id = ?";
static const char SQL_RELEASE_ARTEFACTS[] =
    "DELETE FROM artefact WHERE tenant_id = ? AND release_id = ?";
static const char SQL_RELEASE_REMOVE[] =
    "DELETE FROM product_release WHERE tenant_id = ? AND id = ?";
static const char SQL_CONSTRAIN[] =
    "INSERT INTO release_entitlement (tenant_id, release_id, entitlement_id, id, created_at) "
    "VALUES (?, ?, ?, ?, ?)";
static const char SQL_UNCONSTRAIN[] =
    "DELETE FROM release_entitlement WHERE tenant_id = ? AND release_id = ? "
    "AND (entitlement_id = ? OR id = ?)";

/* --- checks --- */

static bool refuse(struct ctx *cx, const struct err_kind *kind, const char *source)
{
    return err_set_at(&cx->err, kind, source, "%s", kind->code);
}

static bool suits_channel(const struct semver *v, enum release_channel channel)
{
    const char *name = RELEASE_CHANNEL_NAMES[channel];

    if (channel == RELEASE_STABLE)
        return v->prerelease == NULL;
    return v->prerelease != NULL && strncmp(v->prerelease, name, strlen(name)) == 0;
}

static bool check_text(struct ctx *cx, const char *text, size_t max, const struct err_kind *kind,
                       const char *source)
{
    return text == NULL || strlen(text) <= max || refuse(cx, kind, source);
}

static bool check(struct ctx *cx, const struct release *r, struct semver *semver)
{
    if (!semver_parse(cx->mem, r->version, semver))
        return refuse(cx, &ERR_RELEASE_VERSION_INVALID, "/data/attributes/version");
    if (!suits_channel(semver, r->channel))
        return refuse(cx, &ERR_RELEASE_CHANNEL_INVALID, "/data/attributes/version");
    if (r->backdated_at > cx->now)
        return refuse(cx, &ERR_BACKDATED, "/data/attributes/backdated");
    return check_text(cx, r->name, RELEASE_NAME_MAX, &ERR_RELEASE_NAME_TOO_LONG,
                      "/data/attributes/name") &&
           check_text(cx, r->tag, RELEASE_TAG_MAX, &ERR_RELEASE_TAG_TOO_LONG,
                      "/data/attributes/tag") &&
           check_text(cx, r->description, RELEASE_DESCRIPTION_MAX, &ERR_DESCRIPTION,
                      "/data/attributes/description");
}

/* What the database found taken, as the kind for it. Always false. */
static bool explain(struct ctx *cx)
{
    const char *key = db_duplicate_key(cx);

    if (cx->err.kind != &ERR_CONFLICT)
        return false;
    if (strcmp(key, "product_release_version") == 0) {
        err_clear(&cx->err);
        return refuse(cx, &ERR_RELEASE_VERSION_TAKEN, "/data/attributes/version");
    }
    if (strcmp(key, "product_release_tag") == 0) {
        err_clear(&cx->err);
        return refuse(cx, &ERR_RELEASE_TAG_TAKEN, "/data/attributes/tag");
    }
    if (strcmp(key, "PRIMARY") == 0) {
        err_clear(&cx->err);
        return refuse(cx, &ERR_RELEASE_ID_CONFLICT, "/data/id");
    }
    return false;
}

/* --- changes --- */

static bool emit(struct ctx *cx, enum event_kind kind, const struct release *r)
{
    return event_emit(
        cx, kind, r->id,
        json_own(cx->mem, json_pack("{s:s,s:{s:s,s:s}}", "product", id_text(cx->mem, r->product_id),
                                    "attributes", "version", r->version, "channel",
                                    RELEASE_CHANNEL_NAMES[r->channel])));
}

static bool insert(struct ctx *cx, const struct release *r, const struct semver *v)
{
    int64_t added;

    if (!db_exec(cx, &added, SQL_RELEASE_ADD, DB_ID(r->id), DB_TEXT(r->name),
                 DB_TEXT(r->description), DB_TEXT(RELEASE_CHANNEL_NAMES[r->channel]),
                 DB_TEXT(RELEASE_STATUS_NAMES[r->status]), DB_TEXT(r->tag), DB_TEXT(r->version),
                 DB_INT(v->major), DB_INT(v->minor), DB_INT(v->patch), DB_TEXT(v->prerelease),
                 DB_TEXT(v->build), DB_TEXT(r->metadata != NULL ? r->metadata : "{}"),
                 DB_TIME(r->backdated_at), DB_TIME(cx->now), DB_TIME(cx->now), DB_ID(cx->tenant_id),
                 DB_ID(r->product_id)))
        return explain(cx);
    return added > 0 || refuse(cx, &ERR_RELEASE_PRODUCT_NOT_FOUND, "/data/relationships/product");
}

static bool constrain(struct ctx *cx, struct id id, const struct id *entitlements, size_t count,
                      struct id *links, const char *at)
{
    for (size_t i = 0; i < count; i++) {
        struct id link = ctx_new_id(cx);
        const struct err_kind *kind;

        if (db_exec(cx, NULL, SQL_CONSTRAIN, DB_ID(cx->tenant_id), DB_ID(id),
                    DB_ID(entitlements[i]), DB_ID(link), DB_TIME(cx->now))) {
            if (links != NULL)
                links[i] = link;
            continue;
        }
        kind = cx->err.kind == &ERR_NOT_FOUND  ? &ERR_RELEASE_CONSTRAINT_NOT_FOUND
               : cx->err.kind == &ERR_CONFLICT ? &ERR_RELEASE_CONSTRAINT_TAKEN
                                               : NULL;
        if (kind != NULL) {
            err_clear(&cx->err);
            return refuse(cx, kind, arena_printf(cx->mem, "%s/%zu", at, i));
        }
        return false;
    }
    return true;
}

bool release_add(struct ctx *cx, const struct release_draft *draft, struct release **out)
{
    struct release r = {
        .id = id_is_zero(draft->id) ? ctx_new_id(cx) : draft->id,
        .product_id = draft->product_id,
        .name = draft->name,
        .description = draft->description,
        .channel = draft->channel,
        .status = draft->is_published ? RELEASE_PUBLISHED : RELEASE_DRAFT,
        .tag = draft->tag,
        .version = draft->version,
        .metadata = draft->metadata,
        .backdated_at = draft->backdated_at,
    };
    struct semver v;

    if (!access_manage(cx, ACTION_CREATE) || !check(cx, &r, &v) || !db_begin(cx))
        return false;
    if (!insert(cx, &r, &v) ||
        !constrain(cx, r.id, draft->constraints, draft->constraint_count, NULL,
                   "/data/relationships/constraints/data") ||
        !licence_changed(cx, "release", r.id) || !emit(cx, EVENT_RELEASE_CREATED, &r) ||
        !release_get(cx, &EVERY, r.id, out)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

bool release_change(struct ctx *cx, const struct release *r, struct release **out)
{
    struct semver v;
    int64_t found;

    if (!access_manage(cx, ACTION_UPDATE) || !check(cx, r, &v) || !db_begin(cx))
        return false;
    if (!db_exec(cx, &found, SQL_RELEASE_CHANGE, DB_TEXT(r->name), DB_TEXT(r->description),
                 DB_TEXT(RELEASE_CHANNEL_NAMES[r->channel]), DB_TEXT(r->tag), DB_TEXT(r->version),
                 DB_INT(v.major), DB_INT(v.minor), DB_INT(v.patch), DB_TEXT(v.prerelease),
                 DB_TEXT(v.build), DB_TEXT(r->metadata != NULL ? r->metadata : "{}"),
                 DB_TIME(r->backdated_at), DB_TIME(cx->now), DB_ID(cx->tenant_id), DB_ID(r->id))) {
        explain(cx);
        goto rollback;
    }
    if (!licence_changed(cx, "release", r->id) || !emit(cx, EVENT_RELEASE_UPDATED, r) ||
        !release_get(cx, &EVERY, r->id, out))
        goto rollback;
    return db_commit(cx);

rollback:
    db_rollback(cx);
    return false;
}

bool release_remove(struct ctx *cx, struct id id)
{
    static const char *const SQL[] = {SQL_RELEASE_FREE, SQL_RELEASE_ARTEFACTS};
    struct release *r;

    if (!access_manage(cx, ACTION_DELETE) || !release_get(cx, &EVERY, id, &r) || !db_begin(cx))
        return false;
    for (size_t i = 0; i < COUNT(SQL); i++)
        if (!db_exec(cx, NULL, SQL[i], DB_ID(cx->tenant_id), DB_ID(id)))
            goto rollback;
    if (!db_exec(cx, NULL, SQL_RELEASE_REMOVE, DB_ID(cx->tenant_id), DB_ID(id)) ||
        !licence_changed(cx, "release", id) || !emit(cx, EVENT_RELEASE_DELETED, r))
        goto rollback;
    return db_commit(cx);

rollback:
    db_rollback(cx);
    return false;
}

static bool set_status(struct ctx *cx, struct id id, enum release_status status,
                       enum event_kind kind, struct release **out)
{
    int64_t yanked_at = status == RELEASE_YANKED ? cx->now : 0;

    if (!access_manage(cx, ACTION_UPDATE) || !db_begin(cx))
        return false;
    if (!release_get(cx, &EVERY, id, out))
        goto rollback;
    if ((*out)->status == status)
        return db_commit(cx); /* so already: nothing to tell */
    if (!db_exec(cx, NULL, SQL_RELEASE_STATUS, DB_TEXT(RELEASE_STATUS_NAMES[status]),
                 DB_TIME(yanked_at), DB_TIME(cx->now), DB_ID(cx->tenant_id), DB_ID(id)) ||
        !licence_changed(cx, "release", id) || !emit(cx, kind, *out) ||
        !release_get(cx, &EVERY, id, out))
        goto rollback;
    return db_commit(cx);

rollback:
    db_rollback(cx);
    return false;
}

bool release_publish(struct ctx *cx, struct id id, struct release **out)
{
    return set_status(cx, id, RELEASE_PUBLISHED, EVENT_RELEASE_PUBLISHED, out);
}

bool release_yank(struct ctx *cx, struct id id, struct release **out)
{
    return set_status(cx, id, RELEASE_YANKED, EVENT_RELEASE_YANKED, out);
}

bool release_constrain(struct ctx *cx, struct id id, const struct id *entitlements, size_t count,
                       struct id *links)
{
    struct release *r;

    if (!access_manage(cx, ACTION_UPDATE) || !db_begin(cx))
        return false;
    if (!release_get(cx, &EVERY, id, &r) ||
        !constrain(cx, id, entitlements, count, links, "/data") ||
        !licence_changed(cx, "release", id) || !emit(cx, EVENT_RELEASE_CONSTRAINTS_ATTACHED, r)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

bool release_unconstrain(struct ctx *cx, struct id id, const struct id *which, size_t count)
{
    struct release *r;

    if (!access_manage(cx, ACTION_UPDATE) || !db_begin(cx))
        return false;
    if (!release_get(cx, &EVERY, id, &r))
        goto rollback;
    for (size_t i = 0; i < count; i++) {
        int64_t removed;

        if (!db_exec(cx, &removed, SQL_UNCONSTRAIN, DB_ID(cx->tenant_id), DB_ID(id),
                     DB_ID(which[i]), DB_ID(which[i])))
            goto rollback;
        if (removed == 0) {
            refuse(cx, &ERR_NOT_CONSTRAINED, arena_printf(cx->mem, "/data/%zu", i));
            goto rollback;
        }
    }
    if (!licence_changed(cx, "release", id) || !emit(cx, EVENT_RELEASE_CONSTRAINTS_DETACHED, r))
        goto rollback;
    return db_commit(cx);

rollback:
    db_rollback(cx);
    return false;
}

bool release_given(struct ctx *cx, struct id id, struct id artefact_id,
                   const struct snapshot *licence)
{
    const struct licence *l = licence != NULL ? &licence->licence : NULL;
    bool is_file = !id_is_zero(artefact_id);
    json_t *data = json_own(cx->mem, json_object());

    if (l != NULL)
        json_object_set_new(data, "licence", json_string(id_text(cx->mem, l->id)));
    if (!db_begin(cx))
        return false;
    if (l != NULL && l->expires_at == 0 &&
        licence->policy.expiration_basis == POLICY_FROM_FIRST_DOWNLOAD && !licence_start(cx, l->id))
        goto rollback;
    if (is_file && !event_emit(cx, EVENT_ARTEFACT_DOWNLOADED, artefact_id, data))
        goto rollback;
    if (!event_emit(cx, is_file ? EVENT_RELEASE_DOWNLOADED : EVENT_RELEASE_UPGRADED, id, data))
        goto rollback;
    return db_commit(cx);

rollback:
    db_rollback(cx);
    return false;
}
