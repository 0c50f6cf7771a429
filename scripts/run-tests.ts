// npm run test:only [-- filters and flags of Vitest]: the two projects one after the other, each in a process of its own.
// In one process Vitest has stood still between them now and then, with every file of the first ended and none of the second
// begun: so what stands still is one of them, and the other has its result.
import { spawnSync } from 'node:child_process';

const args = process.argv.slice(2);
// A filter may be for one of them alone.
const mayBeNone = args.length === 0 ? [] : ['--passWithNoTests'];

for (const project of ['workerd', 'node']) {
  const { status } = spawnSync('vitest', ['run', '--project', project, ...mayBeNone, ...args], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
}
