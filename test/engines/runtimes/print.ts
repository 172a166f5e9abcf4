/** What the programs of this folder share: they run in other runtimes, where there is no test runner. */
import { SCENARIOS } from '../conformance.js';
import { type Database, openSiteOn } from '../open-site.js';

/** A scenario's transcript, or the error that it ended with. */
export type Transcript = readonly string[] | { readonly error: string };

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
  try {
    return await SCENARIOS[scenario]!((schema) => openSiteOn(open, schema));
  } catch (error) {
    const stacks: string[] = [];
    for (let e: unknown = error; e instanceof Error; e = e.cause) stacks.push(e.stack ?? e.message);
    return { error: stacks.join('\ncaused by ') };
  }
}
