#include "base/zone.h"

#include "base/zone_rule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ZONE_FILE_MAX = 256 * 1024, /* the largest real one has 4 KB */
    ZONE_NAME_MAX = 64,
    TZIF_HEAD = 44,
    TZIF_TYPE = 6, /* offset, is-DST, index of the abbreviation */
    ZONE_OFFSET_MAX = 26 * 3600
};

#define ZONE_FOLDER "/usr/share/zoneinfo/"

struct zone {
    size_t count;
    int64_t *at;     /* seconds UTC of each transition, ascending */
    int32_t *offset; /* seconds east of UTC from that instant on */
    int32_t first;   /* the offset before all transitions */
    bool has_rule;
    struct zone_rule rule; /* for times after the last transition */
};

struct tzif { /* one of a file's two parts: the counts in its head, and where its data are */
    uint32_t utc, standard, leap, times, types, chars;
    const uint8_t *data;
    size_t size; /* of the data */
};

static uint64_t read_big(const uint8_t *p, int bytes)
{
    uint64_t value = 0;

    for (int i = 0; i < bytes; i++)
        value = value << 8 | p[i];
    return value;
}

/* Reads the head at `from`; the data's size depends on the width of their times. */
static bool tzif_head(const uint8_t *bytes, size_t len, size_t from, int width, struct tzif *out)
{
    const uint8_t *p = bytes + from;
    struct tzif t;

    if (from > len || len - from < TZIF_HEAD || memcmp(p, "TZif", 4) != 0 || p[4] < '2')
        return false;
    t.utc = (uint32_t)read_big(p + 20, 4);
    t.standard = (uint32_t)read_big(p + 24, 4);
    t.leap = (uint32_t)read_big(p + 28, 4);
    t.times = (uint32_t)read_big(p + 32, 4);
    t.types = (uint32_t)read_big(p + 36, 4);
    t.chars = (uint32_t)read_big(p + 40, 4);
    if (t.types == 0 || t.types > 256 || t.times > ZONE_FILE_MAX || t.chars > ZONE_FILE_MAX ||
        t.leap > ZONE_FILE_MAX || t.utc > ZONE_FILE_MAX || t.standard > ZONE_FILE_MAX)
        return false;
    t.data = p + TZIF_HEAD;
    t.size = (size_t)t.times * ((size_t)width + 1) + (size_t)t.types * TZIF_TYPE + t.chars +
             (size_t)t.leap * ((size_t)width + 4) + t.standard + t.utc;
    if (t.size > len - from - TZIF_HEAD)
        return false;
    *out = t;
    return true;
}

static bool type_offset(const struct tzif *t, size_t type, int32_t *out)
{
    const uint8_t *types = t->data + (size_t)t->times * 9;
    int64_t offset;

    if (type >= t->types)
        return false;
    offset = (int32_t)read_big(types + type * TZIF_TYPE, 4);
    if (offset < -ZONE_OFFSET_MAX || offset > ZONE_OFFSET_MAX)
        return false;
    *out = (int32_t)offset;
    return true;
}

static bool zone_read_times(struct zone *zone, const struct tzif *t)
{
    if (!type_offset(t, 0, &zone->first))
        return false;
    zone->count = t->times;
    zone->at = calloc((size_t)t->times + 1, sizeof *zone->at);
    zone->offset = calloc((size_t)t->times + 1, sizeof *zone->offset);
    if (zone->at == NULL || zone->offset == NULL)
        abort();
    for (size_t i = 0; i < t->times; i++) {
        zone->at[i] = (int64_t)read_big(t->data + i * 8, 8);
        if ((i > 0 && zone->at[i] <= zone->at[i - 1]) ||
            !type_offset(t, t->data[(size_t)t->times * 8 + i], &zone->offset[i]))
            return false;
    }
    return true;
}

/* The footer is a line of its own: "\n<rule>\n"; an empty one says that there is no rule. */
static bool zone_read_footer(struct zone *zone, const char *from, size_t len)
{
    char rule[ZONE_RULE_MAX];
    const char *end;
    size_t size;

    if (len < 2 || from[0] != '\n')
        return false;
    end = memchr(from + 1, '\n', len - 1);
    if (end == NULL)
        return false;
    size = (size_t)(end - from - 1);
    if (size == 0)
        return true;
    if (size >= sizeof rule)
        return false;
    memcpy(rule, from + 1, size);
    rule[size] = '\0';
    zone->has_rule = zone_rule_parse(rule, &zone->rule);
    return zone->has_rule;
}

/* A file of version 2 or later has its data twice: first with times of 32 bits, which are skipped,
 * then with times of 64. */
static bool zone_read(struct zone *zone, const uint8_t *bytes, size_t len)
{
    struct tzif t;
    size_t second;
    size_t footer;

    if (!tzif_head(bytes, len, 0, 4, &t))
        return false;
    second = TZIF_HEAD + t.size;
    if (!tzif_head(bytes, len, second, 8, &t))
        return false;
    footer = second + TZIF_HEAD + t.size;
    return zone_read_times(zone, &t) &&
           zone_read_footer(zone, (const char *)bytes + footer, len - footer);
}

/* Letters, digits and _ + - in parts divided by single slashes: no way out of the folder. */
static bool zone_name_is_plain(const char *name)
{
    static const char ALLOWED[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
        "0123456789_+-/";
    size_t len = strlen(name);

    return len > 0 && len <= ZONE_NAME_MAX && strspn(name, ALLOWED) == len && name[0] != '/' &&
           name[len - 1] != '/' && strstr(name, "//") == NULL;
}

static bool file_read(const char *name, uint8_t *bytes, size_t max, size_t *len)
{
    char path[sizeof ZONE_FOLDER + ZONE_NAME_MAX];
    FILE *file;
    bool ok;

    snprintf(path, sizeof path, "%s%s", ZONE_FOLDER, name);
    file = fopen(path, "re");
    if (file == NULL)
        return false;
    *len = fread(bytes, 1, max, file);
    ok = ferror(file) == 0 && *len < max;
    fclose(file);
    return ok;
}

bool zone_load(const char *name, struct zone **out)
{
    struct zone *zone;
    uint8_t *bytes;
    size_t len;
    bool ok;

    if (!zone_name_is_plain(name))
        return false;
    zone = calloc(1, sizeof *zone);
    bytes = malloc(ZONE_FILE_MAX);
    if (zone == NULL || bytes == NULL)
        abort();
    ok = file_read(name, bytes, ZONE_FILE_MAX, &len) && zone_read(zone, bytes, len);
    free(bytes);
    if (ok)
        *out = zone;
    else
        zone_free(zone);
    return ok;
}

void zone_free(struct zone *zone)
{
    if (zone == NULL)
        return;
    free(zone->at);
    free(zone->offset);
    free(zone);
}

/* Seconds east of UTC that are in force at an instant. */
static int32_t zone_offset(const struct zone *zone, int64_t seconds)
{
    size_t from = 0;
    size_t to = zone->count;

    while (from < to) { /* ends with `from` as the number of transitions up to the instant */
        size_t middle = from + (to - from) / 2;

        if (zone->at[middle] <= seconds)
            from = middle + 1;
        else
            to = middle;
    }
    if (from == zone->count && zone->has_rule)
        return zone_rule_offset(&zone->rule, seconds);
    return from == 0 ? zone->first : zone->offset[from - 1];
}

static int64_t whole_seconds(int64_t us)
{
    return us / CLOCK_SECOND - (us % CLOCK_SECOND < 0);
}

struct civil zone_civil(const struct zone *zone, int64_t us)
{
    return clock_civil(us + zone_offset(zone, whole_seconds(us)) * CLOCK_SECOND);
}

/* The offset that holds is one of those a day before and a day after: of a local time that comes
 * twice the earlier instant is taken, and one in a gap is read with the offset before the gap. */
int64_t zone_from_civil(const struct zone *zone, const struct civil *local)
{
    int64_t wall = clock_from_civil(local);
    int64_t before = zone_offset(zone, whole_seconds(wall - CLOCK_DAY)) * CLOCK_SECOND;
    int64_t after = zone_offset(zone, whole_seconds(wall + CLOCK_DAY)) * CLOCK_SECOND;
    bool before_holds = zone_offset(zone, whole_seconds(wall - before)) * CLOCK_SECOND == before;
    bool after_holds = zone_offset(zone, whole_seconds(wall - after)) * CLOCK_SECOND == after;

    if (before_holds && after_holds)
        return wall - (before > after ? before : after);
    return after_holds ? wall - after : wall - before;
}
