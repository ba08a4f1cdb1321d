import { readdirSync, readFileSync } from 'node:fs';

const folder = new URL('../../../../../lexicons/', import.meta.url);
const authority = 'dev.atpkeyserver.alpha.';

/** The part of the lexicon language that the keyserver's lexicons use. https://atproto.com/specs/lexicon */
export interface Schema {
  readonly type: string;
  readonly format?: string;
  readonly ref?: string;
  readonly const?: string;
  readonly enum?: readonly string[];
  readonly knownValues?: readonly string[];
  readonly minimum?: number;
  readonly minLength?: number;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
}

export interface Method {
  readonly nsid: string;

  /** Such as `group.getKey`. */
  readonly name: string;
  readonly type: 'query' | 'procedure';

  /** Of a query. */
  readonly parameters: Schema;

  /** Of a procedure. */
  readonly input: Schema;
  readonly output: Schema;
}

const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.json'))
  .map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')));

const definitions = new Map<string, Schema>(
  files.flatMap(({ id, defs }) =>
    Object.entries<Schema>(defs).map(([name, schema]) => [`${id}#${name}`, schema] as const),
  ),
);

export const methods: readonly Method[] = files
  .filter(({ defs }) => defs.main)
  .map(({ id, defs: { main } }) => ({
    nsid: id,
    name: id.replace(authority, ''),
    type: main.type,
    parameters: main.parameters ?? { type: 'params' },
    input: main.input?.schema ?? { type: 'object' },
    output: main.output.schema,
  }));

/**
 * Follows a reference.
 *
 * @param file The NSID of the file that the schema is in.
 */
function resolve(schema: Schema, file: string): readonly [schema: Schema, file: string] {
  if (schema.ref === undefined) return [schema, file];
  const name = schema.ref.startsWith('#') ? file + schema.ref : schema.ref;
  const found = definitions.get(name);
  if (!found) throw new Error(`${name} is not defined.`);
  return [found, name.split('#')[0] ?? ''];
}

/** Returns what is wrong with a value; undefined if nothing is. */
export function fault(schema: Schema, value: unknown, nsid: string): string | undefined {
  const [{ type, ...rules }, file] = resolve(schema, nsid);
  switch (type) {
    case 'object':
    case 'params': {
      if (typeof value !== 'object' || value === null) return `${value} is not an object`;
      const missing = rules.required?.find((name) => !Object.hasOwn(value, name));
      if (missing) return `${missing} is missing`;
      return Object.entries(value)
        .map(([name, member]) => {
          const property = rules.properties?.[name];
          return property ? fault(property, member, file) : `${name} is unknown`;
        })
        .find((found) => found !== undefined);
    }
    case 'array':
      if (!Array.isArray(value) || value.length < (rules.minLength ?? 0)) return 'is not a list';
      return value.map((item) => rules.items && fault(rules.items, item, file)).find(Boolean);
    case 'integer':
      return Number.isInteger(value) ? undefined : `${value} is not an integer`;
    case 'boolean':
      return typeof value === 'boolean' ? undefined : `${value} is not a boolean`;
    case 'string': {
      const allowed = rules.const ? [rules.const] : (rules.enum ?? rules.knownValues);
      if (typeof value !== 'string') return `${value} is not a text`;
      if (allowed && !allowed.includes(value)) return `${value} is not allowed`;
      const isTime = rules.format !== 'datetime' || new Date(value).toISOString() === value;
      return isTime ? undefined : `${value} is not a time`;
    }
    default:
      return `${type} is not supported`;
  }
}

/** Creates a document, with or without the members that are not required. */
export function sample(schema: Schema, nsid: string, options: { isComplete: boolean }): unknown {
  const [{ type, ...rules }, file] = resolve(schema, nsid);
  switch (type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(rules.properties ?? {})
          .filter(([name]) => options.isComplete || rules.required?.includes(name))
          .map(([name, property]) => [name, sample(property, file, options)]),
      );
    case 'array':
      return rules.items ? [sample(rules.items, file, options)] : [];
    case 'integer':
      return Math.max(rules.minimum ?? 0, 1);
    case 'boolean':
      return true;
    default:
      if (rules.format === 'datetime') return '2025-01-23T10:30:00.000Z';
      return (
        rules.const ?? (rules.enum ?? rules.knownValues)?.[0] ?? 'a'.repeat(rules.minLength ?? 1)
      );
  }
}

/** Each required member, and the document without it. */
export function* without(
  schema: Schema,
  document: unknown,
  nsid: string,
): Generator<[member: string, document: unknown]> {
  const [{ type, items, properties = {}, required = [] }, file] = resolve(schema, nsid);
  if (type === 'array' && items)
    for (const [name, item] of without(items, (document as unknown[])[0], file))
      yield [name, [item]];
  if (type !== 'object') return;
  for (const [name, property] of Object.entries(properties)) {
    const { [name]: member, ...others } = document as Record<string, unknown>;
    if (required.includes(name)) yield [name, others];
    for (const [inner, changed] of without(property, member, file))
      yield [`${name}.${inner}`, { ...others, [name]: changed }];
  }
}

/** The names of all members, however deep. */
export function membersOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null || value instanceof Date) return [];
  if (Array.isArray(value)) return value.flatMap(membersOf);
  return Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .flatMap(([name, member]) => [name, ...membersOf(member)]);
}
