// A description (docs/openapi/*.json) as a judge of requests and answers.
import fs from "node:fs";
import Ajv from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

const METHODS = ["get", "post", "put", "patch", "delete"];

export class Description {
  constructor(file) {
    this.document = JSON.parse(fs.readFileSync(file, "utf8"));
    this.ajv = new Ajv({ strict: true, strictTypes: false, allowUnionTypes: true, allErrors: true, validateFormats: true });
    this.ajv.addVocabulary(["components", "paths", "openapi", "info", "servers", "tags"]);
    addFormats(this.ajv);
    this.ajv.addSchema(this.document, "doc", false, false);
    this.seen = new Map();
    this.validators = new Map();
  }

  operations() {
    return Object.entries(this.document.paths).flatMap(([path, methods]) =>
      METHODS.filter((method) => methods[method]).map((method) => `${method.toUpperCase()} ${path}`));
  }

  resolve(node) {
    if (!node?.$ref) return node;
    return node.$ref.slice(2).split("/").reduce((at, name) => at[name], this.document);
  }

  // Every schema of the document has to compile, so that a reference to nothing is found.
  compileAll() {
    for (const name of Object.keys(this.document.components.schemas)) this.validator(`#/components/schemas/${name}`);
    for (const operation of this.operations()) {
      const [method, path] = operation.split(" ");
      const at = `#/paths/${pointer(path)}/${method.toLowerCase()}`;
      const told = this.document.paths[path][method.toLowerCase()];
      if (told.requestBody) this.bodyPointers(at + "/requestBody", told.requestBody).forEach((p) => this.validator(p));
      for (const [status, answer] of Object.entries(told.responses)) {
        if (!this.resolve(answer)) throw new Error(`${operation}: ${status} refers to nothing`);
        if (!answer.$ref) this.bodyPointers(`${at}/responses/${status}`, answer).forEach((p) => this.validator(p));
      }
      for (const p of told.parameters ?? []) if (!this.resolve(p)?.name) throw new Error(`${operation}: a parameter refers to nothing`);
    }
  }

  bodyPointers(at, holder) {
    return Object.keys(holder.content ?? {}).map((type) => `${at}/content/${pointer(type)}/schema`);
  }

  validator(at) {
    if (!this.validators.has(at)) this.validators.set(at, this.ajv.compile({ $ref: `doc${at}` }));
    return this.validators.get(at);
  }

  // What is wrong with this answer, and, where it was accepted, with what was asked; [] if nothing.
  judge({ operation, sent, status, type, body }) {
    const [method, path] = operation.split(" ");
    const told = this.document.paths[path]?.[method.toLowerCase()];
    if (!told) return [`${operation} is not described`];
    const faults = [];
    const at = `#/paths/${pointer(path)}/${method.toLowerCase()}`;
    if (sent !== undefined && status < 400 && told.requestBody) {
      faults.push(...this.check(`${at}/requestBody`, told.requestBody, undefined, sent, `${operation}: what was sent`));
    }
    const answer = told.responses[status];
    if (!answer) return [...faults, `${operation}: the status ${status} is not described`];
    const where = answer.$ref ? answer.$ref : `${at}/responses/${status}`;
    const holder = this.resolve(answer);
    if (!holder.content) {
      if (body !== undefined && body !== "") faults.push(`${operation} ${status}: a body that is not described`);
    } else {
      faults.push(...this.check(where, holder, type, body, `${operation} ${status}`));
    }
    this.seen.set(operation, [...(this.seen.get(operation) ?? []), status]);
    return faults;
  }

  check(at, holder, type, value, what) {
    const named = type ?? Object.keys(holder.content)[0];
    if (!holder.content[named]) return [`${what}: the type ${named} is not described`];
    const validate = this.validator(`${at}/content/${pointer(named)}/schema`);
    if (validate(value)) return [];
    return validate.errors.slice(0, 5).map((e) => `${what}: ${e.instancePath} ${e.message} ${JSON.stringify(e.params)}`);
  }

  unseen(accept) {
    return this.operations().filter((operation) => !(this.seen.get(operation) ?? []).some(accept));
  }
}

function pointer(text) {
  return encodeURIComponent(text.replaceAll("~", "~0").replaceAll("/", "~1"));
}
