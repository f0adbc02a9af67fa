// Marks rows of the database in every text that they hold, so that whoever is shown any of it shows
// that he was. Rows are found by the schema: whatever refers to a row of somebody's is his, too.

const TEXTS = "'varchar','char','text','mediumtext','longtext'";
const LEAST_LENGTH = 12; // shorter ones are codes

export class Planter {
  constructor(sql) {
    this.sql = sql;
    this.columns = new Map(); // table -> [{name, length, isJson}]
    this.keys = [];           // {table, column, parent}
    this.ids = new Set();     // tables whose rows have an id
    for (const [table, name, length] of sql(
      `SELECT c.table_name, c.column_name, c.character_maximum_length FROM information_schema.columns c
       JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
       WHERE c.table_schema = 'gatehouse' AND t.table_type = 'BASE TABLE' AND c.data_type IN (${TEXTS})
         AND c.generation_expression IS NULL AND c.table_name IN (${this.#withColumn("tenant_id")})
         AND c.table_name NOT IN ('tenant_host', 'session') AND c.column_name <> 'hash';`)) {
      if (Number(length) < LEAST_LENGTH) continue;
      this.columns.set(table, [...this.columns.get(table) ?? [], { name, length: Number(length) }]);
    }
    for (const [table, column, parent] of sql(
      `SELECT table_name, column_name, referenced_table_name FROM information_schema.key_column_usage
       WHERE table_schema = 'gatehouse' AND referenced_column_name = 'id' AND column_name <> 'tenant_id';`))
      this.keys.push({ table, column, parent });
    for (const [table] of sql(`SELECT table_name FROM information_schema.columns WHERE table_schema = 'gatehouse'
      AND column_name = 'id' AND data_type = 'uuid' AND table_name IN (${this.#withColumn("tenant_id")});`)) this.ids.add(table);
  }

  #withColumn(name) {
    return `SELECT table_name FROM information_schema.columns WHERE table_schema = 'gatehouse' AND column_name = '${name}'`;
  }

  tables() {
    return [...new Set([...this.columns.keys(), ...this.ids])];
  }

  // table -> condition, for the rows that start (table -> condition) has and all that refer to them.
  owned(tenant, start) {
    const found = new Map(), queue = Object.keys(start), ids = new Map();
    const add = (table, condition) => found.set(table, [...found.get(table) ?? [], condition]);
    for (const [table, condition] of Object.entries(start)) add(table, condition);
    while (queue.length > 0) {
      const parent = queue.shift();
      if (!this.ids.has(parent)) continue;
      const before = ids.get(parent) ?? "";
      const now = this.sql(`SELECT id FROM ${parent} WHERE tenant_id = '${tenant}' AND (${found.get(parent).join(" OR ")}) ORDER BY id;`)
        .map(([id]) => `'${id}'`).join(",");
      if (now === "" || now === before) continue;
      ids.set(parent, now);
      for (const key of this.keys.filter((k) => k.parent === parent)) {
        add(key.table, `${key.column} IN (${now})`);
        queue.push(key.table);
      }
    }
    return new Map([...found].map(([table, all]) => [table, `tenant_id = '${tenant}' AND (${all.join(" OR ")})`]));
  }

  everything(tenant) {
    return new Map(this.tables().map((table) => [table, `tenant_id = '${tenant}'`]));
  }

  // Adds the mark to every text of the rows; what a column's own check or key refuses stays as it
  // was. Returns the columns that have it now.
  plant(rows, mark) {
    const changes = [], counts = [];
    for (const [table, condition] of rows) {
      for (const { name, length } of this.columns.get(table) ?? []) {
        const isJson = `JSON_VALID(${name}) AND ${name} NOT REGEXP '^[0-9 ]*$'`;
        changes.push(`UPDATE IGNORE ${table} SET ${name} = CONCAT(LEFT(${name}, ${length - mark.length - 1}), ' ${mark}')
          WHERE (${condition}) AND NOT (${isJson});`);
        changes.push(`UPDATE IGNORE ${table} SET ${name} = IF(${name} = '{}', '{"${mark}": "${mark}"}',
          REGEXP_REPLACE(${name}, '": ?"', '": "${mark} ')) WHERE (${condition}) AND ${isJson};`);
        counts.push(`SELECT '${table}.${name}' FROM ${table} WHERE (${condition}) AND ${name} LIKE '%${mark}%' LIMIT 1;`);
      }
    }
    this.sql(changes.join("\n"), { isForced: true });
    return this.sql(counts.join("\n")).map(([column]) => column);
  }

  // Up to so many ids of each of these tables.
  someIds(rows, each) {
    return [...rows].filter(([table]) => this.ids.has(table)).flatMap(([table, condition]) =>
      this.sql(`SELECT id FROM ${table} WHERE ${condition} ORDER BY id DESC LIMIT ${each};`).map(([id]) => ({ table, id })));
  }
}
