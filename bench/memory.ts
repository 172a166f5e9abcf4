/** Peak memory of a process that reads cells from one database and applies them to another, as a stream. */
import { execFile } from 'node:child_process';
import { copyFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Workbench } from './database.js';
import type { Figures } from './figures.js';
import type { Shape } from './shapes.js';

/** The output of the child. */
export interface Peak {
  readonly idleMb: number;
  readonly peakMb: number;
  readonly cellsWon: number;
}

export async function measureMemory(
  bench: Workbench,
  shape: Shape,
  cells: number,
  figures: Figures,
  name: string,
): Promise<void> {
  const rows = shape.rows(0, cells / shape.columns.length);
  const source = await bench.filled('crr', shape, rows);
  const target = bench.newPath();
  await copyFile(await bench.template('crr', shape), target);
  const child = fileURLToPath(new URL('memory-child.mjs', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [child, source, target]);
  const { idleMb, peakMb, cellsWon } = JSON.parse(stdout) as Peak;
  if (cellsWon !== cells) throw new Error(`${cellsWon} of ${cells} cells arrived`);
  figures.set(name, peakMb, `${idleMb.toFixed(0)} MB of it before the first change`);
}
