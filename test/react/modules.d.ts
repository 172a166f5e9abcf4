/** It has no types of its own, and theirs would bring those of the DOM to all tests. */
declare module 'jsdom' {
  export class JSDOM {
    constructor(html: string, options?: { readonly pretendToBeVisual?: boolean });
    readonly window: Readonly<Record<string, unknown>>;
  }
}
