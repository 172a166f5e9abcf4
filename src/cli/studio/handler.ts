import type { OpenCrrs } from '../open-database.js';
import { ANSWERS } from './data.js';
import { PAGE } from './page.js';

const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/**
 * Answers the page that looks into a database, and what it asks for. It reads only. The token keeps other
 * programs and users of the machine out, the check of the host pages that a name of theirs leads here.
 *
 * @param token has to be in the address of each request.
 */
export function studioHandler(crrs: OpenCrrs, token: string) {
  return async (request: Request): Promise<Response> => {
    const { pathname, searchParams } = new URL(request.url);
    const host = request.headers.get('host') ?? '';
    if (!/^(?:127\.0\.0\.1|localhost)(?::\d+)?$/.test(host)) return refusal(403, 'wrong host');
    if (searchParams.get('token') !== token) {
      return refusal(403, 'wrong token: open the address that drizzle-crr studio has printed');
    }
    if (request.method !== 'GET') return refusal(405, 'only GET');
    if (pathname === '/') {
      return new Response(PAGE, {
        headers: { ...HEADERS, 'content-type': 'text/html; charset=utf-8' },
      });
    }
    const name = pathname.slice(1);
    const answer = Object.hasOwn(ANSWERS, name) ? ANSWERS[name] : undefined;
    if (answer === undefined) return refusal(404, 'not found');
    try {
      return Response.json(await answer(crrs, searchParams), { headers: HEADERS });
    } catch (error) {
      // It is the user's own database.
      return refusal(500, (error as Error).message);
    }
  };
}

const refusal = (status: number, error: string) =>
  Response.json({ error }, { status, headers: HEADERS });
