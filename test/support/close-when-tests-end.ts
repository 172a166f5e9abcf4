/** Loaded by Vitest before each test file: closes what was given to `closeLater`. */
import { afterAll, onTestFinished, TestRunner } from 'vitest';
import { registerClosing } from './closing.js';

/** Opened by a `beforeAll`, or while the file was loaded. */
const ofTheFile: (() => unknown)[] = [];

registerClosing((close) => {
  if (TestRunner.getCurrentTest()) onTestFinished(async () => void (await close()));
  else ofTheFile.push(close);
});

afterAll(async () => {
  for (const close of ofTheFile.reverse()) await close();
});
