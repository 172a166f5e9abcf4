#!/usr/bin/env node
import type { Screen } from './io.js';
import { main } from './main.js';
import { COLORED, hasColors, PLAIN } from './style.js';

// `drizzle-crr changes | head` closes the pipe when it has enough, which is not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

const screen = (stream: NodeJS.WriteStream): Screen => ({
  isTerminal: stream.isTTY === true,
  // Some terminals have a width of 0.
  columns: (stream.isTTY && stream.columns) || undefined,
  style: hasColors(stream.isTTY === true, process.env) ? COLORED : PLAIN,
});

process.exitCode = await main(process.argv.slice(2), {
  stdout: (text) => process.stdout.write(text),
  stderr: (text) => process.stderr.write(text),
  cwd: process.cwd(),
  env: process.env,
  isTTY: process.stdin.isTTY === true && process.stdout.isTTY === true,
  screen: { stdout: screen(process.stdout), stderr: screen(process.stderr) },
});
