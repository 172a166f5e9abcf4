import { dotOf, type LoggedEvent } from '../tables/log/read.js';

/** Whom an event replaced. */
export type Replaced = Pick<LoggedEvent, 'parents' | 'pruned'>;

/** The parents of a row's events without those that go: who replaced one of these replaced what that had replaced, too. */
export class Contraction {
  readonly #byDot: ReadonlyMap<string, LoggedEvent>;

  constructor(
    events: readonly LoggedEvent[],
    readonly removed: ReadonlySet<LoggedEvent>,
  ) {
    this.#byDot = new Map(events.map((event) => [dotOf(event), event]));
  }

  contracted(event: LoggedEvent): Replaced {
    const parents = new Set<string>();
    const pruned = new LatestDots();
    for (const dot of event.pruned) pruned.add(dot);
    const passed = new Set([event]);
    for (const child of passed) {
      for (const dot of child.parents) {
        const parent = this.#byDot.get(dot);
        if (parent !== undefined && !this.removed.has(parent)) parents.add(dot);
        else if (parent === undefined && child === event) parents.add(dot);
        else pruned.add(dot);
        if (parent === undefined || !this.removed.has(parent)) continue;
        for (const older of parent.pruned) pruned.add(older);
        passed.add(parent);
      }
    }
    return { parents: [...parents].sort(), pruned: pruned.dots };
  }
}

/** The latest dot of each site. */
class LatestDots {
  readonly #bySite = new Map<string, readonly [dbVersion: number, seq: number]>();

  add(dot: string): void {
    const [site, dbVersion, seq] = partsOf(dot);
    const known = this.#bySite.get(site);
    if (known !== undefined && !isBefore(known, [dbVersion, seq])) return;
    this.#bySite.set(site, [dbVersion, seq]);
  }

  get dots(): readonly string[] {
    return [...this.#bySite].map(([site, [dbVersion, seq]]) => `${site}:${dbVersion}:${seq}`);
  }
}

function partsOf(dot: string): [site: string, dbVersion: number, seq: number] {
  const [site, dbVersion, seq] = dot.split(':') as [string, string, string];
  return [site, Number(dbVersion), Number(seq)];
}

const isBefore = (a: readonly [number, number], b: readonly [number, number]): boolean =>
  a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);

/** Whether an event is among those that were replaced. */
export function isAmong(event: LoggedEvent, { parents, pruned }: Replaced): boolean {
  const dot = dotOf(event);
  const [site, dbVersion, seq] = partsOf(dot);
  return (
    parents.includes(dot) ||
    pruned
      .map(partsOf)
      .some(([by, ...latest]) => by === site && !isBefore(latest, [dbVersion, seq]))
  );
}
