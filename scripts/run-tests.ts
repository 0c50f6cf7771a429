// npm run test:only [-- filters and flags of Vitest]: the tests in workerd, then those in Node, each run in a process of
// its own. Files in workerd share a process and the modules that it has loaded; a process that has run about forty files
// has stopped taking the next one (no file unfinished, none started). Parts of a run stay well below that.
import { spawnSync } from 'node:child_process';

const parts = 6;
const args = process.argv.slice(2);

function run(project: string, more: readonly string[]): void {
  const { status } = spawnSync('vitest', ['run', '--project', project, ...more], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
}

if (args.length > 0) {
  // A filter may match files of one project only.
  for (const project of ['workerd', 'node']) run(project, ['--passWithNoTests', ...args]);
} else {
  for (let part = 1; part <= parts; part += 1) run('workerd', [`--shard=${part}/${parts}`]);
  run('node', []);
}
