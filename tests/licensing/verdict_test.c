#include "base/clock.h"
#include "licensing/verdict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define NOW INT64_C(1772442000000000)

static const char OTHER_ID[] = "99999999-9999-7999-8999-999999999999";
static const char PRODUCT_ID[] = "11111111-1111-7111-8111-111111111111";
static const char POLICY_ID[] = "22222222-2222-7222-8222-222222222222";
static const char OWNER_ID[] = "33333333-3333-7333-8333-333333333333";
static const char USER_ID[] = "44444444-4444-7444-8444-444444444444";
static const char MACHINE_ID[] = "55555555-5555-7555-8555-555555555555";

enum { MACHINES_MAX = 12, NAMES_MAX = 8 };

struct bench { /* a licence that is VALID, to be spoilt by one row of the table or another */
    struct snapshot s;
    struct verdict_scope scope;
    struct snapshot_machine machines[MACHINES_MAX];
    struct snapshot_component components[2];
    struct snapshot_person users[NAMES_MAX];
    const char *names[3][NAMES_MAX]; /* fingerprints, components, entitlements */
};

static struct id id_of(const char *text)
{
    struct id id;

    assert_true(id_parse(text, &id));
    return id;
}

static void set_up(struct bench *b)
{
    static const char *const CODES[] = {"ALPHA", "BETA"};
    static const char *const PRINTS[MACHINES_MAX] = {"m0", "m1", "m2", "m3", "m4",  "m5",
                                                     "m6", "m7", "m8", "m9", "m10", "m11"};

    memset(b, 0, sizeof *b);
    b->s.policy = policy_default(id_of(PRODUCT_ID), "policy");
    b->s.policy.id = id_of(POLICY_ID);
    b->s.policy.is_strict = true;
    b->s.licence.product_id = id_of(PRODUCT_ID);
    b->s.licence.policy_id = id_of(POLICY_ID);
    b->s.licence.owner_id = id_of(OWNER_ID);
    b->s.licence.owner_email = "owner@example.com";
    b->s.licence.max_machines = 4;
    b->s.licence.max_processes = b->s.licence.max_users = b->s.licence.max_cores =
        b->s.licence.max_memory = b->s.licence.max_disk = b->s.licence.max_uses = POLICY_NO_LIMIT;
    b->users[0] = (struct snapshot_person){id_of(USER_ID), "user@example.com"};
    b->s.users = b->users;
    b->s.user_count = 1;
    b->s.entitlements = CODES;
    b->s.entitlement_count = COUNT(CODES);
    for (size_t i = 0; i < MACHINES_MAX; i++) {
        b->machines[i].id = id_of(MACHINE_ID);
        b->machines[i].id.b[15] = (uint8_t)(b->machines[i].id.b[15] + i);
        b->machines[i].fingerprint = PRINTS[i];
        b->machines[i].created_at = NOW - CLOCK_MINUTE;
        b->machines[i].max_processes = POLICY_NO_LIMIT;
    }
    b->components[0].fingerprint = "c0";
    b->components[1].fingerprint = "c1";
    b->machines[0].components = b->components;
    b->machines[0].component_count = 2;
    b->s.machines = b->machines;
    b->s.machine_count = 1;
}

static void list(struct bench *b, int which, struct verdict_list *out, size_t count,
                 const char *const *items)
{
    for (size_t i = 0; i < count; i++)
        b->names[which][i] = items[i];
    *out = (struct verdict_list){true, count, b->names[which]};
}
#define FINGERPRINTS(b, ...)                                                            \
    list((b), 0, &(b)->scope.fingerprints, COUNT(((const char *const[]){__VA_ARGS__})), \
         (const char *const[]){__VA_ARGS__})
#define COMPONENTS(b, ...)                                                            \
    list((b), 1, &(b)->scope.components, COUNT(((const char *const[]){__VA_ARGS__})), \
         (const char *const[]){__VA_ARGS__})
#define ENTITLEMENTS(b, ...)                                                            \
    list((b), 2, &(b)->scope.entitlements, COUNT(((const char *const[]){__VA_ARGS__})), \
         (const char *const[]){__VA_ARGS__})

static void die(struct bench *b, size_t machine)
{
    b->machines[machine].last_heartbeat_at = NOW - CLOCK_HOUR;
}

/* --- what makes each row of section 4.3 apply --- */

static void banned(struct bench *b)
{
    b->s.licence.is_owner_banned = true;
}

static void suspended(struct bench *b)
{
    b->s.licence.is_suspended = true;
}

static void expired(struct bench *b)
{
    b->s.licence.expires_at = NOW - 1;
}

static void expired_revoked(struct bench *b)
{
    expired(b);
    b->s.policy.expiration = POLICY_REVOKE_ACCESS;
}

static void overdue(struct bench *b)
{
    b->s.policy.require_check_in = true;
    b->s.policy.check_in_interval = POLICY_DAY;
    b->s.policy.check_in_count = 1;
    b->s.licence.last_check_in_at = NOW - CLOCK_DAY - 1;
}

static void product_other(struct bench *b)
{
    b->scope.product = OTHER_ID;
}

static void product_required(struct bench *b)
{
    b->s.policy.require_product = true;
}

static void policy_other(struct bench *b)
{
    b->scope.policy = "no id at all";
}

static void policy_required(struct bench *b)
{
    b->s.policy.require_policy = true;
}

static void user_other(struct bench *b)
{
    b->scope.has_user = true;
    b->scope.user = "stranger@example.com";
}

static void user_required(struct bench *b)
{
    b->s.policy.require_user = true;
}

static void entitlements_empty(struct bench *b)
{
    b->scope.entitlements = (struct verdict_list){.is_given = true};
}

static void entitlements_missing(struct bench *b)
{
    ENTITLEMENTS(b, "ALPHA", "GAMMA");
}

static void unused_by_machine(struct bench *b)
{
    b->scope.machine = MACHINE_ID;
    b->s.machine_count = 0;
}

static void machine_other(struct bench *b)
{
    b->scope.machine = OTHER_ID;
}

static void machine_of_other(struct bench *b)
{
    b->scope.machine = MACHINE_ID;
    b->scope.has_user = true;
    b->scope.user = "USER@example.com";
    b->machines[0].owner_id = id_of(OWNER_ID);
    b->machines[0].owner_email = "owner@example.com";
}

static void machine_not_started(struct bench *b)
{
    b->scope.machine = MACHINE_ID;
    b->s.policy.require_heartbeat = true;
    b->machines[0].last_heartbeat_at = 0;
}

static void machine_dead(struct bench *b)
{
    b->scope.machine = MACHINE_ID;
    die(b, 0);
}

static void machine_required(struct bench *b)
{
    b->s.policy.require_machine = true;
}

static void fingerprints_empty(struct bench *b)
{
    b->scope.fingerprints = (struct verdict_list){.is_given = true};
}

static void unused_by_fingerprint(struct bench *b)
{
    FINGERPRINTS(b, "m0");
    b->s.machine_count = 0;
}

static void fingerprint_dead(struct bench *b)
{
    b->scope.fingerprint = "m0";
    die(b, 0);
}

static void fingerprint_other(struct bench *b)
{
    b->scope.fingerprint = "unknown";
}

static void fingerprint_of_other(struct bench *b)
{
    b->scope.fingerprint = "m0";
    b->scope.has_user = true;
    b->scope.user = USER_ID;
    b->machines[0].owner_id = id_of(OWNER_ID);
}

static void fingerprint_not_started(struct bench *b)
{
    b->scope.fingerprint = "m0";
    b->s.policy.require_heartbeat = true;
}

static void fingerprint_required(struct bench *b)
{
    b->s.policy.require_fingerprint = true;
}

static void components_alone(struct bench *b)
{
    b->scope.fingerprint = NULL;
    COMPONENTS(b, "c0");
}

static void components_empty(struct bench *b)
{
    b->scope.fingerprint = "m0";
    b->scope.components = (struct verdict_list){.is_given = true};
}

static void components_other(struct bench *b)
{
    b->scope.fingerprint = "m0";
    COMPONENTS(b, "c7");
}

static void components_required(struct bench *b)
{
    b->s.policy.require_components = true;
}

static void checksum_other(struct bench *b)
{
    b->scope.checksum = "abc";
}

static void checksum_required(struct bench *b)
{
    b->s.policy.require_checksum = true;
}

static void version_other(struct bench *b)
{
    b->scope.version = "1.0.0";
}

static void version_required(struct bench *b)
{
    b->s.policy.require_version = true;
}

static void users_over(struct bench *b)
{
    b->s.licence.max_users = 1;
}

static void loose_expired(struct bench *b)
{
    expired(b);
    b->s.policy.is_strict = false;
}

static void locked_unused(struct bench *b)
{
    b->s.policy.is_floating = false;
    b->s.machine_count = 0;
}

static void locked_over(struct bench *b)
{
    b->s.policy.is_floating = false;
    b->s.licence.max_machines = 1;
    b->s.machine_count = 2;
}

static void floating_unused(struct bench *b)
{
    b->s.machine_count = 0;
}

static void floating_over(struct bench *b)
{
    b->s.machine_count = 5;
}

static void cores_over(struct bench *b)
{
    b->s.licence.max_cores = 4;
    b->s.cores = 5;
}

static void memory_over(struct bench *b)
{
    b->s.licence.max_memory = INT64_MAX - 1;
    b->s.memory = INT64_MAX;
}

static void disk_over(struct bench *b)
{
    b->s.licence.max_disk = 4;
    b->s.disk = 5;
}

static void processes_over(struct bench *b)
{
    b->s.policy.process_leasing = POLICY_PER_LICENCE;
    b->s.licence.max_processes = 2;
    b->machines[0].process_count = 3;
}

static void nothing(struct bench *b)
{
    (void)b;
}

static const struct row {
    const char *name;
    void (*arrange)(struct bench *b);
    enum verdict_code code;
    bool is_valid;
} ROWS[] = {
    {"2 banned", banned, VERDICT_BANNED, false},
    {"3 suspended", suspended, VERDICT_SUSPENDED, false},
    {"4 expired, access revoked", expired_revoked, VERDICT_EXPIRED, false},
    {"5 overdue", overdue, VERDICT_OVERDUE, false},
    {"6 product", product_other, VERDICT_PRODUCT_SCOPE_MISMATCH, false},
    {"7 product required", product_required, VERDICT_PRODUCT_SCOPE_REQUIRED, false},
    {"8 policy", policy_other, VERDICT_POLICY_SCOPE_MISMATCH, false},
    {"8 policy required", policy_required, VERDICT_POLICY_SCOPE_REQUIRED, false},
    {"9 user", user_other, VERDICT_USER_SCOPE_MISMATCH, false},
    {"10 user required", user_required, VERDICT_USER_SCOPE_REQUIRED, false},
    {"11 entitlements empty", entitlements_empty, VERDICT_ENTITLEMENTS_SCOPE_EMPTY, false},
    {"12 entitlement missing", entitlements_missing, VERDICT_ENTITLEMENTS_MISSING, false},
    {"13a machine, none there", unused_by_machine, VERDICT_NO_MACHINES, false},
    {"13b machine of another", machine_other, VERDICT_MACHINE_SCOPE_MISMATCH, false},
    {"13c machine's owner", machine_of_other, VERDICT_USER_SCOPE_MISMATCH, false},
    {"13d machine not started", machine_not_started, VERDICT_HEARTBEAT_NOT_STARTED, false},
    {"13e machine dead", machine_dead, VERDICT_HEARTBEAT_DEAD, false},
    {"14 machine required", machine_required, VERDICT_MACHINE_SCOPE_REQUIRED, false},
    {"15a fingerprints empty", fingerprints_empty, VERDICT_FINGERPRINT_SCOPE_EMPTY, false},
    {"15b fingerprint, none there", unused_by_fingerprint, VERDICT_NO_MACHINES, false},
    {"15c fingerprint dead", fingerprint_dead, VERDICT_HEARTBEAT_DEAD, false},
    {"15d fingerprint unknown", fingerprint_other, VERDICT_FINGERPRINT_SCOPE_MISMATCH, false},
    {"15e fingerprint's owner", fingerprint_of_other, VERDICT_USER_SCOPE_MISMATCH, false},
    {"15f fingerprint not started", fingerprint_not_started, VERDICT_HEARTBEAT_NOT_STARTED, false},
    {"16 fingerprint required", fingerprint_required, VERDICT_FINGERPRINT_SCOPE_REQUIRED, false},
    {"17 components alone", components_alone, VERDICT_FINGERPRINT_SCOPE_REQUIRED, false},
    {"17 components empty", components_empty, VERDICT_COMPONENTS_SCOPE_EMPTY, false},
    {"17 components unknown", components_other, VERDICT_COMPONENTS_SCOPE_MISMATCH, false},
    {"18 components required", components_required, VERDICT_COMPONENTS_SCOPE_REQUIRED, false},
    {"19 checksum", checksum_other, VERDICT_CHECKSUM_SCOPE_MISMATCH, false},
    {"20 checksum required", checksum_required, VERDICT_CHECKSUM_SCOPE_REQUIRED, false},
    {"21 version", version_other, VERDICT_VERSION_SCOPE_MISMATCH, false},
    {"22 version required", version_required, VERDICT_VERSION_SCOPE_REQUIRED, false},
    {"23 users", users_over, VERDICT_TOO_MANY_USERS, false},
    {"24 not strict, expired", loose_expired, VERDICT_EXPIRED, false},
    {"25 node-locked, unused", locked_unused, VERDICT_NO_MACHINE, false},
    {"26 node-locked, two", locked_over, VERDICT_TOO_MANY_MACHINES, false},
    {"27 floating, unused", floating_unused, VERDICT_NO_MACHINES, false},
    {"28 floating, over", floating_over, VERDICT_TOO_MANY_MACHINES, false},
    {"29 cores", cores_over, VERDICT_TOO_MANY_CORES, false},
    {"30 memory", memory_over, VERDICT_TOO_MUCH_MEMORY, false},
    {"31 disk", disk_over, VERDICT_TOO_MUCH_DISK, false},
    {"32 processes", processes_over, VERDICT_TOO_MANY_PROCESSES, false},
    {"33 expired", expired, VERDICT_EXPIRED, false},
    {"34 valid", nothing, VERDICT_VALID, true},
};

static void expect(const struct bench *b, const char *name, enum verdict_code code, bool is_valid)
{
    struct verdict v = verdict_decide(&b->s, &b->scope, NOW);

    if (v.code != code || v.is_valid != is_valid)
        print_error("%s: %s %s\n", name, VERDICT_CODE_NAMES[v.code],
                    v.is_valid ? "valid" : "not valid");
    assert_string_equal(VERDICT_CODE_NAMES[v.code], VERDICT_CODE_NAMES[code]);
    assert_int_equal(v.is_valid, is_valid);
}

static void every_row_of_the_table_decides(void **state)
{
    struct bench b;

    (void)state;
    assert_int_equal(verdict_decide(NULL, NULL, NOW).code, VERDICT_NOT_FOUND); /* row 1 */
    for (size_t i = 0; i < COUNT(ROWS); i++) {
        set_up(&b);
        ROWS[i].arrange(&b);
        expect(&b, ROWS[i].name, ROWS[i].code, ROWS[i].is_valid);
    }
}

/* Where two rows apply at once, the earlier one decides: for each row and the next, and for each
 * row and the last that can be arranged beside it. */
static void of_two_rows_that_apply_the_earlier_decides(void **state)
{
    char name[128];
    struct bench b;

    (void)state;
    for (size_t i = 0; i + 1 < COUNT(ROWS); i++) {
        set_up(&b);
        ROWS[i + 1].arrange(&b);
        ROWS[i].arrange(&b);
        snprintf(name, sizeof name, "%s before %s", ROWS[i].name, ROWS[i + 1].name);
        expect(&b, name, ROWS[i].code, ROWS[i].is_valid);
        set_up(&b);
        users_over(&b);
        cores_over(&b);
        expired(&b);
        ROWS[i].arrange(&b);
        snprintf(name, sizeof name, "%s before users, cores and expiry", ROWS[i].name);
        if (i < 33)
            expect(&b, name, ROWS[i].code, ROWS[i].is_valid);
    }
}

static void the_quick_form_skips_what_a_scope_can_say(void **state)
{
    struct bench b;

    (void)state;
    for (size_t i = 4; i < 33; i++) { /* rows 6 to 22: what scope and requirements say */
        struct verdict v;

        set_up(&b);
        ROWS[i].arrange(&b);
        b.s.machine_count = 1;
        v = verdict_decide(&b.s, NULL, NOW);
        assert_string_equal(VERDICT_CODE_NAMES[v.code], "VALID");
    }
    set_up(&b);
    suspended(&b);
    assert_int_equal(verdict_decide(&b.s, NULL, NOW).code, VERDICT_SUSPENDED);
}

static void a_user_is_known_by_id_or_address(void **state)
{
    static const char *const KNOWN[] = {OWNER_ID, "owner@example.com", USER_ID, "User@Example.com"};
    struct bench b;

    (void)state;
    for (size_t i = 0; i < COUNT(KNOWN); i++) {
        set_up(&b);
        b.scope.has_user = true;
        b.scope.user = KNOWN[i];
        expect(&b, KNOWN[i], VERDICT_VALID, true);
    }
    set_up(&b);
    b.scope.has_user = true; /* null */
    expect(&b, "null, but owned", VERDICT_USER_SCOPE_MISMATCH, false);
    b.s.licence.owner_id = (struct id){0};
    expect(&b, "null, not owned", VERDICT_VALID, true);
}

static void entitlements_are_all_needed(void **state)
{
    struct bench b;

    (void)state;
    set_up(&b);
    ENTITLEMENTS(&b, "ALPHA", "BETA");
    expect(&b, "both", VERDICT_VALID, true);
    ENTITLEMENTS(&b, "alpha");
    expect(&b, "codes have their case", VERDICT_ENTITLEMENTS_MISSING, false);
}

static void the_matching_strategy_says_how_many_fingerprints(void **state)
{
    static const struct {
        enum policy_matching matching;
        size_t asked, found;
        bool passes;
    } CASES[] = {
        {POLICY_MATCH_ANY, 3, 1, true},   {POLICY_MATCH_ANY, 3, 0, false},
        {POLICY_MATCH_TWO, 3, 1, false},  {POLICY_MATCH_TWO, 3, 2, true},
        {POLICY_MATCH_MOST, 3, 1, false}, {POLICY_MATCH_MOST, 3, 2, true},
        {POLICY_MATCH_MOST, 4, 2, true},  {POLICY_MATCH_MOST, 4, 1, false},
        {POLICY_MATCH_ALL, 3, 2, false},  {POLICY_MATCH_ALL, 3, 3, true},
        {POLICY_MATCH_TWO, 1, 1, true}, /* one is always enough for one */
    };
    static const char *const MISSES[] = {"x0", "x1", "x2", "x3"};
    struct bench b;

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        const char *asked[NAMES_MAX];

        set_up(&b);
        b.s.machine_count = 4;
        b.s.policy.machine_matching = CASES[i].matching;
        for (size_t n = 0; n < CASES[i].asked; n++)
            asked[n] = n < CASES[i].found ? b.machines[n].fingerprint : MISSES[n];
        list(&b, 0, &b.scope.fingerprints, CASES[i].asked, asked);
        expect(&b, "matching", CASES[i].passes ? VERDICT_VALID : VERDICT_FINGERPRINT_SCOPE_MISMATCH,
               CASES[i].passes);
    }
}

static void dead_machines_match_nothing_unless_all_are_dead(void **state)
{
    struct bench b;

    (void)state;
    set_up(&b);
    b.s.machine_count = 3;
    FINGERPRINTS(&b, "m0", "m1", "m2");
    die(&b, 0);
    expect(&b, "one of three dead", VERDICT_VALID, true);
    b.s.policy.machine_matching = POLICY_MATCH_ALL;
    expect(&b, "one of three dead, all needed", VERDICT_FINGERPRINT_SCOPE_MISMATCH, false);
    die(&b, 1);
    die(&b, 2);
    expect(&b, "all dead", VERDICT_HEARTBEAT_DEAD, false);
}

static void a_required_heartbeat_never_seen_is_dead_after_its_time(void **state)
{
    struct bench b;

    (void)state;
    set_up(&b);
    b.s.policy.require_heartbeat = true;
    b.scope.fingerprint = "m0";
    b.machines[0].created_at = NOW - 600 * CLOCK_SECOND;
    expect(&b, "just in time", VERDICT_HEARTBEAT_NOT_STARTED, false);
    b.machines[0].created_at--;
    expect(&b, "too late", VERDICT_HEARTBEAT_DEAD, false);
    b.machines[0].last_heartbeat_at = NOW - 600 * CLOCK_SECOND;
    expect(&b, "beating", VERDICT_VALID, true);
}

static void components_match_by_their_own_strategy(void **state)
{
    struct bench b;

    (void)state;
    set_up(&b);
    b.scope.fingerprint = "m0";
    COMPONENTS(&b, "c0", "c9");
    expect(&b, "any", VERDICT_VALID, true);
    b.s.policy.component_matching = POLICY_MATCH_ALL;
    expect(&b, "all", VERDICT_COMPONENTS_SCOPE_MISMATCH, false);
    b.s.policy.component_matching = POLICY_MATCH_TWO;
    COMPONENTS(&b, "c0");
    expect(&b, "two of one", VERDICT_COMPONENTS_SCOPE_MISMATCH, false);
    COMPONENTS(&b, "c0", "c1");
    expect(&b, "two", VERDICT_VALID, true);
}

static void overage_makes_too_many_machines_valid_up_to_its_factor(void **state)
{
    static const struct {
        enum policy_overage overage;
        size_t machines; /* of four */
        bool is_valid;
    } CASES[] = {
        {POLICY_NO_OVERAGE, 5, false},    {POLICY_OVERAGE_1_25X, 5, true},
        {POLICY_OVERAGE_1_25X, 6, false}, {POLICY_OVERAGE_1_5X, 6, true},
        {POLICY_OVERAGE_1_5X, 7, false},  {POLICY_OVERAGE_2X, 8, true},
        {POLICY_OVERAGE_2X, 9, false},    {POLICY_ALWAYS_ALLOW_OVERAGE, 12, true},
    };
    struct bench b;

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        set_up(&b);
        b.s.policy.overage = CASES[i].overage;
        b.s.machine_count = CASES[i].machines;
        expect(&b, "overage", VERDICT_TOO_MANY_MACHINES, CASES[i].is_valid);
        b.s.policy.is_strict = false;
        expect(&b, "not strict", VERDICT_VALID, true);
    }
}

static void a_node_locked_overage_is_two_or_always(void **state)
{
    static const struct {
        enum policy_overage overage;
        size_t machines;
        bool is_valid;
    } CASES[] = {
        {POLICY_NO_OVERAGE, 2, false},   {POLICY_OVERAGE_2X, 2, true},
        {POLICY_OVERAGE_2X, 3, false},   {POLICY_ALWAYS_ALLOW_OVERAGE, 9, true},
        {POLICY_OVERAGE_1_5X, 2, false},
    };
    struct bench b;

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        set_up(&b);
        locked_over(&b);
        b.s.policy.overage = CASES[i].overage;
        b.s.machine_count = CASES[i].machines;
        expect(&b, "node-locked", VERDICT_TOO_MANY_MACHINES, CASES[i].is_valid);
    }
    set_up(&b);
    b.s.policy.is_floating = false;
    expect(&b, "one machine", VERDICT_VALID, true);
}

static void per_user_leasing_counts_the_named_users_machines(void **state)
{
    struct bench b;

    (void)state;
    set_up(&b);
    b.s.policy.machine_leasing = POLICY_PER_USER;
    b.s.licence.max_machines = 2;
    b.s.machine_count = 5;
    b.machines[0].owner_id = b.machines[1].owner_id = id_of(OWNER_ID);
    b.machines[2].owner_id = b.machines[3].owner_id = b.machines[4].owner_id = id_of(USER_ID);
    b.scope.has_user = true;
    b.scope.user = OWNER_ID;
    expect(&b, "two of two", VERDICT_VALID, true);
    b.scope.user = "user@example.com";
    expect(&b, "three of two", VERDICT_TOO_MANY_MACHINES, false);
    b.scope.has_user = false;
    b.scope.user = NULL;
    expect(&b, "none without an owner", VERDICT_VALID, true);
    b.s.licence.max_cores = 4;
    b.machines[2].cores = 5;
    b.s.cores = 5;
    expect(&b, "another user's cores", VERDICT_VALID, true);
    b.s.licence.max_machines = 3;
    b.scope.has_user = true;
    b.scope.user = USER_ID;
    expect(&b, "that user's cores", VERDICT_TOO_MANY_CORES, false);
}

static void processes_are_counted_as_the_policy_leases_them(void **state)
{
    struct bench b;

    (void)state;
    set_up(&b);
    b.s.machine_count = 2;
    b.s.licence.max_processes = 2;
    b.machines[0].max_processes = b.machines[1].max_processes = 2;
    b.machines[0].process_count = 3;
    expect(&b, "per machine, none named", VERDICT_VALID, true);
    b.scope.fingerprint = "m1";
    expect(&b, "per machine, the other named", VERDICT_VALID, true);
    b.scope.fingerprint = "m0";
    expect(&b, "per machine", VERDICT_TOO_MANY_PROCESSES, false);
    b.scope.fingerprint = NULL;
    b.scope.machine = MACHINE_ID;
    expect(&b, "per machine by id", VERDICT_TOO_MANY_PROCESSES, false);
    b.s.policy.overage = POLICY_OVERAGE_1_5X;
    expect(&b, "with overage", VERDICT_TOO_MANY_PROCESSES, true);
    b.s.policy.process_leasing = POLICY_PER_USER;
    b.machines[0].owner_id = id_of(OWNER_ID);
    expect(&b, "per user, none named", VERDICT_VALID, true);
    b.scope.has_user = true;
    b.scope.user = OWNER_ID;
    b.s.policy.overage = POLICY_NO_OVERAGE;
    expect(&b, "per user", VERDICT_TOO_MANY_PROCESSES, false);
}

static void the_expiration_strategy_decides_whether_an_expired_licence_is_valid(void **state)
{
    static const struct {
        enum policy_expiration strategy;
        bool is_valid;
    } CASES[] = {
        {POLICY_RESTRICT_ACCESS, false},
        {POLICY_REVOKE_ACCESS, false},
        {POLICY_MAINTAIN_ACCESS, true},
        {POLICY_ALLOW_ACCESS, true},
    };
    struct bench b;

    (void)state;
    for (size_t i = 0; i < 2 * COUNT(CASES); i++) {
        set_up(&b);
        expired(&b);
        b.s.policy.is_strict = i % 2 == 0;
        b.s.policy.expiration = CASES[i / 2].strategy;
        expect(&b, "expired", VERDICT_EXPIRED, CASES[i / 2].is_valid);
        b.s.licence.expires_at = NOW; /* the last instant */
        expect(&b, "not yet", VERDICT_VALID, true);
    }
}

static void users_over_the_limit_are_valid_by_overage(void **state)
{
    struct bench b;

    (void)state;
    set_up(&b);
    users_over(&b);
    b.s.policy.overage = POLICY_ALWAYS_ALLOW_OVERAGE;
    expect(&b, "always", VERDICT_TOO_MANY_USERS, true);
    b.s.policy.overage = POLICY_OVERAGE_2X;
    expect(&b, "twice", VERDICT_TOO_MANY_USERS, true);
    b.s.licence.owner_id = (struct id){0};
    expect(&b, "no owner: one user", VERDICT_VALID, true);
}

static void a_check_in_is_due_by_day_week_month_and_year(void **state)
{
    static const struct {
        enum policy_interval interval;
        int64_t count;
        const char *last, *due;
    } CASES[] = {
        {POLICY_DAY, 2, "2026-01-30T10:00:00Z", "2026-02-01T10:00:00Z"},
        {POLICY_WEEK, 1, "2026-01-30T10:00:00Z", "2026-02-06T10:00:00Z"},
        {POLICY_MONTH, 1, "2026-01-31T10:00:00Z", "2026-02-28T10:00:00Z"},
        {POLICY_MONTH, 12, "2026-01-31T10:00:00Z", "2027-01-31T10:00:00Z"},
        {POLICY_YEAR, 1, "2028-02-29T10:00:00Z", "2029-02-28T10:00:00Z"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct policy p = {.require_check_in = true,
                           .check_in_interval = CASES[i].interval,
                           .check_in_count = CASES[i].count};
        int64_t last;
        int64_t due;

        assert_true(clock_parse_iso(CASES[i].last, &last));
        assert_true(clock_parse_iso(CASES[i].due, &due));
        assert_true(licence_next_check_in(&p, last) == due);
    }
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(every_row_of_the_table_decides),
        cmocka_unit_test(of_two_rows_that_apply_the_earlier_decides),
        cmocka_unit_test(the_quick_form_skips_what_a_scope_can_say),
        cmocka_unit_test(a_user_is_known_by_id_or_address),
        cmocka_unit_test(entitlements_are_all_needed),
        cmocka_unit_test(the_matching_strategy_says_how_many_fingerprints),
        cmocka_unit_test(dead_machines_match_nothing_unless_all_are_dead),
        cmocka_unit_test(a_required_heartbeat_never_seen_is_dead_after_its_time),
        cmocka_unit_test(components_match_by_their_own_strategy),
        cmocka_unit_test(overage_makes_too_many_machines_valid_up_to_its_factor),
        cmocka_unit_test(a_node_locked_overage_is_two_or_always),
        cmocka_unit_test(per_user_leasing_counts_the_named_users_machines),
        cmocka_unit_test(processes_are_counted_as_the_policy_leases_them),
        cmocka_unit_test(the_expiration_strategy_decides_whether_an_expired_licence_is_valid),
        cmocka_unit_test(users_over_the_limit_are_valid_by_overage),
        cmocka_unit_test(a_check_in_is_due_by_day_week_month_and_year),
    };

    return cmocka_run_group_tests_name("verdict", TESTS, NULL, NULL);
}
