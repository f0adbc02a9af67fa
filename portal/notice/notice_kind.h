/* What people are told of: one kind for each occasion and side, with the words of its mail. */
#pragma once

#include "portal/http/lang.h"

enum notice_kind { /* of several in one mail, the last here gives it its words */
                   NOTICE_TICKET_FILED,   /* customers: we have it */
                   NOTICE_TICKET_MERGED,  /* customers: it goes on in another one */
                   NOTICE_TICKET_PARTED,  /* customers: it goes on by itself again */
                   NOTICE_TICKET_SPLIT,   /* customers: a part goes on in a new one */
                   NOTICE_TICKET_STATE,   /* customers: another state */
                   NOTICE_TICKET_ANSWER,  /* customers: an answer */
                   NOTICE_TICKET_SOLVED,  /* customers: please confirm */
                   NOTICE_TICKET_CLOSING, /* customers: it will be closed soon */
                   NOTICE_TICKET_CLOSED,  /* customers */
                   NOTICE_LICENCE_ENDING, /* customers who look after licences */
                   NOTICE_NEWS,           /* customers: an announcement */
                   NOTICE_DESK_NOTE,      /* staff: a colleague's note */
                   NOTICE_DESK_FILED,     /* staff: a ticket for the team, with nobody on it */
                   NOTICE_DESK_ANSWERED,  /* staff: the customer wrote, or changed the state */
                   NOTICE_DESK_ASSIGNED,  /* staff: it is yours */
                   NOTICE_DESK_DISPATCH,  /* staff: it is sent to you, please answer */
                   NOTICE_DESK_SENT,      /* staff: what became of a dispatch of yours */
                   NOTICE_DESK_DECIDED,   /* staff: what became of an approval asked for */
                   NOTICE_DESK_APPROVAL,  /* staff: something waits for your yes or no */
                   NOTICE_DESK_PROMISE,   /* staff: a promise ends soon, or has ended */
                   NOTICE_DESK_LICENCE,   /* staff: a customer's licence ends */
                   NOTICE_DESK_NEWS,      /* staff: an announcement for them */
                   NOTICE_DESK_TEMPLATE,  /* staff: one's own words of a mail do not work */
                   NOTICE_RULE,           /* whoever a rule tells something */
                   NOTICE_KIND_COUNT
};

struct notice_words {
    const char *name;  /* in rows, URLs and the mail queue: "ticket.answer" */
    const char *label; /* English: what it is, on the page of choices */
    bool is_staff;     /* whose side it is for; NOTICE_RULE: both */
    bool is_about_ticket;
    bool by_mail; /* unless the person chose otherwise */
    /* Words of the mail, English, with {names} as in notice_template.h. */
    const char *subject, *opening, *closing;
};
const struct notice_words *notice_kind_words(enum notice_kind kind);
/* NOTICE_KIND_COUNT: there is none of that name. */
enum notice_kind notice_kind_parse(const char *name);
/* The shipped words, in the language: subject and the whole text; is_named: it greets {name}. In
 * mem. */
void notice_kind_shipped(struct arena *mem, const struct lang *lang, enum notice_kind kind,
                         bool is_named, const char **subject, const char **body);
