#include "licensing/policy.h"

#include "base/clock.h"
#include "licensing/access.h"
#include "licensing/licence.h"

#include <string.h>

const struct err_kind ERR_POLICY_DURATION_INVALID = {
    ERR_CLASS_INVALID, "DURATION_INVALID",
    "A duration is at least one day, or none for a licence that does not end."};
const struct err_kind ERR_POLICY_MAX_MACHINES_INVALID = {
    ERR_CLASS_INVALID, "MAX_MACHINES_INVALID",
    "A node-locked policy has exactly one machine, a floating one at least one."};
const struct err_kind ERR_POLICY_OVERAGE_NOT_ALLOWED = {
    ERR_CLASS_INVALID, "OVERAGE_STRATEGY_NOT_ALLOWED",
    "This overage does not fit the limits: they must divide evenly, and a node-locked policy has "
    "no fraction."};
const struct err_kind ERR_POLICY_SCHEME_NOT_ALLOWED = {ERR_CLASS_INVALID, "SCHEME_NOT_ALLOWED",
                                                       "Keys can be plain or signed with Ed25519."};
const struct err_kind ERR_POLICY_CHECK_IN_INTERVAL = {
    ERR_CLASS_INVALID, "CHECK_IN_INTERVAL_NOT_ALLOWED",
    "Check-in needs an interval: day, week, month or year."};
const struct err_kind ERR_POLICY_CHECK_IN_COUNT = {
    ERR_CLASS_INVALID, "CHECK_IN_INTERVAL_COUNT_NOT_ALLOWED",
    "Check-in needs a number of intervals from 1 to 365."};
const struct err_kind ERR_POLICY_HEARTBEAT_INVALID = {
    ERR_CLASS_INVALID, "HEARTBEAT_DURATION_INVALID", "A heartbeat lasts at least 60 seconds."};
const struct err_kind ERR_POLICY_CULL_NOT_ALLOWED = {
    ERR_CLASS_INVALID, "HEARTBEAT_CULL_STRATEGY_NOT_ALLOWED",
    "Machines that may always revive must be kept when dead."};

static const struct err_kind ERR_MAX_PROCESSES = {ERR_CLASS_INVALID, "MAX_PROCESSES_INVALID",
                                                  "The most processes is a number from 1."};
static const struct err_kind ERR_MAX_USERS = {ERR_CLASS_INVALID, "MAX_USERS_INVALID",
                                              "The most users is a number from 1."};
static const struct err_kind ERR_MAX_CORES = {ERR_CLASS_INVALID, "MAX_CORES_INVALID",
                                              "The most cores is a number from 1."};
static const struct err_kind ERR_MAX_MEMORY = {ERR_CLASS_INVALID, "MAX_MEMORY_INVALID",
                                               "The most memory is a number from 1."};
static const struct err_kind ERR_MAX_DISK = {ERR_CLASS_INVALID, "MAX_DISK_INVALID",
                                             "The most disk space is a number from 1."};
static const struct err_kind ERR_MAX_USES = {ERR_CLASS_INVALID, "MAX_USES_INVALID",
                                             "The most uses is a number from 0."};
static const struct err_kind ERR_POLICY_NAME = {ERR_CLASS_INVALID, "NAME_INVALID",
                                                "A policy needs a name of at most 255 characters."};

const char *const POLICY_UNIQUENESS_NAMES[] = {
    [POLICY_UNIQUE_PER_MACHINE] = "UNIQUE_PER_MACHINE",
    [POLICY_UNIQUE_PER_LICENCE] = "UNIQUE_PER_LICENSE",
    [POLICY_UNIQUE_PER_POLICY] = "UNIQUE_PER_POLICY",
    [POLICY_UNIQUE_PER_PRODUCT] = "UNIQUE_PER_PRODUCT",
    [POLICY_UNIQUE_PER_ACCOUNT] = "UNIQUE_PER_ACCOUNT",
};
const char *const POLICY_MATCHING_NAMES[] = {
    [POLICY_MATCH_ANY] = "MATCH_ANY",
    [POLICY_MATCH_TWO] = "MATCH_TWO",
    [POLICY_MATCH_MOST] = "MATCH_MOST",
    [POLICY_MATCH_ALL] = "MATCH_ALL",
};
const char *const POLICY_EXPIRATION_NAMES[] = {
    [POLICY_RESTRICT_ACCESS] = "RESTRICT_ACCESS",
    [POLICY_REVOKE_ACCESS] = "REVOKE_ACCESS",
    [POLICY_MAINTAIN_ACCESS] = "MAINTAIN_ACCESS",
    [POLICY_ALLOW_ACCESS] = "ALLOW_ACCESS",
};
const char *const POLICY_EXPIRATION_BASIS_NAMES[] = {
    [POLICY_FROM_CREATION] = "FROM_CREATION",
    [POLICY_FROM_FIRST_VALIDATION] = "FROM_FIRST_VALIDATION",
    [POLICY_FROM_FIRST_ACTIVATION] = "FROM_FIRST_ACTIVATION",
    [POLICY_FROM_FIRST_DOWNLOAD] = "FROM_FIRST_DOWNLOAD",
    [POLICY_FROM_FIRST_USE] = "FROM_FIRST_USE",
};
const char *const POLICY_RENEWAL_NAMES[] = {
    [POLICY_FROM_EXPIRY] = "FROM_EXPIRY",
    [POLICY_FROM_NOW] = "FROM_NOW",
    [POLICY_FROM_NOW_IF_EXPIRED] = "FROM_NOW_IF_EXPIRED",
};
const char *const POLICY_TRANSFER_NAMES[] = {
    [POLICY_KEEP_EXPIRY] = "KEEP_EXPIRY",
    [POLICY_RESET_EXPIRY] = "RESET_EXPIRY",
};
const char *const POLICY_AUTHENTICATION_NAMES[] = {
    [POLICY_AUTH_TOKEN] = "TOKEN",     [POLICY_AUTH_LICENCE] = "LICENSE",
    [POLICY_AUTH_SESSION] = "SESSION", [POLICY_AUTH_MIXED] = "MIXED",
    [POLICY_AUTH_NONE] = "NONE",
};
const char *const POLICY_LEASING_NAMES[] = {
    [POLICY_PER_MACHINE] = "PER_MACHINE",
    [POLICY_PER_LICENCE] = "PER_LICENSE",
    [POLICY_PER_USER] = "PER_USER",
};
const char *const POLICY_OVERAGE_NAMES[] = {
    [POLICY_NO_OVERAGE] = "NO_OVERAGE",
    [POLICY_ALWAYS_ALLOW_OVERAGE] = "ALWAYS_ALLOW_OVERAGE",
    [POLICY_OVERAGE_1_25X] = "ALLOW_1_25X_OVERAGE",
    [POLICY_OVERAGE_1_5X] = "ALLOW_1_5X_OVERAGE",
    [POLICY_OVERAGE_2X] = "ALLOW_2X_OVERAGE",
};
const char *const POLICY_INTERVAL_NAMES[] = {
    [POLICY_NO_INTERVAL] = NULL, [POLICY_DAY] = "day",   [POLICY_WEEK] = "week",
    [POLICY_MONTH] = "month",    [POLICY_YEAR] = "year",
};
const char *const POLICY_CULL_NAMES[] = {
    [POLICY_DEACTIVATE_DEAD] = "DEACTIVATE_DEAD",
    [POLICY_KEEP_DEAD] = "KEEP_DEAD",
};
const char *const POLICY_REVIVE_NAMES[] = {
    [POLICY_NO_REVIVE] = "NO_REVIVE",
    [POLICY_REVIVE_1_MINUTE] = "1_MINUTE_REVIVE",
    [POLICY_REVIVE_2_MINUTES] = "2_MINUTE_REVIVE",
    [POLICY_REVIVE_5_MINUTES] = "5_MINUTE_REVIVE",
    [POLICY_REVIVE_10_MINUTES] = "10_MINUTE_REVIVE",
    [POLICY_REVIVE_15_MINUTES] = "15_MINUTE_REVIVE",
    [POLICY_ALWAYS_REVIVE] = "ALWAYS_REVIVE",
};
const char *const POLICY_HEARTBEAT_BASIS_NAMES[] = {
    [POLICY_HEARTBEAT_FROM_FIRST_PING] = "FROM_FIRST_PING",
    [POLICY_HEARTBEAT_FROM_CREATION] = "FROM_CREATION",
};

struct policy policy_default(struct id product_id, const char *name)
{
    return (struct policy){
        .product_id = product_id,
        .name = name,
        .is_floating = true,
        .max_machines = POLICY_NO_LIMIT,
        .max_processes = POLICY_NO_LIMIT,
        .max_users = POLICY_NO_LIMIT,
        .max_cores = POLICY_NO_LIMIT,
        .max_memory = POLICY_NO_LIMIT,
        .max_disk = POLICY_NO_LIMIT,
        .max_uses = POLICY_NO_LIMIT,
        .machine_uniqueness = POLICY_UNIQUE_PER_LICENCE,
        .component_uniqueness = POLICY_UNIQUE_PER_MACHINE,
        .machine_leasing = POLICY_PER_LICENCE,
        .process_leasing = POLICY_PER_MACHINE,
    };
}

int64_t policy_sum(int64_t a, int64_t b)
{
    int64_t sum;

    return ADD_FITS(a, b, &sum) ? sum : INT64_MAX;
}

bool policy_allows(enum policy_overage overage, int64_t count, int64_t max)
{
    int64_t left = 1;
    int64_t right = 1;

    switch (overage) {
    case POLICY_ALWAYS_ALLOW_OVERAGE:
        return true;
    case POLICY_NO_OVERAGE:
        break;
    case POLICY_OVERAGE_1_25X:
        left = 4;
        right = 5;
        break;
    case POLICY_OVERAGE_1_5X:
        left = 2;
        right = 3;
        break;
    case POLICY_OVERAGE_2X:
        right = 2;
        break;
    }
    /* A bound beyond what counts can reach holds nothing back. */
    if (!MUL_FITS(max, right, &right))
        return true;
    return MUL_FITS(count, left, &left) && left <= right;
}

/* --- checks --- */

struct limit {
    int64_t value, min, max;
    const struct err_kind *kind;
    const char *source;
};

static bool check_limits(struct ctx *cx, const struct policy *p)
{
    const struct limit limits[] = {
        {p->max_machines, 1, INT32_MAX, &ERR_POLICY_MAX_MACHINES_INVALID,
         "/data/attributes/maxMachines"},
        {p->max_processes, 1, INT32_MAX, &ERR_MAX_PROCESSES, "/data/attributes/maxProcesses"},
        {p->max_users, 1, INT32_MAX, &ERR_MAX_USERS, "/data/attributes/maxUsers"},
        {p->max_cores, 1, INT32_MAX, &ERR_MAX_CORES, "/data/attributes/maxCores"},
        {p->max_memory, 1, INT64_MAX, &ERR_MAX_MEMORY, "/data/attributes/maxMemory"},
        {p->max_disk, 1, INT64_MAX, &ERR_MAX_DISK, "/data/attributes/maxDisk"},
        {p->max_uses, 0, INT64_MAX, &ERR_MAX_USES, "/data/attributes/maxUses"},
    };
    int64_t parts = p->overage == POLICY_OVERAGE_1_25X  ? 4
                    : p->overage == POLICY_OVERAGE_1_5X ? 2
                                                        : 1;

    for (size_t i = 0; i < COUNT(limits); i++)
        if (limits[i].value != POLICY_NO_LIMIT &&
            (limits[i].value < limits[i].min || limits[i].value > limits[i].max))
            return err_set_at(&cx->err, limits[i].kind, limits[i].source, "limit %lld",
                              (long long)limits[i].value);
    if (!p->is_floating && p->max_machines != 1)
        return err_set_at(&cx->err, &ERR_POLICY_MAX_MACHINES_INVALID,
                          "/data/attributes/maxMachines", "node-locked");
    if (parts == 1)
        return true;
    for (size_t i = 0; i < COUNT(limits); i++)
        if (limits[i].kind != &ERR_MAX_USES && limits[i].value != POLICY_NO_LIMIT &&
            limits[i].value % parts != 0)
            return err_set_at(&cx->err, &ERR_POLICY_OVERAGE_NOT_ALLOWED,
                              "/data/attributes/overageStrategy", "%s", limits[i].source);
    return p->is_floating || err_set_at(&cx->err, &ERR_POLICY_OVERAGE_NOT_ALLOWED,
                                        "/data/attributes/overageStrategy", "node-locked");
}

static bool check_times(struct ctx *cx, const struct policy *p)
{
    if (p->duration_seconds != 0 &&
        (p->duration_seconds < CLOCK_DAY / CLOCK_SECOND || p->duration_seconds > INT32_MAX))
        return err_set_at(&cx->err, &ERR_POLICY_DURATION_INVALID, "/data/attributes/duration",
                          "%lld s", (long long)p->duration_seconds);
    if (p->require_check_in && p->check_in_interval == POLICY_NO_INTERVAL)
        return err_set_at(&cx->err, &ERR_POLICY_CHECK_IN_INTERVAL,
                          "/data/attributes/checkInInterval", "none");
    if (p->require_check_in && (p->check_in_count < 1 || p->check_in_count > 365))
        return err_set_at(&cx->err, &ERR_POLICY_CHECK_IN_COUNT,
                          "/data/attributes/checkInIntervalCount", "%lld",
                          (long long)p->check_in_count);
    if (p->heartbeat_seconds != 0 && p->heartbeat_seconds < 60)
        return err_set_at(&cx->err, &ERR_POLICY_HEARTBEAT_INVALID,
                          "/data/attributes/heartbeatDuration", "%lld s",
                          (long long)p->heartbeat_seconds);
    if (p->revive == POLICY_ALWAYS_REVIVE && p->cull != POLICY_KEEP_DEAD)
        return err_set_at(&cx->err, &ERR_POLICY_CULL_NOT_ALLOWED,
                          "/data/attributes/heartbeatCullStrategy", "always revive");
    return true;
}

static bool check(struct ctx *cx, const struct policy *p)
{
    if (p->name == NULL || *p->name == '\0' || strlen(p->name) > POLICY_NAME_MAX)
        return err_set_at(&cx->err, &ERR_POLICY_NAME, "/data/attributes/name", "policy name");
    if (p->scheme != NULL && strcmp(p->scheme, "ED25519_SIGN") != 0)
        return err_set_at(&cx->err, &ERR_POLICY_SCHEME_NOT_ALLOWED, "/data/attributes/scheme", "%s",
                          p->scheme);
    return check_limits(cx, p) && check_times(cx, p);
}

/* --- rows --- */

static const char SQL_POLICY_ADD[] =
    "INSERT INTO policy (tenant_id, " POLICY_COLUMNS("")
    ") VALUES "
    "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
    "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char SQL_POLICY_GET[] = "SELECT " POLICY_COLUMNS("")
                                     " FROM policy "
                                     "WHERE tenant_id = ? AND id = ? AND deleted_at IS NULL";
static const char SQL_POLICY_LIST[] =
    "SELECT " POLICY_COLUMNS("")
    " FROM policy "
    "WHERE tenant_id = ? AND deleted_at IS NULL AND (? OR product_id = ?) ORDER BY name, id LIMIT ?";
static const char SQL_POLICY_PRODUCT[] =
    "SELECT 1 FROM product WHERE tenant_id = ? AND id = ? AND deleted_at IS NULL";

static int value_of(const char *const *names, size_t count, const char *text)
{
    for (size_t i = 0; text != NULL && i < count; i++)
        if (names[i] != NULL && strcmp(names[i], text) == 0)
            return (int)i;
    return 0;
}
/* The columns have CHECKs, so a name is always found. */
#define VALUE_OF(names, row, column) value_of((names), COUNT(names), db_text((row), (column)))

static int64_t limit_of(const struct db_row *row, unsigned column)
{
    return db_is_null(row, column) ? POLICY_NO_LIMIT : db_i64(row, column);
}

static struct db_arg limit_arg(int64_t limit)
{
    return limit == POLICY_NO_LIMIT ? DB_NULL : DB_INT(limit);
}

static struct db_arg seconds_arg(int64_t seconds)
{
    return seconds == 0 ? DB_NULL : DB_INT(seconds);
}

void policy_from_row(const struct db_row *row, unsigned first, struct policy *p)
{
    unsigned c = first;

    p->id = db_id(row, c++);
    p->product_id = db_id(row, c++);
    p->name = db_text(row, c++);
    p->duration_seconds = db_i64(row, c++);
    p->is_strict = db_bool(row, c++);
    p->is_floating = db_bool(row, c++);
    p->max_machines = limit_of(row, c++);
    p->max_processes = limit_of(row, c++);
    p->max_users = limit_of(row, c++);
    p->max_cores = limit_of(row, c++);
    p->max_memory = limit_of(row, c++);
    p->max_disk = limit_of(row, c++);
    p->max_uses = limit_of(row, c++);
    p->machine_uniqueness = (enum policy_uniqueness)VALUE_OF(POLICY_UNIQUENESS_NAMES, row, c++);
    p->component_uniqueness = (enum policy_uniqueness)VALUE_OF(POLICY_UNIQUENESS_NAMES, row, c++);
    p->machine_matching = (enum policy_matching)VALUE_OF(POLICY_MATCHING_NAMES, row, c++);
    p->component_matching = (enum policy_matching)VALUE_OF(POLICY_MATCHING_NAMES, row, c++);
    p->expiration = (enum policy_expiration)VALUE_OF(POLICY_EXPIRATION_NAMES, row, c++);
    p->expiration_basis =
        (enum policy_expiration_basis)VALUE_OF(POLICY_EXPIRATION_BASIS_NAMES, row, c++);
    p->renewal = (enum policy_renewal)VALUE_OF(POLICY_RENEWAL_NAMES, row, c++);
    p->transfer = (enum policy_transfer)VALUE_OF(POLICY_TRANSFER_NAMES, row, c++);
    p->authentication = (enum policy_authentication)VALUE_OF(POLICY_AUTHENTICATION_NAMES, row, c++);
    p->machine_leasing = (enum policy_leasing)VALUE_OF(POLICY_LEASING_NAMES, row, c++);
    p->process_leasing = (enum policy_leasing)VALUE_OF(POLICY_LEASING_NAMES, row, c++);
    p->overage = (enum policy_overage)VALUE_OF(POLICY_OVERAGE_NAMES, row, c++);
    p->scheme = db_text(row, c++);
    p->is_protected = db_bool(row, c++);
    p->require_product = db_bool(row, c++);
    p->require_policy = db_bool(row, c++);
    p->require_machine = db_bool(row, c++);
    p->require_fingerprint = db_bool(row, c++);
    p->require_components = db_bool(row, c++);
    p->require_user = db_bool(row, c++);
    p->require_checksum = db_bool(row, c++);
    p->require_version = db_bool(row, c++);
    p->require_check_in = db_bool(row, c++);
    p->check_in_interval = (enum policy_interval)VALUE_OF(POLICY_INTERVAL_NAMES, row, c++);
    p->check_in_count = db_i64(row, c++);
    p->require_heartbeat = db_bool(row, c++);
    p->heartbeat_seconds = db_i64(row, c++);
    p->cull = (enum policy_cull)VALUE_OF(POLICY_CULL_NAMES, row, c++);
    p->revive = (enum policy_revive)VALUE_OF(POLICY_REVIVE_NAMES, row, c++);
    p->heartbeat_basis =
        (enum policy_heartbeat_basis)VALUE_OF(POLICY_HEARTBEAT_BASIS_NAMES, row, c++);
    p->metadata = db_text(row, c++);
    p->created_at = db_time(row, c++);
    p->updated_at = db_time(row, c);
}

static bool insert(struct ctx *cx, const struct policy *p)
{
    return db_exec(
        cx, NULL, SQL_POLICY_ADD, DB_ID(cx->tenant_id), DB_ID(p->id), DB_ID(p->product_id),
        DB_TEXT(p->name), seconds_arg(p->duration_seconds), DB_BOOL(p->is_strict),
        DB_BOOL(p->is_floating), limit_arg(p->max_machines), limit_arg(p->max_processes),
        limit_arg(p->max_users), limit_arg(p->max_cores), limit_arg(p->max_memory),
        limit_arg(p->max_disk), limit_arg(p->max_uses),
        DB_TEXT(POLICY_UNIQUENESS_NAMES[p->machine_uniqueness]),
        DB_TEXT(POLICY_UNIQUENESS_NAMES[p->component_uniqueness]),
        DB_TEXT(POLICY_MATCHING_NAMES[p->machine_matching]),
        DB_TEXT(POLICY_MATCHING_NAMES[p->component_matching]),
        DB_TEXT(POLICY_EXPIRATION_NAMES[p->expiration]),
        DB_TEXT(POLICY_EXPIRATION_BASIS_NAMES[p->expiration_basis]),
        DB_TEXT(POLICY_RENEWAL_NAMES[p->renewal]), DB_TEXT(POLICY_TRANSFER_NAMES[p->transfer]),
        DB_TEXT(POLICY_AUTHENTICATION_NAMES[p->authentication]),
        DB_TEXT(POLICY_LEASING_NAMES[p->machine_leasing]),
        DB_TEXT(POLICY_LEASING_NAMES[p->process_leasing]),
        DB_TEXT(POLICY_OVERAGE_NAMES[p->overage]), DB_TEXT(p->scheme), DB_BOOL(p->is_protected),
        DB_BOOL(p->require_product), DB_BOOL(p->require_policy), DB_BOOL(p->require_machine),
        DB_BOOL(p->require_fingerprint), DB_BOOL(p->require_components), DB_BOOL(p->require_user),
        DB_BOOL(p->require_checksum), DB_BOOL(p->require_version), DB_BOOL(p->require_check_in),
        DB_TEXT(POLICY_INTERVAL_NAMES[p->check_in_interval]), seconds_arg(p->check_in_count),
        DB_BOOL(p->require_heartbeat), seconds_arg(p->heartbeat_seconds),
        DB_TEXT(POLICY_CULL_NAMES[p->cull]), DB_TEXT(POLICY_REVIVE_NAMES[p->revive]),
        DB_TEXT(POLICY_HEARTBEAT_BASIS_NAMES[p->heartbeat_basis]),
        DB_TEXT(p->metadata != NULL ? p->metadata : "{}"), DB_TIME(cx->now), DB_TIME(cx->now));
}

bool policy_add(struct ctx *cx, const struct policy *draft, struct policy **out)
{
    struct policy p = *draft;
    struct db_rows rows;

    if (!access_manage(cx))
        return false;
    if (!p.is_floating && p.max_machines == POLICY_NO_LIMIT)
        p.max_machines = 1;
    if (!check(cx, &p))
        return false;
    if (id_is_zero(p.id))
        p.id = ctx_new_id(cx);
    if (!db_query(cx, &rows, SQL_POLICY_PRODUCT, DB_ID(cx->tenant_id), DB_ID(p.product_id)))
        return false;
    if (!db_next(&rows))
        return err_set_at(&cx->err, &ERR_NOT_FOUND, "/data/relationships/product", "product %s",
                          id_text(cx->mem, p.product_id));
    return insert(cx, &p) && policy_get(cx, p.id, out);
}

bool policy_get(struct ctx *cx, struct id id, struct policy **out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_POLICY_GET, DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "policy %s", id_text(cx->mem, id));
    *out = arena_new(cx->mem, struct policy);
    policy_from_row(&rows.row, 0, *out);
    return true;
}

bool policy_list(struct ctx *cx, struct id product_id, unsigned limit, struct policy **out,
                 size_t *count)
{
    struct db_rows rows;
    struct policy *list;

    if (!db_query(cx, &rows, SQL_POLICY_LIST, DB_ID(cx->tenant_id), DB_BOOL(id_is_zero(product_id)),
                  DB_ID(product_id), DB_INT(limit)))
        return false;
    list = arena_array(cx->mem, struct policy, rows.count);
    for (size_t i = 0; db_next(&rows); i++)
        policy_from_row(&rows.row, 0, &list[i]);
    *out = list;
    *count = rows.count;
    return true;
}
