import { OURS, lineOf, withoutComments } from "../source.mjs";

// A value whose key ends in _html enters a page unescaped. It comes from article_markdown_html: in
// the same function, or as `html` of a struct article_body, which only functions that call it fill
// or read back from its column. In templates only such keys are drawn raw.
function functionAround(code, at) {
  const from = code.lastIndexOf("\n}", at);
  const to = code.indexOf("\n}", at);
  return code.slice(from < 0 ? 0 : from, to < 0 ? code.length : to);
}

const makesHtml = (fn) => /\barticle_markdown_html\s*\(/.test(fn);

function isArticleBody(code, at, fn) {
  const value = code.slice(at).match(/^"\w+"\s*,\s*(?:json_text\(\s*)?(\w+)(?:\.|->)html\b/);
  return value !== null && new RegExp(`struct article_body\\s+\\*?${value[1]}\\b`).test(fn);
}

export default {
  name: "html",
  says: "only article_markdown_html makes values that are not escaped",
  check(files) {
    const faults = [];
    for (const [file, text] of files) {
      if (OURS.test(file) && file.endsWith(".c")) {
        const code = withoutComments(text);
        for (const m of code.matchAll(/"\w+_html"/g)) {
          const fn = functionAround(code, m.index);
          if (!makesHtml(fn) && !isArticleBody(code, m.index, fn)) {
            faults.push(`${file}:${lineOf(text, m.index)}: ${m[0]} does not come from article_markdown_html`);
          }
        }
        if (!file.startsWith("kb/")) continue;
        for (const m of code.matchAll(/(?:\.|->)html\s*=(?!=)(?!\s*db_text\([^;]*COLUMN_HTML)/g)) {
          if (!makesHtml(functionAround(code, m.index))) {
            faults.push(`${file}:${lineOf(text, m.index)}: html is set without article_markdown_html`);
          }
        }
      }
      if (/^www\/(templates|mail)\//.test(file)) {
        for (const m of text.matchAll(/\{\{\{\s*([^}]*?)\s*\}\}\}|\{\{&\s*([^}]*?)\s*\}\}/g)) {
          const name = m[1] ?? m[2];
          if (!name.endsWith("_html")) faults.push(`${file}:${lineOf(text, m.index)}: {{{${name}}}}`);
        }
      }
    }
    return faults;
  },
  plants: {
    "a text called HTML": { "portal/pages/a.c": 'bool f(void)\n{\n    json_pack("{s:s}", "body_html", t->body);\n}\n' },
    "another function's HTML": {
      "portal/pages/a.c": 'void g(void)\n{\n    article_markdown_html(x);\n}\n\nbool f(void)\n{\n    json_set(o, "body_html", t);\n}\n',
    },
    "a body filled elsewhere": { "kb/a.c": "bool f(void)\n{\n    body->html = article->text;\n}\n" },
    "another struct's html": { "portal/pages/a.c": 'bool f(void)\n{\n    struct ticket body;\n    json_set(o, "body_html", body.html);\n}\n' },
    "raw in a template": { "www/templates/a.html": "<p>{{{name}}}</p>" },
    "raw by an ampersand": { "www/templates/a.html": "<p>{{& name}}</p>" },
  },
  clean: {
    "portal/pages/a.c": 'bool f(void)\n{\n    if (!article_markdown_html(cx, t, &h))\n        return false;\n    json_set(o, "body_html", h);\n}\n',
    "portal/pages/b.c": 'bool f(void)\n{\n    struct article_body body;\n    json_set(o, "body_html", json_text(body.html));\n}\n',
    "kb/article.c": "bool f(void)\n{\n    if (!article_markdown_html(x, &h))\n        return false;\n    body->html = h;\n    if (a.html == b)\n        return true;\n}\n",
    "portal/http/mustache.c": 'bool f(void)\n{\n    return ends(name, "_html");\n}\n',
    "www/templates/a.html": "{{{article.body_html}}} {{name}}",
  },
};
