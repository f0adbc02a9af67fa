// The licence service as a vendor's program asks it: over HTTP, with a nonce, and nothing believed
// before the signature of the answer is checked with the tenant's public key.
import assert from "node:assert/strict";
import { createHash, createPublicKey, randomInt, verify } from "node:crypto";

const JSON_API = "application/vnd.api+json";

// The text that is signed names the request as it was sent, so no other answer can stand in.
function signedText(method, url, response, digest) {
  return [`(request-target): ${method.toLowerCase()} ${url.pathname}${url.search}`,
    `host: ${url.host}`, `date: ${response.headers.get("date")}`, `digest: ${digest}`].join("\n");
}

export class LicenceService {
  static async open(site) {
    const keys = JSON.parse(await site.command("key", "list", "--tenant", "demo", "--json"));
    const { spki } = keys.find((key) => key.state === "current");
    const key = createPublicKey({ key: Buffer.from(spki, "base64"), format: "der", type: "spki" });
    return new LicenceService(site.licensing, key);
  }

  constructor(base, publicKey) {
    Object.assign(this, { base, publicKey });
  }

  isSigned(method, url, response, body) {
    const digest = `sha-256=${createHash("sha256").update(body).digest("base64")}`;
    const signature = response.headers.get("keygen-signature")?.match(/signature="([^"]+)"/)?.[1];
    const text = Buffer.from(signedText(method, url, response, digest));
    return response.headers.get("digest") === digest && signature !== undefined
      && verify(null, text, this.publicKey, Buffer.from(signature, "base64"));
  }

  async ask(method, path, { key, body } = {}) {
    const url = new URL(path, this.base);
    const headers = { accept: JSON_API, "content-type": JSON_API };
    if (key) headers.authorization = `License ${key}`;
    const response = await fetch(url, { method, headers, body: body && JSON.stringify(body) });
    const bytes = Buffer.from(await response.arrayBuffer());
    assert.ok(this.isSigned(method, url, response, bytes), `${method} ${path} is signed`);
    if (bytes.length > 0) {
      bytes[0] ^= 1;
      assert.ok(!this.isSigned(method, url, response, bytes), "a changed answer is not");
      bytes[0] ^= 1;
    }
    return { status: response.status, json: bytes.length > 0 ? JSON.parse(bytes) : null };
  }

  async validate(key, fingerprint) {
    const nonce = randomInt(2 ** 31);
    const meta = { key, nonce, ...(fingerprint && { scope: { fingerprint } }) };
    const answer = await this.ask("POST", "/v1/licenses/actions/validate-key", { body: { meta } });
    assert.equal(answer.status, 200);
    assert.equal(answer.json.meta.nonce, nonce, "the answer is to this question");
    return answer.json;
  }

  activate(key, licence, fingerprint, name) {
    return this.ask("POST", "/v1/machines", {
      key,
      body: { data: {
        type: "machines",
        attributes: { fingerprint, name },
        relationships: { license: { data: { type: "licenses", id: licence } } },
      } },
    });
  }

  deactivate(key, machine) {
    return this.ask("DELETE", `/v1/machines/${machine}`, { key });
  }
}

const verdict = (answer) => `${answer.meta.code} ${answer.meta.valid}`;

// A program on a new machine: unknown, activated, valid; and gone again at the end.
export async function licenceLives(service, key) {
  const fingerprint = `journey-${randomInt(2 ** 31)}`;
  const before = await service.validate(key, fingerprint);
  assert.equal(verdict(before), "FINGERPRINT_SCOPE_MISMATCH false");
  const made = await service.activate(key, before.data.id, fingerprint, "Journey till");
  assert.equal(made.status, 201, JSON.stringify(made.json));
  assert.equal(verdict(await service.validate(key, fingerprint)), "VALID true");
  assert.equal((await service.deactivate(key, made.json.data.id)).status, 204);
  assert.equal(verdict(await service.validate(key, fingerprint)), "FINGERPRINT_SCOPE_MISMATCH false");
}

export async function refusals(service) {
  const suspended = await service.validate("DEMO-GUSU-COUNTER-91KX");
  assert.equal(verdict(suspended), "SUSPENDED false");
  const unknown = await service.validate("DEMO-NOBODY-COUNTER-0000");
  assert.equal(verdict(unknown), "NOT_FOUND false");
  assert.equal(unknown.data, null);
}
