/* How hard a password is to guess: by estimate, not by classes of characters. */
#pragma once

#include "base/arena.h"

enum {
    PASSWORD_RULE_BITS = 27, /* 10^8 guesses: zxcvbn's third of four grades */
    PASSWORD_RULE_DISTINCT =
        5, /* characters that differ: scripts that the estimate does not know */
    PASSWORD_RULE_WORDS = 20
};

/* Whether it holds. own: texts that its owner is known by (name, address, tenant), ended by NULL;
 * what is made of their words is as easy to guess as they are. NULL: none. Threads: any. */
bool password_rule_holds(struct arena *mem, const char *password, const char *const *own);
