import { lineOf } from "../source.mjs";

// Work that is promised must have an issue's number: the words are split here, so that the rule
// does not find itself.
const PROMISE = new RegExp(`\\b(${["TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK"].join("|")})\\b(?!\\(#\\d+\\))`, "g");
const MACHINE = /(?<![\w.$}~/:-])\/(work|home|root|Users)\/[A-Za-z0-9_.-]+/g;
const LINKED = /"resolved":\s*"https?:/g;

export default {
  name: "words",
  says: "no promises without an issue, no paths of somebody's machine",
  check(files) {
    const faults = [];
    const find = (file, text, what, why) => {
      for (const m of text.matchAll(what)) faults.push(`${file}:${lineOf(text, m.index)}: ${why}: ${m[0]}`);
    };
    for (const [file, text] of files) {
      if (file === "tests/lint/rules/words.mjs") continue;
      find(file, text, PROMISE, "promised work");
      find(file, text, MACHINE, "a machine's path");
      if (file.endsWith("package-lock.json")) find(file, text, LINKED, "an address of one package host");
    }
    return faults;
  },
  plants: {
    "a promise": { "kb/a.c": `/* ${"TO" + "DO"}: later */\n` },
    "a path": { "tools/a": "cd /home/me/project\n" },
  },
  clean: {
    "kb/a.c": `/* ${"TO" + "DO"}(#12): later */\n`,
    "tools/a": 'cd "$HOME/work/here" && cat /usr/share/x\n',
    "docs/a.md": "See https://example.com/home/page and a homework/x\n",
  },
};
