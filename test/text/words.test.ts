/**
 * People who type and programs that write by SQL, in several processes of several databases that hand each other their
 * changes: at the end, each word that was written is there once, and none that was removed. `CRR_SEED` repeats a run, `CRR_HISTORIES` makes more.
 */
import { describe, expect, test, vi } from 'vitest';
import type { LiveDocument } from '../../src/index.js';
import { hash, numberFromEnv, Random, seedFromEnv } from '../support/random.js';
import { openSite } from '../support/site.js';
import { type AnySubject, notesWith, notesWithoutCodec, SUBJECTS } from './codecs.js';

const HISTORIES = Math.ceil(numberFromEnv('CRR_HISTORIES', 20) / 10);
const STEPS = 40;

describe.each(SUBJECTS)('$name', ({ codec, insert, keepsTyped }) => {
  const notes = notesWith(codec);
  const open = () => openSite({ notes });
  type Process = Awaited<ReturnType<typeof open>>;

  class Words {
    readonly #random: Random;
    readonly there = new Set<string>();
    readonly removed = new Set<string>();
    #count = 0;

    constructor(random: Random) {
      this.#random = random;
    }

    next(): string {
      const word = `w${this.#count++}x`;
      this.there.add(word);
      return word;
    }

    /** SQL that writes a word, or removes one. */
    write(body: string): string {
      const known = [...this.there].filter((word) => body.includes(`${word} `));
      const at = known.length > 0 ? this.#random.pick(known) : '';
      if (keepsTyped && known.length > 3 && this.#random.chance(0.15)) {
        this.there.delete(at);
        this.removed.add(at);
        return `replace(body, '${at} ', '')`;
      }
      const word = this.next();
      return this.#random.pick([
        `'${word} ' || ifnull(body, '')`,
        `ifnull(body, '') || '${word} '`,
        // If the other word has gone meanwhile, it is put at the end.
        `CASE WHEN instr(body, '${at} ') > 0 THEN replace(body, '${at} ', '${at} ${word} ') ELSE ifnull(body, '') || '${word} ' END`,
      ]);
    }
  }

  /** One database: several processes, one of them without the codec. */
  interface Place {
    readonly client: Process['$client'];
    processes: Process[];
    readonly plain: Process;
    readonly documents: Map<Process, LiveDocument>;
  }

  async function openPlace(): Promise<Place> {
    const first = await open();
    const client = first.$client;
    const second = await openSite({ notes }, client, { ddl: [] });
    const plain = (await openSite({ notes: notesWithoutCodec }, client, { ddl: [] })) as unknown;
    return { client, processes: [first, second], plain: plain as Process, documents: new Map() };
  }

  async function writeSql(place: Place, words: Words): Promise<void> {
    const { rows } = await place.client.execute('SELECT body FROM notes');
    await place.client.execute(`UPDATE notes SET body = ${words.write(String(rows[0]!.body))}`);
  }

  async function edit(random: Random, place: Place, words: Words): Promise<void> {
    const process = random.pick(place.processes);
    const known = place.documents.get(process);
    const doc = known ?? (await process.$crr.document(notes, { id: 'a' }, 'body', codec));
    place.documents.set(process, doc);
    const ends = [...doc.toString().matchAll(/ /g)].map(({ index }) => index + 1);
    insert(doc.editor as never, random.pick([0, ...ends]), `${words.next()} `);
    if (random.chance(0.4)) return;
    if (random.chance(0.5)) return doc.save();
    place.documents.delete(process);
    await doc.close();
  }

  async function send(random: Random, from: Process, to: Process): Promise<void> {
    const all = await from.$crr.changes();
    if (random.chance(0.3)) {
      const until = random.int((await from.$crr.version()) + 1);
      await to.$crr.apply(await from.$crr.changes({ until }));
      return;
    }
    await to.$crr.apply(all);
  }

  async function step(random: Random, places: readonly Place[], words: Words): Promise<void> {
    const place = random.pick(places);
    const other = random.pick(places.filter((x) => x !== place));
    const one = random.pick(place.processes);
    switch (random.int(8)) {
      case 0:
      case 1:
        await writeSql(place, words);
        return;
      case 2:
      case 3:
        return edit(random, place, words);
      case 4:
        // All at once.
        await writeSql(place, words);
        await Promise.all([
          ...place.processes.map((process) => process.$crr.changes()),
          place.processes[0]!.$crr.apply(await other.processes[0]!.$crr.changes()),
          writeSql(place, words),
          ...[...place.documents.values()].map((doc) => doc.refresh()),
        ]);
        return;
      case 5:
        // A process ends, and another one begins.
        if (place.documents.has(one)) return;
        place.processes = place.processes.filter((x) => x !== one);
        place.processes.push(await openSite({ notes }, place.client, { ddl: [] }));
        if (random.chance(0.3)) await place.processes[0]!.$crr.rotateSiteId();
        return;
      case 6:
        // The process without the codec merges, too; it sends only what is no write of a text that nobody has begun.
        await place.plain.$crr.apply(await random.pick(other.processes).$crr.changes());
        return;
      default:
        await send(random, one, random.pick(other.processes));
    }
  }

  async function history(seed: string, subject: Pick<AnySubject, 'name'>): Promise<void> {
    const random = new Random(hash(seed));
    const label = `${seed} ${subject.name}`;
    const reported = vi.spyOn(console, 'error').mockImplementation(() => {});
    const places = [await openPlace(), await openPlace(), await openPlace()];
    const words = new Words(random);
    await places[0]!.processes[0]!.insert(notes).values({
      id: 'a',
      body: random.chance(0.5) ? random.pick([null, '']) : `${words.next()} ${words.next()} `,
    });
    for (const { processes } of places.slice(1)) {
      await processes[0]!.$crr.apply(await places[0]!.processes[0]!.$crr.changes());
    }
    for (let i = 0; i < STEPS; i++) {
      await step(random, places, words);
      await new Promise((resolve) => setImmediate(resolve));
    }
    for (const { documents } of places) for (const doc of documents.values()) await doc.close();
    for (let round = 0; round < 3; round++) {
      for (const from of places) {
        for (const to of places) {
          if (from !== to)
            await to.processes[0]!.$crr.apply(await from.processes[0]!.$crr.changes());
        }
      }
    }
    const bodies: (string | null)[] = [];
    for (const { processes } of places) {
      for (const process of processes) bodies.push((await process.select().from(notes))[0]!.body);
      expect((await processes[0]!.$crr.verify()).findings, label).toEqual([]);
    }
    expect(new Set(bodies).size, `${label} ${JSON.stringify(bodies)}`).toBe(1);
    // A blank between two of them may be gone, if others have removed the word that it belonged to.
    const found = (bodies[0] ?? '').match(/w\d+x/g) ?? [];
    expect([...found].sort(), `${label} ${bodies[0]}`).toEqual([...words.there].sort());
    expect(reported.mock.calls, label).toEqual([]);
    reported.mockRestore();
  }

  test('each word is there once', { timeout: 3_600_000 }, async () => {
    const seed = seedFromEnv();
    const first = numberFromEnv('CRR_HISTORY', 0);
    for (let i = first; i < first + HISTORIES; i++) {
      await history(`words ${seed} ${i}`, { name: codec.name });
    }
  });
});
