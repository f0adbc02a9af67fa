/* Merging, splitting, links, tags and participants over /api/v1. */
#include "tests/http/shop_tests.h"

#include <stdlib.h>
#include <string.h>

static const char *path_of(struct shop *s, const char *id, const char *rest)
{
    return arena_printf(s->cx->mem, "/api/v1/tickets/%s%s", id, rest);
}

static struct site_answer post(struct shop *s, const char *token, const char *path,
                               const char *body)
{
    return site_call(s->cx, token, "POST", path, "", body);
}

static const char *text_in(struct shop *s, const struct site_answer *a, const char *member)
{
    return json_get_text(shop_data(s->cx, a), member, "");
}

/* The number of a ticket, in a body {"MEMBER": "..."}. */
static const char *number_body(struct shop *s, const char *token, const char *id, const char *more)
{
    struct site_answer a = shop_get(s->cx, token, path_of(s, id, ""));

    shop_says(&a, 200, "number");
    return arena_printf(s->cx->mem, "{\"number\":\"%s\"%s}", text_in(s, &a, "number"), more);
}

void shop_tickets_are_merged_and_taken_apart_again(void **state)
{
    struct shop s = shop_open(state);
    const char *token = shop_token(s.cx, TOKEN_ADMIN, (struct id){{0}});
    const char *one = shop_file(&s, token, "Printer on fire", s.organisation_id);
    const char *two = shop_file(&s, token, "Smoke from the printer", s.organisation_id);
    const char *other = shop_file(&s, token, "Scales", s.other_id);
    struct site_answer a = post(&s, token, path_of(&s, one, "/merge"), "{}");

    shop_says(&a, 422, "MEMBER_MISSING");
    a = post(&s, token, path_of(&s, one, "/merge"), "{\"number\":\"999\"}");
    shop_says(&a, 422, "LINK_TICKET");
    a = post(&s, token, path_of(&s, one, "/merge"), number_body(&s, token, one, ""));
    shop_says(&a, 422, "MERGE_SELF");
    a = post(&s, token, path_of(&s, one, "/merge"), number_body(&s, token, other, ""));
    shop_says(&a, 409, "MERGE_APART");
    a = post(&s, token, path_of(&s, two, "/unmerge"), NULL);
    shop_says(&a, 404, "NOT_FOUND");
    a = post(&s, token, path_of(&s, two, "/merge"), number_body(&s, token, one, ""));
    shop_says(&a, 200, one);
    a = shop_get(s.cx, token, path_of(&s, two, ""));
    shop_says(&a, 200, one); /* the old id leads on */
    a = shop_get(s.cx, token, path_of(&s, one, "/merges"));
    shop_says(&a, 200, "Smoke from the printer");
    shop_says(&a, 200, "\"undo_until\":\"2");
    a = post(&s, token, path_of(&s, two, "/tags"), "{\"tag\":\"vip\"}");
    shop_says(&a, 409, "TICKET_MERGED");
    a = post(&s, token, path_of(&s, two, "/unmerge"), NULL);
    shop_says(&a, 200, "Smoke from the printer");
    a = shop_get(s.cx, token, path_of(&s, one, "/merges"));
    shop_says(&a, 200, "\"data\":[]");
    a = post(&s, token, path_of(&s, one, "/merge"),
             number_body(&s, token, other, ",\"even_apart\":true"));
    shop_says(&a, 200, "Scales");
}

void shop_messages_become_a_ticket_of_their_own(void **state)
{
    static const char REPLY[] = "{\"text\":\"And the scales are off.\"}";
    struct shop s = shop_open(state);
    const char *token = shop_token(s.cx, TOKEN_ADMIN, (struct id){{0}});
    const char *id = shop_file(&s, token, "Printer on fire", s.organisation_id);
    const char *split = path_of(&s, id, "/split");
    struct site_answer a = post(&s, token, path_of(&s, id, "/messages"), REPLY);
    const char *message = text_in(&s, &a, "id"), *body;

    shop_says(&a, 201, "id");
    body = arena_printf(s.cx->mem, "{\"subject\":\"Scales\",\"messages\":[\"%s\"]}", message);
    a = post(&s, token, split, "{\"subject\":\"Scales\",\"messages\":[]}");
    shop_says(&a, 422, "SPLIT_NONE");
    a = post(&s, token, split, "{\"subject\":\"Scales\",\"messages\":[7]}");
    shop_says(&a, 422, "The member messages has to be a list of at most 100 ids.");
    a = post(&s, token, split, "{\"subject\":\"Scales\"}");
    shop_says(&a, 422, "\"pointer\":\"/messages\"");
    a = post(&s, token, split, arena_printf(s.cx->mem, "{\"messages\":[\"%s\"]}", message));
    shop_says(&a, 422, "\"pointer\":\"/subject\"");
    a = post(&s, token, split, body);
    shop_says(&a, 201, "\"subject\":\"Scales\"");
    assert_non_null(strstr(a.head, "Location: /api/v1/tickets/"));
    a = shop_get(s.cx, token, path_of(&s, text_in(&s, &a, "id"), "/messages"));
    shop_says(&a, 200, "And the scales are off.");
    a = post(&s, token, split, body); /* it is no message of this ticket any more */
    shop_says(&a, 404, "NOT_FOUND");
}

void shop_links_and_tags_are_set_and_taken_off(void **state)
{
    struct shop s = shop_open(state);
    const char *token = shop_token(s.cx, TOKEN_ADMIN, (struct id){{0}});
    const char *one = shop_file(&s, token, "Printer on fire", s.organisation_id);
    const char *two = shop_file(&s, token, "No paper", s.organisation_id);
    const char *links = path_of(&s, one, "/links"), *tags = path_of(&s, one, "/tags");
    struct site_answer a = post(&s, token, links, number_body(&s, token, two, ""));

    shop_says(&a, 422, "\"pointer\":\"/kind\"");
    a = post(&s, token, links, number_body(&s, token, two, ",\"kind\":\"odd\""));
    shop_says(&a, 422, "be one of: duplicate, blocks, parent, related.");
    a = post(&s, token, links, "{\"kind\":\"blocks\",\"number\":\"999\"}");
    shop_says(&a, 422, "LINK_TICKET");
    a = post(&s, token, links, number_body(&s, token, two, ",\"kind\":\"blocks\""));
    shop_says(&a, 201, "No paper");
    a = shop_get(s.cx, token, path_of(&s, two, "/links"));
    shop_says(&a, 200, "\"is_reverse\":true");
    a = site_call(s.cx, token, "DELETE",
                  path_of(&s, one, arena_printf(s.cx->mem, "/links/odd/%s", two)), "", NULL);
    shop_says(&a, 404, "NOT_FOUND");
    a = site_call(s.cx, token, "DELETE", path_of(&s, one, "/links/blocks/7"), "", NULL);
    shop_says(&a, 404, "NOT_FOUND");
    a = site_call(s.cx, token, "DELETE",
                  path_of(&s, one, arena_printf(s.cx->mem, "/links/blocks/%s", two)), "", NULL);
    assert_int_equal(a.status, 204);
    a = shop_get(s.cx, token, links);
    shop_says(&a, 200, "\"data\":[]");
    a = post(&s, token, tags, "{\"tag\":\"\"}");
    shop_says(&a, 422, "a text of 1 to 64 characters, and a ticket has at most 30 tags");
    a = post(&s, token, tags, "{\"tag\":\"VIP guest\"}");
    shop_says(&a, 201, "[\"vip guest\"]");
    a = site_call(s.cx, token, "DELETE", path_of(&s, one, "/tags/vip%20guest"), "", NULL);
    assert_int_equal(a.status, 204);
    a = shop_get(s.cx, token, tags);
    shop_says(&a, 200, "\"data\":[]");
}

void shop_participants_are_colleagues_of_the_customer(void **state)
{
    struct shop s = shop_open(state);
    const char *anna = shop_token(s.cx, TOKEN_USER, s.person_id), *tom_token;
    struct id tom = make_person(s.cx, "Tom Field", "tom@shop.test");
    struct id eve = make_person(s.cx, "Eve Lane", "eve@gusu.test");
    const char *id, *people, *body;
    struct site_answer a;

    make_membership(s.cx, tom, s.organisation_id, RIGHT_TICKET_OWN);
    make_membership(s.cx, eve, s.other_id, RIGHT_TICKET_OWN);
    tom_token = shop_token(s.cx, TOKEN_USER, tom);
    id = shop_file(&s, anna, "Printer on fire", s.organisation_id);
    people = path_of(&s, id, "/participants");
    body = arena_printf(s.cx->mem, "{\"person_id\":\"%s\"", id_text(s.cx->mem, tom));
    a = shop_get(s.cx, tom_token, people);
    shop_says(&a, 404, "NOT_FOUND");
    a = post(&s, anna, people,
             arena_printf(s.cx->mem, "{\"person_id\":\"%s\"}", id_text(s.cx->mem, eve)));
    shop_says(&a, 422, "something that this customer has");
    a = post(&s, anna, people, "{}");
    shop_says(&a, 422, "MEMBER_MISSING");
    a = post(&s, anna, people, arena_printf(s.cx->mem, "%s,\"can_reply\":false}", body));
    shop_says(&a, 201, "Tom Field");
    a = shop_get(s.cx, tom_token, people);
    shop_says(&a, 200, "\"can_reply\":false");
    a = post(&s, tom_token, people, arena_printf(s.cx->mem, "%s}", body));
    shop_says(&a, 403, "FORBIDDEN"); /* who only reads lets nobody in, himself neither */
    a = site_call(s.cx, anna, "DELETE",
                  site_path(s.cx, arena_printf(s.cx->mem, "%s/%%s", people), tom), "", NULL);
    assert_int_equal(a.status, 204);
    a = shop_get(s.cx, tom_token, people);
    shop_says(&a, 404, "NOT_FOUND");
}

void shop_what_somebody_else_changed_is_not_overwritten(void **state)
{
    struct shop s = shop_open(state);
    const char *token = shop_token(s.cx, TOKEN_ADMIN, (struct id){{0}});
    const char *anna = shop_token(s.cx, TOKEN_USER, s.person_id);
    const char *id = shop_file(&s, anna, "Printer on fire", s.organisation_id);
    const char *path = path_of(&s, id, ""), *messages = path_of(&s, id, "/messages"), *seen;
    struct site_answer a =
        site_call(s.cx, token, "PATCH", path, "", "{\"status\":\"solved\",\"was\":\"waiting\"}");

    shop_says(&a, 409, "TICKET_CHANGED");
    a = site_call(s.cx, token, "PATCH", path, "", "{\"was\":\"open\"}");
    shop_says(&a, 422, "\"pointer\":\"/was\"");
    a = site_call(s.cx, token, "PATCH", path, "",
                  "{\"status\":\"solved\",\"level\":2,\"was\":\"open\"}");
    shop_says(&a, 422, "\"pointer\":\"/was\"");
    a = site_call(s.cx, token, "PATCH", path, "", "{\"assignee_id\":null,\"was\":null}");
    shop_says(&a, 200, "\"assignee\":null");
    a = site_call(s.cx, token, "PATCH", path, "", "{\"status\":\"waiting\",\"was\":\"open\"}");
    shop_says(&a, 200, "\"status\":\"waiting\"");
    a = post(&s, anna, messages, "{\"text\":\"It burns.\"}");
    seen = text_in(&s, &a, "id");
    a = post(&s, anna, messages, "{\"text\":\"Still.\"}");
    shop_says(&a, 201, "id");
    a = post(&s, token, messages,
             arena_printf(s.cx->mem, "{\"text\":\"Does it burn?\",\"seen_id\":\"%s\"}", seen));
    shop_says(&a, 409, "TICKET_ANSWERED");
    a = site_call(s.cx, anna, "POST", messages, "Idempotency-Key: again-1\r\n",
                  "{\"text\":\"Once.\"}");
    seen = text_in(&s, &a, "id");
    a = site_call(s.cx, anna, "POST", messages, "Idempotency-Key: again-1\r\n",
                  "{\"text\":\"Once.\"}");
    shop_says(&a, 201, seen);
    assert_non_null(strstr(a.head, "Idempotency-Replayed: true"));
    a = site_call(s.cx, anna, "POST", messages, "Idempotency-Key: again-1\r\n",
                  "{\"text\":\"Something else.\"}");
    shop_says(&a, 409, "IDEMPOTENCY_KEY_USED");
}
