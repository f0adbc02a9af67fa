/* Feedback from installed software over the wire (POST /v1/feedback, D-11). */
#include "base/clock.h"
#include "portal/api/feedback_sign.h"
#include "portal/desk/attachment.h"
#include "portal/desk/feedback.h"
#include "portal/desk/filing.h"
#include "portal/desk/follow_link.h"
#include "tests/http/licence_site.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char storage[256];

static void with_storage(struct config *config)
{
    config->storage_path = storage;
    config->public_url = "https://support.example.com";
}

static int start(void **state)
{
    snprintf(storage, sizeof storage, "%s/storage", test_dir());
    return licence_site_start_with(state, with_storage);
}

struct place {
    struct ctx *cx;
    struct licence *l;
    struct machine *m;
    const char *auth;
};

static struct place open_place(void **state)
{
    struct place p = {.cx = test_ctx(state)};

    licence_site_open(p.cx);
    p.l = licensing_licence(p.cx, NULL);
    p.m = licensing_machine(p.cx, p.l->id, "till-7");
    p.auth = licence_site_key_auth(p.cx, p.l);
    return p;
}

static struct licence_answer send_as(const struct place *p, const char *auth,
                                     const char *attributes)
{
    return licence_site_post(p->cx, "/v1/feedback", auth,
                             arena_printf(p->cx->mem,
                                          "{\"data\":{\"type\":\"feedback\",\"attributes\":{%s}}}",
                                          attributes));
}

static int64_t tickets(const struct place *p)
{
    return test_i64(p->cx, "SELECT COUNT(*) FROM ticket WHERE tenant_id = ?",
                    DB_ID(p->cx->tenant_id));
}

/* The ticket behind an answer's link, and its replies. */
static struct ticket *follow(const struct place *p, const struct licence_answer *a,
                             struct message ***replies, size_t *count)
{
    static const char before[] = "https://support.example.com/follow/";
    const char *link = licence_site_text(a, "data/attributes/link");
    struct ticket *t;

    assert_non_null(link);
    assert_memory_equal(link, before, strlen(before));
    p->cx->viewer = (struct viewer){.kind = VIEWER_NOBODY};
    test_ok(p->cx, follow_link_open(p->cx, link + strlen(before), &t, replies, count));
    p->cx->viewer = (struct viewer){.kind = VIEWER_SYSTEM};
    return t;
}

static void feedback_is_a_ticket_with_the_licence_that_was_shown(void **state)
{
    struct place p = open_place(state);
    struct licence_answer a =
        send_as(&p, p.auth,
                "\"text\":\"The till prints twice\\nsince today\",\"version\":\"4.2.1\","
                "\"fingerprint\":\"till-7\",\"name\":\"Li Na\",\"phone\":\"+86 512 1234\"");
    struct filing_licence *licence;
    struct message **replies;
    struct ticket *t;
    size_t count;

    assert_int_equal(a.status, 201);
    assert_string_equal(licence_site_text(&a, "data/type"), "feedback");
    t = follow(&p, &a, &replies, &count);
    assert_string_equal(licence_site_text(&a, "data/id"), id_text(p.cx->mem, t->id));
    assert_string_equal(licence_site_text(&a, "data/attributes/number"), t->number);
    assert_string_equal(t->subject, "The till prints twice");
    assert_string_equal(t->source, "program");
    assert_string_equal(t->product_version, "4.2.1");
    assert_string_equal(t->reporter_name, "Li Na");
    assert_string_equal(t->topic, "feedback");
    assert_true(id_equal(t->licence_id, p.l->id));
    assert_true(id_equal(t->machine_id, p.m->id));
    assert_true(id_equal(t->organisation_id, p.l->organisation_id));
    test_ok(p.cx, filing_licence_of(p.cx, t, &licence));
    assert_non_null(licence);
    assert_int_equal(count, 1);
    assert_string_equal(replies[0]->author, "customer");
    assert_string_equal(replies[0]->author_name, "Li Na");
    assert_string_equal(replies[0]->body, "The till prints twice\nsince today");
}

static void secrets_never_arrive(void **state)
{
    struct place p = open_place(state);
    struct licence_answer a = send_as(
        &p, p.auth,
        arena_printf(p.cx->mem,
                     "\"subject\":\"password=hunter2\",\"text\":\"my key %s, password: hunter2\","
                     "\"diagnostics\":\"db_password=hunter2\\nhost=db\\nkey %s\\n\"",
                     p.l->key, p.l->key));
    struct message **replies;
    struct attachment **files;
    struct ticket *t;
    char text[256] = "";
    size_t count;
    ssize_t n;
    int fd;

    assert_int_equal(a.status, 201);
    assert_int_equal(json_integer_value(licence_site_at(&a, "data/attributes/removed")), 5);
    t = follow(&p, &a, &replies, &count);
    assert_string_equal(t->subject, "password=[removed]");
    assert_string_equal(replies[0]->body, "my key [removed], password: [removed]");
    test_ok(p.cx, attachment_list(p.cx, t->id, &files, &count));
    assert_int_equal(count, 1);
    assert_string_equal(files[0]->name, "diagnostics.txt");
    test_ok(p.cx, attachment_open(p.cx, storage, files[0], &fd));
    n = read(fd, text, sizeof text - 1);
    close(fd);
    assert_true(n > 0);
    assert_string_equal(text, "db_password=[removed]\nhost=db\nkey [removed]\n");
}

static void the_same_request_files_once(void **state)
{
    struct place p = open_place(state);
    struct licence_answer a, b, c;
    struct message **replies;
    size_t count;

    a = send_as(&p, p.auth, "\"text\":\"once\",\"requestKey\":\"k1\"");
    b = send_as(&p, p.auth, "\"text\":\"once\",\"requestKey\":\"k1\"");
    c = send_as(&p, p.auth, "\"text\":\"again\",\"requestKey\":\"k2\"");
    assert_int_equal(a.status, 201);
    assert_int_equal(b.status, 200);
    assert_int_equal(c.status, 201);
    assert_string_equal(licence_site_text(&a, "data/id"), licence_site_text(&b, "data/id"));
    assert_int_equal(tickets(&p), 2);
    /* Either link leads there. */
    assert_true(
        id_equal(follow(&p, &a, &replies, &count)->id, follow(&p, &b, &replies, &count)->id));
}

static void an_unknown_machine_or_a_long_first_line_is_no_reason_to_refuse(void **state)
{
    struct place p = open_place(state);
    struct str text = str_new(p.cx->mem);
    struct licence_answer a;
    struct message **replies;
    struct ticket *t;
    size_t count;

    for (int i = 0; i < 300; i++)
        str_add(&text, "门");
    a = send_as(&p, p.auth,
                arena_printf(p.cx->mem, "\"text\":\"%s\",\"fingerprint\":\"nobody\"", text.p));
    assert_int_equal(a.status, 201);
    t = follow(&p, &a, &replies, &count);
    assert_int_equal(strlen(t->subject), 3 * TICKET_SUBJECT_MAX);
    assert_true(id_is_zero(t->machine_id));
}

static void what_is_not_in_shape_is_refused(void **state)
{
    static const struct {
        const char *attributes, *code, *pointer;
    } bad[] = {
        {"", "", "/data/attributes/text"},
        {"\"text\":\"\"", "", "/data/attributes/text"},
        {"\"text\":7", "", "/data/attributes/text"},
        {"\"text\":\"x\",\"more\":1", "", "/data/attributes/more"},
        {"\"text\":\"x\",\"subject\":\"a\\nb\"", "TEXT_INVALID", "/data/attributes/subject"},
        {"\"text\":\"x\",\"topic\":\"nonsense\"", "TOPIC_INVALID", "/data/attributes/topic"},
        {"\"text\":\"x\",\"requestKey\":\"0123456789012345678901234567890123456789012345678901234"
         "5678901234\"",
         "TEXT_TOO_LONG", "/data/attributes/requestKey"},
    };
    struct place p = open_place(state);

    for (size_t i = 0; i < COUNT(bad); i++) {
        struct licence_answer a = send_as(&p, p.auth, bad[i].attributes);

        assert_string_equal(licence_site_text(&a, "errors/0/source/pointer"), bad[i].pointer);
        if (*bad[i].code != '\0')
            assert_string_equal(licence_site_text(&a, "errors/0/code"), bad[i].code);
        assert_in_range(a.status, 400, 422);
    }
    assert_int_equal(tickets(&p), 0);
}

static void only_a_licences_own_credential_may(void **state)
{
    struct place p = open_place(state);
    const char *admin = licence_site_token_auth(p.cx, &(struct token_draft){.kind = TOKEN_ADMIN});
    struct licence_answer a;

    a = send_as(&p, NULL, "\"text\":\"x\"");
    licence_site_refused(&a, 401, "TOKEN_MISSING", NULL);
    a = send_as(&p, "License NO-SUCH-KEY", "\"text\":\"x\"");
    licence_site_refused(&a, 401, "LICENSE_INVALID", NULL);
    a = send_as(&p, admin, "\"text\":\"x\"");
    licence_site_refused(&a, 403, "", NULL);
    assert_int_equal(tickets(&p), 0);
}

/* A request signed with a key for the licence, at so many seconds from now, over one text and sent
 * with another. */
static struct licence_answer send_signed(const struct place *p, const char *key, int64_t late_s,
                                         const char *signed_body, const char *sent_body)
{
    const char *created =
        arena_printf(p->cx->mem, "%lld", (long long)(clock_now() / CLOCK_SECOND + late_s));
    const char *text = feedback_sign_text(p->cx->mem, "post", "/v1/feedback",
                                          licence_site_host(p->cx), created, span_of(signed_body));
    uint8_t mac[CRYPTO_HASH_SIZE];

    crypto_mac((const uint8_t *)key, strlen(key), text, strlen(text), mac);
    return licence_site_ask(
        p->cx,
        &(struct licence_ask){
            .method = "POST",
            .path = "/v1/feedback",
            .headers = arena_printf(
                p->cx->mem,
                "Gatehouse-Signature: licence=\"%s\", created=\"%s\", signature=\"%s\"\r\n",
                id_text(p->cx->mem, p->l->id), created, crypto_base64(p->cx->mem, mac, sizeof mac)),
            .body = sent_body});
}

static void a_request_signed_with_the_key_needs_no_credential(void **state)
{
    static const char body[] =
        "{\"data\":{\"type\":\"feedback\",\"attributes\":{\"text\":\"signed\","
        "\"requestKey\":\"r1\"}}}";
    static const char other[] =
        "{\"data\":{\"type\":\"feedback\",\"attributes\":{\"text\":\"forged\","
        "\"requestKey\":\"r2\"}}}";
    static const char keyless[] =
        "{\"data\":{\"type\":\"feedback\",\"attributes\":{\"text\":\"signed\"}}}";
    struct place p = open_place(state);
    struct licence_answer a = send_signed(&p, p.l->key, 0, body, body);
    struct message **replies;
    size_t count;

    assert_int_equal(a.status, 201);
    assert_true(id_equal(follow(&p, &a, &replies, &count)->licence_id, p.l->id));
    a = send_signed(&p, p.l->key, 0, body, body); /* whoever sends it again files nothing */
    assert_int_equal(a.status, 200);
    assert_int_equal(tickets(&p), 1);
    a = send_signed(&p, p.l->key, 0, body, other);
    licence_site_refused(&a, 401, "SIGNATURE_INVALID", NULL);
    a = send_signed(&p, "ANOTHER-KEY", 0, body, body);
    licence_site_refused(&a, 401, "SIGNATURE_INVALID", NULL);
    a = send_signed(&p, p.l->key, -FEEDBACK_SIGN_AGE_S - 60, body, body);
    licence_site_refused(&a, 401, "SIGNATURE_INVALID", NULL);
    a = send_signed(&p, p.l->key, FEEDBACK_SIGN_AGE_S + 60, body, body);
    licence_site_refused(&a, 401, "SIGNATURE_INVALID", NULL);
    a = send_signed(&p, p.l->key, 0, keyless, keyless);
    licence_site_refused(&a, 400, "", "/data/attributes/requestKey");
    p.l->id = ctx_new_id(p.cx); /* no such licence */
    a = send_signed(&p, p.l->key, 0, body, body);
    licence_site_refused(&a, 401, "SIGNATURE_INVALID", NULL);
    assert_int_equal(tickets(&p), 1);
}

static void a_licence_may_tell_so_much_an_hour(void **state)
{
    struct place p = open_place(state);
    struct licence *other = licensing_licence(p.cx, NULL);
    struct licence_answer a;

    for (int i = 0; i < FEEDBACK_AN_HOUR; i++) {
        a = send_as(&p, p.auth, "\"text\":\"again and again\"");
        assert_int_equal(a.status, 201);
    }
    a = licence_site_ask(
        p.cx, &(struct licence_ask){
                  .method = "POST",
                  .path = "/v1/feedback",
                  .auth = p.auth,
                  .body = "{\"data\":{\"type\":\"feedback\",\"attributes\":{\"text\":\"x\"}}}",
                  .is_unsigned = true});
    assert_int_equal(a.status, 429);
    assert_string_equal(licence_site_text(&a, "errors/0/code"), "TOO_MANY_REQUESTS");
    a = send_as(&p, licence_site_key_auth(p.cx, other), "\"text\":\"x\"");
    assert_int_equal(a.status, 201);
}

static void a_link_opens_its_own_ticket_in_its_own_tenant_alone(void **state)
{
    struct place p = open_place(state);
    struct licence_answer a = send_as(&p, p.auth, "\"text\":\"x\"");
    const char *token = strrchr(licence_site_text(&a, "data/attributes/link"), '/') + 1;
    const struct id own = p.cx->tenant_id;
    struct message **replies;
    struct ticket *t;
    size_t count;

    assert_int_equal(strlen(token), FOLLOW_LINK_TOKEN);
    p.cx->tenant_id = ctx_new_id(p.cx);
    assert_false(follow_link_open(p.cx, token, &t, &replies, &count));
    assert_ptr_equal(p.cx->err.kind, &ERR_NOT_FOUND);
    err_clear(&p.cx->err);
    p.cx->tenant_id = own;
    assert_false(follow_link_open(p.cx, "0123456789abcdef0123456789abcdef", &t, &replies, &count));
    err_clear(&p.cx->err);
    test_ok(p.cx, follow_link_open(p.cx, token, &t, &replies, &count));
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(feedback_is_a_ticket_with_the_licence_that_was_shown),
        cmocka_unit_test(secrets_never_arrive),
        cmocka_unit_test(the_same_request_files_once),
        cmocka_unit_test(an_unknown_machine_or_a_long_first_line_is_no_reason_to_refuse),
        cmocka_unit_test(what_is_not_in_shape_is_refused),
        cmocka_unit_test(only_a_licences_own_credential_may),
        cmocka_unit_test(a_request_signed_with_the_key_needs_no_credential),
        cmocka_unit_test(a_licence_may_tell_so_much_an_hour),
        cmocka_unit_test(a_link_opens_its_own_ticket_in_its_own_tenant_alone),
    };

    return test_group_run_around("feedback_wire", TESTS, COUNT(TESTS), start, licence_site_stop);
}
