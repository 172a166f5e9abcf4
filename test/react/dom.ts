/**
 * A DOM for the tests, to be imported before React. Vitest's own environment would also replace ArrayBuffer and
 * Uint8Array by those of another realm, which no driver knows.
 */
import { JSDOM } from 'jsdom';

const { window } = new JSDOM('<!doctype html><body></body>', { pretendToBeVisual: true });
const { document, navigator, Node, Element, HTMLElement, MutationObserver, Event } = window;
for (const [name, value] of Object.entries({
  ...{ window, document, navigator, Node, Element, HTMLElement, MutationObserver, Event },
})) {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}
