#include "portal/mail/mail_text.h"

#include "base/utf8.h"

#include <string.h>
#include <strings.h>

/* Sentences before the link and after it; {} in the subject and in the first one is the tenant's
 * name. */
static const struct {
    const char *name;
    const char *subject;
    const char *before[2];
    const char *after[2];
} MAILS[] = {
    [MAIL_WELCOME] =
        {
            "account.welcome",
            T("Your account at {}"),
            {T("{} has made an account for you, where you find your tickets, licences and orders."),
             T("Open this link to choose a password:")},
            {T("The link works once, for three days."),
             T("If you do not know why you get this mail, you need not do anything.")},
        },
    [MAIL_RESET] =
        {
            "account.reset",
            T("A new password for {}"),
            {T("Somebody, presumably you, has asked {} for a new password."),
             T("Open this link to choose one:")},
            {T("The link works once, for 30 minutes. Whoever is signed in as you is signed out "
               "then."),
             T("If it was not you, you need not do anything: your password stays as it is.")},
        },
    [MAIL_UNLOCK] =
        {
            "account.unlock",
            T("Your account at {} is locked"),
            {T("Somebody has tried several wrong passwords for your account at {}, so nobody can "
               "sign in to it for 15 minutes."),
             T("If it was you, this link lets you try again at once:")},
            {T("The link works once, for 30 minutes."),
             T("If it was not you, your password has not been found out. You may want to choose a "
               "longer one.")},
        },
    [MAIL_LOGIN] =
        {
            "account.login",
            T("Signing in to {}"),
            {T("Somebody, presumably you, wants to sign in to {} without a password."),
             T("Open this link to sign in:")},
            {T("The link works once, for 30 minutes."),
             T("If it was not you, you need not do anything: nobody is signed in without this "
               "link.")},
        },
    [MAIL_VERIFY] =
        {
            "account.verify",
            T("Confirm your address for {}"),
            {T("{} would like to know that mail to this address reaches you."),
             T("Open this link to confirm it:")},
            {T("The link works once, for three days."),
             T("If you do not know why you get this mail, you need not do anything.")},
        },
    [MAIL_ADDRESS] =
        {
            "account.address",
            T("Add this address to your account at {}"),
            {T("Somebody, presumably you, wants to use this address for an account at {}."),
             T("Sign in as usual and open this link to add it:")},
            {T("The link works once, for three days."),
             T("If it was not you, do not open it: the address is added only with the link.")},
        },
    [MAIL_SIGNUP] =
        {
            "account.signup",
            T("Your account at {}"),
            {T("Somebody, presumably you, wants to make an account at {} with this address."),
             T("Open this link to go on:")},
            {T("The link works once, for three days."),
             T("If it was not you, you need not do anything: nothing is made without this link.")},
        },
    [MAIL_KNOWN] =
        {
            "account.known",
            T("You have an account at {} already"),
            {T("Somebody, presumably you, wants to make an account at {} with this address, which "
               "has one already."),
             T("If you have forgotten the password, choose a new one here:")},
            {T("Nothing has been changed."), T("If it was not you, you need not do anything.")},
        },
    [MAIL_ACCEPTED] =
        {
            "account.accepted",
            T("Your account at {} is ready"),
            {T("{} has added you to your organisation."), T("Sign in here:")},
            {T("You find its tickets and what else your role lets you see there."),
             T("If something is missing, ask the administrator of your organisation.")},
        },
    [MAIL_DECLINED] =
        {
            "account.declined",
            T("Your account at {}"),
            {T("{} could not match you with one of its customers, so your account has been switched "
               "off."),
             T("The public articles stay open to you:")},
            {T("If you think that this is a mistake, answer through the colleague who looks after "
               "your organisation's accounts."),
             T("Your address is used for nothing else.")},
        },
};
_Static_assert(COUNT(MAILS) == MAIL_KIND_COUNT, "words for every kind");

const char *mail_text_name(enum mail_kind kind)
{
    return MAILS[kind].name;
}

static bool has_host(const char *name)
{
    for (; *name != '\0'; name++)
        if (strncasecmp(name, "www.", strlen("www.")) == 0)
            return true;
    return false;
}

/* Mail programs make links of what looks like one, and the name's owner is not who speaks. */
const char *mail_text_callable(const char *name)
{
    return name == NULL || strchr(name, '@') != NULL || strstr(name, "://") != NULL ||
                   has_host(name) || !utf8_is_line(name)
               ? ""
               : name;
}

const char *mail_text_greeting(struct arena *mem, const struct lang *lang, const char *name)
{
    name = mail_text_callable(name);
    return *name == '\0' ? lang_text(lang, T("Hello,"))
                         : lang_fill1(mem, lang, T("Hello {},"), name);
}

const char *mail_text_known_name(const char *name, const char *email)
{
    const size_t local = strcspn(email, "@");

    return strlen(name) == local && strncmp(name, email, local) == 0 ? "" : name;
}

static void add(struct str *s, const char *sentence)
{
    str_add(s, sentence);
    str_add(s, "\n\n");
}

void mail_text_write(struct arena *mem, const struct lang *lang, enum mail_kind kind,
                     const struct mail_facts *facts, const char **subject, const char **text)
{
    struct str s = str_new(mem);

    add(&s, mail_text_greeting(mem, lang, facts->person_name));
    add(&s, lang_fill1(mem, lang, MAILS[kind].before[0], facts->tenant_name));
    add(&s, lang_text(lang, MAILS[kind].before[1]));
    add(&s, facts->link);
    for (size_t i = 0; i < COUNT(MAILS[kind].after); i++)
        add(&s, lang_text(lang, MAILS[kind].after[i]));
    str_add(&s, facts->tenant_name);
    str_char(&s, '\n');
    *subject = lang_fill1(mem, lang, MAILS[kind].subject, facts->tenant_name);
    *text = s.p;
}
