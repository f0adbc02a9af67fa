// Two tenants with the demo's data in one installation, its route table, its database, and what the
// program says while it is asked.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PASSWORD, startSite } from "../browser/site.mjs";
import { Visitor, close } from "./asker.mjs";

export const SKIPPED = 77;
export const OTHER_HOST = "other.example";
export const PEOPLE = {
  customer: "anna@marlowgrocers.example",
  stranger: "wang@jnxg.example",
  agent: "priya@tilwick.example",
  administrator: "admin@tilwick.example",
};

function client(folder) {
  const run = readFileSync(join(folder, "db/run-folder"), "utf8").trim();
  const socket = join(run, readdirSync(run).find((name) => name.endsWith(".sock")));
  const password = readFileSync(join(folder, "db/password"), "utf8").trim();
  return ["--no-defaults", "-N", "-r", "-S", socket, "-u", "root", `-p${password}`, "gatehouse"];
}

// A site as tests/browser/site.mjs starts it, with:
//   routes            the route table, as the program prints it
//   sql(text)         rows of fields, as texts
//   visitor(name)     somebody with a browser; tenant "other" by {host: OTHER_HOST}
//   errors()          lines of the program's log that say that something failed inside
export async function openHouse(program, { tenants = 1, env = {} } = {}) {
  const site = await startSite(program, env);
  try {
    const folder = site.env.GATEHOUSE_VAR_DIR;
    // isForced: goes on after a statement that fails, and says nothing of it.
    const sql = (text, { isForced = false } = {}) => {
      const ended = spawnSync("mariadb", [...client(folder), ...isForced ? ["-f"] : []],
        { input: text, maxBuffer: 1 << 28, encoding: "utf8" });
      if (ended.error || ended.status !== 0 && !isForced) throw ended.error ?? new Error(ended.stderr);
      return ended.stdout.split("\n").slice(0, -1).map((line) => line.split("\t"));
    };
    if (tenants > 1) {
      await site.command("demo", "--tenant", "other");
      sql(`INSERT INTO tenant_host (host, tenant_id) SELECT '${OTHER_HOST}', id FROM tenant WHERE slug = 'other';`);
    }
    const routes = JSON.parse(await site.command("routes", "--json"));
    const signIn = (email, options) => new Visitor(site, email, options).signIn(email, PASSWORD);
    return {
      ...site, program, sql, routes, signIn,
      visitor: (name, options) => new Visitor(site, name, options),
      errors: () => site.log().split("\n").filter((line) => /\b(error|fatal)\b|SQL syntax/i.test(line)),
      stop: async () => { close(); return site.stop(); },
    };
  } catch (error) {
    close();
    await site.stop();
    throw error;
  }
}

// The row of the table that a path belongs to, or undefined.
export function routeOf(routes, method, path) {
  const bare = path.split("?")[0];
  const fits = (row) => {
    const ours = row.path.split("/"), theirs = bare.split("/");
    return ours.length === theirs.length && ours.every((part, i) =>
      part === theirs[i] || (part === "{id}" ? /^[0-9a-f-]{36}$/.test(theirs[i]) : part.startsWith("{") && theirs[i] !== ""));
  };
  const rows = routes.filter((row) => row.service === "portal" && row.method === method && fits(row));
  return rows.find((row) => !row.path.includes("{")) ?? rows[0];
}
