import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder with the sources and packages of one commit. */
export interface Checkout {
  readonly root: string;
  /** The abbreviated commit, or the folder. */
  readonly name: string;
  readonly close: () => void;
}

/** The checkout that the benches belong to, including changes that are not committed. */
export const here: Checkout = {
  root: join(import.meta.dirname, '../..'),
  name: 'now',
  close: () => undefined,
};

/** Runs git in this repository and returns its output. Null if it fails. */
export function git(...args: readonly string[]): string | null {
  const { status, stdout } = spawnSync('git', ['-C', here.root, ...args], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : null;
}

/** Returns the abbreviated id of a commit. Null if the repository does not contain it. */
export const commitOf = (ref: string): string | null =>
  git('rev-parse', '--verify', '--short', '--quiet', `${ref}^{commit}`);

/**
 * Creates a temporary worktree of a commit. Its packages are those of this checkout if the lock files are equal, and
 * installed otherwise. A folder instead of a commit is used unchanged.
 */
export function openCheckout(ref: string): Checkout {
  const commit = commitOf(ref);
  if (commit === null && existsSync(join(ref, 'node_modules')))
    return { root: realpathSync(ref), name: ref, close: () => undefined };
  if (commit === null) throw new Error(`${ref} is neither a commit nor a folder with packages.`);
  const folder = mkdtempSync(join(tmpdir(), 'agentgrid-checkout-'));
  const root = join(folder, commit);
  const close = () => {
    git('worktree', 'remove', '--force', root);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    if (git('worktree', 'add', '--detach', root, commit) === null)
      throw new Error(`git could not create a worktree of ${commit}.`);
    addPackages(root);
  } catch (error) {
    close();
    throw error;
  }
  return { root, name: commit, close };
}

function addPackages(root: string): void {
  const lockOf = (folder: string) => readFileSync(join(folder, 'package-lock.json'), 'utf8');
  if (lockOf(root) === lockOf(here.root)) {
    symlinkSync(join(here.root, 'node_modules'), join(root, 'node_modules'));
    return;
  }
  const { status, stderr } = spawnSync('npm', ['ci'], { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`npm ci failed in ${root}:\n${stderr}`);
}
