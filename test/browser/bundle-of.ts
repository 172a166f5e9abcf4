import { testProject } from '../support/project.js';

/** What `drizzle-crr bundle` writes of a schema of this folder, as an application has it. */
export async function bundleOf(schema: string): Promise<unknown> {
  const project = await testProject({
    'drizzle.config.ts': `export default { dialect: 'sqlite', schema: './schema.ts', out: './drizzle' };`,
    'schema.ts': schema.replaceAll('../../src/index.js', 'drizzle-crr'),
  });
  try {
    for (const args of [['generate'], ['bundle', '--to', 'bundle.json']]) {
      const { code, stderr } = await project.crr(...args);
      if (code !== 0) throw new Error(stderr);
    }
    return JSON.parse(project.read('bundle.json'));
  } finally {
    project.remove();
  }
}
