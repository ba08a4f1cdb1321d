/** A response lacks a member, or the member has another type. The message names it, and does not quote it. */
export class UnexpectedJson extends Error {}

/** Reads the members of a JSON object from elsewhere. */
export class JsonObject {
  readonly #members: Record<string, unknown>;

  constructor(value: unknown) {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new UnexpectedJson('a JSON object');
    this.#members = value as Record<string, unknown>;
  }

  /** Unchecked; undefined if the member is absent. */
  value(name: string): unknown {
    return Object.hasOwn(this.#members, name) ? (this.#members[name] ?? undefined) : undefined;
  }

  text(name: string): string {
    return required(name, this.optionalText(name));
  }

  optionalText(name: string): string | undefined {
    const value = this.value(name);
    if (value === undefined || typeof value === 'string') return value;
    throw new UnexpectedJson(name);
  }

  boolean(name: string): boolean {
    const value = this.value(name);
    if (typeof value === 'boolean') return value;
    throw new UnexpectedJson(name);
  }

  integer(name: string): number {
    return required(name, this.optionalInteger(name));
  }

  optionalInteger(name: string): number | undefined {
    const value = this.value(name);
    if (value === undefined || Number.isSafeInteger(value)) return value as number | undefined;
    throw new UnexpectedJson(name);
  }

  time(name: string): Date {
    return required(name, this.optionalTime(name));
  }

  optionalTime(name: string): Date | undefined {
    const text = this.optionalText(name);
    const time = text === undefined ? undefined : new Date(text);
    if (time && Number.isNaN(time.getTime())) throw new UnexpectedJson(name);
    return time;
  }

  /** 32 bytes in hex. Not decoded, because each user of a key gets its own bytes. */
  keyHex(name: string): string {
    return required(name, this.optionalKeyHex(name));
  }

  optionalKeyHex(name: string): string | undefined {
    const hex = this.optionalText(name);
    if (hex === undefined || /^[0-9a-fA-F]{64}$/.test(hex)) return hex;
    throw new UnexpectedJson(name);
  }

  oneOf<const T extends string>(name: string, values: readonly T[]): T {
    const found = values.find((each) => each === this.value(name));
    return required(name, found);
  }

  object(name: string): JsonObject {
    return new JsonObject(required(name, this.value(name)));
  }

  list<T>(name: string, read: (item: JsonObject) => T): T[] {
    return this.#array(name).map((item) => read(new JsonObject(item)));
  }

  texts(name: string): string[] {
    return this.#array(name).map((item) => {
      if (typeof item !== 'string') throw new UnexpectedJson(name);
      return item;
    });
  }

  #array(name: string): unknown[] {
    const value = this.value(name);
    if (Array.isArray(value)) return value;
    throw new UnexpectedJson(name);
  }
}

function required<T>(name: string, value: T | undefined): T {
  if (value === undefined) throw new UnexpectedJson(name);
  return value;
}
