/** Bodies of requests: encoded in either form, and then damaged. */
import type { SyncRequest } from '../../src/sync/protocol.js';
import { binaryCodec } from '../../src/sync/wire/binary-codec.js';
import { encodeRequest } from '../../src/sync/wire/binary-message.js';
import { seal } from '../../src/sync/wire/envelope.js';
import { jsonCodec } from '../../src/sync/wire/json-codec.js';
import type { Random } from '../support/random.js';
import { replaced, spoiltBytes } from './changes.js';

type Body = Uint8Array<ArrayBuffer> | string;

export interface Message {
  readonly body: Body;
  readonly contentType: string;
}

export async function hostileBody(random: Random, request: SyncRequest): Promise<Message> {
  const codec = random.chance(0.5) ? binaryCodec : jsonCodec;
  const { contentType } = codec;
  if (random.chance(0.5)) return { contentType, body: await codec.encodeRequest(request) };
  if (codec === jsonCodec) return { contentType, body: await hostileJson(random, request) };
  return { contentType, body: await hostileBinary(random, request) };
}

async function hostileBinary(random: Random, request: SyncRequest): Promise<Body> {
  // Damage before the compression reaches the decoder, damage after it the envelope.
  const inner = replaced(random, encodeRequest(request)) as Uint8Array<ArrayBuffer>;
  return random.pick<() => Promise<unknown>>([
    () => seal(inner),
    () => seal(inner),
    () => seal(spoiltBytes(random, inner) as Uint8Array<ArrayBuffer>),
    async () => spoiltBytes(random, await seal(inner)),
    async () => seal(await seal(inner)),
    async () => seal(new Uint8Array(random.pick([0, 5_000, 500_000]))),
    async () => Uint8Array.from([0x43, 0x52, 0x52, 1, random.int(3), ...random.bytes(40)]),
  ])() as Promise<Body>;
}

async function hostileJson(random: Random, request: SyncRequest): Promise<Body> {
  const text = new TextDecoder().decode(await jsonCodec.encodeRequest(request));
  return random.pick<() => string>([
    () => JSON.stringify(spoilt(random, JSON.parse(text))),
    () => JSON.stringify(spoilt(random, JSON.parse(text))),
    () => JSON.stringify(spoilt(random, JSON.parse(text))),
    () => text.slice(0, random.int(text.length)),
    () => text.replace(/\d+/, random.pick(['1e400', '-0', '9223372036854775807', '1.5', '١'])),
    () => text.replace('{', '{"siteId":"00","push":{},"__proto__":{"siteId":"11"},'),
    () =>
      text.replace(/"(text|integer|real|blob)":"/, random.pick(['"text":"\\ud800', '"real":"'])),
    () => text.replace(/:/, `:${'['.repeat(20_000)}${']'.repeat(20_000)},"x":`),
    () => `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`,
    () => `${text}${text}`,
    () => `\uFEFF${text}`,
  ])();
}

const LEAVES: readonly unknown[] = [
  null,
  true,
  '',
  'x',
  '00',
  '\ud800',
  'ffffffffffffffffffffffffffffffff',
  0,
  -1,
  1.5,
  1e300,
  2 ** 53,
  [],
  {},
  [[]],
  { integer: '99999999999999999999' },
  { integer: '9223372036854775808' },
  { integer: '1', text: 'a' },
  { real: 'NaN' },
  { real: '0x10' },
  { text: '\ud800' },
  { blob: 'zz' },
];

/** One node of a tree of JSON is replaced, left out, or appears twice. */
function spoilt(random: Random, json: unknown): unknown {
  if (typeof json !== 'object' || json === null || random.chance(0.1)) return random.pick(LEAVES);
  const names = Object.keys(json);
  if (names.length === 0) return random.pick(LEAVES);
  const copy: Record<string, unknown> = Array.isArray(json)
    ? ([...json] as unknown as Record<string, unknown>)
    : { ...json };
  const name = random.pick(names);
  const kind = random.int(10);
  if (kind === 0) delete copy[name];
  else if (kind === 1) copy[random.pick(['x', '__proto__', name])] = random.pick(LEAVES);
  else copy[name] = spoilt(random, copy[name]);
  return copy;
}
