import { OURS, lineOf, literals, unquote, withoutComments } from "../source.mjs";

const LITERALS = '"(?:\\\\[\\s\\S]|[^"\\\\\\n])*"(?:\\s*"(?:\\\\[\\s\\S]|[^"\\\\\\n])*")*';
const joined = (run) => run.match(/"(?:\\[\s\S]|[^"\\\n])*"/g).map(unquote).join("");

// Sentences that nobody reads in a browser: the console speaks English, before any language could
// be chosen, and so do the details of the API, which developers read.
const ENGLISH = /^portal\/(console|api)\/|^portal\/(app|serve|http\/listen|http\/statics)\.c$/;

// The key of a {{#t}} block is its text with each tag as {name} and white space as single blanks.
function templateKeys(file, text, add) {
  for (const m of text.matchAll(/\{\{#t\}\}([\s\S]*?)\{\{\/t\}\}/g)) {
    const key = m[1].replace(/\{\{\{?\s*[&]?\s*([\w.]+)\s*\}?\}\}/g, "{$1}").replace(/\s+/g, " ").trim();
    add(key, `${file}:${lineOf(text, m.index)}`);
  }
}

function codeKeys(file, text, add) {
  const code = withoutComments(text);
  for (const m of code.matchAll(new RegExp(`\\bT\\(\\s*(${LITERALS})\\s*\\)`, "g"))) {
    add(joined(m[1]), `${file}:${lineOf(text, m.index)}`);
  }
  // struct err_kind: class, code, sentence.
  for (const m of code.matchAll(new RegExp(`\\bERR_CLASS_\\w+\\s*,\\s*(?:"[^"]*"|\\w+)\\s*,\\s*(${LITERALS})`, "g"))) {
    add(joined(m[1]), `${file}:${lineOf(text, m.index)}`);
  }
}

// A JSON object of texts, read so that doubled keys are seen.
function catalogue(text) {
  const pairs = [];
  for (const m of text.matchAll(/("(?:\\.|[^"\\])*")\s*:\s*("(?:\\.|[^"\\])*")/g)) {
    pairs.push([JSON.parse(m[1]), JSON.parse(m[2]), m.index]);
  }
  return pairs;
}

// All that could name a sentence, as one text with single blanks: literals joined, tags as {name}.
function sources(files) {
  let all = "";
  for (const [file, text] of files) {
    if (!OURS.test(file) && !/^www\/(?!lang\/)/.test(file)) continue;
    all += text.replace(/"\s*"/g, "").replace(/\\"/g, '"')
      .replace(/\{\{\{?\s*[&]?\s*([\w.]+)\s*\}?\}\}/g, "{$1}").replace(/\s+/g, " ");
  }
  return all;
}

const placeholders = (s) => (s.match(/\{[^}]*\}/g) ?? []).sort().join(" ");

export default {
  name: "translations",
  says: "each sentence has exactly one Chinese translation, with the same values in it, and each translation its sentence",
  check(files) {
    const faults = [];
    const chinese = new Map();
    for (const [file, text] of files) {
      if (!/^www\/lang\/zh(\/[\w-]+)?\.json$/.test(file)) continue;
      try {
        JSON.parse(text);
      } catch (e) {
        faults.push(`${file}: ${e.message}`);
        continue;
      }
      for (const [key, value, at] of catalogue(text)) {
        const where = `${file}:${lineOf(text, at)}`;
        if (chinese.has(key)) faults.push(`${where}: "${key}" is in ${chinese.get(key)} already`);
        chinese.set(key, where);
        if (value.trim() === "") faults.push(`${where}: "${key}" has an empty translation`);
        if (placeholders(key) !== placeholders(value)) faults.push(`${where}: "${key}": other {values} than in English`);
      }
    }
    const used = sources(files);
    for (const [key, where] of chinese) {
      if (!used.includes(key)) faults.push(`${where}: nothing says "${key}" any more`);
    }
    const missing = new Map();
    const add = (key, where) => {
      if (key !== "" && !chinese.has(key) && !missing.has(key)) missing.set(key, where);
    };
    for (const [file, text] of files) {
      if (/^www\/(templates|mail)\/.*\.(html|txt)$/.test(file)) templateKeys(file, text, add);
      if (OURS.test(file) && file.endsWith(".c") && !ENGLISH.test(file)) codeKeys(file, text, add);
    }
    for (const [key, where] of missing) faults.push(`${where}: no translation of "${key}"`);
    return faults;
  },
  plants: {
    "a sentence that is gone": { "www/templates/a.html": "<p>{{#t}}Go{{/t}}</p>", "www/lang/zh/a.json": '{"Go": "去", "Stay": "留"}' },
    "a template's sentence": { "www/templates/a.html": "<p>{{#t}}Sign in\n  as {{name}}{{/t}}</p>", "www/lang/zh/a.json": "{}" },
    "an error's sentence": {
      "kb/a.c": 'const struct err_kind E = {ERR_CLASS_INVALID, "X",\n    "All seats "\n    "are taken."};\n',
      "www/lang/zh/a.json": "{}",
    },
    "a literal": { "portal/a.c": 'x = T("Open");\n', "www/lang/zh/a.json": "{}" },
    "twice in one file": { "www/templates/a.html": "{{#t}}Open{{/t}}", "www/lang/zh/a.json": '{"Open": "打开", "Open": "打开"}' },
    "twice in two files": { "www/templates/a.html": "{{#t}}Open{{/t}}", "www/lang/zh/a.json": '{"Open": "打开"}', "www/lang/zh/b.json": '{"Open": "打开"}' },
    "a lost value": { "www/templates/a.html": "{{#t}}Hello {{name}}{{/t}}", "www/lang/zh/a.json": '{"Hello {name}": "你好"}' },
    "a broken file": { "portal/a.c": "", "www/lang/zh/a.json": '{"Open": "打开",}' },
    "an empty one": { "www/templates/a.html": "{{#t}}Open{{/t}}", "www/lang/zh/a.json": '{"Open": " "}' },
  },
  clean: {
    "www/templates/a.html": "<p>{{#t}}Sign in\n  as {{name}}{{/t}}{{#t}}Go{{/t}}</p>",
    "kb/a.c": 'const struct err_kind E = {ERR_CLASS_INVALID, "X", "All \\"seats\\"."};\nx = T("Open");\n/* T("No") */\n',
    "www/lang/zh/a.json": '{"Sign in as {name}": "以 {name} 登录", "Go": "去",\n "All \\"seats\\".": "x"}',
    "www/lang/zh/b.json": '{"Open": "打开"}',
    "portal/console/a.c": 'const struct err_kind E = {ERR_CLASS_INVALID, "X", "Name a tenant."};\n',
  },
};
