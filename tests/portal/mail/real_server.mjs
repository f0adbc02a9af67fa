// A mail server as others run them (npm's smtp-server), for tests of what is handed over.
//   real_server.mjs FOLDER PORT [CERTIFICATE KEY]
// Each mail becomes FOLDER/N.eml, written under another name first. "later@" is put off (451), and
// "never@" refused (550). Says "ready PORT" when it listens; PORT 0 is any. Ends with its input.
import { renameSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
const { SMTPServer } = createRequire(import.meta.url)("smtp-server");

const [folder, port, certificate, key] = process.argv.slice(2);
let count = readdirSync(folder).filter((name) => name.endsWith(".eml")).length;

function refusal(text, code) {
  return Object.assign(new Error(text), { responseCode: code });
}

const server = new SMTPServer({
  authOptional: true,
  disabledCommands: certificate ? [] : ["STARTTLS"],
  cert: certificate && readFileSync(certificate),
  key: key && readFileSync(key),
  onAuth: (login, session, done) =>
    login.username === "gatehouse" && login.password === "s3cret word" && session.secure
      ? done(null, { user: login.username })
      : done(refusal("who are you", 535)),
  onRcptTo: ({ address }, session, done) => {
    if (address.startsWith("later@")) return done(refusal("try again later", 451));
    if (address.startsWith("never@")) return done(refusal("no such person", 550));
    return done();
  },
  onData: (stream, session, done) => {
    const parts = [];
    stream.on("data", (part) => parts.push(part));
    stream.on("end", () => {
      const to = session.envelope.rcptTo.map(({ address }) => address).join(" ");
      const head = `X-Test: to=${to} secure=${session.secure} user=${session.user ?? "-"}\r\n`;
      writeFileSync(`${folder}/new`, Buffer.concat([Buffer.from(head), ...parts]));
      renameSync(`${folder}/new`, `${folder}/${count++}.eml`);
      done();
    });
  },
});
server.on("error", () => {}); // a client that hangs up in the middle is no fault of ours
server.listen(Number(port), "127.0.0.1", () => console.log(`ready ${server.server.address().port}`));
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
