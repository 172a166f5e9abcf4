/** drizzle-kit's flags that say where a project's things are. */
export const PROJECT_FLAGS = {
  config: 'string',
  dialect: 'string',
  driver: 'string',
  casing: 'string',
  schema: 'string',
  out: 'string',
} as const;

export const PROJECT_FLAGS_HELP = `  --config <file>     drizzle-kit's config (default: drizzle.config.ts, .js or .json)
  --dialect, --schema, --out, --casing
                      instead of a config, as with drizzle-kit`;
