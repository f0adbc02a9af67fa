// Runs the lines of a page of the docs (its ```sh blocks, in one shell) against the program with a
// fresh demo tenant: node docs_lines.mjs PROGRAM PAGE. What a line prints has to have in it what its
// comment says. 77 (skipped) where the tools that the page calls are not there.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { startSite } from "../browser/site.mjs";

const TOOLS = ["bash", "curl", "jq", "openssl"];
const WAIT_MS = 120_000;

// The commands of a page: [{text, wanted, line}]. What is wanted is a word or several, by commas. One goes on while a quote or a pipe is open.
export function commands(page) {
  const found = [];
  let isInside = false;
  let text = "";
  let begin = 0;
  page.split("\n").forEach((line, i) => {
    if (line.startsWith("```")) {
      isInside = line === "```sh";
      return;
    }
    if (!isInside) return;
    if (text === "") begin = i + 1;
    const [, code, wanted] = line.match(/^(.*?)(?:\s+# (\S.*))?$/);
    text += (text === "" ? "" : "\n") + code;
    const isOpen = (text.match(/'/g) ?? []).length % 2 === 1 || /[|\\]$/.test(code) || balance(text) > 0;
    if (isOpen) return;
    found.push({ text, wanted, line: begin });
    text = "";
  });
  return found;
}

// Brackets of functions and subshells that are still open.
function balance(text) {
  const bare = text.replace(/'[^']*'/g, "").replace(/\$\{[^}]*\}/g, "").replace(/\w+\(\)/g, "");
  return (bare.match(/[({]/g) ?? []).length - (bare.match(/[)}]/g) ?? []).length;
}

export function scriptOf(list) {
  const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;
  return list.map(({ text, wanted, line }) => (wanted
    ? `got=$(${text}\n)\n${wanted.split(", ").map((word) =>
      `case "$got" in *${quoted(word)}*) ;; *) echo "FAULT line ${line}: printed $(echo "$got" | head -c 600), not "${quoted(word)} ;; esac`).join("\n")}`
    : `${text}`)).join("\n");
}

function run(script, env, folder) {
  return execFileSync("bash", ["-c", script], { env, cwd: folder, encoding: "utf8", timeout: WAIT_MS, stdio: ["ignore", "pipe", "inherit"] });
}

// What the lines print themselves is not looked at but for what they were to print.
const faultsOf = (printed) => printed.split(/\n?(?=FAULT line )/).filter((part) => part.startsWith("FAULT line ")).join("\n").trim();

function plant() {
  const page = "```sh\nX=1\necho $X      # 1\necho 'a\nb' |\n cat   # b\necho 3    # 4\n```\n```\necho no\n```\n";
  const list = commands(page);
  if (list.length !== 4) throw new Error(`${list.length} commands found, not 4`);
  const told = faultsOf(run(scriptOf(list), process.env, tmpdir()));
  if (told !== "FAULT line 7: printed 3, not 4") throw new Error(`a planted fault was not seen: ${told}`);
}

const has = (tool) => (process.env.PATH ?? "").split(":").some((folder) => fs.existsSync(path.join(folder, tool)));
const absent = TOOLS.filter((tool) => !has(tool));
if (absent.length > 0) {
  console.log(`not installed: ${absent.join(", ")}`);
  process.exit(77);
}
plant();
const [program, page] = process.argv.slice(2);
const list = commands(fs.readFileSync(page, "utf8"));
const site = await startSite(program);
const folder = fs.mkdtempSync(path.join(tmpdir(), "gatehouse-docs-"));
let told;
try {
  const token = JSON.parse(await site.command("token", "create", "--tenant", "demo", "--role", "admin", "--json")).token;
  fs.symlinkSync(path.resolve(program), path.join(folder, "gatehouse"));
  const env = { ...site.env, PATH: `${folder}:${process.env.PATH}`, BASE: site.licensing, TOKEN: token };
  told = faultsOf(run(scriptOf(list), env, folder));
} finally {
  await site.stop();
  fs.rmSync(folder, { recursive: true, force: true });
}
console.log(`${list.length} commands run, ${list.filter((command) => command.wanted).length} with what they print`);
if (told !== "") console.error(told);
process.exit(told === "" ? 0 : 1);
