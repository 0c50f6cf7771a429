import { describe, expect, it } from 'vitest';
import { readForm } from '../../src/documents/index.ts';
import { newWorkspace } from '../support/api.ts';
import { newBase } from '../support/files.ts';

const boundary = 'B0undary';
const encoder = new TextEncoder();
const partOf = (disposition: string, content: string) =>
  `--${boundary}\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n${content}\r\n`;
const fileOf = (name: string, content: string) =>
  partOf(`name="file"; filename="${name}"`, content);
const fieldOf = (name: string, content: string) => partOf(`name="${name}"`, content);
const end = `--${boundary}--\r\n`;

/** A body that comes in the given pieces, each on its own turn. */
const inPieces = (pieces: Iterable<Uint8Array>) => {
  const left = pieces[Symbol.iterator]();
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      const { done, value } = left.next();
      if (done) controller.close();
      else controller.enqueue(value.slice());
    },
  });
};

function* cutAt(bytes: Uint8Array, size: number, first = size) {
  yield bytes.subarray(0, first);
  for (let at = first; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const headers = { 'content-type': `multipart/form-data; boundary=${boundary}` };

async function read(
  body: ReadableStream<Uint8Array>,
  isRead: (name: string) => boolean = () => true,
) {
  const request = new Request('http://form.test', { method: 'POST', headers, body });
  const { files, fields } = await readForm(
    request,
    ['metadata', 'external_id'],
    { files: 20, fieldSize: 1000 },
    async (part) => {
      const decoder = new TextDecoder();
      let text = '';
      if (isRead(part.name))
        for await (const bytes of part.body) text += decoder.decode(bytes, { stream: true });
      return `${part.name}: ${text}`;
    },
  );
  return { files, fields };
}

describe('multipart forms', () => {
  const tricky = [
    '',
    'plain',
    '\r\n',
    '--',
    `\r\n--${boundary.slice(0, 4)}`,
    `x--${boundary}`,
    '\r\r\n-\r\n--',
    'ä€\u{1f600}',
  ];
  const form = [
    fieldOf('metadata', '{"a":1}'),
    ...tricky.map((text, index) => fileOf(`f${index}`, text)),
    fieldOf('external_id', 'x'),
    end,
  ].join('');
  const expected = {
    files: tricky.map((text, index) => `f${index}: ${text}`),
    fields: { metadata: '{"a":1}', external_id: 'x' },
  };

  it('parse the same for every split of the body, and byte by byte', async () => {
    const bytes = encoder.encode(form);
    for (let at = 1; at < bytes.length; at += 1)
      expect(await read(inPieces(cutAt(bytes, bytes.length, at))), `cut at ${at}`).toEqual(
        expected,
      );
    expect(await read(inPieces(cutAt(bytes, 1)))).toEqual(expected);
  });

  it('complete for any ratio of file size to piece size', async () => {
    for (const size of [64, 100, 128]) {
      for (let length = 0; length < 2 * size; length += 1) {
        const names = ['a', 'b', 'c'].slice(0, 1 + (length % 3));
        const files = names.map(
          (name, index) => [name, 'x'.repeat(Math.max(0, length - index * 7))] as const,
        );
        const field = length % 2 === 0 ? fieldOf('metadata', '{}') : '';
        const bytes = encoder.encode(
          files.map(([name, text]) => fileOf(name, text)).join('') + field + end,
        );
        const { files: found } = await read(inPieces(cutAt(bytes, size)));
        expect(found, `${length} in pieces of ${size}`).toEqual(
          files.map(([name, text]) => `${name}: ${text}`),
        );
      }
    }
  });

  it('continue after an unread file, and accept files at the sizes of stream buffers', async () => {
    const sizes = [16_383, 16_384, 16_385, 65_404, 65_535, 65_536, 65_537, 200_000, 0, 1];
    const bytes = encoder.encode(
      [
        ...sizes.map((size) => fileOf(`${size}`, 'y'.repeat(size))),
        fieldOf('metadata', '{}'),
        end,
      ].join(''),
    );
    for (const piece of [1460, 4096, 16_384, 65_536, 1_000_000]) {
      const { files, fields } = await read(
        inPieces(cutAt(bytes, piece)),
        (name) => name !== '65536' && name !== '1',
      );
      expect(files.map((file) => file.length - file.indexOf(':') - 2)).toEqual(
        sizes.map((size) => (size === 65_536 || size === 1 ? 0 : size)),
      );
      expect(fields).toEqual({ metadata: '{}' });
    }
  });

  it('are rejected when truncated at any position', async () => {
    const bytes = encoder.encode(fileOf('a.md', 'first') + fieldOf('metadata', '{}') + end);
    for (let at = 0; at < bytes.length - 4; at += 1)
      await expect(
        read(inPieces([bytes.subarray(0, at)])),
        `cut off at ${at}`,
      ).rejects.toMatchObject({ code: 'malformed_request' });
  });
});

describe('uploads', () => {
  it('are all answered, for any pieces and pauses', async () => {
    const workspace = await newWorkspace();
    const path = `/knowledge-bases/${await newBase(workspace)}/files`;
    const sizes = [1, 4096, 16_384, 65_404, 65_536];
    const upload = async (index: number) => {
      const names = ['a', 'b', 'c'].slice(0, 1 + (index % 3));
      const size = sizes[index % sizes.length] ?? 1;
      const text = (name: string) => `${index}${name} `.padEnd(size + (index % 7), 'word ');
      const bytes = encoder.encode(
        names.map((name) => fileOf(`${name}.txt`, text(name))).join('') +
          fieldOf('metadata', '{}') +
          end,
      );
      const body = inPieces(
        cutAt(bytes, [1460, 16_384, 65_536][index % 3 === 0 ? 2 : index % 2] ?? 1460),
      );
      const answer = await workspace.post(path, undefined, { headers, body });
      expect(
        [answer.status, answer.body.data?.length],
        `${index}: ${JSON.stringify(answer.body)}`,
      ).toEqual([202, names.length]);
    };
    for (let round = 0; round < 20; round += 1)
      await Promise.all([0, 1, 2].map((place) => upload(round * 3 + place)));
  });
});
