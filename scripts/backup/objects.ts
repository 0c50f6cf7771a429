/** Bytes of a part; a request to a Worker on Cloudflare has at most 100 MB. R2 requires that all parts but the last have one size. */
const partBytes = 32 * 1024 * 1024;

/** Streams an object; 404 when it does not exist. */
export async function readObject(bucket: R2Bucket, key: string): Promise<Response> {
  const object = await bucket.get(key);
  if (object === null) return new Response('No such object', { status: 404 });
  return new Response(object.body);
}

/**
 * Stores the body under a key. R2 compares a small body with `x-sha256`; a large one is stored part by part and compared by whoever
 * reads it. Nothing is stored of a body that was not received completely.
 */
export async function putObject(
  bucket: R2Bucket,
  key: string,
  request: Request,
): Promise<Response> {
  const options = {
    httpMetadata: contentTypeOf(request),
    customMetadata: JSON.parse(request.headers.get('x-metadata') ?? '{}'),
  };
  const size = Number(request.headers.get('x-size'));
  if (size <= partBytes) {
    const bytes = await request.arrayBuffer();
    if (bytes.byteLength !== size) return new Response('The body is incomplete', { status: 400 });
    const sha256 = request.headers.get('x-sha256') ?? '';
    await bucket.put(key, bytes, { ...options, sha256 });
    return new Response();
  }
  const upload = await bucket.createMultipartUpload(key, options);
  try {
    const parts: R2UploadedPart[] = [];
    let received = 0;
    for await (const part of partsOf(request.body as ReadableStream<Uint8Array>)) {
      received += part.byteLength;
      parts.push(await upload.uploadPart(parts.length + 1, part));
    }
    if (received !== size) throw new Error('The body is incomplete');
    await upload.complete(parts);
  } catch (error) {
    await upload.abort();
    throw error;
  }
  return new Response();
}

const contentTypeOf = (request: Request): R2HTTPMetadata => {
  const contentType = request.headers.get('x-content-type');
  return contentType === null ? {} : { contentType };
};

/** Cuts a stream into parts of one size, except the last. */
async function* partsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  let part = new Uint8Array(partBytes);
  let length = 0;
  for await (const bytes of body) {
    for (let rest = bytes; rest.byteLength > 0; ) {
      const taken = rest.subarray(0, partBytes - length);
      part.set(taken, length);
      length += taken.byteLength;
      rest = rest.subarray(taken.byteLength);
      if (length < partBytes) continue;
      yield part;
      part = new Uint8Array(partBytes);
      length = 0;
    }
  }
  if (length > 0) yield part.subarray(0, length);
}
