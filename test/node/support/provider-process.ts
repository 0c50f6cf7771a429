import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Starts the scripted provider as a separate process on loopback. */
export async function startProvider(): Promise<{
  readonly url: string;
  readonly stop: () => void;
}> {
  const path = fileURLToPath(new URL('../../support/provider/server.ts', import.meta.url));
  const child = spawn(process.execPath, [path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout, 'data');
  return { url: String(line).trim(), stop: () => child.kill() };
}
