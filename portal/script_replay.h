/* Trying a rule on what has happened: nothing is written. */
#pragma once

#include "portal/script_api.h"

enum { SCRIPT_REPLAY_MAX = 1000 };

struct script_replay {
    const char *name;  /* of the rule */
    unsigned events;   /* that it was tried on */
    unsigned applied;  /* of these `when` fitted */
    unsigned failed;   /* it was cut off, or asked for what is not data */
    json_t *different; /* [{event, at, object, was, would}]: was: what the version in force asks for
                          today, would: what this text does; effects, or {"error", "line"} */
};

/* Reads and tests the text, then runs it and the version in force of the same name (nothing, when
 * there is none) on the latest `limit` events that it hears. Look-ups are answered as of today.
 * Needs RIGHT_RULES. Fails: as script_examine; ERR_DENIED. */
bool script_replay(struct ctx *cx, const struct script_engine *engine, const char *text, size_t len,
                   unsigned limit, struct script_replay *out) MUST_CHECK;
