/* Whom an event is told to: people of either side, each once. For this folder. */
#pragma once

#include "db/event.h"
#include "portal/desk/ticket.h"
#include "portal/notice/notice.h"

enum { NOTICE_TELL_MAX = 200, NOTICE_TELL_TEAM_MAX = 50 };

struct notice_tell {
    const struct event *event;
    const struct ticket *t; /* NULL: it is about a licence */
    json_t *data;           /* the event's */
    struct notice_new base; /* what all notices of this event have */
    struct id told[NOTICE_TELL_MAX];
    size_t told_count;
    bool tells_actor;
};

bool notice_tell_person(struct ctx *cx, struct notice_tell *w, enum notice_kind kind,
                        struct id person_id) MUST_CHECK;
/* A customer is told what he may see: the pages' own rule decides. */
bool notice_tell_customer(struct ctx *cx, struct notice_tell *w, enum notice_kind kind,
                          struct id person_id) MUST_CHECK;
/* Whoever met the problem, with an account or without one. */
bool notice_tell_reporter(struct ctx *cx, struct notice_tell *w, enum notice_kind kind) MUST_CHECK;
/* The filer, the reporter, who takes part, and the reporters of what was merged into it. */
bool notice_tell_customers(struct ctx *cx, struct notice_tell *w, enum notice_kind kind) MUST_CHECK;
/* The ticket's team, or the default one where it has none. */
bool notice_tell_team(struct ctx *cx, struct notice_tell *w, enum notice_kind kind) MUST_CHECK;
/* Who tracks it, or the team. Of an answer or a promise also whoever stands in while he is away. */
bool notice_tell_desk(struct ctx *cx, struct notice_tell *w, enum notice_kind kind) MUST_CHECK;
