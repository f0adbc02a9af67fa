/* Versions by Semantic Versioning 2.0.0, and what an upgrade may be. Pure. */
#pragma once

#include "base/arena.h"

enum { SEMVER_MAX = 255 };

struct semver {
    int64_t major, minor, patch;
    const char *prerelease, *build; /* without their marks; NULL for none */
};

/* "1.2.3-beta.1+7", without a leading v. In mem. */
bool semver_parse(struct arena *mem, const char *text, struct semver *out) MUST_CHECK;
/* By precedence (section 11): less than, equal to or greater than zero; build does not count. */
int semver_compare(const struct semver *a, const struct semver *b);

/* What an upgrade is held to: "1" or "1.x" the same major; "1.2" that and a minor of at least 2;
 * "1.2.3" the same major and minor, and a patch of at least 3. */
struct semver_constraint {
    int parts; /* 0: any newer one */
    int64_t major, minor, patch;
};
bool semver_constraint_parse(const char *text, struct semver_constraint *out) MUST_CHECK;
bool semver_allows(const struct semver_constraint *constraint, const struct semver *version);
