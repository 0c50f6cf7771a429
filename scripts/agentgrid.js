#!/usr/bin/env node
// The command `agentgrid`. Node strips types of its own accord, but not of files in node_modules, where npx puts them.
import { readFileSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

if (module.registerHooks === undefined || module.stripTypeScriptTypes === undefined) {
  console.error(`agentgrid needs Node.js 22.15 or later; this is ${process.version}.`);
  process.exit(2);
}
process.removeAllListeners('warning');
process.on('warning', (warning) => {
  if (warning.name !== 'ExperimentalWarning') console.error(`${warning.name}: ${warning.message}`);
});
module.registerHooks({
  load(url, context, next) {
    if (!url.startsWith('file:') || !url.endsWith('.ts')) return next(url, context);
    const source = module.stripTypeScriptTypes(readFileSync(fileURLToPath(url), 'utf8'));
    return { format: 'module', source, shortCircuit: true };
  },
});
const { main } = await import('./agentgrid/main.ts');
process.exitCode = await main(process.argv.slice(2));
