#include "base/config.h"
#include "tests/support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char file_path[256];

static int start(void **state)
{
    int fd;

    (void)state;
    unit_temp(file_path, sizeof file_path);
    fd = mkstemp(file_path);
    return fd < 0 || close(fd) != 0;
}

static int stop(void **state)
{
    (void)state;
    return unlink(file_path);
}

static bool load(struct arena *mem, const char *text, struct config *out, const char **faults,
                 struct err *err)
{
    FILE *file = fopen(file_path, "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    fclose(file);
    return config_load(mem, err, file_path, out, faults);
}

static void every_setting_has_a_default_within_its_bounds(void **state)
{
    struct config config;
    const char *faults;
    struct err err = {0};

    assert_true(config_load(*state, &err, NULL, &config, &faults));
    assert_string_equal(faults, "");
    assert_string_equal(config.var_dir, "var");
    assert_string_equal(config.database_url, "");
    assert_int_equal(config.database_pool, 16);
    assert_string_equal(config.portal_listen, "127.0.0.1:8080");
    assert_string_equal(config.licensing_listen, "127.0.0.1:8081");
    assert_false(config.behind_tls);
    assert_string_equal(config.log_level, "info");
}

static void every_member_is_set_by_exactly_one_key(void **state)
{
    (void)state;
    for (size_t i = 0; i < CONFIG_KEY_COUNT; i++) {
        assert_non_null(strchr(CONFIG_KEYS[i].name, '.'));
        assert_true(strlen(CONFIG_KEYS[i].help) > 10);
        for (size_t j = i + 1; j < CONFIG_KEY_COUNT; j++) {
            assert_int_not_equal(CONFIG_KEYS[i].offset, CONFIG_KEYS[j].offset);
            assert_string_not_equal(CONFIG_KEYS[i].name, CONFIG_KEYS[j].name);
        }
    }
}

static void the_file_is_read(void **state)
{
    struct config config;
    const char *faults;
    struct err err = {0};

    assert_true(load(*state,
                     "# a comment\n; another\n\n[portal]\n  listen = 0.0.0.0:80  \r\nthreads=9\n"
                     "[http]\nbehind_tls = yes\n[log]\nlevel = warn\n[database]\nurl = a=b\n"
                     "[tenant]\ndefault =",
                     &config, &faults, &err));
    assert_string_equal(config.portal_listen, "0.0.0.0:80");
    assert_int_equal(config.portal_threads, 9);
    assert_true(config.behind_tls);
    assert_string_equal(config.log_level, "warn");
    assert_string_equal(config.database_url, "a=b");
    assert_string_equal(config.tenant_default, "");
}

static void the_environment_wins_over_the_file(void **state)
{
    struct config config;
    const char *faults;
    struct err err = {0};

    setenv("GATEHOUSE_PORTAL_LISTEN", "127.0.0.1:9090", 1);
    setenv("GATEHOUSE_HTTP_BODY_DEADLINE_MS", "250", 1);
    setenv("GATEHOUSE_PORT_8080_TCP", "tcp://10.0.0.1", 1); /* others' names, none of ours */
    assert_true(load(*state, "[portal]\nlisten = 0.0.0.0:80\n", &config, &faults, &err));
    assert_string_equal(config.portal_listen, "127.0.0.1:9090");
    assert_int_equal(config.body_deadline_ms, 250);
    unsetenv("GATEHOUSE_PORTAL_LISTEN");
    unsetenv("GATEHOUSE_HTTP_BODY_DEADLINE_MS");
    unsetenv("GATEHOUSE_PORT_8080_TCP");
}

static void a_misspelt_variable_in_a_section_of_ours_is_a_fault(void **state)
{
    struct config config;
    const char *faults;
    struct err err = {0};

    setenv("GATEHOUSE_PORTAL_LISTN", "127.0.0.1:9090", 1);
    assert_false(config_load(*state, &err, NULL, &config, &faults));
    assert_string_equal(faults, "GATEHOUSE_PORTAL_LISTN: there is no such setting\n");
    unsetenv("GATEHOUSE_PORTAL_LISTN");
}

static void all_faults_are_gathered(void **state)
{
    static const char *const LINES[] = {
        ":2: there is no setting portal.lisen\n",
        ":4: portal.threads: must be a number from 4 to 16384\n",
        ":5: neither a [section] nor a \"key = value\"\n",
        ":6: a section ends with ]\n",
        ":8: log.level: must be one of debug|info|warn|error\n",
        ":9: log.access: must be true or false\n",
        ":10: log.access is set twice\n",
        ":12: tenant.default: may hold only small letters, digits and hyphens\n",
        ":14: portal.public_url: must begin with http:// or https:// and not end with a slash\n",
        "GATEHOUSE_SCRIPT_WORKERS: script.workers: must be a number from 1 to 256\n",
    };
    struct config config = {.var_dir = "as it was"};
    const char *faults;
    const char *at;
    struct err err = {0};

    setenv("GATEHOUSE_SCRIPT_WORKERS", "many", 1);
    assert_false(load(*state,
                      "[portal]\nlisen = 1\nlisten = nowhere\nthreads = 3\nwhat\n[log\n[log]\n"
                      "level = loud\naccess = maybe\naccess = true\n[tenant]\ndefault = A b\n"
                      "[portal]\npublic_url = ftp://x\n",
                      &config, &faults, &err));
    unsetenv("GATEHOUSE_SCRIPT_WORKERS");
    at = faults;
    for (size_t i = 0; i < COUNT(LINES); i++) {
        at = strstr(at, LINES[i]);
        assert_non_null(at);
    }
    assert_ptr_equal(err.kind, &ERR_INVALID);
    assert_non_null(strstr(err.oper, "portal.lisen"));
    assert_string_equal(config.var_dir, "as it was");
}

static void a_missing_file_is_a_fault(void **state)
{
    struct config config;
    const char *faults;
    struct err err = {0};

    assert_false(config_load(*state, &err, "/nonexistent/gatehouse.conf", &config, &faults));
    assert_non_null(strstr(faults, "/nonexistent/gatehouse.conf: No such file"));
}

static void the_description_shows_values_but_no_secrets(void **state)
{
    struct config config;
    const char *faults;
    const char *text;
    struct err err = {0};

    assert_true(load(*state, "[database]\nurl = mysql://u:hunter2@db/gate\n[script]\nworkers = 7\n",
                     &config, &faults, &err));
    text = config_describe(*state, &config, false);
    assert_null(strstr(text, "hunter2"));
    assert_non_null(strstr(text, "database.url = (set, not shown)"));
    assert_non_null(strstr(text, "script.workers = 7\n"));
    assert_non_null(strstr(text, "environment: GATEHOUSE_SCRIPT_WORKERS"));
    assert_non_null(strstr(text, "default: 2"));
}

static void the_page_for_the_docs_names_every_setting(void **state)
{
    const char *page = config_describe(*state, NULL, true);

    for (size_t i = 0; i < CONFIG_KEY_COUNT; i++) {
        assert_non_null(strstr(page, arena_printf(*state, "| `%s`<br>", CONFIG_KEYS[i].name)));
        assert_non_null(strstr(page, CONFIG_KEYS[i].help));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_arena(every_setting_has_a_default_within_its_bounds),
        with_arena(every_member_is_set_by_exactly_one_key),
        with_arena(the_file_is_read),
        with_arena(the_environment_wins_over_the_file),
        with_arena(a_misspelt_variable_in_a_section_of_ours_is_a_fault),
        with_arena(all_faults_are_gathered),
        with_arena(a_missing_file_is_a_fault),
        with_arena(the_description_shows_values_but_no_secrets),
        with_arena(the_page_for_the_docs_names_every_setting),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
