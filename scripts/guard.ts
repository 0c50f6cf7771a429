// Leader of a process group: runs the script named by its arguments and takes the whole group with it when it goes.
// Its standard input is a pipe from whoever started it, which ends when they say so and also when they are killed.
import { spawn, spawnSync } from 'node:child_process';

const patience = 5_000;
const [script = '', ...args] = process.argv.slice(2);
const child = spawn(process.execPath, [script, ...args], {
  stdio: ['ignore', 'inherit', 'inherit'],
});
let isEnding = false;

process.on('SIGTERM', end);
process.on('SIGINT', end);
process.stdin.on('end', end).on('error', end).resume();
child.on('exit', (code) => {
  if (isEnding) return endGroup('SIGKILL');
  // Ended by itself: whoever started it wants to know how, and ends what is left of the group.
  process.exit(code ?? 1);
});

function end(): void {
  if (isEnding) return;
  isEnding = true;
  child.kill('SIGTERM');
  setTimeout(() => endGroup('SIGKILL'), patience);
}

/** This process is one of the group: nothing runs after this. */
function endGroup(signal: NodeJS.Signals): void {
  if (process.platform !== 'win32') process.kill(-process.pid, signal);
  else spawnSync('taskkill', ['/pid', String(child.pid), '/T', '/F']);
  process.exit();
}
