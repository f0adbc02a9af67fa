#include "scripts/script_limits.h"

enum { KB = 1024, TEST_TIMES = 20 };

static const struct sandbox_limits LIMITS[] = {
    [SCRIPT_CHECK] = {.instructions = 200000,
                      .memory_bytes = 2048 * KB,
                      .steps = 50000,
                      .lookups = 3,
                      .effects = 10},
    [SCRIPT_AFTER] = {.instructions = 2000000,
                      .memory_bytes = 4096 * KB,
                      .steps = 500000,
                      .lookups = 10,
                      .effects = 50},
};
_Static_assert(COUNT(LIMITS) == SCRIPT_PHASE_COUNT, "limit every phase");

struct sandbox_limits script_limits(enum script_phase phase)
{
    return LIMITS[phase];
}

const json_t *script_limits_effects(const struct script_offer *offer, enum script_phase phase)
{
    return phase == SCRIPT_CHECK ? offer->check_effects : offer->effects;
}

int64_t script_limits_us(const struct script_engine *engine, enum script_phase phase)
{
    return phase == SCRIPT_CHECK ? engine->check_us : engine->after_us;
}

int64_t script_limits_test_us(const struct script_engine *engine)
{
    return engine->after_us * TEST_TIMES;
}
