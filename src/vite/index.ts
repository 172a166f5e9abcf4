import { sep } from 'node:path';
import { bundleProject, requireTriggers, writeBundle } from '../migrate/bundle.js';

export interface MigrationsPluginOptions {
  /** The module to write, from Vite's root. Default: `migrations.ts`. */
  readonly to?: string | undefined;
  /** The drizzle-kit config, from Vite's root. Default: `drizzle.config.ts`, `.js` or `.json`. */
  readonly config?: string | undefined;
}

/** What the plugin needs of Vite's development server. */
interface DevServer {
  readonly watcher: {
    add(path: string): unknown;
    on(event: 'all', listener: (event: string, file: string) => void): unknown;
  };
  readonly config: { readonly logger: { error(message: string): void } };
}

/** A Vite plugin. (Vite's own type would need Vite.) */
export interface MigrationsPlugin {
  readonly name: string;
  configResolved(config: { readonly root: string }): void;
  buildStart(): Promise<void>;
  configureServer(server: DevServer): void;
}

/** Several files of a migration are written at once. */
const QUIET_MS = 100;

/**
 * Keeps the module with the migrations up to date: before each build, and whenever the folder changes while the
 * development server runs. It writes what `drizzle-crr bundle` writes.
 *
 * @throws {CrrMigrateError} in a build: as `drizzle-crr bundle` does. The development server reports it and goes on.
 * @example
 * // vite.config.ts
 * import { migrations } from 'drizzle-crr/vite';
 * export default defineConfig({ plugins: [migrations({ to: 'src/migrations.ts' })] });
 */
export function migrations(options: MigrationsPluginOptions = {}): MigrationsPlugin {
  const { to = 'migrations.ts', config } = options;
  let root = process.cwd();
  let server: DevServer | undefined;
  let watched: string | undefined;

  async function update(): Promise<void> {
    const bundle = await bundleProject(root, to, { config });
    watch(bundle.folder);
    requireTriggers(bundle);
    if (!bundle.isCurrent) writeBundle(bundle.file, bundle.text);
  }

  function watch(folder: string): void {
    if (server === undefined || watched === folder) return;
    watched = folder;
    server.watcher.add(folder);
  }

  const updateAndReport = () =>
    update().catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      server?.config.logger.error(`drizzle-crr: ${message}`);
    });

  return {
    name: 'drizzle-crr:migrations',
    configResolved(resolved) {
      root = resolved.root;
    },
    async buildStart() {
      // While somebody works on the schema, the application goes on with the migrations it has.
      await (server === undefined ? update() : updateAndReport());
    },
    configureServer(started) {
      server = started;
      let timer: NodeJS.Timeout | undefined;
      started.watcher.on('all', (_, file) => {
        if (watched === undefined || !file.startsWith(`${watched}${sep}`)) return;
        clearTimeout(timer);
        timer = setTimeout(() => void updateAndReport(), QUIET_MS);
      });
    },
  };
}
