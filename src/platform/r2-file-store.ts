import { sha256, toHex } from '../shared/digest.ts';
import { Failure } from '../shared/failure.ts';
import type { FileStore, PutOptions, StoredFile } from './ports.ts';

/** R2 accepts parts of at least 5 MiB. Only one part is held in memory. */
const partBytes = 5 * 1024 * 1024;

export function createR2FileStore(bucket: R2Bucket): FileStore {
  return {
    put: (key, body, options) => putStreamed(bucket, key, body, options),
    async get(key, range) {
      const object = await bucket.get(key, range === undefined ? {} : { range });
      return object === null ? null : { body: object.body, byte_size: object.size };
    },
    async list(prefix, after, limit) {
      const from = after === null ? {} : { startAfter: after };
      const { objects } = await bucket.list({ prefix, limit, ...from });
      return objects.map(({ key }) => key);
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

/** Puts a body that fits into one part at once, and a larger one part by part. */
async function putStreamed(
  bucket: R2Bucket,
  key: string,
  body: AsyncIterable<Uint8Array>,
  options: PutOptions,
): Promise<StoredFile> {
  const httpMetadata = { contentType: options.media_type };
  let parts: PartUpload | null = null;
  let byte_size = 0;
  try {
    let pending = new PartBuffer();
    for await (const bytes of body) {
      byte_size += bytes.byteLength;
      if (byte_size > options.limit)
        throw new Failure('too_large', `The file must have at most ${options.limit} bytes.`);
      for (let rest = bytes; rest.byteLength > 0; ) {
        rest = pending.add(rest);
        if (!pending.isFull) break;
        parts ??= new PartUpload(await bucket.createMultipartUpload(key, { httpMetadata }));
        await parts.add(pending.bytes);
        pending = new PartBuffer();
      }
    }
    if (parts !== null) return { byte_size, sha256: await parts.complete(pending.bytes) };
    await bucket.put(key, pending.bytes, { httpMetadata });
    return { byte_size, sha256: await sha256(pending.bytes) };
  } catch (error) {
    await parts?.abort(error);
    throw error;
  }
}

/** A multipart upload and the digest of its parts. */
class PartUpload {
  readonly #upload: R2MultipartUpload;
  readonly #digest = new crypto.DigestStream('SHA-256');
  readonly #hash = this.#digest.getWriter();
  readonly #parts: R2UploadedPart[] = [];

  constructor(upload: R2MultipartUpload) {
    this.#upload = upload;
  }

  async add(bytes: Uint8Array): Promise<void> {
    await this.#hash.write(bytes);
    this.#parts.push(await this.#upload.uploadPart(this.#parts.length + 1, bytes));
  }

  /** Adds the rest, which may be empty, and returns the SHA-256 of all parts. */
  async complete(rest: Uint8Array): Promise<string> {
    if (rest.byteLength > 0) await this.add(rest);
    await this.#hash.close();
    await this.#upload.complete(this.#parts);
    return toHex(await this.#digest.digest);
  }

  async abort(reason: unknown): Promise<void> {
    this.#digest.digest.catch(() => undefined);
    await this.#hash.abort(reason).catch(() => undefined);
    await this.#upload.abort().catch(() => undefined);
  }
}

/** Collects exactly one part. */
class PartBuffer {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(64 * 1024);
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

  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }
}
