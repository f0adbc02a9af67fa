// Asks the portal as somebody with a browser, without one: cookies, a Host of one's own, redirects
// left to the caller. Answers are read whole.
import assert from "node:assert/strict";
import http from "node:http";

import { unzip } from "./zip.mjs";

const TIMEOUT_MS = 30_000;
const agent = new http.Agent({ keepAlive: true, maxSockets: 4 });

// {status, headers, type, text, location}. A kept connection that the other side just closed is
// asked once more.
export function ask(base, path, { method = "GET", host, headers = {}, body, type } = {}, isAgain = false) {
  const { hostname, port } = new URL(base);
  const bytes = body === undefined ? null : Buffer.from(body);
  const all = { host: host ?? `${hostname}:${port}`, ...headers };
  if (bytes) Object.assign(all, { "content-length": bytes.length, "content-type": type ?? "application/x-www-form-urlencoded" });
  return new Promise((resolve, reject) => {
    const request = http.request({ hostname, port, path, method, agent, headers: all, timeout: TIMEOUT_MS }, (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("end", () => {
        const type = (answer.headers["content-type"] ?? "").split(";")[0];
        const bytes = Buffer.concat(parts);
        const text = type === "application/zip" && bytes.length > 0 ? unzip(bytes) : bytes.toString("utf8");
        resolve({ status: answer.statusCode, headers: answer.headers, type, location: answer.headers.location ?? "", text });
      });
      answer.on("error", reject);
    });
    request.on("timeout", () => request.destroy(new Error(`${method} ${path}: no answer within ${TIMEOUT_MS} ms`)));
    request.on("error", (error) => {
      if (error.code === "ECONNRESET" && !isAgain) ask(base, path, { method, host, headers, body, type }, true).then(resolve, reject);
      else reject(error);
    });
    request.end(bytes);
  });
}

export const close = () => agent.destroy();

export class Visitor {
  #jar = new Map();

  constructor(site, name, { host } = {}) {
    this.site = site;
    this.name = name;
    this.host = host;
  }

  cookie() {
    return [...this.#jar].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  async ask(path, options = {}) {
    const cookie = this.cookie();
    const headers = { ...(cookie && { cookie }), ...options.headers };
    const answer = await ask(this.site.portal, path, { host: this.host, ...options, headers });
    for (const line of answer.headers["set-cookie"] ?? []) {
      const [, name, value] = line.match(/^([^=]+)=([^;]*)/);
      if (/max-age=0/i.test(line)) this.#jar.delete(name);
      else this.#jar.set(name, value);
    }
    return answer;
  }

  post(path, fields, options = {}) {
    return this.ask(path, { method: "POST", body: new URLSearchParams(fields).toString(), ...options });
  }

  // The token of this visitor's forms.
  async token(path = "/login") {
    const page = await this.ask(path);
    const token = page.text.match(/name="csrf" value="([^"]+)"/)?.[1];
    assert.ok(token, `${this.name}: no form on ${path} (${page.status})`);
    return token;
  }

  async signIn(email, password) {
    const csrf = await this.token();
    const answer = await this.post("/login", { csrf, email, password });
    assert.equal(answer.status, 303, `${email} signs in`);
    this.email = email;
    this.csrf = await this.token("/account");
    return this;
  }
}
