/** What the programs of this folder use of modules that Node 20 does not have. */
declare module 'bun:sqlite' {
  export class Database {
    constructor(path: string);
  }
}
declare module 'node:sqlite' {
  export class DatabaseSync {
    constructor(path: string);
  }
}
declare module 'drizzle-orm/node-sqlite' {
  export function drizzle(config: { client: object }): object;
}
declare module 'cloudflare:workers' {
  export class DurableObject {
    readonly ctx: { readonly storage: object };
  }
}
declare module '*.wasm' {
  const module: object;
  export default module;
}
declare const WebAssembly: { instantiate(module: object, imports: object): Promise<object> };
