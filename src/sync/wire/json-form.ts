import { bytesToHex, hexToBytes } from '../../model/value.js';
import { malformed } from './message-errors.js';

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };

/** How a value of one type is written as JSON, and how it is read. */
export interface JsonForm<T> {
  encode(value: T): Json | undefined;
  /** @param path the place in the message, for errors. */
  decode(json: unknown, path: string): T;
}

export const text: JsonForm<string> = {
  encode: (value) => value,
  decode: (json, path) => (typeof json === 'string' ? json : expected('a string', path)),
};

export const flag: JsonForm<boolean> = {
  encode: (value) => value,
  decode: (json, path) => (typeof json === 'boolean' ? json : expected('true or false', path)),
};

/** A text of at most this many bytes in UTF-8. */
export function shortText(maxBytes: number): JsonForm<string> {
  return {
    encode: text.encode,
    decode(json, path) {
      const value = text.decode(json, path);
      const isShort =
        value.length <= maxBytes && new TextEncoder().encode(value).length <= maxBytes;
      return isShort ? value : expected(`a text of at most ${maxBytes} bytes`, path);
    },
  };
}

/** A non-negative safe integer. */
export const integer: JsonForm<number> = {
  encode: (value) => value,
  decode: (json, path) =>
    Number.isSafeInteger(json) && (json as number) >= 0
      ? (json as number)
      : expected('an integer from 0 to 2^53 - 1', path),
};

/** Bytes in hex. */
export const bytes: JsonForm<Uint8Array> = {
  encode: bytesToHex,
  decode: (json, path) =>
    typeof json === 'string' && /^([0-9a-f]{2})*$/.test(json)
      ? hexToBytes(json)
      : expected('bytes in hex', path),
};

/** @param most the greatest number of members. */
export function list<T>(
  element: JsonForm<T>,
  most: number = Number.POSITIVE_INFINITY,
): JsonForm<readonly T[]> {
  return {
    encode: (values) => values.map((value) => element.encode(value) ?? null),
    decode: (json, path) =>
      Array.isArray(json) && json.length <= most
        ? json.map((value, i) => element.decode(value, `${path}[${i}]`))
        : expected(most < Number.POSITIVE_INFINITY ? `a list of at most ${most}` : 'a list', path),
  };
}

/** A property that may be absent. */
export function optional<T>(form: JsonForm<T>): JsonForm<T | undefined> {
  return {
    encode: (value) => (value === undefined ? undefined : form.encode(value)),
    decode: (json, path) => (json === undefined ? undefined : form.decode(json, path)),
  };
}

/** An object with these properties. Others are ignored. */
export function object<T extends object>(
  forms: {
    readonly [Name in keyof T]-?: JsonForm<T[Name]>;
  },
): JsonForm<T> {
  const names = Object.keys(forms) as (keyof T & string)[];
  return {
    encode: (value) =>
      Object.fromEntries(names.map((name) => [name, forms[name].encode(value[name])])),
    decode(json, path) {
      const found = properties(json, path);
      const decode = (name: keyof T & string) =>
        forms[name].decode(found[name], path === '' ? name : `${path}.${name}`);
      return Object.fromEntries(names.map((name) => [name, decode(name)])) as T;
    },
  };
}

/** Requires an object, and returns its properties. */
export function properties(json: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return expected('an object', path);
  }
  return json as Readonly<Record<string, unknown>>;
}

export function expected(what: string, path: string): never {
  throw malformed(`${path === '' ? 'it' : path} is not ${what}`);
}
