// Sends forms as somebody would who fills them in, with a say in what each field gets.
import { randomUUID } from "node:crypto";

const BOUNDARY = "----gatehouse-form";
export const PLAIN_TYPES = ["text", "textarea", "search"]; // fields that take any text

// What ends the sender's own visit or account.
export const FORBIDDEN = /^\/(logout|account\/(sessions|security|data)|view\/end|desk\/erasures)|\/(merge|erase)$|\/(second|second-off|end|unlock)$|\/people\/\{\w+\}\/view$/;
export const ENDING = /\/(remove|revoke|off|suspend|yank|unlink|ignore|aside)$/; // taken last: what goes is not there for the rest

// A value that such a field would take, by its type and name; what is there already is best.
export function plausible(field, number) {
  const by = {
    email: `person${number}@example.org`, number: "1", url: "https://hooks.example.org/in", date: "2027-03-01", month: "2027-03",
    time: "09:00", tel: "+44 20 7946 0000", password: "a long enough secret of the test", color: "#336699", "datetime-local": "2027-03-01T09:00",
  };
  const named = [
    [/^(assignee|team|days|grace|day_\d|length_\d)$/, ""], [/^zone$/, "Europe/London"], [/^country$/, "GB"], [/^organisation$/, "C-1001"],
    [/^number$/, "T-1001"], [/^step$/, "send"], [/^topic$/, "fault"], [/^serial$/, ""], [/amount/, "1250.00"], [/hours|^cap$|Duration|Count/, "2"], [/e?mail|address/, `person${number}@example.org`], [/host|domain/, `host${number}.example.org`],
    [/url|issuer/, `https://host${number}.example.org`], [/version/, `${number}.0.${number}`], [/code|prefix/, `C${number}`],
    [/quantity|seats|days|^port$|max|limit|count$/, "1"], [/date|day|from|until|start|end/, "2027-03-01"],
  ];
  if (field.name === "request_key") return randomUUID();
  if (field.name === "step") return "send";
  if (field.value !== "" && field.value !== "on") return field.value;
  return by[field.type] ?? named.find(([name]) => name.test(field.name))?.[1] ?? `Words ${number}`;
}

// Of a choice in which nothing is chosen yet, the first.
const isFirst = (form, field) => field.type === "radio" && form.fields.find((f) => f.name === field.name) === field &&
  !form.fields.some((f) => f.name === field.name && f.isOn);

// [[name, value]] as a browser would send them; value(field) may say something else.
export function entries(form, value, number = 1) {
  const sent = [];
  let hasButton = false;
  for (const field of form.fields) {
    if (field.type === "submit" && (hasButton || !field.name)) continue;
    hasButton ||= field.type === "submit";
    if (field.type === "file") continue;
    const said = field.name === "csrf" ? undefined : value(field);
    if (said !== undefined) sent.push([field.name, said]);
    else if (["hidden", "submit"].includes(field.type) && !["request_key", "step"].includes(field.name)) sent.push([field.name, field.value]);
    else if (["checkbox", "radio"].includes(field.type)) { if (field.isOn || isFirst(form, field)) sent.push([field.name, field.value]); }
    else if (field.name === "api_version") sent.push(["api_version", "1.8"]);
    else if (field.type === "select") sent.push([field.name, field.value || field.options.find((o) => o !== "") || ""]);
    else sent.push([field.name, plausible(field, number)]);
  }
  return sent;
}

const quote = (text) => text.replace(/["\r\n]/g, (c) => encodeURIComponent(c));

export function multipart(sent, file) {
  const part = (head, body) => `--${BOUNDARY}\r\n${head}\r\n\r\n${body}\r\n`;
  const parts = sent.map(([name, value]) => part(`Content-Disposition: form-data; name="${quote(name)}"`, value));
  if (file) parts.push(part(`Content-Disposition: form-data; name="${file.field}"; filename="${quote(file.name)}"\r\nContent-Type: ${file.type}`, file.body));
  return `${parts.join("")}--${BOUNDARY}--\r\n`;
}

// file: {name, type, body} goes into the form's first field for files.
export function send(visitor, form, sent, { file, headers } = {}) {
  if (form.method === "get") {
    const [path] = form.action.split("?");
    return visitor.ask(`${path}?${new URLSearchParams(sent)}`, { headers });
  }
  if (!/multipart/.test(form.encoding)) return visitor.post(form.action, sent, { headers });
  const field = form.fields.find((f) => f.type === "file")?.name;
  return visitor.ask(form.action, {
    method: "POST", headers, type: `multipart/form-data; boundary=${BOUNDARY}`,
    body: multipart(sent, field && file ? { field, ...file } : null),
  });
}

// Every form once, with words: so that a tenant has a row of everything that people can make. Which
// rows took it, and where that led to.
export async function fillAll(visitor, forms, number = 7) {
  const taken = [];
  for (const form of forms) {
    const row = form.row?.path;
    if (form.method !== "post" || !row || FORBIDDEN.test(row) || ENDING.test(row)) continue;
    const isChoice = row === "/desk/bulk"; // of the tickets that are ticked
    const answer = await send(visitor, form, entries(form, (field) => (isChoice && field.type === "checkbox" ? field.value : undefined), number), {
      file: { name: "note.txt", type: "text/plain", body: "A note." } });
    if (answer.status === 303) taken.push({ row, to: answer.location.split("#")[0] });
  }
  return taken;
}
