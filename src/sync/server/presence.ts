import { PRESENCE } from '../presence-protocol.js';
import { encodePresence, PRESENCE_EVENT_LENGTH } from '../wire/live-events.js';
import { busy } from './refusals.js';

export interface PresenceOptions {
  /** The greatest number of clients that are present at a time. */
  readonly maxPresence: number;
  /** The same for one owner. */
  readonly maxPresencePerOwner: number;
  /** Called when somebody in a room has come, changed or gone. */
  readonly onChange: (room: string) => void;
}

export interface PresenceUpdate {
  /** The name of the client in the room, which nobody else can take. */
  readonly id: string;
  readonly room: string;
  readonly owner: string | undefined;
  /** JSON; undefined if the client has gone. */
  readonly state: string | undefined;
}

interface Present extends PresenceUpdate {
  /** Counts the changes of all. */
  readonly change: number;
  /** Times are on the clock of `performance.now()`. */
  readonly expiresAt: number;
  /** When the client will have been quiet for long enough that it may send as many updates as at first. */
  readonly quietAt: number;
}

/** How often a client may send an update in the long run, in milliseconds. */
const UPDATE_MS = 50;
/** How many it may send at once. */
const UPDATES_AT_ONCE = 20;
/** When a client may try again if too many are present. */
const RETRY_AFTER_S = 30;

/** Who is present, by room: in memory, and for as long as they go on saying so. There is no timer. */
export class Presence {
  readonly #options: PresenceOptions;
  readonly #present = new Map<string, Present>();
  readonly #rooms = new Map<string, Set<string>>();
  #changes = 0;

  constructor(options: PresenceOptions) {
    this.#options = options;
  }

  /** @throws {CrrSyncError} CRR_SYNC_BUSY if too many are present, or if the client sends too many updates. */
  update(update: PresenceUpdate): void {
    const now = performance.now();
    const before = this.#present.get(update.id);
    if (before === undefined) {
      if (update.state === undefined) return;
      this.#removeExpired(now);
      this.#requireRoom(update.owner);
    }
    const quietAt = Math.max(before?.quietAt ?? 0, now) + UPDATE_MS;
    if (quietAt - now > UPDATE_MS * UPDATES_AT_ONCE) {
      throw busy('a client sends its presence too often: send the newest state later', 1, 429);
    }
    const isSame = before?.room === update.room && before.state === update.state;
    const change = isSame ? before.change : ++this.#changes;
    if (before !== undefined && before.room !== update.room) this.#leaveRoom(before);
    this.#present.set(update.id, {
      ...update,
      change,
      quietAt,
      expiresAt: now + PRESENCE.expiresMs,
    });
    const room = this.#rooms.get(update.room) ?? new Set();
    this.#rooms.set(update.room, room.add(update.id));
    if (isSame) return;
    this.#options.onChange(update.room);
  }

  /** Those who are in a room now. */
  in(room: string): readonly Present[] {
    const now = performance.now();
    const present: Present[] = [];
    for (const id of this.#rooms.get(room) ?? []) {
      const one = this.#present.get(id)!;
      if (one.expiresAt <= now) this.#remove(one);
      else if (one.state !== undefined) present.push(one);
    }
    return present;
  }

  #requireRoom(owner: string | undefined): void {
    const { maxPresence, maxPresencePerOwner } = this.#options;
    if (this.#present.size >= maxPresence) {
      throw busy(`the limit of present clients (${maxPresence}) is reached`, RETRY_AFTER_S);
    }
    if (owner === undefined) return;
    let ofOwner = 0;
    for (const other of this.#present.values()) if (other.owner === owner) ofOwner++;
    if (ofOwner < maxPresencePerOwner) return;
    throw busy(
      `the limit of present clients of one owner (${maxPresencePerOwner}) is reached`,
      RETRY_AFTER_S,
    );
  }

  #removeExpired(now: number): void {
    for (const one of this.#present.values()) if (one.expiresAt <= now) this.#remove(one);
  }

  #remove(one: Present): void {
    this.#present.delete(one.id);
    this.#leaveRoom(one);
  }

  #leaveRoom({ id, room: name }: Present): void {
    const room = this.#rooms.get(name);
    room?.delete(id);
    if (room?.size === 0) this.#rooms.delete(name);
  }
}

/** What one live stream has sent of a room. */
export class PresenceView {
  /** The change of each client that was sent. */
  readonly #sent = new Map<string, number>();
  #isFirst = true;
  /** Whether the last event was too short for everything. */
  hasMore = false;

  constructor(
    readonly presence: Presence,
    readonly room: string,
  ) {}

  /** The next event; undefined if everything was sent. The first one is sent even if nobody is there. */
  next(): Uint8Array | undefined {
    const present = this.presence.in(this.room);
    const ids = new Set(present.map(({ id }) => id));
    const gone = [...this.#sent.keys()].filter((id) => !ids.has(id));
    for (const id of gone) this.#sent.delete(id);
    const set: string[] = [];
    let length = 0;
    this.hasMore = false;
    for (const { id, change, state } of present) {
      if (this.#sent.get(id) === change) continue;
      if (length > PRESENCE_EVENT_LENGTH) {
        this.hasMore = true;
        break;
      }
      this.#sent.set(id, change);
      set.push(`{"id":${JSON.stringify(id)},"state":${state}}`);
      length += set.at(-1)!.length;
    }
    const all = this.#isFirst;
    if (!all && set.length === 0 && gone.length === 0) return undefined;
    this.#isFirst = false;
    return encodePresence(all, set, gone);
  }
}
