#include "scripts/sandbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct sandbox_limits LIMITS = {.instructions = 2000000,
                                             .memory_bytes = 4 * 1024 * 1024,
                                             .steps = 500000,
                                             .lookups = 3,
                                             .effects = 10};

static struct arena *mem;

static int set_up(void **state)
{
    (void)state;
    mem = arena_make(64 * 1024);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(mem);
    return 0;
}

static json_t *read_json(const char *text)
{
    struct err err = {0};
    json_t *json;

    assert_true(json_read(mem, &err, text, strlen(text), &json));
    return json;
}

static bool answer_lookup(void *arg, const char *name, const json_t *args, const json_t **answer,
                          const char **refusal)
{
    (void)arg;
    if (strcmp(name, "tenant.list") != 0 ||
        strcmp(json_string_value(json_array_get(args, 0)), "city_team") != 0) {
        *refusal = "there is no such list";
        return false;
    }
    *answer = read_json("{\"Shanghai\":\"East\",\"Beijing\":\"North\"}");
    return true;
}

static struct sandbox_result run_text(const char *text, bool is_run)
{
    struct sandbox_task task = {
        .text = text,
        .len = strlen(text),
        .limits = LIMITS,
        .effects = read_json("[\"note\",\"route\",\"tag\",\"level\"]"),
        .lookups = read_json("[\"tenant.list\",\"count.tickets\"]"),
        .event = read_json("{\"name\":\"ticket.created\"}"),
        .new = read_json("{\"city\":\"Shanghai\",\"level\":3,\"tags\":[\"a\",\"b\"],"
                         "\"z\":1,\"y\":2,\"x\":3,\"none\":null,\"ratio\":0.5,"
                         "\"organisation\":{\"vip\":true}}"),
        .now = INT64_C(1700000000) * 1000000,
        .seed = 42,
        .ask = answer_lookup};
    struct sandbox_result result;

    if (is_run)
        sandbox_run(mem, &task, &result);
    else
        sandbox_read(mem, &task, &result);
    return result;
}

/* The body of `run`, and what it gave. */
static struct sandbox_result run_body(const char *body)
{
    return run_text(
        arena_printf(mem, "return { run = function(ev, new, old, ctx)\n%s\nend }", body), true);
}

static void gives(const char *body, const char *expected)
{
    struct sandbox_result r = run_body(body);

    if (r.outcome != SANDBOX_DONE)
        fail_msg("%s: %s", body, r.error);
    assert_string_equal(json_write(mem, r.value), expected);
}

static void fails(const char *body, enum sandbox_outcome outcome, const char *part)
{
    struct sandbox_result r = run_body(body);

    if (r.outcome != outcome)
        fail_msg("%s: %s, %s", body, sandbox_outcome_name(r.outcome), r.error);
    if (strstr(r.error, part) == NULL)
        fail_msg("%s: %s", body, r.error);
}

static void a_rule_routes_by_a_list(void **state)
{
    (void)state;
    gives(
        "local team = tenant.list('city_team')[new.city]\n"
        "return { route { team = team }, level(2), tag { 'vip' } }",
        "[{\"args\":{\"team\":\"East\"},\"effect\":\"route\"},{\"args\":2,\"effect\":\"level\"},"
        "{\"args\":[\"vip\"],\"effect\":\"tag\"}]");
}

static void nothing_and_one_effect_are_answers(void **state)
{
    (void)state;
    gives("", "[]");
    gives("return {}", "[]");
    gives("return note { text = 'x' }", "[{\"args\":{\"text\":\"x\"},\"effect\":\"note\"}]");
}

static void what_is_no_effect_is_refused(void **state)
{
    (void)state;
    fails("return 1", SANDBOX_ERROR, "must return effects");
    fails("return 'text'", SANDBOX_ERROR, "must return effects");
    fails("return { 1 }", SANDBOX_ERROR, "value 1 is none");
    fails("return { note('a'), { text = 'b' } }", SANDBOX_ERROR, "value 2 is none");
    fails("return { note(0/0) }", SANDBOX_ERROR, "not finite");
    fails("return { note(1/0) }", SANDBOX_ERROR, "not finite");
    fails("return { note(print) }", SANDBOX_ERROR, "unknown name 'print'");
    fails("return { note(tostring) }", SANDBOX_ERROR, "not data");
    fails("return { note('\\xff') }", SANDBOX_ERROR, "UTF-8");
    fails("local t = {} t.t = t return { note(t) }", SANDBOX_ERROR, "too deeply");
    fails("local t = {} for i = 1, 11 do t[i] = tag('x') end return t", SANDBOX_ERROR,
          "too many effects");
    fails("local t = {} for i = 1, 20000 do t[i] = i end return note(t)", SANDBOX_ERROR,
          "too many parts");
    fails("return note(('x'):rep(300000))", SANDBOX_ERROR, "too long");
    fails("return note(1, 2)", SANDBOX_ERROR, "takes one value");
}

static void snapshots_are_frozen(void **state)
{
    (void)state;
    fails("new.city = 'x'", SANDBOX_ERROR, "read-only");
    fails("new.organisation.vip = false", SANDBOX_ERROR, "read-only");
    fails("table.insert(new.tags, 'x')", SANDBOX_ERROR, "read-only");
    fails("table.sort(new.tags)", SANDBOX_ERROR, "read-only");
    fails("string.rep = nil", SANDBOX_ERROR, "read-only");
    fails("ctx.now = 1", SANDBOX_ERROR, "read-only");
    fails("forgotten = 1", SANDBOX_ERROR, "'forgotten' cannot be set");
    gives("return note { #new.tags, new.tags[2], new.none == nil, old == nil, new.ratio }",
          "[{\"args\":[2,\"b\",true,true,0.5],\"effect\":\"note\"}]");
}

static void pairs_go_in_key_order(void **state)
{
    (void)state;
    gives(
        "local s = '' for k in pairs { z = 1, [3] = 1, a = 1, [1] = 1, [true] = 1, m = 1 } do\n"
        "s = s .. tostring(k) .. ' ' end return note(s)",
        "[{\"args\":\"true 1 3 a m z \",\"effect\":\"note\"}]");
    gives("local s = '' for k, v in pairs(new) do s = s .. k .. ' ' end return note(s)",
          "[{\"args\":\"city level organisation ratio tags x y z \",\"effect\":\"note\"}]");
    gives(
        "local s, k, v = '' repeat k, v = next({ b = 2, a = 1 }, k)\n"
        "if k then s = s .. k .. v end until k == nil return note(s)",
        "[{\"args\":\"a1b2\",\"effect\":\"note\"}]");
    fails("for k in pairs { [{}] = 1 } do end", SANDBOX_ERROR, "no fixed order");
}

static void library_functions_behave_as_in_the_manual(void **state)
{
    (void)state;
    gives(
        "local t = { 3, 1, 2 } table.sort(t) local a = table.concat(t, ',')\n"
        "table.sort(t, function(x, y) return x > y end)\n"
        "return note { a, table.concat(t, ','), table.unpack(t) }",
        "[{\"args\":[\"1,2,3\",\"3,2,1\",3,2,1],\"effect\":\"note\"}]");
    gives(
        "local t = { 1, 2, 3 } table.insert(t, 1, 0) table.insert(t, 4)\n"
        "local last, first = table.remove(t), table.remove(t, 1)\n"
        "return note { last, first, #t, table.pack(1, nil, 3).n,\n"
        "#table.move({ 1, 2, 3 }, 1, 3, 2) }",
        "[{\"args\":[4,0,3,3,4],\"effect\":\"note\"}]");
    gives(
        "local s = ('a b  c'):gsub('%s+', '_')\n"
        "local n = select(2, ('aaa'):gsub('a', { a = 'b' }))\n"
        "local w = '' for k, v in ('x=1, y=2'):gmatch('(%w+)=(%w+)') do w = w .. k .. v end\n"
        "return note { s, n, w, ('hello'):find('l'), ('k=v'):match('(%w)=(%w)') }",
        "[{\"args\":[\"a_b_c\",3,\"x1y2\",3,\"k\",\"v\"],\"effect\":\"note\"}]");
    gives(
        "return note { ('abc'):gsub('', '-'), (('hello world'):gsub('o', '%0%0', 1)),\n"
        "(('abc'):gsub('%w', function(c) if c == 'b' then return 'X' end end)) }",
        "[{\"args\":[\"-a-b-c-\",\"helloo world\",\"aXc\"],\"effect\":\"note\"}]");
    gives(
        "return note { ('ab'):rep(3, '-'), ('x'):rep(0), ('%5.2f|%d|%s'):format(1.5, 7, {}),\n"
        "tostring({}), tostring(nil), tostring(1.5), tonumber('0x10'), #'\u5317',\n"
        "utf8.len('\u5317\u4eac'), math.max(1, 2), 7 // 2, '10' + 1 }",
        "[{\"args\":[\"ab-ab-ab\",\"\",\" 1.50|7|table\",\"table\",\"nil\",\"1.5\",16,3,2,2,3,11],"
        "\"effect\":\"note\"}]");
    gives(
        "local ok, text = pcall(error, 'x') local fine, one, two = pcall(function() return 1, 2 end)\n"
        "return note { ok, text, fine, one, two }",
        "[{\"args\":[false,\"x\",true,1,2],\"effect\":\"note\"}]");
    gives("return note { ctx.now, ev.name, ctx.random(6) <= 6, ctx.random() < 1 }",
          "[{\"args\":[1700000000,\"ticket.created\",true,true],\"effect\":\"note\"}]");
    fails("return ('x'):find('[')", SANDBOX_ERROR, "malformed pattern");
    fails("return ('x'):gsub('x', '%2')", SANDBOX_ERROR, "replacement");
    fails("return ('%p'):format({})", SANDBOX_ERROR, "not offered");
}

static void errors_name_their_line(void **state)
{
    struct sandbox_result r;

    (void)state;
    r = run_body("\nlocal x = new.nothing.more"); /* line 1 is the header */
    assert_int_equal(r.outcome, SANDBOX_ERROR);
    assert_int_equal(r.line, 3);
    assert_string_equal(r.error, "attempt to index a nil value (field 'nothing')");
    r = run_body("while true do end");
    assert_int_equal(r.outcome, SANDBOX_INSTRUCTIONS);
    assert_int_equal(r.line, 2);
    r = run_body("local t = {}\nwhile true do\nt[#t + 1] = {}\nend");
    assert_int_equal(r.outcome, SANDBOX_MEMORY);
    assert_int_equal(r.line, 4);
    r = run_body("local s = ('a'):rep(400)\nreturn note(s:find('.-.-.-.-b'))");
    assert_int_equal(r.outcome, SANDBOX_STEPS);
    assert_int_equal(r.line, 3);
    r = run_text("return {\nrun = function(\n}", true);
    assert_int_equal(r.outcome, SANDBOX_ERROR);
    assert_int_equal(r.line, 3);
    r = run_text("return {}", true);
    assert_string_equal(r.error, "the rule has no function `run`");
    r = run_text("", true);
    assert_string_equal(r.error, "the text must return one table: the rule");
    r = run_text("\x1bLua", true);
    assert_int_equal(r.outcome, SANDBOX_ERROR);
    assert_non_null(strstr(r.error, "binary"));
}

static void an_error_of_any_kind_becomes_a_text(void **state)
{
    (void)state;
    fails("error({})", SANDBOX_ERROR, "not a text");
    fails("error()", SANDBOX_ERROR, "not a text");
    fails("error('\\xff\\xfe')", SANDBOX_ERROR, "??");
    fails("error(('x'):rep(5000), 0)", SANDBOX_ERROR, "xxx");
    assert_true(strlen(run_body("error(('x'):rep(5000), 0)").error) <= 400);
}

static void lookups_are_counted_and_may_be_refused(void **state)
{
    (void)state;
    fails("return note(tenant.list('other'))", SANDBOX_ERROR, "no such list");
    gives("local ok, why = pcall(tenant.list, 'other') return note { ok, why }",
          "[{\"args\":[false,\"there is no such list\"],\"effect\":\"note\"}]");
    fails("for i = 1, 4 do tenant.list('city_team') end", SANDBOX_LOOKUPS, "too many look-ups");
    fails("for i = 1, 9 do pcall(tenant.list, 'city_team') end", SANDBOX_LOOKUPS, "too many");
    fails("return note(tenant.list(ctx.random))", SANDBOX_ERROR, "not data");
}

static void the_header_is_data(void **state)
{
    struct sandbox_result r;

    (void)state;
    r = run_text(
        "return { id = 'a', on = { 'ticket.created' }, priority = 5.0,\n"
        "tests = { { name = 'one', new = { city = 'x' }, effects = {} } },\n"
        "run = function() error('never runs') end }",
        false);
    assert_int_equal(r.outcome, SANDBOX_DONE);
    assert_string_equal(json_write(mem, r.value),
                        "{\"id\":\"a\",\"on\":[\"ticket.created\"],\"priority\":5,"
                        "\"tests\":[{\"effects\":[],\"name\":\"one\",\"new\":{\"city\":\"x\"}}]}");
}

static void the_same_input_gives_the_same_bytes(void **state)
{
    static const char BODY[] =
        "local t = {} for i = 1, 40 do t['k' .. ctx.random(1000)] = i end\n"
        "local u = {} for i = 1, 300 do u[i] = { ctx.random(5), i } end\n"
        "table.sort(u, function(a, b) return a[1] < b[1] end)\n"
        "local s = {} for k, v in pairs(t) do s[#s + 1] = k .. '=' .. v end\n"
        "for i = 1, 300 do s[#s + 1] = u[i][2] end\n"
        "return note { text = table.concat(s, ' '), tostring(t), ('%s'):format(u) }";
    const char *first = NULL;
    int64_t instructions = 0;

    (void)state;
    for (int i = 0; i < 20; i++) {
        struct sandbox_result r = run_body(BODY);
        assert_int_equal(r.outcome, SANDBOX_DONE);
        if (first == NULL) {
            first = json_write(mem, r.value);
            instructions = r.instructions;
        }
        assert_string_equal(json_write(mem, r.value), first);
        assert_int_equal(r.instructions, instructions);
    }
}

/* Everything that a rule can name. A name added here must be safe under the limits: see the top of
 * sandbox.c before adding one to this list. */
static void a_rule_finds_exactly_these_names(void **state)
{
    (void)state;
    gives(
        "local names = {}\n"
        "for name, value in pairs(_ENV) do\n"
        "  names[#names + 1] = name\n"
        "  if type(value) == 'table' then\n"
        "    for inner in pairs(value) do names[#names + 1] = name .. '.' .. inner end\n"
        "  end\n"
        "end\n"
        "for name in pairs(ctx) do names[#names + 1] = 'ctx.' .. name end\n"
        "return note(table.concat(names, ' '))",
        "[{\"args\":\"assert count count.tickets error ipairs level math math.abs math.acos "
        "math.asin math.atan math.ceil math.cos math.deg math.exp math.floor math.fmod math.huge "
        "math.log math.max math.maxinteger math.min math.mininteger math.modf math.pi math.rad "
        "math.sin math.sqrt math.tan math.tointeger math.type math.ult next note pairs pcall "
        "route select string string.byte string.char string.find string.format string.gmatch "
        "string.gsub string.len string.lower string.match string.rep string.reverse string.sub "
        "string.upper table table.concat table.insert table.move table.pack table.remove "
        "table.sort table.unpack tag tenant tenant.list tonumber tostring type utf8 utf8.char "
        "utf8.charpattern utf8.codepoint utf8.codes utf8.len utf8.offset ctx.now ctx.random\","
        "\"effect\":\"note\"}]");
}

static void memory_is_bounded_and_measured(void **state)
{
    struct sandbox_result r;

    (void)state;
    r = run_body("return note('small')");
    assert_in_range(r.memory_bytes, 1000, 100 * 1024);
    r = run_body("local s = ('x'):rep(1000000) return note(#s)");
    assert_in_range(r.memory_bytes, 1000000, LIMITS.memory_bytes);
    r = run_body("local t = {} for i = 1, 1e7 do t[i] = i end");
    assert_int_equal(r.outcome, SANDBOX_MEMORY);
    assert_true(r.memory_bytes <= LIMITS.memory_bytes);
    assert_string_equal(r.error, "stopped: too much memory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rule_routes_by_a_list),
        cmocka_unit_test(nothing_and_one_effect_are_answers),
        cmocka_unit_test(what_is_no_effect_is_refused),
        cmocka_unit_test(snapshots_are_frozen),
        cmocka_unit_test(pairs_go_in_key_order),
        cmocka_unit_test(library_functions_behave_as_in_the_manual),
        cmocka_unit_test(errors_name_their_line),
        cmocka_unit_test(an_error_of_any_kind_becomes_a_text),
        cmocka_unit_test(lookups_are_counted_and_may_be_refused),
        cmocka_unit_test(the_header_is_data),
        cmocka_unit_test(the_same_input_gives_the_same_bytes),
        cmocka_unit_test(a_rule_finds_exactly_these_names),
        cmocka_unit_test(memory_is_bounded_and_measured),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
