/**
 * A client that is at work may show others what it does: a name, a cursor. It sends this with a PUT, whose body is JSON of at most
 * 4 kB, when it changes and every 10 s; without any for 30 s it has gone. A server keeps it in memory, and never in the database.
 *
 *     {"client":"<secret name>","state":{"name":"Ann"}}      `null` if the client is there no more
 *
 * The answer is `{"id":"..."}`, the name by which others know the client: a hash of its secret name and its owner. Those in the
 * same room see it in their live streams, if they have opened them with `accept: text/event-stream;presence=1`:
 *
 *     event: presence
 *     data: {"all":true,"set":[{"id":"...","state":{"name":"Ann"}}],"gone":[]}
 *
 * The first event of a stream has `all`: who is not named in it, or in those that follow at once, is not there. The others contain who
 * has come or changed (`set`), and the ids of those who have gone. There are at most 20 such events in a second, with the newest states.
 *
 * A server has at most 1,000 clients that are present, and 50 of one owner (503). One may send 20 states at once, and 20 in a second (429).
 */

/** In the accept header of a live stream: with the events of presence. */
export const WITH_PRESENCE = 'presence=1';

/** Presence is not an option, because both sides have to know it. */
export const PRESENCE = {
  /** The greatest state, in bytes of JSON. */
  maxStateBytes: 4_096,
  /** A client that says nothing for this long has gone. */
  expiresMs: 30_000,
  /** How often a client says that it is still there. */
  renewMs: 10_000,
} as const;

export interface PresenceMessage {
  /** The secret name of the client: 16 to 64 letters and digits. */
  readonly client: string;
  /** JSON; null if the client is there no more. */
  readonly state: unknown;
}
