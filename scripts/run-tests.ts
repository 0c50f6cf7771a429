// npm run test:only [-- filters and flags of Vitest]: runs the two projects one after the other, each in its own process.
// In one process, Vitest sometimes hangs between the projects, after all files of the first and before any of the second.
import { spawnSync } from 'node:child_process';

const args = process.argv.slice(2);
// A filter may match files of one project only.
const mayBeNone = args.length === 0 ? [] : ['--passWithNoTests'];

for (const project of ['workerd', 'node']) {
  const { status } = spawnSync('vitest', ['run', '--project', project, ...mayBeNone, ...args], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
}
