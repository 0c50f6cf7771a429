import { toHex } from '../shared/digest.ts';
import { Failure } from '../shared/failure.ts';
import type { FileStore, PutOptions, StoredFile } from './ports.ts';

/** R2 accepts parts of at least 5 MiB. Only one part is held in memory. */
const partBytes = 5 * 1024 * 1024;

export function createR2FileStore(bucket: R2Bucket): FileStore {
  return {
    put: (key, body, options) => putStreamed(bucket, key, body, options),
    async get(key) {
      const object = await bucket.get(key);
      return object === null ? null : { body: object.body, byte_size: object.size };
    },
    async remove(keys) {
      if (keys.length > 0) await bucket.delete([...keys]);
    },
    async removeAll(prefix) {
      // Always reads the first page: the objects that it listed before are deleted.
      for (;;) {
        const { objects } = await bucket.list({ prefix });
        if (objects.length === 0) return;
        await bucket.delete(objects.map(({ key }) => key));
      }
    },
    async check() {
      await bucket.head('readyz');
    },
  };
}

async function putStreamed(
  bucket: R2Bucket,
  key: string,
  body: ReadableStream<Uint8Array>,
  options: PutOptions,
): Promise<StoredFile> {
  const digest = new crypto.DigestStream('SHA-256');
  const hash = digest.getWriter();
  const httpMetadata = { contentType: options.media_type };
  let upload: R2MultipartUpload | null = null;
  const parts: R2UploadedPart[] = [];
  let byte_size = 0;
  try {
    let pending = new PartBuffer();
    for await (const bytes of body) {
      byte_size += bytes.byteLength;
      if (byte_size > options.limit)
        throw new Failure('too_large', `The file must have at most ${options.limit} bytes.`);
      await hash.write(bytes);
      for (let rest = bytes; rest.byteLength > 0; ) {
        rest = pending.add(rest);
        if (!pending.isFull) break;
        upload ??= await bucket.createMultipartUpload(key, { httpMetadata });
        parts.push(await upload.uploadPart(parts.length + 1, pending.bytes));
        pending = new PartBuffer();
      }
    }
    await hash.close();
    if (upload === null) await bucket.put(key, pending.bytes, { httpMetadata });
    else {
      if (pending.bytes.byteLength > 0)
        parts.push(await upload.uploadPart(parts.length + 1, pending.bytes));
      await upload.complete(parts);
    }
    return { byte_size, sha256: toHex(await digest.digest) };
  } catch (error) {
    digest.digest.catch(() => undefined);
    await hash.abort(error).catch(() => undefined);
    await upload?.abort().catch(() => undefined);
    throw error;
  }
}

/** Collects exactly one part. */
class PartBuffer {
  #bytes = new Uint8Array(64 * 1024);
  #length = 0;

  /** Takes as much as fits and returns the rest. */
  add(bytes: Uint8Array): Uint8Array {
    const taken = bytes.subarray(0, partBytes - this.#length);
    if (this.#length + taken.byteLength > this.#bytes.byteLength) {
      const grown = new Uint8Array(
        Math.min(partBytes, Math.max(this.#bytes.byteLength * 2, this.#length + taken.byteLength)),
      );
      grown.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = grown;
    }
    this.#bytes.set(taken, this.#length);
    this.#length += taken.byteLength;
    return bytes.subarray(taken.byteLength);
  }

  get isFull(): boolean {
    return this.#length === partBytes;
  }

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
}
