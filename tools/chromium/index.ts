/**
 * Starts the Chromium of this machine for the tests: the variable CHROMIUM, or what the package manager of the
 * system installed (`apt-get install chromium`). playwright-core drives it and downloads nothing.
 */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'chrome'];

/** The path of Chromium; undefined if there is none. */
export function chromiumBinary(): string | undefined {
  const named = process.env.CHROMIUM;
  if (named) return named;
  const folders = (process.env.PATH ?? '').split(delimiter);
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Starts a browser without a window.
 *
 * @param executablePath what {@link chromiumBinary} returned.
 * @param profile a directory, where the browser keeps what its pages store.
 */
export function startChromium(executablePath: string, profile: string): Promise<BrowserContext> {
  return chromium.launchPersistentContext(profile, {
    executablePath,
    // The sandbox does not work for root, nor in most containers. The tests open nothing but their own pages.
    chromiumSandbox: false,
  });
}
