import { OURS, functions } from "../source.mjs";

const stem = (file) => file.replace(/^.*\//, "").replace(/\.[ch]$/, "");

// A file ticket_reply.c may hold functions of ticket.h, whose names begin with ticket_.
// Further nouns, where one file holds two that are never apart.
const ALSO = { "base/str.c": ["span"] };
// Commands are rows of one table and bear the command's name: tenant_create_command;
// what they share is of console.h.
const COMMANDS = /^portal\/console\/\w+_command\.c$/;

function isNamedWell(name, file) {
  let noun = stem(file);
  if (COMMANDS.test(file) && (name.endsWith("_command") || name.startsWith("console_"))) return true;
  if ((ALSO[file] ?? []).some((other) => name.startsWith(`${other}_`))) return true;
  for (;;) {
    if (name === noun || name.startsWith(`${noun}_`)) return true;
    if (!noun.includes("_")) return false;
    noun = noun.slice(0, noun.lastIndexOf("_"));
  }
}

export default {
  name: "names",
  says: "a public function's name begins with its file's name, and file names are unique",
  check(files) {
    const faults = [];
    const stems = new Map();
    for (const [file, text] of files) {
      if (!OURS.test(file) || !file.endsWith(".c") || file.startsWith("licensing/client/")) continue;
      if (stems.has(stem(file))) faults.push(`${file}: there is ${stems.get(stem(file))} already`);
      stems.set(stem(file), file);
      for (const f of functions(text)) {
        if (!f.isStatic && f.name !== "main" && !isNamedWell(f.name, file)) {
          faults.push(`${file}:${f.first}: ${f.name} does not begin with ${stem(file)}`);
        }
      }
    }
    return faults;
  },
  plants: {
    "another file's name": { "kb/article.c": "bool ticket_close(void)\n{\n}\n" },
    "a name that only looks alike": { "kb/article.c": "bool articles(void)\n{\n}\n" },
    "two files of one name": { "kb/a.c": "", "db/a.c": "" },
  },
  clean: {
    "kb/article.c": "static bool helper(void)\n{\n}\n\nbool article_get(int a,\n                 int b)\n{\n}\n",
    "portal/desk/ticket_reply.c": "struct x *ticket_reply_add(void)\n{\n}\n\nbool ticket_reply(void)\n{\n}\n\nint ticket_thread(void)\n{\n}\n",
    "portal/main.c": "int main(void)\n{\n}\n",
  },
};
