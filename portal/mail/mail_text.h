/* What mails say: a subject and sentences for each kind, in the reader's language. */
#pragma once

#include "portal/http/lang.h"

enum mail_kind {
    MAIL_WELCOME,  /* an invitation: choose a password */
    MAIL_RESET,    /* a new password was asked for */
    MAIL_UNLOCK,   /* the account was locked after wrong passwords */
    MAIL_LOGIN,    /* a link to sign in by was asked for */
    MAIL_VERIFY,   /* an address is to be confirmed */
    MAIL_ADDRESS,  /* a further address is to be confirmed: it goes there */
    MAIL_SIGNUP,   /* an account was asked for: go on there; from here on no link of a person's */
    MAIL_KNOWN,    /* the same, by somebody who has one */
    MAIL_ACCEPTED, /* who waited belongs to an organisation */
    MAIL_DECLINED,
    MAIL_KIND_COUNT
};

const char *mail_text_name(enum mail_kind kind); /* "account.welcome" */

/* The name, or "" for what nobody is greeted by: NULL, an address, something like a link. */
const char *mail_text_callable(const char *name);
/* "Hello Anna Keller,", or "Hello," to whom nothing callable is known. */
const char *mail_text_greeting(struct arena *mem, const struct lang *lang, const char *name);

/* "" where the name is only what stands before the @, put there for want of a better one. */
const char *mail_text_known_name(const char *name, const char *email);

struct mail_facts { /* what fills the sentences */
    const char *tenant_name;
    const char *person_name;
    const char *link;
};
/* In mem. */
void mail_text_write(struct arena *mem, const struct lang *lang, enum mail_kind kind,
                     const struct mail_facts *facts, const char **subject, const char **text);
