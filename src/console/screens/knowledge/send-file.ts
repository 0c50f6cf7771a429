import { Problem, type UploadedFile } from '../../../client/index.ts';
import { isWorthRepeating, pauseBefore } from '../../api/api.ts';
import { workspaceOfPath } from '../../app/places.ts';

interface Sending {
  readonly base_id: string;
  readonly file: File;
  /** Replaces the content of the file that has it. */
  readonly external_id: string | null;
  readonly signal: AbortSignal;
  /** Called with the share of the bytes that were sent. */
  readonly onSent: (share: number) => void;
}

/**
 * Uploads one file and reports how much was sent, which `fetch` cannot. A lost connection or a busy server is tried again with
 * the same idempotency key. Throws a `Problem`.
 */
export async function sendFile(sending: Sending): Promise<UploadedFile> {
  const key = crypto.randomUUID();
  for (let attempts = 0; ; attempts += 1) {
    try {
      return await attempt(sending, key);
    } catch (error) {
      if (sending.signal.aborted || !isWorthRepeating(attempts, error)) throw error;
      await pause(pauseBefore(attempts, error), sending.signal);
    }
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });

function attempt(sending: Sending, key: string): Promise<UploadedFile> {
  const { base_id, file, external_id, signal, onSent } = sending;
  const form = new FormData();
  if (external_id !== null) form.append('external_id', external_id);
  form.append('file', file);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const fail = () => reject(Problem.unreachable(new Error('The upload was interrupted.')));
    request.open('POST', `/api/v1/knowledge-bases/${base_id}/files`);
    request.setRequestHeader('Idempotency-Key', key);
    const workspace = workspaceOfPath(location.pathname);
    if (workspace !== null) request.setRequestHeader('AgentGrid-Workspace', workspace);
    request.upload.addEventListener('progress', ({ loaded, total }) => onSent(loaded / total));
    request.addEventListener('error', fail);
    request.addEventListener('abort', fail);
    request.addEventListener('load', () => {
      const { status, responseText } = request;
      if (status === 202) return resolve(JSON.parse(responseText) as UploadedFile);
      const headers = { 'retry-after': request.getResponseHeader('retry-after') ?? '' };
      return Problem.from(new Response(responseText, { status, headers })).then(reject);
    });
    signal.addEventListener('abort', () => request.abort());
    if (signal.aborted) return fail();
    request.send(form);
  });
}
