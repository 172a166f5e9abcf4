import * as Y from 'yjs';
import { decoded } from './format.js';
import { ROOTS } from './shape.js';

/*
 * Yjs trusts what it reads. An update that Yjs itself cannot have made may decode and then stop a merge in the middle, or
 * a document from being read or written at all, so such updates are recognized first.
 */

/** Nobody types so many characters. Above it, positions would soon leave the numbers that are exact. */
const MAX_CLOCK = 2 ** 40;
const MAX_CLIENT = 2 ** 32;
/** Of values of marks and embeds. Yjs reads and writes them recursively. */
const MAX_DEPTH = 64;

/**
 * What was found before: the roots that an update names, or undefined if it is none. A document that opens asks more than
 * once, and decoding costs as much as applying.
 */
const known = new WeakMap<Uint8Array, ReadonlySet<string> | undefined>();

/** Whether bytes are an update that Yjs can have made, of a document with this root. */
export function isUpdate(update: Uint8Array, root: string): boolean {
  if (!known.has(update)) known.set(update, rootsOf(update));
  const roots = known.get(update);
  return roots !== undefined && !CODEC_ROOTS.some((other) => other !== root && roots.has(other));
}

const CODEC_ROOTS: readonly string[] = Object.values(ROOTS);

function rootsOf(update: Uint8Array): ReadonlySet<string> | undefined {
  try {
    const { structs, ds } = decoded(update);
    if (!structs.every(isSound) || ![...ds.clients].every(isSoundDelete)) return undefined;
    const parents = structs.map((struct) => (struct instanceof Y.Item ? struct.parent : null));
    return new Set(parents.filter((parent) => typeof parent === 'string'));
  } catch {
    return undefined;
  }
}

const isRange = (client: number, clock: number, length: number) =>
  Number.isSafeInteger(client) &&
  client >= 0 &&
  client < MAX_CLIENT &&
  clock >= 0 &&
  length >= 1 &&
  clock + length <= MAX_CLOCK;

const isSoundDelete = ([client, ranges]: [number, readonly { clock: number; len: number }[]]) =>
  ranges.every(({ clock, len }) => isRange(client, clock, len));

function isSound(struct: Y.Item | Y.GC | Y.Skip): boolean {
  const { id, length } = struct;
  if (!isRange(id.client, id.clock, length)) return false;
  if (!(struct instanceof Y.Item)) return true;
  // A writer refers to what it has written before.
  const refersBack = [struct.origin, struct.rightOrigin, struct.parent].every(
    (to) =>
      !(to instanceof Y.ID) ||
      (isRange(to.client, to.clock, 1) && (to.client !== id.client || to.clock < id.clock)),
  );
  return refersBack && isSoundContent(struct.content);
}

function isSoundContent(content: Y.Item['content']): boolean {
  if (content instanceof Y.ContentFormat) {
    return typeof content.key === 'string' && isShallow(content.value, MAX_DEPTH);
  }
  if (content instanceof Y.ContentEmbed) return isShallow(content.embed, MAX_DEPTH);
  if (content instanceof Y.ContentAny || content instanceof Y.ContentJSON) {
    return isShallow(content.arr, MAX_DEPTH);
  }
  return true;
}

const isShallow = (value: unknown, levels: number): boolean =>
  typeof value !== 'object' ||
  value === null ||
  value instanceof Uint8Array ||
  (levels > 0 && Object.values(value).every((part) => isShallow(part, levels - 1)));
