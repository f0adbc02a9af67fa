import { OURS, lineOf, withoutComments, unquote } from "../source.mjs";

// The tables of the schema that have a tenant_id.
function tenantTables(files) {
  const tables = new Set();
  for (const [file, text] of files) {
    if (!file.startsWith("db/migrations/")) continue;
    const sql = text.replace(/--[^\n]*/g, "");
    for (const m of sql.matchAll(/CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?`?(\w+)`?\s*\(([^;]*)/gi)) {
      if (/\btenant_id\b/i.test(m[2])) tables.add(m[1].toLowerCase());
    }
  }
  return tables;
}

// "FROM a x, b y JOIN c": the words after these, and after the commas of their list.
const TABLE_LISTS = /\b(?:FROM|JOIN|UPDATE|INTO)\s+((?:`?[a-z_]+`?(?:\s+(?:AS\s+)?[a-z]{1,3})?\s*,\s*)*`?[a-z_]+`?)/gi;
const BOUND = /\btenant_id\s*=\s*\?/i;

function fault(sql, tables, isWhole) {
  let named = [...sql.matchAll(TABLE_LISTS)].flatMap((m) => m[1].split(","))
    .map((t) => t.trim().split(/\s+/)[0].replace(/`/g, "").toLowerCase()).filter((t) => tables.has(t));
  if (named.length === 0) return null;
  if (/^\s*(INSERT|REPLACE)\b/i.test(sql)) {
    const columns = sql.match(/\bINTO\s+`?\w+`?\s*\(([^)]*)\)/i);
    if (columns && !/\btenant_id\b/i.test(columns[1])) return `${named[0]}: a row without its tenant`;
    if (columns) named = named.slice(1); // the row has its tenant: what it is made from is looked at
    if (named.length === 0) return null;
  }
  if (isWhole && !BOUND.test(sql)) return `${named[0]}: tenant_id is not bound`;
  // Each table needs its own tenant: bound, or equal to that of a table it is joined to.
  const own = [...sql.matchAll(/\btenant_id\s*=\s*(\?|\w+\.tenant_id)|\bUSING\s*\([^)]*\btenant_id\b|\bON\s+\([^)]*tenant_id/gi)].length;
  return own < named.length ? `${named.length} tables of tenants, ${own} of them with the tenant compared` : null;
}

// A fragment is joined to a whole one, which binds the tenant; a sub-query in it must only compare it.
const STATEMENT = /^\s*\(?\s*(SELECT|INSERT|REPLACE|UPDATE|DELETE|WITH)\b/i;

const LITERAL = '"(?:\\\\[\\s\\S]|[^"\\\\\\n])*"';
const PIECE = `${LITERAL}|[A-Z][A-Z0-9_]+\\b(?:\\([^()]*\\))?`;

// Text made of literals and names of fragments. A name that is no fragment of ours is a blank.
function joinPieces(run, macros) {
  const pieces = run.match(new RegExp(`${LITERAL}|[A-Za-z_]\\w*(?:\\([^()]*\\))?`, "g")) ?? [];
  return pieces.map((p) => (p[0] === '"' ? unquote(p) : macros.get(p.replace(/\(.*/s, "")) ?? " ")).join("");
}

// The fragments that a file #defines, beside those it has from elsewhere.
function fragments(text, others) {
  const macros = new Map(others);
  const lines = withoutComments(text).replace(/\\\n/g, " ").split("\n");
  for (let round = 0; round < 3; round++) { // a fragment may be made of others
    for (const line of lines) {
      const m = line.match(/^\s*#\s*define\s+([A-Z]\w*)(?:\([^)]*\))?\s(.*"..*)$/);
      if (m) macros.set(m[1], joinPieces(m[2], macros));
    }
  }
  return macros;
}

// Constants, and what they are called: [{name, sql, at}].
function statements(text, macros) {
  const code = withoutComments(text);
  const found = [];
  // The lines of #define are left out: a fragment is looked at where it is used.
  const uses = code.replace(/^[ \t]*#[ \t]*define(?:\\\n|[^\n])*/gm, (d) => d.replace(/[^\n]/g, " "));
  const run = new RegExp(`(?:(\\w+)\\s*(?:\\[\\w*\\])?\\s*=\\s*)?(${LITERAL}(?:\\s*(?:${PIECE}))*)`, "g");
  for (const m of uses.matchAll(run)) {
    const sql = joinPieces(m[2], macros);
    const before = uses.slice(Math.max(0, m.index - 60), m.index);
    const named = m[1] ?? before.match(/(\w+)[^\w;{}]*$/)?.[1] ?? "";
    found.push({ name: named, sql, at: m.index });
  }
  return found;
}

// The head of a statement whose conditions are joined later passes when its file has the fragment
// that binds the tenant.
const isHead = (sql) => /\bFROM\b/i.test(sql) && !/\bWHERE\b/i.test(sql.slice(sql.toUpperCase().lastIndexOf("FROM ")));
const isTenantFragment = (sql) => /^\s*WHERE\b[^?]*\btenant_id\s*=\s*\?/i.test(sql);

export default {
  name: "tenants",
  says: "every statement on a tenant's table binds tenant_id; one that works for all tenants says so by ANY_TENANT in its constant's name",
  check(files) {
    const tables = tenantTables(files);
    let shared = new Map();
    for (let round = 0; round < 2; round++) {
      for (const [file, text] of files) if (OURS.test(file) && file.endsWith(".h")) shared = fragments(text, shared);
    }
    const faults = [];
    for (const [file, text] of files) {
      if (!OURS.test(file) || !/\.[ch]$/.test(file)) continue;
      const all = statements(text, fragments(text, shared));
      const bindsLater = all.some((s) => isTenantFragment(s.sql));
      for (const s of all) {
        if (!STATEMENT.test(s.sql) && !/\bSELECT\b[^]*\bFROM\b/i.test(s.sql)) continue;
        if (/ANY_TENANT/.test(s.name) || (bindsLater && isHead(s.sql))) continue;
        const wrong = fault(s.sql, tables, STATEMENT.test(s.sql));
        if (wrong) faults.push(`${file}:${lineOf(text, s.at)}: ${s.name} ${wrong}`);
      }
    }
    if (tables.size === 0) faults.push("no table with a tenant_id: the schema was not found");
    return faults;
  },
  plants: {
    "a reading without its tenant": {
      "db/migrations/1.sql": "CREATE TABLE ticket (tenant_id UUID, id UUID);",
      "portal/desk/t.c": 'static const char SQL_A[] = "SELECT id FROM ticket "\n    "WHERE id = ?";\n',
    },
    "a change without it": {
      "db/migrations/1.sql": "CREATE TABLE ticket (tenant_id UUID, id UUID);",
      "portal/desk/t.c": 'static const char SQL_A[] = "UPDATE ticket SET x = ? WHERE id = ?";\n',
    },
    "a row without it": {
      "db/migrations/1.sql": "CREATE TABLE ticket (tenant_id UUID, id UUID);",
      "portal/desk/t.c": 'static const char SQL_A[] = "INSERT INTO ticket (id) VALUES (?)";\n',
    },
    "a joined table without it": {
      "db/migrations/1.sql": "CREATE TABLE a (tenant_id UUID); CREATE TABLE b (tenant_id UUID);",
      "kb/t.c": 'static const char SQL_A[] = "SELECT 1 FROM a JOIN b ON b.a_id = a.id WHERE a.tenant_id = ?";\n',
    },
    "a second table after a comma": {
      "db/migrations/1.sql": "CREATE TABLE a (tenant_id UUID); CREATE TABLE b (tenant_id UUID);",
      "kb/t.c": 'static const char SQL_A[] = "SELECT 1 FROM a x, b y WHERE x.tenant_id = ? AND y.id = x.id";\n',
    },
    "a row made from another tenant's": {
      "db/migrations/1.sql": "CREATE TABLE a (tenant_id UUID); CREATE TABLE b (tenant_id UUID);",
      "kb/t.c": 'static const char SQL_A[] = "INSERT INTO a (tenant_id, id) SELECT ?, id FROM b WHERE id = ?";\n',
    },
    "behind a macro with arguments": {
      "db/migrations/1.sql": "CREATE TABLE a (tenant_id UUID);",
      "kb/t.c": 'static const char SQL_A[] = "SELECT " COLUMNS("x.") " FROM a x WHERE id = ?";\n',
    },
    "a head that nobody finishes": {
      "db/migrations/1.sql": "CREATE TABLE a (tenant_id UUID);",
      "kb/t.c": 'static const char SQL_A[] = "SELECT x FROM a ";\nwhere_add(&w, "WHERE x = ?", 1);\n',
    },
    "a sub-query in a fragment": {
      "db/migrations/1.sql": "CREATE TABLE a (tenant_id UUID);",
      "kb/t.c": 'where_add(&w, " AND EXISTS(SELECT 1 FROM a WHERE a.id = t.id)", 1);\n',
    },
    "fragments of a header": {
      "db/migrations/1.sql": "CREATE TABLE a (tenant_id UUID);",
      "kb/t.h": '#define T_TABLE \\\n    " FROM a x " \\\n    "WHERE x.id = ?"\n',
      "kb/t.c": 'static const char SQL_A[] = "SELECT x.id" T_TABLE;\n',
    },
    "no schema": { "db/x.c": "" },
  },
  clean: {
    "db/migrations/1.sql": "CREATE TABLE a (tenant_id UUID, id UUID);\nCREATE TABLE b (tenant_id UUID);\n-- tenant_id\nCREATE TABLE lease (name INT);",
    "kb/t.c": '#define COLUMNS "SELECT x FROM a "\nstatic const char SQL_A[] = COLUMNS "WHERE tenant_id = ? AND id = ?";\n' +
      'static const char SQL_B[] = "SELECT 1 FROM a JOIN b ON b.tenant_id = a.tenant_id WHERE a.tenant_id = ?";\n' +
      'static const char SQL_C[] = "INSERT INTO a (tenant_id, id) VALUES (?, ?)";\n' +
      'static const char SQL_D_ANY_TENANT[] = "UPDATE a SET id = ?";\n' +
      'static const char SQL_E[] = "SELECT name FROM lease";\n' +
      'static const char SQL_G[] = "INSERT INTO a (tenant_id, " FIELDS("") ") VALUES (?, ?)";\n' +
      'static const char SQL_H[] = "SELECT code, b FROM a WHERE tenant_id = ?";\n' +
      'static const char SQL_I[] = "INSERT INTO a (tenant_id, id) SELECT ?, 1 FROM b WHERE tenant_id = ?";\n' +
      'static const char SQL_J[] = "SELECT x FROM a t ";\nwhere_add(&w, " WHERE t.tenant_id = ?", 1);\n' +
      'where_add(&w, " AND EXISTS (SELECT 1 FROM a x WHERE x.tenant_id = t.tenant_id)", 1);\n' +
      'static const char F[] = " AND status = ?";\n',
  },
};
