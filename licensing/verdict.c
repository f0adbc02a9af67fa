#include "licensing/verdict.h"

#include "licensing/machine.h"

#include <string.h>
#include <strings.h>

const char *const VERDICT_CODE_NAMES[] = {
    [VERDICT_VALID] = "VALID",
    [VERDICT_NOT_FOUND] = "NOT_FOUND",
    [VERDICT_SUSPENDED] = "SUSPENDED",
    [VERDICT_EXPIRED] = "EXPIRED",
    [VERDICT_OVERDUE] = "OVERDUE",
    [VERDICT_BANNED] = "BANNED",
    [VERDICT_NO_MACHINE] = "NO_MACHINE",
    [VERDICT_NO_MACHINES] = "NO_MACHINES",
    [VERDICT_TOO_MANY_MACHINES] = "TOO_MANY_MACHINES",
    [VERDICT_TOO_MANY_CORES] = "TOO_MANY_CORES",
    [VERDICT_TOO_MUCH_MEMORY] = "TOO_MUCH_MEMORY",
    [VERDICT_TOO_MUCH_DISK] = "TOO_MUCH_DISK",
    [VERDICT_TOO_MANY_PROCESSES] = "TOO_MANY_PROCESSES",
    [VERDICT_TOO_MANY_USERS] = "TOO_MANY_USERS",
    [VERDICT_FINGERPRINT_SCOPE_REQUIRED] = "FINGERPRINT_SCOPE_REQUIRED",
    [VERDICT_FINGERPRINT_SCOPE_MISMATCH] = "FINGERPRINT_SCOPE_MISMATCH",
    [VERDICT_FINGERPRINT_SCOPE_EMPTY] = "FINGERPRINT_SCOPE_EMPTY",
    [VERDICT_COMPONENTS_SCOPE_REQUIRED] = "COMPONENTS_SCOPE_REQUIRED",
    [VERDICT_COMPONENTS_SCOPE_MISMATCH] = "COMPONENTS_SCOPE_MISMATCH",
    [VERDICT_COMPONENTS_SCOPE_EMPTY] = "COMPONENTS_SCOPE_EMPTY",
    [VERDICT_HEARTBEAT_NOT_STARTED] = "HEARTBEAT_NOT_STARTED",
    [VERDICT_HEARTBEAT_DEAD] = "HEARTBEAT_DEAD",
    [VERDICT_PRODUCT_SCOPE_REQUIRED] = "PRODUCT_SCOPE_REQUIRED",
    [VERDICT_PRODUCT_SCOPE_MISMATCH] = "PRODUCT_SCOPE_MISMATCH",
    [VERDICT_POLICY_SCOPE_REQUIRED] = "POLICY_SCOPE_REQUIRED",
    [VERDICT_POLICY_SCOPE_MISMATCH] = "POLICY_SCOPE_MISMATCH",
    [VERDICT_MACHINE_SCOPE_REQUIRED] = "MACHINE_SCOPE_REQUIRED",
    [VERDICT_MACHINE_SCOPE_MISMATCH] = "MACHINE_SCOPE_MISMATCH",
    [VERDICT_USER_SCOPE_REQUIRED] = "USER_SCOPE_REQUIRED",
    [VERDICT_USER_SCOPE_MISMATCH] = "USER_SCOPE_MISMATCH",
    [VERDICT_ENTITLEMENTS_MISSING] = "ENTITLEMENTS_MISSING",
    [VERDICT_ENTITLEMENTS_SCOPE_EMPTY] = "ENTITLEMENTS_SCOPE_EMPTY",
    [VERDICT_CHECKSUM_SCOPE_REQUIRED] = "CHECKSUM_SCOPE_REQUIRED",
    [VERDICT_CHECKSUM_SCOPE_MISMATCH] = "CHECKSUM_SCOPE_MISMATCH",
    [VERDICT_VERSION_SCOPE_REQUIRED] = "VERSION_SCOPE_REQUIRED",
    [VERDICT_VERSION_SCOPE_MISMATCH] = "VERSION_SCOPE_MISMATCH",
};
_Static_assert(COUNT(VERDICT_CODE_NAMES) == VERDICT_CODE_COUNT, "name every code");

const char *const VERDICT_CODE_DETAILS[] = {
    [VERDICT_VALID] = "is valid",
    [VERDICT_NOT_FOUND] = "does not exist",
    [VERDICT_SUSPENDED] = "is suspended",
    [VERDICT_EXPIRED] = "is expired",
    [VERDICT_OVERDUE] = "check-in is overdue",
    [VERDICT_BANNED] = "is banned",
    [VERDICT_NO_MACHINE] = "is not activated: it needs exactly one machine",
    [VERDICT_NO_MACHINES] = "is not activated: it needs at least one machine",
    [VERDICT_TOO_MANY_MACHINES] = "has too many machines",
    [VERDICT_TOO_MANY_CORES] = "has too many cores",
    [VERDICT_TOO_MUCH_MEMORY] = "has too much memory",
    [VERDICT_TOO_MUCH_DISK] = "has too much disk space",
    [VERDICT_TOO_MANY_PROCESSES] = "has too many processes",
    [VERDICT_TOO_MANY_USERS] = "has too many users",
    [VERDICT_FINGERPRINT_SCOPE_REQUIRED] = "fingerprint scope is required",
    [VERDICT_FINGERPRINT_SCOPE_MISMATCH] = "fingerprint is not activated",
    [VERDICT_FINGERPRINT_SCOPE_EMPTY] = "fingerprint scope is empty",
    [VERDICT_COMPONENTS_SCOPE_REQUIRED] = "components scope is required",
    [VERDICT_COMPONENTS_SCOPE_MISMATCH] = "components do not match",
    [VERDICT_COMPONENTS_SCOPE_EMPTY] = "components scope is empty",
    [VERDICT_HEARTBEAT_NOT_STARTED] = "machine's heartbeat has not started",
    [VERDICT_HEARTBEAT_DEAD] = "machine's heartbeat is dead",
    [VERDICT_PRODUCT_SCOPE_REQUIRED] = "product scope is required",
    [VERDICT_PRODUCT_SCOPE_MISMATCH] = "product does not match",
    [VERDICT_POLICY_SCOPE_REQUIRED] = "policy scope is required",
    [VERDICT_POLICY_SCOPE_MISMATCH] = "policy does not match",
    [VERDICT_MACHINE_SCOPE_REQUIRED] = "machine scope is required",
    [VERDICT_MACHINE_SCOPE_MISMATCH] = "machine is not activated",
    [VERDICT_USER_SCOPE_REQUIRED] = "user scope is required",
    [VERDICT_USER_SCOPE_MISMATCH] = "user does not match",
    [VERDICT_ENTITLEMENTS_MISSING] = "is missing one or more entitlements",
    [VERDICT_ENTITLEMENTS_SCOPE_EMPTY] = "entitlements scope is empty",
    [VERDICT_CHECKSUM_SCOPE_REQUIRED] = "checksum scope is required",
    [VERDICT_CHECKSUM_SCOPE_MISMATCH] = "checksum is not accessible",
    [VERDICT_VERSION_SCOPE_REQUIRED] = "version scope is required",
    [VERDICT_VERSION_SCOPE_MISMATCH] = "version is not accessible",
};
_Static_assert(COUNT(VERDICT_CODE_DETAILS) == VERDICT_CODE_COUNT, "describe every code");

struct question { /* what is decided, and what the rows so far found */
    const struct snapshot *of;
    const struct verdict_scope *scope;
    int64_t now;
    bool is_expired;
    const struct snapshot_machine *by_machine;     /* scope.machine */
    const struct snapshot_machine *by_fingerprint; /* the oldest alive match */
    struct verdict out;
};

static bool answer(struct question *q, enum verdict_code code, bool is_valid)
{
    q->out.code = code;
    q->out.is_valid = is_valid;
    return true;
}

static bool refuse(struct question *q, enum verdict_code code)
{
    return answer(q, code, false);
}

static bool is_id(const char *text, struct id id)
{
    struct id parsed;

    return id_parse(text, &parsed) && id_equal(parsed, id);
}

static bool is_person(const char *text, struct id id, const char *email)
{
    return is_id(text, id) || (email != NULL && strcasecmp(text, email) == 0);
}

static enum machine_heartbeat heartbeat(const struct question *q, const struct snapshot_machine *m)
{
    const struct policy *policy = &q->of->policy;

    return machine_heartbeat_at(policy->require_heartbeat, m->last_heartbeat_at, m->created_at,
                                policy->heartbeat_seconds, q->now);
}

/* The person that scope.user names among the licence's; zero where it names none of them. */
static struct id scope_person(const struct question *q)
{
    const struct snapshot *s = q->of;
    const char *user = q->scope != NULL ? q->scope->user : NULL;

    if (user == NULL)
        return (struct id){0};
    if (!id_is_zero(s->licence.owner_id) &&
        is_person(user, s->licence.owner_id, s->licence.owner_email))
        return s->licence.owner_id;
    for (size_t i = 0; i < s->user_count; i++)
        if (is_person(user, s->users[i].id, s->users[i].email))
            return s->users[i].id;
    return (struct id){0};
}

static bool has_enough(enum policy_matching matching, size_t found, size_t asked)
{
    switch (matching) {
    case POLICY_MATCH_ANY:
        return found >= 1;
    case POLICY_MATCH_TWO:
        return found >= 2;
    case POLICY_MATCH_MOST:
        return found >= (asked + 1) / 2;
    case POLICY_MATCH_ALL:
        return found >= asked;
    }
    return false;
}

/* Rows 2 to 5. */
static bool decide_standing(struct question *q)
{
    const struct licence *licence = &q->of->licence;
    int64_t due = licence_next_check_in(&q->of->policy, licence->last_check_in_at);

    if (licence->is_owner_banned)
        return refuse(q, VERDICT_BANNED);
    if (licence->is_suspended)
        return refuse(q, VERDICT_SUSPENDED);
    if (q->is_expired && q->of->policy.expiration == POLICY_REVOKE_ACCESS)
        return refuse(q, VERDICT_EXPIRED);
    if (due != 0 && due < q->now)
        return refuse(q, VERDICT_OVERDUE);
    return false;
}

/* Rows 6 to 8. */
static bool decide_product_policy(struct question *q)
{
    const struct verdict_scope *scope = q->scope;
    const struct policy *policy = &q->of->policy;

    if (scope->product != NULL && !is_id(scope->product, q->of->licence.product_id))
        return refuse(q, VERDICT_PRODUCT_SCOPE_MISMATCH);
    if (scope->product == NULL && policy->require_product)
        return refuse(q, VERDICT_PRODUCT_SCOPE_REQUIRED);
    if (scope->policy != NULL && !is_id(scope->policy, policy->id))
        return refuse(q, VERDICT_POLICY_SCOPE_MISMATCH);
    if (scope->policy == NULL && policy->require_policy)
        return refuse(q, VERDICT_POLICY_SCOPE_REQUIRED);
    return false;
}

/* Rows 9 and 10. */
static bool decide_user(struct question *q)
{
    const struct verdict_scope *scope = q->scope;

    if (!scope->has_user)
        return q->of->policy.require_user && refuse(q, VERDICT_USER_SCOPE_REQUIRED);
    if (scope->user == NULL)
        return !id_is_zero(q->of->licence.owner_id) && refuse(q, VERDICT_USER_SCOPE_MISMATCH);
    return id_is_zero(scope_person(q)) && refuse(q, VERDICT_USER_SCOPE_MISMATCH);
}

static bool holds(const struct snapshot *s, const char *code)
{
    for (size_t i = 0; i < s->entitlement_count; i++)
        if (strcmp(s->entitlements[i], code) == 0)
            return true;
    return false;
}

/* Rows 11 and 12. */
static bool decide_entitlements(struct question *q)
{
    const struct verdict_list *asked = &q->scope->entitlements;

    if (!asked->is_given)
        return false;
    if (asked->count == 0)
        return refuse(q, VERDICT_ENTITLEMENTS_SCOPE_EMPTY);
    for (size_t i = 0; i < asked->count; i++)
        if (!holds(q->of, asked->items[i]))
            return refuse(q, VERDICT_ENTITLEMENTS_MISSING);
    return false;
}

static bool refuse_unused(struct question *q)
{
    return refuse(q, q->of->policy.is_floating ? VERDICT_NO_MACHINES : VERDICT_NO_MACHINE);
}

static bool owned_by_other(const struct question *q, const struct snapshot_machine *m)
{
    return q->scope->user != NULL && !id_is_zero(m->owner_id) &&
           !is_person(q->scope->user, m->owner_id, m->owner_email);
}

/* Rows 13 and 14. */
static bool decide_machine(struct question *q)
{
    const struct snapshot *s = q->of;
    struct id id;
    enum machine_heartbeat beat;

    if (q->scope->machine == NULL)
        return s->policy.require_machine && refuse(q, VERDICT_MACHINE_SCOPE_REQUIRED);
    if (s->machine_count == 0)
        return refuse_unused(q);
    if (id_parse(q->scope->machine, &id))
        for (size_t i = 0; i < s->machine_count && q->by_machine == NULL; i++)
            if (id_equal(s->machines[i].id, id))
                q->by_machine = &s->machines[i];
    if (q->by_machine == NULL)
        return refuse(q, VERDICT_MACHINE_SCOPE_MISMATCH);
    if (owned_by_other(q, q->by_machine))
        return refuse(q, VERDICT_USER_SCOPE_MISMATCH);
    beat = heartbeat(q, q->by_machine);
    if (s->policy.require_heartbeat && beat == MACHINE_NOT_STARTED)
        return refuse(q, VERDICT_HEARTBEAT_NOT_STARTED);
    return beat == MACHINE_DEAD && refuse(q, VERDICT_HEARTBEAT_DEAD);
}

static bool names(const struct verdict_list *list, const char *text)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i], text) == 0)
            return true;
    return false;
}

struct matches {
    size_t alive, dead;
    bool is_others, is_unstarted; /* of the alive ones, some */
};

static struct matches match_machines(struct question *q, const struct verdict_list *asked)
{
    struct matches found = {0};

    for (size_t i = 0; i < q->of->machine_count; i++) {
        const struct snapshot_machine *m = &q->of->machines[i];
        enum machine_heartbeat beat;

        if (!names(asked, m->fingerprint))
            continue;
        beat = heartbeat(q, m);
        if (beat == MACHINE_DEAD) {
            found.dead++;
            continue;
        }
        found.alive++;
        found.is_others |= owned_by_other(q, m);
        found.is_unstarted |= beat == MACHINE_NOT_STARTED;
        if (q->by_fingerprint == NULL)
            q->by_fingerprint = m;
    }
    return found;
}

/* Rows 15 and 16. */
static bool decide_fingerprint(struct question *q)
{
    const struct verdict_scope *scope = q->scope;
    const struct verdict_list one = {true, 1, &scope->fingerprint};
    const struct verdict_list *asked = scope->fingerprint != NULL ? &one : &scope->fingerprints;
    struct matches found;

    if (!asked->is_given)
        return q->of->policy.require_fingerprint && refuse(q, VERDICT_FINGERPRINT_SCOPE_REQUIRED);
    if (asked->count == 0)
        return refuse(q, VERDICT_FINGERPRINT_SCOPE_EMPTY);
    if (q->of->machine_count == 0)
        return refuse_unused(q);
    found = match_machines(q, asked);
    if (found.dead == asked->count)
        return refuse(q, VERDICT_HEARTBEAT_DEAD);
    if (asked->count == 1 ? found.alive == 0
                          : !has_enough(q->of->policy.machine_matching, found.alive, asked->count))
        return refuse(q, VERDICT_FINGERPRINT_SCOPE_MISMATCH);
    if (found.is_others)
        return refuse(q, VERDICT_USER_SCOPE_MISMATCH);
    return q->of->policy.require_heartbeat && found.is_unstarted &&
           refuse(q, VERDICT_HEARTBEAT_NOT_STARTED);
}

/* Rows 17 and 18. */
static bool decide_components(struct question *q)
{
    const struct verdict_list *asked = &q->scope->components;
    size_t found = 0;

    if (!asked->is_given)
        return q->of->policy.require_components && refuse(q, VERDICT_COMPONENTS_SCOPE_REQUIRED);
    if (q->scope->fingerprint == NULL)
        return refuse(q, VERDICT_FINGERPRINT_SCOPE_REQUIRED);
    if (asked->count == 0)
        return refuse(q, VERDICT_COMPONENTS_SCOPE_EMPTY);
    if (q->by_fingerprint != NULL)
        for (size_t i = 0; i < q->by_fingerprint->component_count; i++)
            found += names(asked, q->by_fingerprint->components[i].fingerprint);
    return !has_enough(q->of->policy.component_matching, found, asked->count) &&
           refuse(q, VERDICT_COMPONENTS_SCOPE_MISMATCH);
}

/* Rows 19 to 22. */
static bool decide_release(struct question *q)
{
    const struct verdict_scope *scope = q->scope;
    const struct policy *policy = &q->of->policy;

    if (scope->checksum != NULL && !scope->checksum_known)
        return refuse(q, VERDICT_CHECKSUM_SCOPE_MISMATCH);
    if (scope->checksum == NULL && policy->require_checksum)
        return refuse(q, VERDICT_CHECKSUM_SCOPE_REQUIRED);
    if (scope->version != NULL && !scope->version_known)
        return refuse(q, VERDICT_VERSION_SCOPE_MISMATCH);
    if (scope->version == NULL && policy->require_version)
        return refuse(q, VERDICT_VERSION_SCOPE_REQUIRED);
    return false;
}

/* What counts towards the limits: all of the licence, or under PER_USER the machines of the user
 * that the scope names (none named: those without an owner). */
struct lease {
    int64_t machines, cores, memory, disk;
};

static struct lease lease_of(const struct question *q)
{
    const struct snapshot *s = q->of;
    struct id person;
    struct lease lease = {0};

    if (s->policy.machine_leasing != POLICY_PER_USER)
        return (struct lease){(int64_t)s->machine_count, s->cores, s->memory, s->disk};
    person = scope_person(q);
    for (size_t i = 0; i < s->machine_count; i++) {
        const struct snapshot_machine *m = &s->machines[i];

        if (!id_equal(m->owner_id, person))
            continue;
        lease.machines++;
        lease.cores = policy_sum(lease.cores, m->cores);
        lease.memory = policy_sum(lease.memory, m->memory);
        lease.disk = policy_sum(lease.disk, m->disk);
    }
    return lease;
}

static bool over(struct question *q, int64_t count, int64_t max, enum verdict_code code)
{
    return max != POLICY_NO_LIMIT && count > max &&
           answer(q, code, policy_allows(q->of->policy.overage, count, max));
}

/* Rows 25 to 28. */
static bool decide_machine_count(struct question *q, const struct lease *lease)
{
    const struct snapshot *s = q->of;
    int64_t max = s->licence.max_machines;

    if (s->machine_count == 0)
        return refuse_unused(q);
    if (s->machine_count == 1)
        return false;
    if (!s->policy.is_floating) {
        enum policy_overage overage = s->policy.overage;

        if (max == POLICY_NO_LIMIT)
            max = 1;
        return lease->machines > max && answer(q, VERDICT_TOO_MANY_MACHINES,
                                               overage == POLICY_ALWAYS_ALLOW_OVERAGE ||
                                                   (overage == POLICY_OVERAGE_2X &&
                                                    policy_allows(overage, lease->machines, max)));
    }
    return over(q, lease->machines, max, VERDICT_TOO_MANY_MACHINES);
}

/* Row 32. */
static bool decide_processes(struct question *q)
{
    const struct snapshot *s = q->of;
    const struct snapshot_machine *m =
        q->by_fingerprint != NULL ? q->by_fingerprint : q->by_machine;
    struct id person = scope_person(q);
    int64_t count = 0;

    if (s->policy.process_leasing == POLICY_PER_MACHINE)
        return m != NULL && over(q, m->process_count, m->max_processes, VERDICT_TOO_MANY_PROCESSES);
    for (size_t i = 0; i < s->machine_count; i++)
        if (s->policy.process_leasing == POLICY_PER_LICENCE ||
            id_equal(s->machines[i].owner_id, person))
            count = policy_sum(count, s->machines[i].process_count);
    return over(q, count, s->licence.max_processes, VERDICT_TOO_MANY_PROCESSES);
}

/* Rows 24, 33 and 34. */
static bool decide_expiry(struct question *q)
{
    enum policy_expiration strategy = q->of->policy.expiration;

    if (q->is_expired)
        return answer(q, VERDICT_EXPIRED,
                      strategy == POLICY_ALLOW_ACCESS || strategy == POLICY_MAINTAIN_ACCESS);
    return answer(q, VERDICT_VALID, true);
}

static bool decide_scope(struct question *q)
{
    return q->scope != NULL && (decide_product_policy(q) || decide_user(q) ||
                                decide_entitlements(q) || decide_machine(q) ||
                                decide_fingerprint(q) || decide_components(q) || decide_release(q));
}

/* Rows 23 to 34. */
static void decide_limits(struct question *q)
{
    const struct licence *licence = &q->of->licence;
    int64_t users = (int64_t)q->of->user_count + (id_is_zero(licence->owner_id) ? 0 : 1);
    struct lease lease;

    if (over(q, users, licence->max_users, VERDICT_TOO_MANY_USERS))
        return;
    if (!q->of->policy.is_strict) {
        decide_expiry(q);
        return;
    }
    lease = lease_of(q);
    if (decide_machine_count(q, &lease) ||
        over(q, lease.cores, licence->max_cores, VERDICT_TOO_MANY_CORES) ||
        over(q, lease.memory, licence->max_memory, VERDICT_TOO_MUCH_MEMORY) ||
        over(q, lease.disk, licence->max_disk, VERDICT_TOO_MUCH_DISK) || decide_processes(q))
        return;
    decide_expiry(q);
}

struct verdict verdict_decide(const struct snapshot *licence, const struct verdict_scope *scope,
                              int64_t now)
{
    struct question q = {.of = licence, .scope = scope, .now = now};

    if (licence == NULL) {
        refuse(&q, VERDICT_NOT_FOUND);
        return q.out;
    }
    q.is_expired = licence->licence.expires_at != 0 && licence->licence.expires_at < now;
    if (!decide_standing(&q) && !decide_scope(&q))
        decide_limits(&q);
    q.out.machine = q.by_fingerprint != NULL ? q.by_fingerprint : q.by_machine;
    return q.out;
}
