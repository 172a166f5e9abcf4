import { expect, test } from 'vitest';
import { note, notes, openSite, serve } from '../world.js';

test('a slow reader of the live stream gets the newest version, not a queue of old ones', async () => {
  const server = await openSite();
  const handler = serve(server, { live: { pollMs: 1 } });
  const headers = { accept: 'text/event-stream' };
  const response = await handler(new Request('http://localhost/', { headers }));
  const reader = response.body!.getReader();
  const next = async () => new TextDecoder().decode((await reader.read()).value);
  expect(await next()).toBe('event: version\ndata: {"version":0}\n\n');
  for (let i = 0; i < 20; i++) await server.db.insert(notes).values(note(`n${i}`));
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(await next()).toBe('event: version\ndata: {"version":20}\n\n');
  await reader.cancel();
});

test('a stream that ends gives its place back', async () => {
  const server = await openSite();
  const handler = serve(server, { limits: { maxStreams: 1 }, live: { pollMs: 1, lifetimeMs: 30 } });
  const open = () =>
    handler(new Request('http://localhost/', { headers: { accept: 'text/event-stream' } }));
  const first = await open();
  const second = await open();
  expect([second.status, second.headers.get('retry-after')]).toEqual([503, '30']);
  for await (const _ of first.body!) {
    // Until its lifetime is over.
  }
  const third = await open();
  expect(third.status).toBe(200);
  await third.body!.cancel();
  expect((await open()).status).toBe(200);
});
