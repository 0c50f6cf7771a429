// Leader of a process group: runs the script named by its arguments, and ends the whole group when it exits. Its standard
// input is a pipe from the parent, which closes when the parent stops the group or is killed.
import { spawn, spawnSync } from 'node:child_process';

const timeout_ms = 5_000;
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
  // The script ended by itself: passes its exit status to the parent, which ends the rest of the group.
  process.exit(code ?? 1);
});

function end(): void {
  if (isEnding) return;
  isEnding = true;
  child.kill('SIGTERM');
  setTimeout(() => endGroup('SIGKILL'), timeout_ms);
}

/** Ends the group including this process; nothing runs afterwards. */
function endGroup(signal: NodeJS.Signals): void {
  if (process.platform !== 'win32') process.kill(-process.pid, signal);
  else spawnSync('taskkill', ['/pid', String(child.pid), '/T', '/F']);
  process.exit();
}
