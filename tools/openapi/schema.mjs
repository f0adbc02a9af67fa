// Short words for JSON Schema 2020-12, as OpenAPI 3.1 has it.
export const text = { type: "string" };
export const flag = { type: "boolean" };
export const whole = { type: "integer" };
export const count = { type: "integer", minimum: 0 };
export const number32 = { type: "integer", minimum: 1, maximum: 2147483647 };
export const number64 = { type: "integer", minimum: 1, maximum: 9007199254740991 };
export const id = { type: "string", format: "uuid" };
export const time = { type: "string", format: "date-time" };
export const day = { type: "string", format: "date" };
export const anyObject = { type: "object" };

export const upTo = (length) => ({ type: "string", maxLength: length });
export const words = (...list) => ({ type: "string", enum: list });
export const same = (value) => ({ const: value });
export const list = (items, more = {}) => ({ type: "array", items, ...more });
export const ref = (name) => ({ $ref: `#/components/schemas/${name}` });
export const says = (description, schema) => ({ ...schema, description });

export function nullable(schema) {
  if (schema.anyOf) return { anyOf: [...schema.anyOf, { type: "null" }] };
  if (schema.$ref) return { oneOf: [schema, { type: "null" }] };
  const open = { ...schema, type: [schema.type, "null"] };
  if (schema.enum) open.enum = [...schema.enum, null];
  return open;
}

// An object of just these members; all are needed but those of the second table.
export function object(needed, optional = {}) {
  const required = Object.keys(needed);
  return {
    type: "object",
    ...(required.length > 0 ? { required } : {}),
    properties: { ...needed, ...optional },
    additionalProperties: false,
  };
}

export const query = (name, schema, description) => ({
  name, in: "query", required: false, schema, ...(description ? { description } : {}),
});
export const header = (name, schema, description) => ({ name, in: "header", required: false, schema, description });
export const shared = (name) => ({ $ref: `#/components/parameters/${name}` });

// The variables of a path, as parameters; what is no UUID alone is told by the table.
export function variables(path, told = {}) {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name, in: "path", required: true, ...(told[name] ?? { schema: id }),
  }));
}
