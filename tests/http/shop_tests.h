/* The tests of portal_api_test that have files of their own, by what they are about. */
#pragma once

#include "tests/http/shop.h"

void shop_each_call_is_refused_to_those_without_its_right(void **state); /* shop_rights.c */

/* shop_ticket.c */
void shop_tickets_are_merged_and_taken_apart_again(void **state);
void shop_messages_become_a_ticket_of_their_own(void **state);
void shop_links_and_tags_are_set_and_taken_off(void **state);
void shop_participants_are_colleagues_of_the_customer(void **state);
void shop_what_somebody_else_changed_is_not_overwritten(void **state);

/* shop_desk.c */
void shop_many_tickets_are_changed_and_set_back(void **state);
void shop_a_change_of_many_says_what_is_missing(void **state);
void shop_views_are_kept_run_and_removed(void **state);
void shop_a_macro_is_kept_changed_and_removed(void **state);
void shop_a_macro_is_looked_at_and_applied(void **state);

/* shop_flow.c */
void shop_an_approval_is_asked_for_and_decided_once(void **state);
void shop_an_approval_is_not_shown_without_its_ticket(void **state);
void shop_time_is_kept_counted_and_taken_back(void **state);
void shop_hours_are_for_those_who_see_orders(void **state);
void shop_a_repeat_with_the_same_key_does_nothing_more(void **state);
void shop_a_kept_answer_has_its_place_and_goes_in_time(void **state);
void shop_two_answers_to_one_call_cannot_be_kept(void **state);
