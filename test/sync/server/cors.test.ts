/** Pages of other origins: what the handler tells their browsers. */
import { expect, test } from 'vitest';
import { CrrUsageError } from '../../../src/index.js';
import { createSyncHandler, type SyncHandlerOptions } from '../../../src/sync/index.js';
import { cards } from '../../browser/schema.js';
import { openSite } from '../../support/site.js';

const APP = 'https://app.example';

const handlerOf = async (options: Partial<SyncHandlerOptions>) =>
  createSyncHandler({ db: await openSite({ cards }), authorize: () => null, ...options });

const preflight = (origin: string) =>
  new Request('https://api.example/sync', {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type',
    },
  });

const post = (origin?: string) =>
  new Request('https://api.example/sync', {
    method: 'POST',
    body: '{}',
    ...(origin && { headers: { origin } }),
  });

test('a preflight of an allowed origin is answered before anybody is authorized', async () => {
  const handler = await handlerOf({ cors: [APP] });
  const { status, headers } = await handler(preflight(APP));
  expect(status).toBe(204);
  expect(Object.fromEntries(headers)).toMatchObject({
    'access-control-allow-origin': APP,
    'access-control-allow-methods': 'GET, POST, PUT',
    'access-control-allow-headers': 'authorization,content-type',
    vary: 'origin',
  });
});

test('pages of allowed origins may read answers, refusals included', async () => {
  for (const cors of [[APP], '*', (origin: string) => origin.endsWith('.example')] as const) {
    for (const onEvent of [undefined, () => {}]) {
      const handler = await handlerOf({ cors, onEvent });
      const { status, headers } = await handler(post(APP));
      expect(status).toBe(401);
      expect(headers.get('access-control-allow-origin')).toBe(APP);
      expect(headers.get('access-control-expose-headers')).toBe('retry-after, date');
      expect(headers.get('access-control-allow-credentials')).toBeNull();
    }
  }
});

test('a function that answers with a promise allows nobody', async () => {
  const cors = (async () => true) as unknown as (origin: string) => boolean;
  const { headers } = await (await handlerOf({ cors }))(post(APP));
  expect(headers.get('access-control-allow-origin')).toBeNull();
  expect(headers.get('vary')).toBe('origin');
});

test('others are told nothing', async () => {
  const handler = await handlerOf({ cors: [APP] });
  for (const origin of ['https://evil.example', 'http://app.example', 'null']) {
    for (const request of [preflight(origin), post(origin)]) {
      expect((await handler(request)).headers.get('access-control-allow-origin')).toBeNull();
    }
  }
  expect((await handler(post())).headers.get('access-control-allow-origin')).toBeNull();
});

test('without the option a preflight is a method that is not taken', async () => {
  const handler = await handlerOf({});
  expect((await handler(preflight(APP))).status).toBe(405);
  expect((await handler(post(APP))).headers.get('access-control-allow-origin')).toBeNull();
});

test('an origin that no page has is refused', async () => {
  for (const wrong of ['https://app.example/', 'app.example', 'https://app.example/page', '*', 7]) {
    const cors = [wrong] as string[];
    await expect(handlerOf({ cors })).rejects.toThrow(CrrUsageError);
    await expect(handlerOf({ cors })).rejects.toThrow('cors: expected origins such as');
  }
  const cors = APP as unknown as readonly string[];
  await expect(handlerOf({ cors })).rejects.toThrow(
    "expected '*', a list of origins, or a function",
  );
});
