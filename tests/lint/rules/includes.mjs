import { isC, lineOf, withoutComments } from "../source.mjs";

const BELOW = {
  base: ["base"],
  db: ["base", "db"],
  licensing: ["base", "db", "licensing"],
  kb: ["base", "db", "kb"],
  scripts: ["base", "db", "scripts"],
  portal: ["base", "db", "licensing", "kb", "scripts", "portal"],
};
const DOMAIN = /^portal\/(account|sales|desk)\//;
const WEB = /^portal\/(http|pages|api)\//;
// lang.h marks sentences for translation. Tenant and session answer the door's own questions, whose
// requests they therefore know: whose host is this, who is this browser.
const KNOWN = new Set(["portal/http/lang.h"]);
const DOORKEEPERS = /^portal\/account\/(tenant|tenant_cache|session)\.[ch]$/;

// The client's library is built from its folder alone, wherever a vendor copies it to: its files know
// each other by name, and nothing else.
const CLIENT = "licensing/client/";

function fault(file, included, files) {
  if (file.startsWith(CLIENT)) return files.has(CLIENT + included) ? null : `the client's library stands apart: "${included}"`;
  if (!included.includes("/")) return `"${included}" is not written from the top of the tree`;
  if (!files.has(included)) return `"${included}" does not exist`;
  if (included.startsWith(CLIENT) && !file.startsWith("tests/")) return `only vendors' programs and tests use the client's library`;
  if (file.startsWith("tests/")) return null;
  const from = file.split("/")[0];
  const to = included.split("/")[0];
  if (BELOW[from] && !BELOW[from].includes(to)) return `${from}/ may not know ${to}/`;
  if (DOMAIN.test(file) && WEB.test(included) && !KNOWN.has(included) && !DOORKEEPERS.test(file)) return `domain code may not know the web: "${included}"`;
  return null;
}

export default {
  name: "includes",
  says: "includes point down, siblings are blind, domain code knows no HTTP",
  check(files) {
    const faults = [];
    for (const [file, text] of files) {
      if (!isC(file)) continue;
      for (const m of withoutComments(text).matchAll(/^[ \t]*#[ \t]*include[ \t]+"([^"]+)"/gm)) {
        const wrong = fault(file, m[1], files);
        if (wrong) faults.push(`${file}:${lineOf(text, m.index)}: ${wrong}`);
      }
    }
    return faults;
  },
  plants: {
    "base knows db": { "base/a.c": '#include "db/b.h"\n', "db/b.h": "" },
    "db knows kb": { "db/a.c": '#include "kb/b.h"\n', "kb/b.h": "" },
    "siblings": { "kb/a.c": '#include "scripts/b.h"\n', "scripts/b.h": "" },
    "a domain that knows HTTP": { "portal/desk/a.c": '#include "portal/http/req.h"\n', "portal/http/req.h": "" },
    "a header beside": { "kb/a.c": '#include "b.h"\n', "kb/b.h": "" },
    "a client that knows base": { "licensing/client/a.c": '#include "base/b.h"\n', "base/b.h": "" },
    "a server that uses the client": { "portal/api/a.c": '#include "licensing/client/json.h"\n', "licensing/client/json.h": "" },
    "a header that is not there": { "kb/a.c": '#include "kb/b.h"\n' },
  },
  clean: {
    "portal/desk/status.c": '#include "portal/http/lang.h"\n',
    "portal/http/lang.h": "",
    "licensing/client/file.c": '#include "client.h"\n',
    "licensing/client/client.h": "",
    "base/b.h": "",
    "portal/http/req.h": '#include "base/b.h"\n',
    "portal/pages/p.c": '#include "portal/http/req.h"\n/* #include "nothing.h" */\n#include "kb/k.h"\n',
    "kb/k.h": '#include "base/b.h"\n',
    "tests/kb/k_test.c": '#include "portal/http/req.h"\n',
  },
};
