#include "tests/http/shop.h"

#include "tests/licensing/licensing_make.h"

#include <string.h>

struct shop shop_open(void **state)
{
    struct shop s = {.cx = test_ctx(state)};

    site_open(s.cx);
    licensing_seal(s.cx);
    s.organisation_id = make_organisation(s.cx, "C1", "Marlow Grocers");
    s.other_id = make_organisation(s.cx, "C2", "Gusu Books");
    s.person_id = make_person(s.cx, "Anna Keller", "anna@shop.test");
    make_membership(s.cx, s.person_id, s.organisation_id, RIGHT_TICKET_OWN | RIGHT_ORDER);
    return s;
}

const char *shop_token(struct ctx *cx, enum token_kind kind, struct id person_id)
{
    struct token_draft draft = {.kind = kind, .name = "test", .person_id = person_id};
    struct token *token;

    test_ok(cx, token_add(cx, &draft, &token));
    return token->text;
}

json_t *shop_data(struct ctx *cx, const struct site_answer *a)
{
    struct err err = {.kind = NULL};
    json_t *json = NULL;

    if (!json_read(cx->mem, &err, a->body, strlen(a->body), &json))
        fail_msg("no JSON: %s", a->body);
    return json_object_get(json, "data");
}

void shop_says(const struct site_answer *a, int status, const char *text)
{
    if (a->status != status || strstr(a->body, text) == NULL)
        fail_msg("expected %d %s\ngot %d %s", status, text, a->status, a->body);
}

struct site_answer shop_get(struct ctx *cx, const char *token, const char *path)
{
    return site_call(cx, token, "GET", path, "", NULL);
}

const char *shop_file(struct shop *s, const char *token, const char *subject,
                      struct id organisation_id)
{
    const char *body = arena_printf(
        s->cx->mem,
        "{\"subject\":\"%s\",\"text\":\"Since today.\",\"topic\":\"fault\",\"organisation_id\":\"%s\"}",
        subject, id_text(s->cx->mem, organisation_id));
    struct site_answer a = site_call(s->cx, token, "POST", "/api/v1/tickets", "", body);

    shop_says(&a, 201, subject);
    return json_get_text(shop_data(s->cx, &a), "id", "");
}
