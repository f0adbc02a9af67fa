import { isC, lineOf, withoutComments } from "../source.mjs";

// Each library's headers, and the files that may name them. What is not listed is of POSIX or C.
const DOORS = [
  [/^jansson/, /^base\/json\.h$/],
  [/^(sodium|openssl\/)/, /^(base|tests\/support)\/crypto(_[a-z0-9]+)?\.c$/],
  [/^utf8proc/, /^base\/utf8\.c$/],
  [/^seccomp/, /^(base\/child(_\w+)?|scripts\/script_worker|portal\/mail\/mail_worker)\.c$/],
  [/^(mysql|mariadb|mysqld_error|errmsg)/, /^db\/\w+\.[ch]$/],
  [/^civetweb/, /^portal\/http\/(server|door|listen)\.c$/],
  [/^cmark/, /^kb\/article_markdown\.c$/],
  [/^(lua|lauxlib|lualib)/, /^scripts\/(sandbox|script_value)\w*\.[ch]$/],
  [/^archive/, /^(portal\/pages\/own_data_archive|tests\/portal\/pages\/own_data_page_test)\.c$/],
  [/^gmime/, /^portal\/mail\/mail_parse\w*\.[ch]$/],
  [/^(curl\/|liboath|oath)/, /^portal\/\w+\/\w+\.c$/],
  [/^(qrencode|zxcvbn|csv|idn2)/, /^portal\/(\w+\/)?\w+\.c$/],
  [/^cmocka/, /^tests\/([\w/]+)\/\w+(_test\.c|\.h)$/],
  [/^microhttpd|^pcre|^glib|^gtk|^expat|^libxml/, /^$/],
];
// The bench's bare door is what ours is compared with: it must not be ours.
// The client's library has libraries of its own.
const OUTSIDE = /^(tests\/bench\/|licensing\/client\/|tests\/licensing\/client\/|tests\/fuzz\/client_)/;
// These are each seen by one file alone, whichever it is.
const SINGLE = /^(gmime|liboath|oath|qrencode|zxcvbn|csv|idn2)/;

export default {
  name: "doors",
  says: "a library's header is included behind its one door only",
  check(files) {
    const faults = [];
    const seen = new Map();
    for (const [file, text] of files) {
      if (!isC(file) || OUTSIDE.test(file)) continue;
      for (const m of withoutComments(text).matchAll(/^[ \t]*#[ \t]*include[ \t]+<([^>]+)>/gm)) {
        const header = m[1];
        const where = `${file}:${lineOf(text, m.index)}`;
        const door = DOORS.find(([headers]) => headers.test(header));
        if (door && !door[1].test(file)) faults.push(`${where}: <${header}> belongs in ${door[1].source}`);
        if (!SINGLE.test(header)) continue;
        if (seen.has(header) && seen.get(header) !== file) faults.push(`${where}: ${seen.get(header)} includes <${header}> already`);
        seen.set(header, file);
      }
    }
    return faults;
  },
  plants: {
    "sodium in the domain": { "licensing/token.c": "#include <sodium.h>\n" },
    "CivetWeb on a page": { "portal/pages/home_page.c": "#include <civetweb.h>\n" },
    "Lua in a server thread": { "portal/script_api.c": "#include <lua.h>\n" },
    "MariaDB above db": { "kb/article.c": "#include <mysql.h>\n" },
    "Jansson beside its door": { "kb/article.c": "#include <jansson.h>\n" },
    "two files for one library": {
      "portal/account/a.c": "#include <qrencode.h>\n",
      "portal/account/b.c": "#include <qrencode.h>\n",
    },
  },
  clean: {
    "base/crypto_gcm.c": "#include <openssl/evp.h>\n#include <sodium.h>\n#include <string.h>\n",
    "kb/article_markdown.c": "#include <cmark.h>\n",
    "kb/article.c": "/* #include <cmark.h> */\n#include <stdio.h>\n",
    "tests/bench/door.c": "#include <civetweb.h>\n",
  },
};
