import type { SyncProgress } from '../../sync/client/result.js';
import type { Screen } from '../io.js';

const WIDTH = 24;

/** One line on a terminal that is drawn again and again; nothing anywhere else. */
export class ProgressBar {
  #isShown = false;

  constructor(
    readonly write: (text: string) => void,
    readonly screen: Screen,
  ) {}

  show(progress: SyncProgress): void {
    if (!this.screen.isTerminal) return;
    this.#isShown = true;
    // A line as long as the terminal would wrap, and could not be drawn over.
    const text = renderProgress(progress).slice(0, (this.screen.columns ?? 80) - 1);
    this.write(`\r${this.screen.style.cyan(text)}`);
  }

  clear(): void {
    if (this.#isShown) this.write('\r\u001b[K');
    this.#isShown = false;
  }
}

/** Both directions in one bar. */
export function renderProgress({ share, pushed, pulled }: SyncProgress): string {
  const full = Math.round(share * WIDTH);
  const percent = String(Math.round(share * 100)).padStart(3);
  return `[${'#'.repeat(full)}${'.'.repeat(WIDTH - full)}] ${percent} %  sent ${pushed}, received ${pulled}`;
}
