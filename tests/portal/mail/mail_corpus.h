/* Damaged and foreign mails, made here: the same ones each time. */
#pragma once

#include "base/str.h"

struct corpus_mail {
    const char *name;
    struct span bytes;
    const char *has;     /* in the new text; NULL: nothing is promised of it */
    const char *hasnot;  /* not in the new text; NULL */
    const char *subject; /* NULL: nothing is promised */
};

enum { CORPUS_MAILS_MIN = 300, CORPUS_MAILS_MAX = 500 };

/* All of them, in mem; returns how many. */
size_t corpus_make(struct arena *mem, struct corpus_mail out[CORPUS_MAILS_MAX]);
/* One of them with some bytes changed, cut out, doubled or swapped, as the number says. In mem. */
struct span corpus_mutate(struct arena *mem, const struct corpus_mail *mails, size_t count,
                          uint64_t number);
