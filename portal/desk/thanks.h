/* Whether a text does nothing but thank: such a mail opens no solved ticket again. */
#pragma once

#include "base/arena.h"

enum { THANKS_TOKENS_MAX = 80 };

extern const char THANKS_WORDS[];  /* shipped phrases of thanks, English and Chinese, one a line */
extern const char THANKS_BESIDE[]; /* shipped phrases that may stand beside them */

struct thanks_list {
    const char *thanks, *beside; /* phrases, one a line */
    const char *const *names;    /* of people, whose words may stand beside them too */
    size_t name_count;
};

/* Pure. True when the text is made of the phrases and names alone, with at least one of thanks
 * among them. Case, width, blanks and punctuation are passed over; a question mark makes it false,
 * as does any word that is in no list: a text that says something more is never taken for thanks.
 */
bool thanks_is(struct arena *mem, const char *text, const struct thanks_list *list);
