import { isC, lineOf, withoutComments } from "../source.mjs";

// Pages and the API ask the domain; what they may do is put several of its calls into one transaction.
const WEB = /^portal\/(pages|api)\//;
const SQL = /\bdb_(?:query|query_args|exec|exec_args)\s*\(|\bSQL_[A-Z]\w*/g;

export default {
  name: "layers",
  says: "pages and the API know no SQL",
  check(files) {
    const faults = [];
    for (const [file, text] of files) {
      if (!isC(file) || !WEB.test(file)) continue;
      for (const m of withoutComments(text, { literals: true }).matchAll(SQL)) {
        faults.push(`${file}:${lineOf(text, m.index)}: ${m[0]}`);
      }
    }
    return faults;
  },
  plants: {
    "a query on a page": { "portal/pages/home_page.c": "ok = db_query(cx, &rows, X);\n" },
    "a statement in the API": { "portal/api/ticket_api.c": 'static const char SQL_X[] = "SELECT 1";\n' },
  },
  clean: {
    "portal/pages/home_page.c": '/* db_query( */\nticket_list(cx, &list);\nlog("SQL_X");\nif (db_begin(cx))\n',
    "portal/desk/ticket.c": "db_query(cx, &rows, SQL_X);\n",
  },
};
