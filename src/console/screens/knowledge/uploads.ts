import { useSyncExternalStore } from 'react';
import { Problem, type File as StoredFile } from '../../../client/index.ts';
import { client } from '../../api/api.ts';
import { sendFile } from './send-file.ts';

export interface Upload {
  readonly id: string;
  readonly base_id: string;
  readonly file: File;
  readonly state:
    | 'waiting'
    | 'checking'
    | 'asking'
    | 'sending'
    | 'stored'
    | 'duplicate'
    | 'refused'
    | 'stopped';
  /** Share of the bytes that were sent. */
  readonly sent: number;
  /** The file whose content this takes the place of. */
  readonly replaces: StoredFile | null;
  /** A file of the same name, about which a person decides. */
  readonly namesake: StoredFile | null;
  readonly file_id: string | null;
  readonly problem: Problem | null;
}

const atOnce = 3;
const listeners = new Set<() => void>();
const stops = new Map<string, AbortController>();
let uploads: readonly Upload[] = [];

/** Uploads of this page, which continue while other screens are shown. */
export const useUploads = (base_id: string): readonly Upload[] =>
  useSyncExternalStore(subscribe, () => uploads).filter((one) => one.base_id === base_id);

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const isOpen = ({ state }: Upload): boolean =>
  ['waiting', 'checking', 'asking', 'sending'].includes(state);

function publish(next: readonly Upload[]): void {
  const wasOpen = uploads.some(isOpen);
  uploads = next;
  const isNowOpen = uploads.some(isOpen);
  // The browser asks before it leaves the page.
  if (isNowOpen && !wasOpen) addEventListener('beforeunload', keep);
  if (!isNowOpen && wasOpen) removeEventListener('beforeunload', keep);
  for (const listener of listeners) listener();
}

const keep = (event: BeforeUnloadEvent) => event.preventDefault();

const change = (id: string, changes: Partial<Upload>) =>
  publish(uploads.map((one) => (one.id === id ? { ...one, ...changes } : one)));

/** Queues files for a base; `replaces` takes one file as new content of another. */
export function addUploads(
  base_id: string,
  files: Iterable<File>,
  replaces: StoredFile | null = null,
): void {
  const added = Array.from(files, (file) => ({
    ...{ id: crypto.randomUUID(), base_id, file, state: 'waiting' as const, sent: 0 },
    ...{ replaces, namesake: null, file_id: null, problem: null },
  }));
  publish([...uploads, ...added]);
  startNext();
}

export function repeatUpload(id: string): void {
  change(id, { state: 'waiting', problem: null, sent: 0 });
  startNext();
}

export function stopUpload(id: string): void {
  stops.get(id)?.abort();
  change(id, { state: 'stopped' });
  startNext();
}

export const hideUploads = (ids: readonly string[]): void =>
  publish(uploads.filter(({ id }) => !ids.includes(id)));

/** Decides about a file whose name is taken. */
export function decideUpload({ id, namesake }: Upload, isReplacing: boolean): void {
  change(id, { state: 'waiting', replaces: isReplacing ? namesake : null });
  startNext();
}

function startNext(): void {
  const active = uploads.filter(({ state }) => state === 'sending' || state === 'checking').length;
  const waiting = uploads.filter(({ state }) => state === 'waiting');
  for (const upload of waiting.slice(0, Math.max(0, atOnce - active))) void run(upload);
}

async function run({ id, base_id, file, replaces, namesake }: Upload): Promise<void> {
  const stop = new AbortController();
  stops.set(id, stop);
  change(id, { state: 'checking' });
  try {
    const found = namesake ?? replaces ?? (await findNamesake(base_id, file));
    if (found !== null && namesake === null && replaces === null) {
      change(id, { state: 'asking', namesake: found });
      return;
    }
    const external_id = replaces === null ? null : await externalIdOf(replaces, stop.signal);
    if (stop.signal.aborted) return;
    change(id, { state: 'sending' });
    const onSent = (sent: number) => change(id, { sent });
    const stored = await sendFile({ base_id, file, external_id, signal: stop.signal, onSent });
    change(id, {
      state: stored.is_duplicate ? 'duplicate' : 'stored',
      file_id: stored.id,
      sent: 1,
    });
  } catch (error) {
    if (!stop.signal.aborted) change(id, { state: 'refused', problem: Problem.unreachable(error) });
  } finally {
    stops.delete(id);
    startNext();
  }
}

/** The file of the same name and other content, if there is one: a person decides whether it is replaced. */
async function findNamesake(base_id: string, file: File): Promise<StoredFile | null> {
  const { data } = await client.GET('/api/v1/knowledge-bases/{kb}/files', {
    params: { path: { kb: base_id }, query: { q: file.name.slice(0, 200), limit: 100 } },
  });
  const same = data?.data.find(({ name }) => name === file.name);
  if (same === undefined) return null;
  return same.byte_size === file.size && (await digestOf(file)) === same.sha256 ? null : same;
}

async function digestOf(file: File): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Content is replaced by external id. A file without one gets it by an upload of its own content, which is a duplicate. */
async function externalIdOf(file: StoredFile, signal: AbortSignal): Promise<string> {
  if (file.external_id !== null) return file.external_id;
  const { data } = await client.GET('/api/v1/files/{file}/content', {
    params: { path: { file: file.id } },
    parseAs: 'blob',
    signal,
  });
  const own = new File([data as unknown as Blob], file.name, { type: file.media_type });
  const external_id = `console:${file.id}`;
  const sending = {
    base_id: file.base_id,
    file: own,
    external_id,
    signal,
    onSent: () => undefined,
  };
  const kept = await sendFile(sending);
  if (kept.id !== file.id)
    throw new Problem(409, { detail: `Another file has the content of ${file.name}.` });
  return external_id;
}
