export { CrrTestError, type CrrTestErrorCode } from '../errors.js';
export type { TestClock } from './clock.js';
export type { Link, LinkOptions } from './link.js';
export { createTestNetwork, type TestNetwork } from './network.js';
export type {
  ConvergedOptions,
  TestClient,
  TestClientOptions,
  TestNetworkOptions,
  TestServer,
  TestServerOptions,
} from './participants.js';
