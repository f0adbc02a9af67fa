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
const TABLE = "(?:`?\\w+`?\\.)?`?[a-z_]+`?(?:\\s+(?:AS\\s+)?(?!(?:WHERE|SET|ON|JOIN|LEFT|INNER|CROSS|STRAIGHT_JOIN|USING|ORDER|GROUP|LIMIT|FORCE|USE|IGNORE|VALUES|SELECT|UNION|HAVING|FOR|AS)\\b)[a-z]\\w*)?";
const TABLE_LISTS = new RegExp(`\\b(?:FROM|JOIN|STRAIGHT_JOIN|UPDATE|INTO|TRUNCATE(?:\\s+TABLE)?)\\s+(?:(?:LOW_PRIORITY|IGNORE)\\s+)*\\(?\\s*(${TABLE}(?:\\s*,\\s*${TABLE})*)`, "gi");
const BOUND = /\btenant_id\s*(?:=|<=>)\s*\?/i;
// A comparison is a condition: not a column of the answer, not what is SET, not one that is denied.
const COMPARED = /\b(?:WHERE|AND|ON|WHEN)\s+\(*\s*(?:(\w*)\s*\.)?tenant_id\s*(?:=|<=>)\s*(?:(\?)|(?:(\w*)\s*\.)?tenant_id\b)/gi;

const withoutSqlComments = (sql) => sql.replace(/\/\*[\s\S]*?\*\//g, " ").replace(/(?:--\s|#)[^\n]*/g, " ").replace(/'(?:[^'\\]|\\.|'')*'/g, "''")
  .replace(/\bSELECT\s+STRAIGHT_JOIN\b/gi, "SELECT");

// Tables of tenants that a statement names: [{name, alias}].
function tablesOf(sql, tables) {
  return [...sql.matchAll(TABLE_LISTS)].flatMap((m) => m[1].split(",")).map((text) => {
    const [table, ...rest] = text.trim().replace(/`/g, "").split(/\s+/);
    return { name: table.split(".").at(-1).toLowerCase(), alias: (rest.at(-1) ?? table.split(".").at(-1)).toLowerCase() };
  }).filter((t) => tables.has(t.name));
}

// How often each alias's tenant is compared ("" without one), with whom.
function comparisons(sql) {
  const counts = new Map();
  const add = (alias) => counts.set(alias, (counts.get(alias) ?? 0) + 1);
  for (const [, left, bound, right] of sql.matchAll(COMPARED)) {
    const [a, b] = [(left ?? "").toLowerCase(), (right ?? "").toLowerCase()];
    if (!bound && a === b) continue;
    add(a);
    if (!bound) add(b);
  }
  for (const m of sql.matchAll(/\bUSING\s*\([^)]*\btenant_id\b/gi)) if (m) { add(""); add(""); }
  return counts;
}

// Where the bracket that is open at a place begins and ends; the whole text outside of all.
function bracketAround(sql, at) {
  const seek = (from, step, open, close) => {
    for (let i = from, depth = 0; i >= 0 && i < sql.length; i += step) {
      if (sql[i] === open) depth++;
      else if (sql[i] === close && depth-- === 0) return i;
    }
    return step < 0 ? -1 : sql.length;
  };
  return [seek(at - 1, -1, ")", "("), seek(at, 1, "(", ")")];
}

const CLAUSE = /\b(?:WHERE|SET|ON(?!\s+DUPLICATE)|HAVING|SELECT|JOIN)\b/i;
const CLAUSE_END = /\b(?:WHERE|SET|(?:LEFT |INNER )?JOIN|HAVING|GROUP BY|ORDER BY|LIMIT|ON DUPLICATE)\b/i;

function flat(text) { // without what is in brackets
  let before;
  do { before = text; text = text.replace(/\([^()]*\)/g, ""); } while (text !== before);
  return text;
}

// Whether an OR stands beside a comparison of the tenant, or beside the brackets around it: then it
// binds nothing.
function isBesideOr(sql) {
  for (const m of sql.matchAll(COMPARED)) {
    let at = m.index + m[0].toLowerCase().indexOf("tenant_id"), end = at;
    for (;;) {
      const [from] = bracketAround(sql, at), [, to] = bracketAround(sql, end);
      const before = flat(sql.slice(from + 1, at)).split(CLAUSE).at(-1), after = flat(sql.slice(end, to)).split(CLAUSE_END)[0];
      if (/\bOR\b/i.test(before) || /\bOR\b/i.test(after)) return true;
      if (from < 0) break;
      [at, end] = [from, to + 1];
    }
  }
  return false;
}

// A statement's parts, each with its own tables: sub-queries, and the sides of a UNION.
function blocks(sql) {
  const found = [];
  let rest = sql;
  for (let m = rest.match(/\(\s*SELECT\b/i); m; m = rest.match(/\(\s*SELECT\b/i)) {
    const [, end] = bracketAround(rest, m.index + 1);
    found.push(...blocks(rest.slice(m.index + 1, end)));
    rest = `${rest.slice(0, m.index)}( )${rest.slice(end + 1)}`;
  }
  return [...found, ...rest.split(/\bUNION(?:\s+ALL)?\b/i)];
}

// Each table of a part needs its own tenant: bound, or equal to that of a table it is joined to.
function faultOfBlock(sql, tables) {
  let named = tablesOf(sql, tables);
  if (/^\s*(INSERT|REPLACE)\b/i.test(sql)) {
    const columns = sql.match(/\bINTO\s+`?\w+`?\s*\(([^)]*)\)/i);
    if (columns && named.length > 0 && !/\btenant_id\b/i.test(columns[1])) return `${named[0].name}: a row without its tenant`;
    if (columns) named = named.slice(1); // the row has its tenant: what it is made from is looked at
  }
  if (named.length === 0) return null;
  if (isBesideOr(sql)) return `${named[0].name}: an OR beside the tenant`;
  const counts = comparisons(sql), wanted = new Map();
  for (const { alias } of named) wanted.set(alias, (wanted.get(alias) ?? 0) + 1);
  let bare = counts.get("") ?? 0;
  for (const [alias, count] of wanted) {
    const missing = count - (counts.get(alias) ?? 0);
    if (missing <= 0) continue;
    if (bare < missing) return `${alias}: its tenant is not compared`;
    bare -= missing;
  }
  return null;
}

function fault(text, tables, isWhole) {
  const sql = withoutSqlComments(text);
  if (isWhole && /\b(?:FROM|JOIN|INTO|UPDATE)\s+(?:%|$)/i.test(sql)) return "a table that is not named in it";
  const named = tablesOf(sql, tables);
  if (named.length === 0) return null;
  const isRow = /^\s*(INSERT|REPLACE)\b[^]*?\bINTO\s+`?\w+`?\s*\([^)]*\btenant_id\b/i.test(sql);
  for (const block of blocks(sql)) {
    const wrong = faultOfBlock(block, tables);
    if (wrong) return wrong;
  }
  return isWhole && !BOUND.test(sql) && !(isRow && named.length === 1) ? `${named[0].name}: tenant_id is not bound` : null;
}

// A fragment is joined to a whole one, which binds the tenant; a sub-query in it must only compare it.
const STATEMENT = /^\s*\(?\s*(SELECT|INSERT|REPLACE|UPDATE|DELETE|WITH|TRUNCATE)\b/i;

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

// A constant of several statements says it for all of them.
function isInAnyTenantTable(text, at) {
  const before = text.slice(0, at), from = before.lastIndexOf("\n}");
  return /\bANY_TENANT\w*\s*\[[^\]]*\]\s*=\s*\{|_ANY_TENANT\w*\[[^\]]*\]\s*=\s*\{/.test(before.slice(from + 1));
}

const TWO_TABLES = "CREATE TABLE a (tenant_id UUID, id UUID);\nCREATE TABLE b (tenant_id UUID);";

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
        const anyTenant = /ANY_TENANT/.test(s.name) || isInAnyTenantTable(text, s.at);
        if (anyTenant && /^portal\/(pages|api)\//.test(file)) faults.push(`${file}:${lineOf(text, s.at)}: ${s.name}: what is asked for by people is one tenant's`);
        if (anyTenant || (bindsLater && isHead(s.sql))) continue;
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
    "an OR beside it": {
      "db/migrations/1.sql": TWO_TABLES,
      "kb/t.c": 'static const char SQL_A[] = "SELECT x FROM a WHERE tenant_id = ? OR id = ?";\n',
    },
    "an OR beside its brackets": {
      "db/migrations/1.sql": TWO_TABLES,
      "kb/t.c": 'static const char SQL_A[] = "SELECT x FROM a WHERE (tenant_id = ? AND id = ?) OR id = ?";\n',
    },
    "bound in a comment": {
      "db/migrations/1.sql": TWO_TABLES,
      "kb/t.c": 'static const char SQL_A[] = "SELECT x FROM a WHERE id = ? /* tenant_id = ? */";\n',
    },
    "bound in the answer's columns": {
      "db/migrations/1.sql": TWO_TABLES,
      "kb/t.c": 'static const char SQL_A[] = "SELECT tenant_id = ? FROM a WHERE id = ?";\n',
    },
    "only set": {
      "db/migrations/1.sql": TWO_TABLES,
      "kb/t.c": 'static const char SQL_A[] = "UPDATE a SET tenant_id = ? WHERE id = ?";\n',
    },
    "one table compared twice": {
      "db/migrations/1.sql": TWO_TABLES,
      "kb/t.c": 'static const char SQL_A[] = "SELECT 1 FROM a x JOIN b y ON y.id = x.b_id WHERE x.tenant_id = ? AND x.tenant_id = ?";\n',
    },
    "compared with itself": {
      "db/migrations/1.sql": TWO_TABLES,
      "kb/t.c": 'static const char SQL_A[] = "SELECT 1 FROM a x JOIN b y ON y.tenant_id = y.tenant_id WHERE x.tenant_id = ?";\n',
    },
    "denied": {
      "db/migrations/1.sql": TWO_TABLES,
      "kb/t.c": 'static const char SQL_A[] = "SELECT x FROM a WHERE NOT tenant_id = ?";\n',
    },
    "behind the schema's name": {
      "db/migrations/1.sql": TWO_TABLES,
      "kb/t.c": 'static const char SQL_A[] = "SELECT x FROM gatehouse.a WHERE id = ?";\n',
    },
    "a straight join": {
      "db/migrations/1.sql": TWO_TABLES,
      "kb/t.c": 'static const char SQL_A[] = "SELECT x FROM b STRAIGHT_JOIN a WHERE b.tenant_id = ? AND a.id = b.id";\n',
    },
    "the other side of a union": {
      "db/migrations/1.sql": TWO_TABLES,
      "kb/t.c": 'static const char SQL_A[] = "SELECT x FROM a WHERE tenant_id = ? AND tenant_id = ? UNION SELECT x FROM a WHERE id = ?";\n',
    },
    "bound in a sub-query alone": {
      "db/migrations/1.sql": TWO_TABLES,
      "kb/t.c": 'static const char SQL_A[] = "SELECT x FROM a WHERE id IN (SELECT id FROM b WHERE tenant_id = ? AND tenant_id = ?)";\n',
    },
    "a long alias": {
      "db/migrations/1.sql": TWO_TABLES,
      "kb/t.c": 'static const char SQL_A[] = "SELECT 1 FROM b longalias, a other WHERE longalias.tenant_id = ?";\n',
    },
    "emptied": {
      "db/migrations/1.sql": TWO_TABLES,
      "kb/t.c": 'static const char SQL_A[] = "TRUNCATE TABLE a";\n',
    },
    "a table that is put in": {
      "db/migrations/1.sql": TWO_TABLES,
      "kb/t.c": 'static const char SQL_A[] = "SELECT x FROM %s WHERE id = ?";\n',
    },
    "for all tenants, on a page": {
      "db/migrations/1.sql": TWO_TABLES,
      "portal/pages/t.c": 'static const char SQL_A_ANY_TENANT[] = "SELECT x FROM a WHERE id = ?";\n',
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
