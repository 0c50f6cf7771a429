import type { FileStore } from '../../../src/platform/ports.ts';
import { sha256 } from '../../../src/shared/digest.ts';
import { Failure } from '../../../src/shared/failure.ts';

/** A file store in memory that records its calls. Objects are stored whole, with their media type. */
export class RecordingFileStore implements FileStore {
  readonly objects = new Map<string, { readonly bytes: Uint8Array; readonly media_type: string }>();
  readonly calls: { readonly method: keyof FileStore; readonly keys: readonly string[] }[] = [];

  async put(...[key, body, { media_type, limit }]: Parameters<FileStore['put']>) {
    this.calls.push({ method: 'put', keys: [key] });
    const chunks: number[] = [];
    for await (const bytes of body) {
      if (chunks.length + bytes.byteLength > limit)
        throw new Failure('too_large', `The file must not exceed ${limit} bytes.`);
      for (const byte of bytes) chunks.push(byte);
    }
    const bytes = Uint8Array.from(chunks);
    this.objects.set(key, { bytes, media_type });
    return { byte_size: bytes.byteLength, sha256: await sha256(bytes) };
  }

  async get(...[key, range]: Parameters<FileStore['get']>) {
    this.calls.push({ method: 'get', keys: [key] });
    const object = this.objects.get(key);
    if (object === undefined) return null;
    const bytes =
      range === undefined
        ? object.bytes
        : object.bytes.slice(range.offset, range.offset + range.length);
    const body = new Response(bytes).body ?? new ReadableStream<Uint8Array>();
    return { body, byte_size: object.bytes.byteLength };
  }

  async list(...[prefix, after, limit]: Parameters<FileStore['list']>) {
    this.calls.push({ method: 'list', keys: [prefix] });
    return [...this.objects.keys()]
      .filter((key) => key.startsWith(prefix) && (after === null || key > after))
      .sort()
      .slice(0, limit);
  }

  async remove(keys: readonly string[]) {
    this.calls.push({ method: 'remove', keys });
    for (const key of keys) this.objects.delete(key);
  }

  async removeAll(prefix: string) {
    this.calls.push({ method: 'removeAll', keys: [prefix] });
    for (const key of this.objects.keys()) if (key.startsWith(prefix)) this.objects.delete(key);
  }

  async check() {
    this.calls.push({ method: 'check', keys: [] });
  }
}
