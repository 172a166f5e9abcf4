/** What the programs of this folder use of browsers, whose types would hide mistakes everywhere else. */
declare const location: { readonly href: string };
declare const navigator: {
  readonly storage: {
    getDirectory(): Promise<{ removeEntry(name: string): Promise<void> }>;
  };
};
declare function addEventListener(
  type: 'message',
  listen: (message: {
    readonly data: unknown;
    readonly ports: readonly { postMessage(data: unknown): void }[];
  }) => void,
): void;
declare function postMessage(data: unknown): void;

/** Drizzle 0.45 does not have it. */
declare module 'drizzle-orm/tursodatabase/wasm' {
  export function drizzle(config: { client: object }): object;
}
