// Runs scripts of package.json at the same time, `node scripts/checks.ts lint types`, and fails if one of them fails. What each
// prints stays together.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

async function run(name: string): Promise<boolean> {
  const started = performance.now();
  const child = spawn('npm', ['run', '--silent', name], { stdio: ['ignore', 'pipe', 'pipe'] });
  const printed: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => printed.push(chunk));
  const [status] = (await once(child, 'close')) as [number | null];
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stdout.write(
    `${status === 0 ? 'passed' : 'FAILED'} in ${seconds} s: npm run ${name}\n${Buffer.concat(printed)}`,
  );
  return status === 0;
}

const results = await Promise.all(process.argv.slice(2).map(run));
process.exit(results.every(Boolean) ? 0 : 1);
