/* What a rule may use up, by phase (defaults of the design; times come from the settings). */
#pragma once

#include "scripts/script_header.h"

struct sandbox_limits script_limits(enum script_phase phase);
/* The names that a rule of that phase can build effects from. */
const json_t *script_limits_effects(const struct script_offer *offer, enum script_phase phase);
int64_t script_limits_us(const struct script_engine *engine, enum script_phase phase);
/* Tests run with nobody waiting, and a busy machine must not decide them. */
int64_t script_limits_test_us(const struct script_engine *engine);
