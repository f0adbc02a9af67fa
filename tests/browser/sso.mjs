// Signing in by a real OpenID provider, started here: an organisation's administrator sets it up,
// staff confirm the domain, a colleague signs in by it; and what must be refused is.
// Usage: node sso.mjs PROGRAM. Prints TAP; exit 77 is "skipped".
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { PASSWORD, startSite } from "./site.mjs";

const SKIPPED = 77;
const GIVE_UP_MS = 170_000;
const HOPS = 12;

// Without a browser: cookies by host and port, redirects by hand.
class Visitor {
  #jars = new Map();

  async #ask(url, options = {}) {
    const jar = this.#jars.get(url.origin) ?? new Map();
    this.#jars.set(url.origin, jar);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const send = () => fetch(url, { ...options, redirect: "manual", headers: { cookie, ...options.headers } });
    // A kept connection may be closed by the other side at the moment that it is used again.
    const answer = await send().catch(send);
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = line.match(/^([^=]+)=([^;]*)/);
      if (/max-age=0|expires=Thu, 01 Jan 1970/i.test(line)) jar.delete(name);
      else jar.set(name, value);
    }
    return answer;
  }

  // Until a page comes: {url, status, text}.
  async get(url, options) {
    let at = new URL(url);
    let answer = await this.#ask(at, options);
    for (let i = 0; i < HOPS && answer.headers.get("location"); i++) {
      at = new URL(answer.headers.get("location"), at);
      answer = await this.#ask(at);
    }
    return { url: at, status: answer.status, text: await answer.text() };
  }

  post(url, fields) {
    return this.get(url, { method: "POST", body: new URLSearchParams(fields) });
  }

  // Opens a page of the portal, and sends a form with its token to a path of it.
  async send(url, to, fields) {
    const page = await this.get(url);
    const csrf = page.text.match(/name="csrf" value="([^"]+)"/)?.[1];
    assert.ok(csrf, `no form on ${url}: ${page.status}`);
    return this.post(new URL(to, url), { csrf, ...fields });
  }
}

const plain = (text) => text.replaceAll("&amp;", "&").replaceAll("&#39;", "'").replaceAll("&#x2F;", "/");

async function startProvider(Provider, back) {
  const server = createServer();
  server.keepAliveTimeout = GIVE_UP_MS;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const client = (id, secret) => ({ client_id: id, client_secret: secret, redirect_uris: [back] });
  const provider = new Provider(issuer, {
    clients: [client("marlow", "marlow-secret-of-the-test"), client("bracken", "bracken-secret-of-the-test")],
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    conformIdTokenClaims: false,
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: id, email_verified: !id.startsWith("tom@"), name: "Somebody New" }),
    }),
  });
  server.on("request", provider.callback());
  return { issuer, stop: () => { server.closeAllConnections(); server.close(); } };
}

// From the portal's page that leads there to where the provider sends back.
async function atProvider(visitor, page, login) {
  const href = plain(page.text.match(/http-equiv="refresh" content="0; url=([^"]+)"/)?.[1] ?? "");
  assert.ok(href, `no way to the provider: ${page.status} ${page.url}`);
  let at = await visitor.get(href);
  for (let i = 0; i < 2 && /\/interaction\//.test(at.url.pathname); i++) {
    const action = new URL(plain(at.text.match(/<form[^>]*action="([^"]+)"/)[1]), at.url);
    const prompt = at.text.match(/name="prompt" value="([^"]+)"/)[1];
    at = await visitor.post(action, { prompt, login, password: "whatever" });
  }
  return at;
}

async function run(program, Provider) {
  const site = await startSite(program, { GATEHOUSE_OIDC_ALLOW_LOCAL: "true", GATEHOUSE_OIDC_TIMEOUT_MS: "2000" });
  const at = (path) => `${site.portal}${path}`;
  let provider;
  let number = 0;
  const step = async (name, work) => {
    await work();
    console.log(`ok ${++number} - ${name}`);
  };
  const signIn = async (email) => {
    const visitor = new Visitor();
    const page = await visitor.send(at("/login"), "/login", { email, password: PASSWORD, next: "/" });
    assert.equal(page.status, 200);
    assert.notEqual(page.url.pathname, "/login");
    return visitor;
  };
  const setUp = async (visitor, client, domain, joins) => {
    const page = await visitor.send(at("/organisation/sso/new"), "/organisation/sso/new", {
      name: client, issuer: provider.issuer, client_id: client, secret: `${client}-secret-of-the-test`,
      is_enabled: "1", ...(joins ? { joins: "1" } : {}),
    });
    assert.match(page.url.pathname, /^\/organisation\/sso\/[0-9a-f-]{36}$/, page.text.match(/class="fault".*/)?.[0]);
    const named = await visitor.send(page.url, `${page.url.pathname}/domains`, { domain });
    assert.match(named.text, new RegExp(domain.replaceAll(".", "\\.")));
    return page.url.pathname.split("/").pop();
  };
  const confirm = async (admin, id) => {
    const path = `/desk/settings/sso/${id}`;
    const domain = (await admin.get(at(path))).text.match(/name="domain" value="([0-9a-f-]{36})"/)[1];
    return admin.send(at(path), `${path}/domains/trust`, { domain });
  };
  try {
    provider = await startProvider(Provider, at("/login/sso/back"));
    const anna = await signIn("anna@marlowgrocers.example");
    const ellen = await signIn("ellen@brackenbooks.example");
    const admin = await signIn("admin@tilwick.example");
    let marlow, bracken, back;

    await step("administrators set up the providers of their organisations", async () => {
      marlow = await setUp(anna, "marlow", "marlowgrocers.example", true);
      bracken = await setUp(ellen, "bracken", "brackenbooks.example", false);
      assert.equal((await ellen.get(at(`/organisation/sso/${marlow}`))).status, 404);
    });
    await step("a domain that is not confirmed leads nowhere", async () => {
      const page = await new Visitor().send(at("/login/sso"), "/login/sso", { email: "helen@marlowgrocers.example" });
      assert.equal(page.status, 422);
      assert.match(page.text, /No sign-on provider looks after this address/);
    });
    await step("staff confirm the domains", async () => {
      assert.match((await confirm(admin, marlow)).text, /The domain is confirmed/);
      assert.match((await confirm(admin, bracken)).text, /The domain is confirmed/);
    });
    await step("a colleague signs in by the provider of the organisation", async () => {
      const helen = new Visitor();
      const page = await atProvider(helen, await helen.send(at("/login/sso?next=/tickets"), "/login/sso",
        { email: "Helen@MarlowGrocers.example", next: "/tickets" }), "helen@marlowgrocers.example");
      assert.equal(page.status, 200, plain(page.text.match(/class="lead">([^<]*)/)?.[1] ?? ""));
      assert.equal(page.url.pathname, "/tickets");
      assert.match((await helen.get(at("/account"))).text, /helen@marlowgrocers\.example/);
    });
    await step("and once more, as the same person, by what was linked", async () => {
      const helen = new Visitor();
      const page = await atProvider(helen, await helen.send(at("/login"), `/login/sso/${marlow}`, {}),
        "helen@marlowgrocers.example");
      assert.equal(page.url.pathname, "/");
      assert.match((await helen.get(at("/account"))).text, /helen@marlowgrocers\.example/);
    });
    await step("somebody new gets an account where the provider joins", async () => {
      const fresh = new Visitor();
      const page = await atProvider(fresh, await fresh.send(at("/login"), `/login/sso/${marlow}`, {}),
        "nora@marlowgrocers.example");
      assert.equal(page.url.pathname, "/");
      assert.match((await fresh.get(at("/account"))).text, /nora@marlowgrocers\.example/);
    });
    await step("and none where it does not", async () => {
      const fresh = new Visitor();
      const page = await atProvider(fresh, await fresh.send(at("/login"), `/login/sso/${bracken}`, {}),
        "nora@brackenbooks.example");
      assert.equal(page.status, 403);
      assert.match(page.text, /There is no account here/);
    });
    await step("a provider that speaks of another organisation's address is refused", async () => {
      const thief = new Visitor();
      back = await atProvider(thief, await thief.send(at("/login"), `/login/sso/${bracken}`, {}),
        "anna@marlowgrocers.example");
      assert.equal(back.status, 403);
      assert.match(back.text, /an address that it does not look after/);
      assert.match((await thief.get(at("/account"))).url.pathname, /^\/login/);
    });
    await step("an address that the provider did not confirm is refused", async () => {
      const tom = new Visitor();
      const page = await atProvider(tom, await tom.send(at("/login"), `/login/sso/${marlow}`, {}),
        "tom@marlowgrocers.example");
      assert.equal(page.status, 403);
      assert.match(page.text, /did not tell a confirmed e-mail address/);
    });
    await step("an answer is good once, and in the browser that asked", async () => {
      assert.equal((await new Visitor().get(back.url)).status, 403);
      const page = await new Visitor().get(at("/login/sso/back?code=x&state=made-up"));
      assert.match(page.text, /began in another browser/);
    });
    await step("a provider that is away is told kindly, and the password stays", async () => {
      const path = `/organisation/sso/${marlow}`;
      await anna.send(at(path), path, { name: "marlow", issuer: "http://127.0.0.1:1", client_id: "marlow", is_enabled: "1" });
      const helen = new Visitor();
      const page = await helen.send(at("/login"), `/login/sso/${marlow}`, {});
      assert.equal(page.status, 503);
      assert.match(page.text, /does not answer/);
      await signIn("helen@marlowgrocers.example");
    });
    console.log(`1..${number}`);
    return 0;
  } catch (error) {
    console.log(`not ok ${++number} - ${String(error.stack ?? error).replace(/\n/g, "\n  # ")}`);
    return 1;
  } finally {
    provider?.stop();
    await site.stop();
  }
}

const Provider = await import("oidc-provider").then((m) => m.default, () => null);
if (!Provider) {
  console.log("1..0 # SKIP oidc-provider is not installed: npm ci");
  process.exit(SKIPPED);
}
setTimeout(() => process.exit(1), GIVE_UP_MS).unref();
process.exitCode = await run(process.argv[2], Provider);
