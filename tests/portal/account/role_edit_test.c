#include "portal/account/role.h"
#include "portal/account/role_edit.h"
#include "portal/account/staff.h"
#include "tests/support/test.h"

#include <string.h>

static const struct id NONE = {{0}};

static struct id role_named(struct ctx *cx, const char *name)
{
    struct id id;

    assert_true(id_parse(test_text(cx, "SELECT id FROM role WHERE tenant_id = ? AND name = ?",
                                   DB_ID(cx->tenant_id), DB_TEXT(name)),
                         &id));
    return id;
}

/* The preset roles, and Sam, the one administrator, who acts from now on. */
static struct id open_house(struct ctx *cx)
{
    struct id sam = make_person(cx, "Sam", "sam@tilwick.example");

    test_ok(cx, role_add_presets(cx));
    test_ok(cx, role_staff_set(cx, sam, "Administrator", NONE, NULL));
    test_as_staff(cx, sam, ROLE_PRESETS[0].rights);
    return sam;
}

static struct id make_colleague(struct ctx *cx, const char *name, const char *role)
{
    struct id id = make_person(cx, name, arena_printf(cx->mem, "%s@tilwick.example", name));

    test_ok(cx, role_staff_set(cx, id, role, NONE, NULL));
    return id;
}

static struct role_edit get(struct ctx *cx, struct id id)
{
    struct role_edit *role;

    test_ok(cx, role_edit_get(cx, id, &role));
    return *role;
}

static const char *last_event(struct ctx *cx)
{
    return test_text(cx,
                     "SELECT data FROM event WHERE tenant_id = ? AND name = 'role.changed' "
                     "ORDER BY id DESC LIMIT 1",
                     DB_ID(cx->tenant_id));
}

static void rights_have_names_that_lead_back_to_them(void **state)
{
    struct ctx *cx = test_ctx(state);

    for (unsigned m = 0; m < MODULE_COUNT; m++) {
        for (unsigned a = 0; a < ACTION_COUNT; a++) {
            for (unsigned s = 0; s < SCOPE_COUNT; s++) {
                uint64_t rights =
                    role_rights_normal(RIGHT_OF(m, a) | (s == SCOPE_ALL    ? RIGHT_ALL_OF(m)
                                                         : s == SCOPE_TEAM ? RIGHT_TEAM_OF(m)
                                                                           : 0));
                json_t *names = json_own(cx->mem, role_rights_json(rights));
                struct str list = str_new(cx->mem);

                for (size_t i = 0; i < json_array_size(names); i++)
                    str_fmt(&list, "%s%s", i > 0 ? "," : "",
                            json_string_value(json_array_get(names, i)));
                assert_true(role_rights_of(list.p) == rights);
            }
        }
        assert_true(role_rights_of(ROLE_MODULES[m].name) == role_rights_normal(RIGHT_WHOLE(m)));
    }
    /* Who writes sees; scope alone is nothing; modules without owners reach to all. */
    assert_true(role_rights_of("desk.update") == (RIGHT_DESK_UPDATE | RIGHT_DESK_READ));
    assert_true(role_rights_of("desk.all") == 0);
    assert_true(role_rights_of("licences.read") ==
                (RIGHT_LICENCES_READ | RIGHT_ALL_OF(MODULE_LICENCES)));
    assert_true(role_rights_of("reports.update") == 0);
}

static void a_role_is_added_changed_and_removed_and_the_trail_tells_it(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct role_edit_draft draft = {.name = "Night shift",
                                    .rights = RIGHT_DESK_READ | RIGHT_DESK_UPDATE |
                                              RIGHT_TEAM_OF(MODULE_DESK)};
    struct role_edit role;
    struct id id;

    open_house(cx);
    test_ok(cx, role_edit_add(cx, &draft, &id));
    role = get(cx, id);
    assert_string_equal(role.name, "Night shift");
    assert_true(role.rights == draft.rights);
    assert_int_equal(role.people, 0);
    assert_non_null(strstr(last_event(cx), "\"desk.team\""));
    draft = (struct role_edit_draft){
        .name = "Day shift", .rights = RIGHT_DESK_READ, .version = role.version};
    test_ok(cx, role_edit_change(cx, id, &draft));
    assert_true(get(cx, id).rights == RIGHT_DESK_READ);
    assert_non_null(strstr(last_event(cx), "Night shift"));
    assert_non_null(strstr(last_event(cx), "Day shift"));
    assert_non_null(strstr(last_event(cx), "desk.update"));
    test_ok(cx, role_edit_remove(cx, id));
    test_refused(cx, role_edit_remove(cx, id), &ERR_NOT_FOUND);
    assert_non_null(strstr(last_event(cx), "\"removed\""));
}

static void a_role_needs_a_name_of_its_own(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct role_edit_draft draft = {.name = "agent"};
    struct id id;

    open_house(cx);
    test_refused(cx, role_edit_add(cx, &draft, &id), &ERR_ROLE_EDIT_NAME);
    draft.name = "";
    test_refused(cx, role_edit_add(cx, &draft, &id), &ERR_INVALID);
    draft = (struct role_edit_draft){.name = "Sales", .version = 1};
    test_refused(cx, role_edit_change(cx, role_named(cx, "Agent"), &draft), &ERR_ROLE_EDIT_NAME);
}

static void the_second_of_two_who_change_a_role_is_told(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct role_edit_draft draft = {.name = "Agent", .rights = RIGHT_DESK_READ, .version = 1};
    struct id agent;

    open_house(cx);
    agent = role_named(cx, "Agent");
    test_ok(cx, role_edit_change(cx, agent, &draft));
    draft.rights = RIGHT_CUSTOMERS_READ;
    test_refused(cx, role_edit_change(cx, agent, &draft), &ERR_ROLE_EDIT_CHANGED);
    assert_true(get(cx, agent).rights == RIGHT_DESK_READ);
    draft.version = get(cx, agent).version;
    test_ok(cx, role_edit_change(cx, agent, &draft));
}

static void a_role_that_people_have_is_kept_until_they_are_moved(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id agent, lead, priya;
    struct role_edit_person *people;
    struct staff *staff;
    size_t count;

    open_house(cx);
    priya = make_colleague(cx, "Priya", "Agent");
    agent = role_named(cx, "Agent");
    lead = role_named(cx, "Team lead");
    test_refused(cx, role_edit_remove(cx, agent), &ERR_ROLE_EDIT_IN_USE);
    test_ok(cx, role_edit_people(cx, agent, &people, &count));
    assert_int_equal(count, 1);
    assert_string_equal(people[0].full_name, "Priya");
    test_refused(cx, role_edit_move(cx, agent, NONE), &ERR_ROLE_UNKNOWN);
    test_ok(cx, role_edit_move(cx, agent, lead));
    assert_non_null(strstr(last_event(cx), "Priya"));
    test_ok(cx, role_staff_find(cx, priya, &staff));
    assert_string_equal(staff->role_name, "Team lead");
    test_ok(cx, role_edit_remove(cx, agent));
}

static void the_last_right_to_the_settings_stays(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct role_edit_draft draft = {
        .name = "Administrator", .rights = RIGHT_DESK | RIGHT_SETTINGS_READ, .version = 1};
    struct id administrator;

    open_house(cx);
    administrator = role_named(cx, "Administrator");
    test_refused(cx, role_edit_change(cx, administrator, &draft), &ERR_STAFF_LAST);
    assert_true(get(cx, administrator).rights == ROLE_PRESETS[0].rights);
    assert_int_equal(get(cx, administrator).version, 1);
    test_refused(cx, role_edit_move(cx, administrator, role_named(cx, "Agent")), &ERR_STAFF_SELF);
    /* By somebody who is none of them: the console, a job. */
    test_as_system(cx);
    test_refused(cx, role_edit_move(cx, administrator, role_named(cx, "Agent")), &ERR_STAFF_LAST);
}

static void a_right_to_the_settings_of_another_role_is_enough(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct role_edit_draft second = {.name = "Second", .rights = RIGHT_SETTINGS};
    struct role_edit_draft draft = {.name = "Administrator", .rights = RIGHT_DESK, .version = 1};
    struct id id;

    open_house(cx);
    test_ok(cx, role_edit_add(cx, &second, &id));
    make_colleague(cx, "Ada", "Second");
    test_ok(cx, role_edit_change(cx, role_named(cx, "Administrator"), &draft));
}

static void each_act_needs_its_own_right(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct role_edit_draft draft = {.name = "New", .version = 1};
    struct role_edit *list;
    struct id sam = open_house(cx), id, agent = role_named(cx, "Agent");
    size_t count;

    test_as_staff(cx, sam, RIGHT_DESK);
    test_refused(cx, role_edit_list(cx, &list, &count), &ERR_DENIED);
    test_as_staff(cx, sam, RIGHT_SETTINGS & ~RIGHT_SETTINGS_CREATE);
    test_refused(cx, role_edit_add(cx, &draft, &id), &ERR_DENIED);
    test_as_staff(cx, sam, RIGHT_SETTINGS & ~RIGHT_SETTINGS_UPDATE);
    test_refused(cx, role_edit_change(cx, agent, &draft), &ERR_DENIED);
    test_refused(cx, role_edit_move(cx, agent, role_named(cx, "Sales")), &ERR_DENIED);
    test_as_staff(cx, sam, RIGHT_SETTINGS & ~RIGHT_SETTINGS_DELETE);
    test_refused(cx, role_edit_remove(cx, agent), &ERR_DENIED);
}

static void who_may_not_change_roles_gives_no_more_than_he_has(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id sam = open_house(cx), id;
    struct role_edit_draft role = {.name = "Big", .rights = RIGHT_SALES};
    struct staff_draft person = {.full_name = "Eve",
                                 .email = "eve@tilwick.example",
                                 .role_id = role_named(cx, "Administrator")};

    test_as_staff(cx, sam,
                  RIGHT_SETTINGS_READ | RIGHT_SETTINGS_CREATE | RIGHT_DESK | RIGHT_CUSTOMERS);
    test_refused(cx, role_edit_add(cx, &role, &id), &ERR_ROLE_EDIT_GRANT);
    test_refused(cx, staff_add(cx, &person, &id), &ERR_ROLE_EDIT_GRANT);
    person.role_id = role_named(cx, "Agent"); /* who writes articles too */
    test_refused(cx, staff_add(cx, &person, &id), &ERR_ROLE_EDIT_GRANT);
    test_as_staff(cx, sam,
                  RIGHT_SETTINGS_READ | RIGHT_SETTINGS_CREATE | RIGHT_DESK | RIGHT_CUSTOMERS |
                      RIGHT_KNOWLEDGE);
    test_ok(cx, staff_add(cx, &person, &id));
}

static void another_tenants_role_is_not_there(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct role_edit_draft draft = {.name = "Mine", .version = 1};
    struct role_edit *role;
    struct id agent;

    open_house(cx);
    agent = role_named(cx, "Agent");
    cx = test_ctx(state);
    open_house(cx);
    test_refused(cx, role_edit_get(cx, agent, &role), &ERR_NOT_FOUND);
    test_refused(cx, role_edit_change(cx, agent, &draft), &ERR_NOT_FOUND);
    test_refused(cx, role_edit_remove(cx, agent), &ERR_NOT_FOUND);
    test_refused(cx, role_edit_move(cx, role_named(cx, "Agent"), agent), &ERR_ROLE_UNKNOWN);
}

struct duel { /* two who take the settings away from each other's role at once */
    struct id first, second;
    bool ok[2];
};

static bool take_away(struct ctx *cx, void *arg)
{
    const struct id *role = arg;
    const struct role_edit_draft draft = {
        .name = id_text(cx->mem, *role), .rights = RIGHT_DESK, .version = 1};

    return role_edit_change(cx, *role, &draft);
}

static void take_away_other(struct ctx *cx, unsigned index, void *arg)
{
    struct duel *d = arg;

    d->ok[index] = db_retry(cx, take_away, index == 0 ? &d->first : &d->second);
}

static void two_who_end_each_others_role_leave_one(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct role_edit_draft second = {.name = "Second", .rights = RIGHT_SETTINGS};
    struct duel d = {.ok = {false, false}};

    open_house(cx);
    test_ok(cx, role_edit_add(cx, &second, &d.second));
    make_colleague(cx, "Ada", "Second");
    d.first = role_named(cx, "Administrator");
    test_threads(cx, 2, take_away_other, &d);
    assert_int_equal(d.ok[0] + d.ok[1], 1);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(rights_have_names_that_lead_back_to_them),
        cmocka_unit_test(a_role_is_added_changed_and_removed_and_the_trail_tells_it),
        cmocka_unit_test(a_role_needs_a_name_of_its_own),
        cmocka_unit_test(the_second_of_two_who_change_a_role_is_told),
        cmocka_unit_test(a_role_that_people_have_is_kept_until_they_are_moved),
        cmocka_unit_test(the_last_right_to_the_settings_stays),
        cmocka_unit_test(a_right_to_the_settings_of_another_role_is_enough),
        cmocka_unit_test(two_who_end_each_others_role_leave_one),
        cmocka_unit_test(each_act_needs_its_own_right),
        cmocka_unit_test(who_may_not_change_roles_gives_no_more_than_he_has),
        cmocka_unit_test(another_tenants_role_is_not_there),
    };

    return test_group_run("role_edit", TESTS, COUNT(TESTS));
}
