// State of a local server between starts, next to its data: never committed, readable only by its owner.
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';

export interface State {
  root_key: string;
  /** Encrypt the secrets of workspaces, which are lost without them. */
  encryption_keys: string;
  workspace_id?: string;
  key?: string;
  /** Completion of the last erasure of an end user before the database was rewritten. */
  compacted_at?: number;
  sample?: { agent_id: string; session_id: string };
}

export const statePath = (directory: string) => join(directory, 'agentgrid.json');

/** Returns the state of a directory; creates it on the first start. Secrets are taken from `override` (the root key) or `.dev.vars`, otherwise generated. */
export function openState(directory: string, override: string | undefined): State {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = statePath(directory);
  const kept: Partial<State> = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
  const { ROOT_KEY, ENCRYPTION_KEYS } = readDevVars();
  const root_key = override || ROOT_KEY || kept.root_key || newSecret();
  const encryption_keys = ENCRYPTION_KEYS || kept.encryption_keys || `1:${newSecret()}`;
  const state = { ...kept, root_key, encryption_keys };
  saveState(directory, state);
  return state;
}

/** Writes the file atomically, also if the process is killed. */
export function saveState(directory: string, state: State): void {
  const path = statePath(directory);
  writeFileSync(`${path}.new`, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  chmodSync(`${path}.new`, 0o600);
  renameSync(`${path}.new`, path);
}

/** Reads `.dev.vars`, which contains a developer's secrets for local runs; see `.dev.vars.example`. */
export function readDevVars(): Record<string, string> {
  const path = join(import.meta.dirname, '..', '.dev.vars');
  return existsSync(path) ? (parseEnv(readFileSync(path, 'utf8')) as Record<string, string>) : {};
}

const newSecret = () =>
  Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url');
