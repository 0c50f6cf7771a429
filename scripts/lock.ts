// One server to a data directory: two would answer from the same files without knowing of each other.
import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** How often a holder says that it is there, and after what silence it is taken for dead. */
const beat = 1_000;
const silence = 15_000;

export const lockPath = (directory: string) => join(directory, 'agentgrid.lock');

/** Takes the directory until the returned function is called or the process ends. Throws when another process has it. */
export function lockDirectory(directory: string): () => void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = lockPath(directory);
  if (isHeld(path)) throw inUse(directory, readHolder(path));
  rmSync(path, { force: true });
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'EEXIST' ? inUse(directory, readHolder(path)) : error;
  }
  const timer = setInterval(() => {
    const now = new Date();
    if (readHolder(path) === process.pid) utimesSync(path, now, now);
  }, beat).unref();
  return () => {
    clearInterval(timer);
    if (readHolder(path) === process.pid) rmSync(path, { force: true });
  };
}

function inUse(directory: string, holder: number | null): Error {
  const other = `another AgentGrid${holder === null ? '' : ` (process ${holder})`}`;
  return new Error(`${directory} is in use by ${other}. Stop that one, or choose another directory with --persist-to.`);
}

/** A process number is given out again, in a container at every start: who has it must also have been heard lately. */
function isHeld(path: string): boolean {
  const modified = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  if (modified === undefined || Date.now() - modified > silence) return false;
  const holder = readHolder(path);
  // Without a number it is being written.
  return holder === null || isAlive(holder);
}

/** Null when there is no lock, or none that says whose it is. */
function readHolder(path: string): number | null {
  try {
    const text = readFileSync(path, 'utf8');
    return /^[1-9]\d*$/.test(text) ? Number(text) : null;
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of somebody else is alive all the same.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
