/**
 * This package as it is built for users, once for a whole run: the first test file that needs it builds it, and others wait
 * for that. The folder is made and removed by `setup`, which Vitest calls before and after the run.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { build, type Options } from 'tsup';
import { inject } from 'vitest';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    readonly buildFolder: string;
  }
}

export default function setup({ provide }: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'drizzle-crr-built-'));
  provide('buildFolder', folder);
  return () => rmSync(folder, { recursive: true, force: true });
}

/** The path of a fresh `dist`. */
export async function builtDist(): Promise<string> {
  const folder = inject('buildFolder');
  const [begun, ended, failed] = ['begun', 'ended', 'failed'].map((name) => join(folder, name));
  if (isFirst(begun!)) {
    try {
      await buildInto(folder);
      writeFileSync(ended!, '');
    } catch (error) {
      writeFileSync(failed!, '');
      throw error;
    }
  }
  while (!existsSync(ended!)) {
    if (existsSync(failed!)) throw new Error('the build of the package has failed in another test');
    await setTimeout(50);
  }
  return join(folder, 'dist');
}

function isFirst(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function buildInto(folder: string): Promise<void> {
  const configs = (await import('../../tsup.config.js')).default as Options[];
  for (const config of configs) {
    await build({
      ...config,
      config: false,
      silent: true,
      dts: false,
      sourcemap: false,
      outDir: join(folder, config.outDir ?? 'dist'),
    });
  }
}
