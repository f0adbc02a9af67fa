#include "portal/notice/notice_kind.h"

#include "portal/mail/mail_text.h"

#include <string.h>

/* A mail about a ticket has the same subject each time, so that programs keep them together. */
#define TICKET_SUBJECT T("[{number}] {subject}")

static const struct notice_words KINDS[] = {
    [NOTICE_TICKET_FILED] = {"ticket.filed", T("Your ticket has arrived"), false, true, true,
                             TICKET_SUBJECT,
                             T("we have your ticket {number}. A person reads it and answers you."),
                             T("You see here at any time how it stands:")},
    [NOTICE_TICKET_MERGED] = {"ticket.merged", T("A ticket is merged into another one"), false,
                              true, true, TICKET_SUBJECT,
                              T("we put two tickets about the same matter together."),
                              T("You see the ticket, and can reply, here:")},
    [NOTICE_TICKET_PARTED] = {"ticket.parted", T("A merge of tickets is undone"), false, true, true,
                              TICKET_SUBJECT, T("your ticket {number} goes on by itself again."),
                              T("You see the ticket, and can reply, here:")},
    [NOTICE_TICKET_SPLIT] = {"ticket.split", T("A ticket becomes two"), false, true, true,
                             TICKET_SUBJECT, T("a part of your ticket goes on as ticket {number}."),
                             T("You see the ticket, and can reply, here:")},
    [NOTICE_TICKET_STATE] = {"ticket.state", T("The state of a ticket changes"), false, true, true,
                             TICKET_SUBJECT, T("there is news about your ticket {number}."),
                             T("You see the ticket here:")},
    [NOTICE_TICKET_ANSWER] = {"ticket.answer", T("A ticket is answered"), false, true, true,
                              TICKET_SUBJECT, T("your ticket {number} was answered."),
                              T("You see the ticket, and can reply, here:")},
    [NOTICE_TICKET_SOLVED] = {"ticket.solved", T("A ticket is solved, please confirm"), false, true,
                              true, TICKET_SUBJECT,
                              T("we believe that your ticket {number} is solved."),
                              T("Please tell us here whether it is:")},
    [NOTICE_TICKET_CLOSING] =
        {"ticket.closing", T("A solved ticket will be closed soon"), false, true, true,
         TICKET_SUBJECT,
         T("we believe that your ticket {number} is solved, and will close it soon."),
         T("If it is not solved, say so here, or reply to this mail:")},
    [NOTICE_TICKET_CLOSED] =
        {"ticket.closed", T("A ticket is closed"), false, true, true, TICKET_SUBJECT,
         T("your ticket {number} is closed."),
         T("Everything that was written stays here. If it happens again, open the ticket "
           "once more there, or reply to this mail: your reply becomes a new "
           "ticket that is linked to this one.")},
    [NOTICE_LICENCE_ENDING] = {"licence.ending", T("A licence ends soon"), false, false, true,
                               T("{licence}: the licence ends on {date}"),
                               T("your licence for {licence} ends on {date}, in {days} days."),
                               T("You see it, and what to do, here:")},
    [NOTICE_NEWS] = {"news", T("There is an announcement"), false, false, true,
                     T("News from {tenant}"), T("there is something new to read."),
                     T("You read it here:")},
    [NOTICE_DESK_NOTE] = {"desk.note", T("A colleague's note on a ticket of yours"), true, true,
                          false, TICKET_SUBJECT, T("there is a note on ticket {number}."),
                          T("The ticket:")},
    [NOTICE_DESK_FILED] = {"desk.filed", T("A ticket for the team, with nobody on it"), true, true,
                           true, TICKET_SUBJECT,
                           T("ticket {number} waits for somebody of your team."), T("The ticket:")},
    [NOTICE_DESK_ANSWERED] = {"desk.answered", T("A customer replies"), true, true, true,
                              TICKET_SUBJECT, T("the customer has replied to ticket {number}."),
                              T("The ticket:")},
    [NOTICE_DESK_ASSIGNED] = {"desk.assigned", T("A ticket becomes yours"), true, true, true,
                              TICKET_SUBJECT, T("ticket {number} is yours now."), T("The ticket:")},
    [NOTICE_DESK_DISPATCH] = {"desk.dispatch", T("A ticket is dispatched to you or your team"),
                              true, true, true, TICKET_SUBJECT,
                              T("ticket {number} was dispatched to you. Please accept or decline "
                                "it."),
                              T("You answer here:")},
    [NOTICE_DESK_SENT] = {"desk.sent", T("A dispatch of yours is answered, or was not"), true, true,
                          true, TICKET_SUBJECT,
                          T("there is an answer to your dispatch of ticket {number}."),
                          T("The ticket:")},
    [NOTICE_DESK_DECIDED] = {"desk.decided", T("An approval is decided, or was not in time"), true,
                             true, true, TICKET_SUBJECT,
                             T("there is a decision about ticket {number}."), T("The ticket:")},
    [NOTICE_DESK_APPROVAL] = {"desk.approval", T("Something waits for your approval"), true, true,
                              true, TICKET_SUBJECT,
                              T("your approval is asked for, about ticket {number}."),
                              T("All that waits for your decision:")},
    [NOTICE_DESK_PROMISE] = {"desk.promise", T("A promise ends soon, or was missed"), true, true,
                             true, TICKET_SUBJECT, T("ticket {number} is running out of time."),
                             T("The ticket:")},
    [NOTICE_DESK_LICENCE] = {"desk.licence", T("A licence of a customer of yours ends soon"), true,
                             false, true, T("{organisation}: {licence} ends on {date}"),
                             T("the licence of {organisation} for {licence} ends on {date}, in "
                               "{days} days."),
                             T("The licence:")},
    [NOTICE_DESK_NEWS] = {"desk.news", T("There is an announcement for the staff"), true, false,
                          true, T("News for the staff of {tenant}"),
                          T("there is something new to read."), T("You read it here:")},
    [NOTICE_DESK_TEMPLATE] =
        {"desk.template", T("Words of a mail of yours do not work"), true, false, true,
         T("The words of a mail do not work"),
         T("a mail went out with the shipped words, since your own ones do not "
           "work."),
         T("You mend them here:")},
    [NOTICE_RULE] = {"rule", T("What a rule tells you"), false, true, true, TICKET_SUBJECT,
                     T("there is news about ticket {number}."), T("The ticket:")},
};
_Static_assert(COUNT(KINDS) == NOTICE_KIND_COUNT, "words for every kind");

const struct notice_words *notice_kind_words(enum notice_kind kind)
{
    return &KINDS[kind];
}

enum notice_kind notice_kind_parse(const char *name)
{
    size_t i = 0;

    while (i < COUNT(KINDS) && strcmp(KINDS[i].name, name) != 0)
        i++;
    return (enum notice_kind)i;
}

void notice_kind_shipped(struct arena *mem, const struct lang *lang, enum notice_kind kind,
                         bool is_named, const char **subject, const char **body)
{
    const struct notice_words *w = &KINDS[kind];

    *subject = lang_text(lang, w->subject);
    *body = arena_printf(mem, "%s\n\n%s\n\n{changes}\n\n%s\n{link}\n\n{tenant}\n",
                         mail_text_greeting(mem, lang, is_named ? "{name}" : ""),
                         lang_text(lang, w->opening), lang_text(lang, w->closing));
}
