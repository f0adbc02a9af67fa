#include "base/clock.h"
#include "base/utf8.h"
#include "licensing/policy.h"

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
static const struct err_kind ERR_POLICY_NAME_MISSING = {ERR_CLASS_INVALID, "NAME_MISSING",
                                                        "A policy needs a name."};
static const struct err_kind ERR_POLICY_NAME_LONG = {ERR_CLASS_INVALID, "NAME_TOO_LONG",
                                                     "A name has at most 255 characters."};

struct limit {
    int64_t value, min, max;
    const struct err_kind *kind;
    const char *source;
};

/* Every fault is told, not only the first: a form and a client mend them all at once. */
static void refuse(struct ctx *cx, const struct err_kind *kind, const char *source)
{
    err_also(&cx->err, cx->mem, kind, source, "policy");
}

static void check_limits(struct ctx *cx, const struct policy *p)
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
    bool fits = parts == 1 || p->is_floating;

    for (size_t i = 0; i < COUNT(limits); i++) {
        if (limits[i].value == POLICY_NO_LIMIT)
            continue;
        if (limits[i].value < limits[i].min || limits[i].value > limits[i].max)
            refuse(cx, limits[i].kind, limits[i].source);
        else if (limits[i].kind != &ERR_MAX_USES)
            fits = fits && limits[i].value % parts == 0;
    }
    if (!p->is_floating && p->max_machines != 1)
        refuse(cx, &ERR_POLICY_MAX_MACHINES_INVALID, "/data/attributes/maxMachines");
    if (!fits)
        refuse(cx, &ERR_POLICY_OVERAGE_NOT_ALLOWED, "/data/attributes/overageStrategy");
}

static void check_times(struct ctx *cx, const struct policy *p)
{
    bool is_counted = p->require_check_in || p->check_in_count != 0;

    if (p->duration_seconds != 0 &&
        (p->duration_seconds < CLOCK_DAY / CLOCK_SECOND || p->duration_seconds > INT32_MAX))
        refuse(cx, &ERR_POLICY_DURATION_INVALID, "/data/attributes/duration");
    if (p->require_check_in && p->check_in_interval == POLICY_NO_INTERVAL)
        refuse(cx, &ERR_POLICY_CHECK_IN_INTERVAL, "/data/attributes/checkInInterval");
    if (is_counted && (p->check_in_count < 1 || p->check_in_count > 365))
        refuse(cx, &ERR_POLICY_CHECK_IN_COUNT, "/data/attributes/checkInIntervalCount");
    if (p->heartbeat_seconds != 0 &&
        (p->heartbeat_seconds < 60 || p->heartbeat_seconds > INT32_MAX))
        refuse(cx, &ERR_POLICY_HEARTBEAT_INVALID, "/data/attributes/heartbeatDuration");
    if (p->revive == POLICY_ALWAYS_REVIVE && p->cull != POLICY_KEEP_DEAD)
        refuse(cx, &ERR_POLICY_CULL_NOT_ALLOWED, "/data/attributes/heartbeatCullStrategy");
}

bool policy_check(struct ctx *cx, struct policy *p)
{
    if (!p->is_floating && p->max_machines == POLICY_NO_LIMIT)
        p->max_machines = 1;
    if (p->name == NULL || *p->name == '\0')
        refuse(cx, &ERR_POLICY_NAME_MISSING, "/data/attributes/name");
    else if (utf8_count(p->name) > POLICY_NAME_MAX)
        refuse(cx, &ERR_POLICY_NAME_LONG, "/data/attributes/name");
    if (p->scheme != NULL && strcmp(p->scheme, "ED25519_SIGN") != 0)
        refuse(cx, &ERR_POLICY_SCHEME_NOT_ALLOWED, "/data/attributes/scheme");
    check_limits(cx, p);
    check_times(cx, p);
    return cx->err.kind == NULL;
}
