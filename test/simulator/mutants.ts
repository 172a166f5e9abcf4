// biome-ignore-all lint/suspicious/noTemplateCurlyInString: parts of sources, which have templates.
/** Mistakes in merging and sync that simulations must find: each is one replacement in one file. */
import type { Mutant } from '../support/mutant.js';

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'of equal versions the one wins that comes last',
    file: 'columns/last-write.ts',
    from: '`2 * (${a.version} - ${b.version}) + ${greaterSql(a.value, b.value)} > 0`',
    to: '`${a.version} >= ${b.version}`',
  },
  {
    name: 'a delete leaves no tombstone',
    file: 'tables/clock/on-delete.ts',
    from: 'body: [takeSeqs(spec), deadRow(spec)],',
    to: "body: [takeSeqs(spec), deadRow(spec), `DELETE FROM ${quoteName(spec.name + '__crr_clock')} WHERE causal_length % 2 = 0`],",
  },
  {
    name: 'a row that comes back is not inserted',
    file: 'tables/gate/merge.ts',
    from: '...mergeValues(spec), ...insertRevived(spec)]',
    to: '...mergeValues(spec)]',
  },
  {
    name: 'a newer cell of a counter or register does not replace an older one',
    file: 'tables/cells/gate.ts',
    from: '      excluded.version > version\n',
    to: '      excluded.version < 0\n',
  },
  {
    name: 'the next page begins one db_version too late',
    file: 'feed/page.ts',
    from: 'next: done ? undefined : { db_version: taken.at(-1)!.dbVersion },',
    to: 'next: done ? undefined : { db_version: taken.at(-1)!.dbVersion + 1 },',
  },
  {
    name: 'the cursor of a push is stored before the server has answered',
    file: 'sync/client/exchange.ts',
    from: 'const response = await (ahead ?? this.#connection.exchange(request, run.signal));',
    to: `if (peer !== undefined) {
        const { siteId, url, receipt, filter } = peer;
        const tag = peerTag(this.#tables);
        await this.#site.merge([], { peer: { siteId, tag, url, receipt, filter, received, sent: sentAfter(round) } });
      }
      const response = await (ahead ?? this.#connection.exchange(request, run.signal));`,
  },
  {
    name: 'the cursor of a pull is stored without its first change',
    file: 'sync/client/exchange.ts',
    from: 'return await this.#site.merge(pulled.changes, options);',
    to: 'return await this.#site.merge(pulled.changes.slice(1), options);',
  },
  {
    name: 'a client gets rows that it may not see',
    file: 'sync/server/pull.ts',
    from: '      where: access.where,\n',
    to: '',
  },
  {
    name: 'a client may write rows that it may not see',
    file: 'merge/row-rules.ts',
    from: 'const condition = rightsIn(source, spec.name)?.where;',
    to: 'const condition = undefined;',
  },
  {
    name: 'prune removes what is in conflict',
    file: 'feed/prune-row.ts',
    from: 'for (const head of past.heads(cell)) needed.add(head);',
    to: '',
  },
  {
    name: 'the transaction of a draft is not taken back',
    file: 'drizzle/draft-transactions.ts',
    from: 'takeNow(connection, steps.end());\n        throw TAKEN_BACK;',
    to: 'takeNow(connection, steps.end());',
  },
];
