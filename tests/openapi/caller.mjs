// Asks a service by the paths of its description, and has each answer judged.
export class Caller {
  constructor(description, base, token) {
    Object.assign(this, { description, base, token, faults: [] });
  }

  // ask("GET /v1/licenses/{licence}", {at: {licence}, status: 200, ...}) gives {status, body, headers}.
  async ask(operation, { at = {}, query = "", body, auth, headers = {}, status, bytes } = {}) {
    const [method, template] = operation.split(" ");
    const path = template.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(at[name] ?? `no-${name}`));
    const credential = auth === undefined ? `Bearer ${this.token}` : auth;
    const sent = bytes ?? (body === undefined ? undefined : JSON.stringify(body));
    const answer = await fetch(`${this.base}${path}${query}`, {
      method, redirect: "manual", body: sent,
      headers: { ...(credential ? { Authorization: credential } : {}), ...(body === undefined ? {} : { "Content-Type": "application/json" }), ...headers },
    });
    const text = await answer.text();
    const type = (answer.headers.get("content-type") ?? "").split(";")[0];
    const got = { status: answer.status, headers: answer.headers, body: type.endsWith("json") ? JSON.parse(text) : text };
    this.faults.push(...this.description.judge({
      operation, sent: body, status: got.status, body: type === "" && text === "" ? undefined : got.body, type: described(type),
    }));
    if (status !== undefined && status !== got.status) this.faults.push(`${operation}: ${got.status}, not ${status}: ${text.slice(0, 300)}`);
    return got;
  }
}

// Files have a type of their own.
const described = (type) => (type.endsWith("json") ? type : "application/octet-stream");
