#include "licensing/policy_attribute.h"

#include <string.h>

/* clang-format off */
#define AT(member)              offsetof(struct policy, member)
#define LIMIT(name, member)     {name, POLICY_ATTRIBUTE_LIMIT, AT(member), true, false, NULL, 0, 0}
#define SECONDS(name, member)   {name, POLICY_ATTRIBUTE_SECONDS, AT(member), true, false, NULL, 0, 0}
#define FLAG(name, member)      {name, POLICY_ATTRIBUTE_FLAG, AT(member), false, false, NULL, 0, 0}
#define WORDS(name, member, list, first) \
    {name, POLICY_ATTRIBUTE_WORD, AT(member), false, false, list, first, COUNT(list)}

const struct policy_attribute POLICY_ATTRIBUTES[] = {
    {"name", POLICY_ATTRIBUTE_TEXT, AT(name), false, false, NULL, 0, 0},
    SECONDS("duration", duration_seconds),
    FLAG("strict", is_strict),
    FLAG("floating", is_floating),
    LIMIT("maxMachines", max_machines),
    LIMIT("maxProcesses", max_processes),
    LIMIT("maxUsers", max_users),
    LIMIT("maxCores", max_cores),
    LIMIT("maxMemory", max_memory),
    LIMIT("maxDisk", max_disk),
    LIMIT("maxUses", max_uses),
    WORDS("machineUniquenessStrategy", machine_uniqueness, POLICY_UNIQUENESS_NAMES, POLICY_UNIQUE_PER_LICENCE),
    WORDS("componentUniquenessStrategy", component_uniqueness, POLICY_UNIQUENESS_NAMES, 0),
    WORDS("machineMatchingStrategy", machine_matching, POLICY_MATCHING_NAMES, 0),
    WORDS("componentMatchingStrategy", component_matching, POLICY_MATCHING_NAMES, 0),
    WORDS("expirationStrategy", expiration, POLICY_EXPIRATION_NAMES, 0),
    WORDS("expirationBasis", expiration_basis, POLICY_EXPIRATION_BASIS_NAMES, 0),
    WORDS("renewalBasis", renewal, POLICY_RENEWAL_NAMES, 0),
    WORDS("transferStrategy", transfer, POLICY_TRANSFER_NAMES, 0),
    WORDS("authenticationStrategy", authentication, POLICY_AUTHENTICATION_NAMES, 0),
    WORDS("machineLeasingStrategy", machine_leasing, POLICY_LEASING_NAMES, POLICY_PER_LICENCE),
    WORDS("processLeasingStrategy", process_leasing, POLICY_LEASING_NAMES, 0),
    WORDS("overageStrategy", overage, POLICY_OVERAGE_NAMES, 0),
    {"scheme", POLICY_ATTRIBUTE_TEXT, AT(scheme), true, true, NULL, 0, 0},
    FLAG("protected", is_protected),
    FLAG("requireProductScope", require_product),
    FLAG("requirePolicyScope", require_policy),
    FLAG("requireMachineScope", require_machine),
    FLAG("requireFingerprintScope", require_fingerprint),
    FLAG("requireComponentsScope", require_components),
    FLAG("requireUserScope", require_user),
    FLAG("requireChecksumScope", require_checksum),
    FLAG("requireVersionScope", require_version),
    FLAG("requireCheckIn", require_check_in),
    {"checkInInterval", POLICY_ATTRIBUTE_WORD, AT(check_in_interval), true, false, POLICY_INTERVAL_NAMES, POLICY_DAY, COUNT(POLICY_INTERVAL_NAMES)},
    SECONDS("checkInIntervalCount", check_in_count),
    FLAG("requireHeartbeat", require_heartbeat),
    SECONDS("heartbeatDuration", heartbeat_seconds),
    WORDS("heartbeatCullStrategy", cull, POLICY_CULL_NAMES, 0),
    WORDS("heartbeatResurrectionStrategy", revive, POLICY_REVIVE_NAMES, 0),
    WORDS("heartbeatBasis", heartbeat_basis, POLICY_HEARTBEAT_BASIS_NAMES, 0),
};
/* clang-format on */
_Static_assert(COUNT(POLICY_ATTRIBUTES) == POLICY_ATTRIBUTE_COUNT, "count the attributes");
/* Words are read and written by their size; every enum of a policy has that of int. */
_Static_assert(sizeof(enum policy_overage) == sizeof(int), "enums as int");

const struct policy_attribute *policy_attribute_find(const char *name)
{
    for (size_t i = 0; i < COUNT(POLICY_ATTRIBUTES); i++)
        if (strcmp(POLICY_ATTRIBUTES[i].name, name) == 0)
            return &POLICY_ATTRIBUTES[i];
    return NULL;
}

static const void *at(const struct policy *p, const struct policy_attribute *a)
{
    return (const char *)p + a->offset;
}

static void put(struct policy *p, const struct policy_attribute *a, const void *value, size_t size)
{
    memcpy((char *)p + a->offset, value, size);
}

const char *policy_attribute_text(const struct policy *p, const struct policy_attribute *a)
{
    const char *text;

    memcpy(&text, at(p, a), sizeof text);
    return text;
}

int64_t policy_attribute_number(const struct policy *p, const struct policy_attribute *a)
{
    int64_t number;

    memcpy(&number, at(p, a), sizeof number);
    return number;
}

bool policy_attribute_flag(const struct policy *p, const struct policy_attribute *a)
{
    bool flag;

    memcpy(&flag, at(p, a), sizeof flag);
    return flag;
}

const char *policy_attribute_word(const struct policy *p, const struct policy_attribute *a)
{
    int value;

    memcpy(&value, at(p, a), sizeof value);
    return a->words[value];
}

bool policy_attribute_has_number(const struct policy *p, const struct policy_attribute *a)
{
    return policy_attribute_number(p, a) !=
           (a->type == POLICY_ATTRIBUTE_LIMIT ? (int64_t)POLICY_NO_LIMIT : 0);
}

void policy_attribute_set_text(struct policy *p, const struct policy_attribute *a, const char *text)
{
    put(p, a, &text, sizeof text);
}

void policy_attribute_set_number(struct policy *p, const struct policy_attribute *a, int64_t number)
{
    put(p, a, &number, sizeof number);
}

void policy_attribute_clear(struct policy *p, const struct policy_attribute *a)
{
    static const int first = 0;

    if (a->type == POLICY_ATTRIBUTE_WORD)
        put(p, a, &first, sizeof first);
    else
        policy_attribute_set_number(
            p, a, a->type == POLICY_ATTRIBUTE_LIMIT ? (int64_t)POLICY_NO_LIMIT : 0);
}

void policy_attribute_set_flag(struct policy *p, const struct policy_attribute *a, bool flag)
{
    put(p, a, &flag, sizeof flag);
}

bool policy_attribute_set_word(struct policy *p, const struct policy_attribute *a, const char *word)
{
    int value = 0;

    if (word == NULL)
        return a->is_nullable && (put(p, a, &value, sizeof value), true);
    for (size_t i = a->first_word; i < a->word_count; i++) {
        value = (int)i;
        if (strcmp(a->words[i], word) == 0) {
            put(p, a, &value, sizeof value);
            return true;
        }
    }
    return false;
}
