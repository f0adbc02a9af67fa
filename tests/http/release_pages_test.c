/* Making a release at the desk, and fetching it as a customer. */
#include "licensing/artefact.h"
#include "portal/account/role.h"
#include "tests/http/site.h"
#include "tests/licensing/licensing_make.h"

#include <string.h>

static const char SQL_STAFF[] =
    "INSERT INTO staff_member (tenant_id, person_id, role_id) VALUES (?, ?, ?)";
static const char SQL_ROLE[] = "SELECT id FROM role WHERE tenant_id = ? AND name = 'Administrator'";
static const char SQL_RELEASE[] = "SELECT id FROM product_release WHERE tenant_id = ?";
static const char SQL_FILE[] = "SELECT id FROM artefact WHERE tenant_id = ?";
static const char SQL_FILES[] = "SELECT COUNT(*) FROM artefact WHERE tenant_id = ?";
static const char BYTES[] = "the setup program";
static const char *const NO_FIELDS[] = {NULL};

struct pages {
    struct ctx *cx;
    struct id product;
    struct site_user staff, customer, stranger;
};

static struct id id_of(struct ctx *cx, const char *sql)
{
    struct id id;

    assert_true(id_parse(test_text(cx, sql, DB_ID(cx->tenant_id)), &id));
    return id;
}

static struct site_user sign_in(struct ctx *cx, const char *name, struct id organisation)
{
    struct id person = make_person(cx, name, arena_printf(cx->mem, "%s@example.com", name));

    if (id_is_zero(organisation))
        test_sql(cx, SQL_STAFF, DB_ID(cx->tenant_id), DB_ID(person), DB_ID(id_of(cx, SQL_ROLE)));
    else
        make_membership(cx, person, organisation, RIGHT_LICENCE);
    return site_sign_in(cx, person);
}

static struct pages open_pages(void **state)
{
    struct pages p = {.cx = test_ctx(state)};
    struct ctx *cx = p.cx;
    struct id home;
    struct policy draft;
    struct licence *l;

    test_ok(cx, role_add_presets(cx));
    licensing_seal(cx);
    site_open(cx);
    home = make_organisation(cx, "C-1", "Marlow");
    draft = licensing_policy(cx);
    p.product = draft.product_id;
    test_ok(cx,
            licence_issue(cx,
                          &(struct licence_draft){.policy_id = licensing_add_policy(cx, &draft)->id,
                                                  .organisation_id = home},
                          &l));
    p.staff = sign_in(cx, "nora", (struct id){{0}});
    p.customer = sign_in(cx, "anna", home);
    p.stranger = sign_in(cx, "eve", make_organisation(cx, "C-2", "Bracken"));
    return p;
}

/* The new release's path at the desk. */
static const char *make(const struct pages *p)
{
    struct site_answer a =
        site_post(p->cx, &p->staff, site_path(p->cx, "/desk/products/%s/releases/new", p->product),
                  "version=1.4.0&channel=stable&name=Spring&description=Faster+**receipts**");

    assert_int_equal(a.status, 303);
    return a.location;
}

static struct site_answer post(const struct pages *p, const char *path, const char *act)
{
    return site_post(p->cx, &p->staff, arena_printf(p->cx->mem, "%s/%s", path, act), "");
}

static void a_release_is_made_published_fetched_and_withdrawn(void **state)
{
    const struct pages p = open_pages(state);
    struct ctx *cx = p.cx;
    const char *path = make(&p);
    const char *files = arena_printf(cx->mem, "%s/files", path);
    struct site_answer a = site_get(cx, &p.staff, path);
    const char *download;

    site_shows(&a, "Draft");
    site_shows(&a, "<strong>receipts</strong>");
    a = site_upload(cx, &p.staff, files, NO_FIELDS, "till-1.4.0.exe", BYTES, strlen(BYTES));
    assert_int_equal(a.status, 303);
    a = site_get(cx, &p.customer, "/downloads");
    site_hides(&a, "1.4.0");
    assert_int_equal(post(&p, path, "publish").status, 303);
    a = site_get(cx, &p.customer, "/downloads");
    site_shows(&a, "Counter");
    site_shows(&a, "1.4.0");
    site_shows(&a, "Stable");
    site_shows(&a, "till-1.4.0.exe");
    site_shows(&a, "<strong>receipts</strong>");
    site_shows(&a, "SHA-256");
    download = site_path(cx, "/downloads/%s", id_of(cx, SQL_FILE));
    site_shows(&a, download);
    a = site_get(cx, &p.customer, download);
    assert_int_equal(a.status, 200);
    assert_string_equal(a.body, BYTES);
    assert_non_null(strstr(a.head, "attachment; filename=\"till-1.4.0.exe\""));
    a = site_get(cx, &p.stranger, "/downloads");
    site_hides(&a, "1.4.0");
    a = site_get(cx, &p.stranger, download);
    assert_int_equal(a.status, 404);
    assert_int_equal(post(&p, path, "yank").status, 303);
    a = site_get(cx, &p.customer, download);
    assert_int_equal(a.status, 404);
    a = site_get(cx, &p.staff, site_path(cx, "/desk/products/%s/releases", p.product));
    site_shows(&a, "Withdrawn");
}

static void a_file_of_another_checksum_leaves_nothing(void **state)
{
    static const char *const FIELDS[] = {
        "checksum=0000000000000000000000000000000000000000000000000000000000000000",
        "platform=windows", NULL};
    const struct pages p = open_pages(state);
    const char *files = arena_printf(p.cx->mem, "%s/files", make(&p));
    struct site_answer a =
        site_upload(p.cx, &p.staff, files, FIELDS, "a.exe", BYTES, strlen(BYTES));

    assert_int_equal(a.status, 422);
    site_shows(&a, "does not have the checksum");
    assert_int_equal(test_i64(p.cx, SQL_FILES, DB_ID(p.cx->tenant_id)), 0);
    a = site_upload(p.cx, &p.staff, files, NO_FIELDS, NULL, NULL, 0);
    assert_int_equal(a.status, 422);
    site_shows(&a, "Choose the file to upload.");
    a = site_upload(p.cx, &p.staff, files, NO_FIELDS, "a.exe", BYTES, strlen(BYTES));
    assert_int_equal(a.status, 303);
    a = site_upload(p.cx, &p.staff, files, NO_FIELDS, "a.exe", "other", 5);
    assert_int_equal(a.status, 422);
    site_shows(&a, "has a file of this name already");
    a = site_post(
        p.cx, &p.staff,
        arena_printf(p.cx->mem, "%s/%s/remove", files, id_text(p.cx->mem, id_of(p.cx, SQL_FILE))),
        "");
    assert_int_equal(a.status, 303);
    assert_int_equal(test_i64(p.cx, SQL_FILES, DB_ID(p.cx->tenant_id)), 0);
}

static void a_version_that_is_none_is_shown_beside_its_field(void **state)
{
    const struct pages p = open_pages(state);
    const char *path = site_path(p.cx, "/desk/products/%s/releases/new", p.product);
    struct site_answer a =
        site_post(p.cx, &p.staff, path, "version=1.4&channel=stable&description=kept+words");

    assert_int_equal(a.status, 422);
    site_shows(&a, "A version is three numbers with dots");
    site_shows(&a, "kept words");
    make(&p);
    a = site_post(p.cx, &p.staff, path, "version=1.4.0&channel=stable");
    assert_int_equal(a.status, 422);
    site_shows(&a, "The product has a release of this version.");
}

static void a_draft_goes_and_what_was_out_stays(void **state)
{
    const struct pages p = open_pages(state);
    const char *path = make(&p);
    struct site_answer a = site_post(p.cx, &p.staff, path, "name=Summer&description=Other+words");

    assert_int_equal(a.status, 303);
    a = site_get(p.cx, &p.staff, path);
    site_shows(&a, "Other words");
    assert_int_equal(post(&p, path, "publish").status, 303);
    assert_int_equal(post(&p, path, "remove").status, 409);
    assert_string_equal(
        arena_printf(p.cx->mem, "/desk/releases/%s", id_text(p.cx->mem, id_of(p.cx, SQL_RELEASE))),
        path);
    test_sql(p.cx, "UPDATE product_release SET status = 'DRAFT' WHERE tenant_id = ?",
             DB_ID(p.cx->tenant_id));
    assert_int_equal(post(&p, path, "remove").status, 303);
    assert_int_equal(site_get(p.cx, &p.staff, path).status, 404);
}

static void the_pages_are_there_in_chinese(void **state)
{
    const struct pages p = open_pages(state);
    struct site_answer a = site_get(p.cx, &p.customer, "/downloads?lang=zh");

    site_shows(&a, "您的授权目前没有可下载的内容。");
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_release_is_made_published_fetched_and_withdrawn),
        cmocka_unit_test(a_file_of_another_checksum_leaves_nothing),
        cmocka_unit_test(a_version_that_is_none_is_shown_beside_its_field),
        cmocka_unit_test(a_draft_goes_and_what_was_out_stays),
        cmocka_unit_test(the_pages_are_there_in_chinese),
    };

    return test_group_run_around("release_pages", TESTS, COUNT(TESTS), site_start, site_stop);
}
