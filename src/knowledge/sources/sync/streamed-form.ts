import { toHex } from '../../../shared/digest.ts';

interface StreamedFile {
  readonly name: string;
  readonly media_type: string;
  readonly stream: ReadableStream<Uint8Array>;
}

/**
 * Returns a multipart request with the fields and a file that is read as the request is, in bounded memory.
 * `content_hash` is the SHA-256 of the file once it has been read.
 */
export function streamedForm(file: StreamedFile, fields: Readonly<Record<string, string>>) {
  const boundary = `source-${crypto.randomUUID()}`;
  const digest = new crypto.DigestStream('SHA-256');
  const hash = digest.getWriter();
  const encoder = new TextEncoder();
  async function* parts(): AsyncGenerator<Uint8Array> {
    for (const [name, value] of Object.entries(fields))
      yield encoder.encode(
        `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
      );
    yield encoder.encode(
      `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${file.name}"\r\ncontent-type: ${file.media_type || 'application/octet-stream'}\r\n\r\n`,
    );
    for await (const bytes of file.stream) {
      await hash.write(bytes);
      yield bytes;
    }
    await hash.close();
    yield encoder.encode(`\r\n--${boundary}--\r\n`);
  }
  const request = new Request('https://upload.invalid/', {
    method: 'POST',
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: streamOf(parts()),
  });
  return { request, content_hash: digest.digest.then(toHex) };
}

/** Reads from the generator only as fast as its reader. */
const streamOf = (pieces: AsyncGenerator<Uint8Array>) =>
  new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await pieces.return(undefined);
    },
  });
