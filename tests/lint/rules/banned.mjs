import { isC, lineOf, withoutComments } from "../source.mjs";

const CALLS = "strcpy|strcat|sprintf|vsprintf|strtok|strtok_r|gets|atoi|atol|atoll|strtol|strtoll|strtoul|strtoull|" +
  "localtime|localtime_r|gmtime|gmtime_r|mktime|rand|srand|random|srandom|drand48|system|popen|setlocale|alloca|" +
  "mg_handle_form_request|luaL_openlibs|luaL_dofile|luaL_dostring";
const BANNED = new RegExp(`(?<![\\w.>])(${CALLS})\\s*\\(|\\b(CMARK_OPT_UNSAFE)\\b`, "g");
// Each exception with its reason.
const ALLOWED = [];

export default {
  name: "banned",
  says: "calls that the house does not use",
  check(files) {
    const faults = [];
    for (const [file, text] of files) {
      if (!isC(file)) continue;
      for (const m of withoutComments(text, { literals: true }).matchAll(BANNED)) {
        const what = m[1] ?? m[2];
        if (!ALLOWED.some(([f, w]) => f === file && w === what)) faults.push(`${file}:${lineOf(text, m.index)}: ${what}`);
      }
    }
    return faults;
  },
  plants: {
    "a copy without bounds": { "kb/a.c": "void f(void)\n{\n    strcpy(a, b);\n}\n" },
    "a number without bounds": { "tests/a.c": "int x = atoi (text);\n" },
    "a shell": { "portal/a.c": 'system("ls");\n' },
    "CivetWeb's form reader": { "portal/http/server.c": "mg_handle_form_request(c, &f);\n" },
    "raw HTML in articles": { "kb/article_markdown.c": "int flags = CMARK_OPT_UNSAFE;\n" },
    "all of Lua's libraries": { "scripts/sandbox.c": "luaL_openlibs(L);\n" },
  },
  clean: {
    "kb/a.c": '/* strcpy(a, b) */\nconst char *s = "system(x)";\nsnprintf(a, b, c);\nmy_system(x);\nx.rand(1);\nx->gets(1);\ncrypto_random(a, 1);\n',
  },
};
