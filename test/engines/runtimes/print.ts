/** What the programs of this folder share: they run in other runtimes, where there is no test runner. */
import type { EngineAdapter } from '../../../src/engines/engine.js';
import { withCrr } from '../../../src/index.js';
import { openInstalled, SCENARIOS, type Site } from '../conformance.js';

/** A scenario's transcript, or the error that it ended with. */
export type Transcript = readonly string[] | { readonly error: string };

export interface Database {
  readonly adapter: EngineAdapter;
  readonly client: unknown;
  drizzle(client: unknown): object;
}

/** Prints the transcripts of all scenarios, by name, as JSON. */
export async function printTranscripts(open: () => Promise<Database>): Promise<void> {
  const found: Record<string, Transcript> = {};
  for (const name of Object.keys(SCENARIOS)) found[name] = await transcriptOf(name, open);
  console.log(JSON.stringify(found));
}

export async function transcriptOf(
  scenario: string,
  open: () => Promise<Database>,
): Promise<Transcript> {
  const openSite = () =>
    openInstalled(async (options) => {
      const { adapter, client, drizzle } = await open();
      const { kind, transactions } = adapter.connect(client, {})!;
      const again = () => withCrr(drizzle(client), options) as unknown as Site['db'];
      return { db: again(), again, transactions: transactions === 'batch' ? undefined : kind };
    });
  try {
    return await SCENARIOS[scenario]!(openSite);
  } catch (error) {
    const stacks: string[] = [];
    for (let e: unknown = error; e instanceof Error; e = e.cause) stacks.push(e.stack ?? e.message);
    return { error: stacks.join('\ncaused by ') };
  }
}
