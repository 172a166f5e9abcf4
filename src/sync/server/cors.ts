import { CrrUsageError } from '../../errors.js';

/** Whether pages of an origin, such as `https://app.example`, may use the handler. */
export type CorsOrigins = '*' | readonly string[] | ((origin: string) => boolean);

/** Adds to an answer what a browser wants to see before it gives it to a page of another origin. */
export type Cors = (request: Request, answer: () => Promise<Response>) => Promise<Response>;

/** How long a browser may keep the answer to a preflight, in seconds: the most that Chromium does. */
const MAX_AGE = '7200';

/**
 * Answers preflights, which carry no credentials, before anybody is authorized. Cookies of other origins are not allowed:
 * a client's credentials are in its `headers`.
 *
 * Source: https://fetch.spec.whatwg.org/#http-cors-protocol
 */
export function corsOf(origins: CorsOrigins | undefined): Cors {
  if (origins === undefined) return (_, answer) => answer();
  requireOrigins(origins);
  const isAllowed = (origin: string) => {
    // A promise is true, too.
    if (typeof origins === 'function') return origins(origin) === true;
    return origins === '*' || origins.includes(origin);
  };
  return async (request, answer) => {
    const origin = request.headers.get('origin');
    const isFromElsewhere = origin !== null && isAllowed(origin);
    const isPreflight =
      request.method === 'OPTIONS' && request.headers.has('access-control-request-method');
    if (isPreflight) {
      return new Response(null, {
        status: 204,
        headers: {
          vary: 'origin',
          ...(isFromElsewhere && { ...allow(origin), ...preflight(request) }),
        },
      });
    }
    const response = await answer();
    const { body, status, statusText } = response;
    const headers = new Headers(response.headers);
    headers.append('vary', 'origin');
    for (const [name, value] of Object.entries(isFromElsewhere ? allow(origin) : {})) {
      headers.set(name, value);
    }
    return new Response(body, { status, statusText, headers });
  };
}

const allow = (origin: string) => ({
  'access-control-allow-origin': origin,
  'access-control-expose-headers': 'retry-after, date',
});

const preflight = ({ headers }: Request) => ({
  'access-control-allow-methods': 'GET, POST, PUT',
  'access-control-allow-headers':
    headers.get('access-control-request-headers') ?? 'content-type, authorization',
  'access-control-max-age': MAX_AGE,
});

/** @throws {CrrUsageError} CRR_USAGE_OPTION if one of them is not an origin, which would allow nobody. */
function requireOrigins(origins: CorsOrigins): void {
  if (typeof origins === 'function' || origins === '*') return;
  if (!Array.isArray(origins)) throw corsError("'*', a list of origins, or a function");
  const wrong = origins.find((origin) => !isOrigin(origin));
  if (wrong !== undefined) {
    throw corsError(`origins such as https://app.example, found ${JSON.stringify(wrong)}`);
  }
}

function isOrigin(text: unknown): boolean {
  try {
    return new URL(String(text)).origin === text;
  } catch {
    return false;
  }
}

const corsError = (expected: string) =>
  new CrrUsageError('CRR_USAGE_OPTION', `createSyncHandler(): cors: expected ${expected}`);
