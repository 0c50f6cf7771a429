import { vi } from 'vitest';
import { newWorkspace, type Workspace } from '../../support/api.ts';
import { newBase, uploadForm } from '../../support/files.ts';
import { tick } from '../sources/support.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests read arbitrary JSON.
type Json = any;

export const setUp = async () => {
  const workspace = await newWorkspace();
  const base = await newBase(workspace);
  const path = `/knowledge-bases/${base}/batches`;
  const upload = (name: string, content: string | Uint8Array<ArrayBuffer>, headers = {}) =>
    uploadForm(workspace, path, [{ name, content }], {}, headers);
  return { workspace, base, path, upload };
};

/** Waits until the batch meets the condition, and returns it. */
export async function batchWhen(
  workspace: Workspace,
  id: string,
  isMet: (batch: Json) => boolean,
): Promise<Json> {
  let nextTick = Date.now() + 5000;
  return vi.waitUntil(
    async () => {
      if (Date.now() > nextTick) {
        await tick();
        nextTick = Date.now() + 3000;
      }
      const { body } = await workspace.get(`/batches/${id}`);
      return isMet(body) ? body : null;
    },
    { timeout: 120_000, interval: 50 },
  );
}

/** Waits until every entry is handled and every file is processed. */
export const finished = (workspace: Workspace, id: string): Promise<Json> =>
  batchWhen(
    workspace,
    id,
    ({ status, files }) =>
      ['completed', 'failed', 'cancelled'].includes(status) && files.processing === 0,
  );

/** Entries of a batch by their path. */
export async function entriesOf(workspace: Workspace, id: string): Promise<Record<string, Json>> {
  const { body } = await workspace.get(`/batches/${id}/entries?limit=100`);
  return Object.fromEntries(body.data.map((entry: Json) => [entry.path, entry]));
}

/** An archive of the format ustar. */
export function makeTar(
  entries: readonly { readonly name: string; readonly content: string; readonly type?: string }[],
): Uint8Array<ArrayBuffer> {
  const encode = (text: string) => new TextEncoder().encode(text);
  const blocks = entries.flatMap(({ name, content, type = '0' }) => {
    const header = new Uint8Array(512);
    const body = encode(content);
    header.set(encode(name));
    header.set(encode('0000644\0'), 100);
    header.set(encode(`${body.byteLength.toString(8).padStart(11, '0')}\0`), 124);
    header.set(encode('        '), 148);
    header.set(encode(type), 156);
    header.set(encode('ustar\x0000'), 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.set(encode(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
    const padded = new Uint8Array(Math.ceil(body.byteLength / 512) * 512);
    padded.set(body);
    return [header, padded];
  });
  const size = blocks.reduce((sum, block) => sum + block.byteLength, 1024);
  const whole = new Uint8Array(size);
  let at = 0;
  for (const block of blocks) {
    whole.set(block, at);
    at += block.byteLength;
  }
  return whole;
}
