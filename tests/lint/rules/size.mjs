import { isC, functions, OURS } from "../source.mjs";

const FILE_MAX = 500;
const FUNCTION_MAX = 60;

export default {
  name: "size",
  says: `files have at most ${FILE_MAX} lines, functions ${FUNCTION_MAX}`,
  check(files) {
    const faults = [];
    for (const [file, text] of files) {
      if (!isC(file) && !/^(www\/static|tests\/lint|tools)\//.test(file)) continue;
      const lines = text.split("\n").length - 1;
      if (lines > FILE_MAX && OURS.test(file)) faults.push(`${file}: ${lines} lines`);
      if (!isC(file)) continue;
      const all = text.split("\n");
      for (const f of functions(text)) {
        const length = f.last - f.first + 1;
        // A lexer or a switch over an enum may go over, with the reason.
        const excused = all.slice(Math.max(0, f.first - 4), f.first + 2).some((l) => /NOLINT\w*\(readability-function-size\)\W+\w+/.test(l));
        if (length > FUNCTION_MAX && !excused) faults.push(`${file}:${f.first}: ${f.name} has ${length} lines`);
      }
    }
    return faults;
  },
  plants: {
    "a long file": { "kb/a.c": "\n".repeat(501) },
    "a long function": { "kb/a.c": `void f(void)\n{\n${"    x();\n".repeat(58)}}\n` },
    "an excuse without a reason": { "kb/a.c": `/* NOLINT(readability-function-size) */\nvoid f(void)\n{\n${"    x();\n".repeat(58)}}\n` },
  },
  clean: {
    "kb/a.c": "\n".repeat(500),
    "kb/b.c": `void f(void)\n{\n${"    x();\n".repeat(57)}}\n`,
    "kb/c.c": `/* NOLINTNEXTLINE(readability-function-size): a lexer */\nvoid f(void)\n{\n${"    x();\n".repeat(99)}}\n`,
  },
};
