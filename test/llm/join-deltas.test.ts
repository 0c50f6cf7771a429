import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DeltaJoiner, joinPiece } from '../../src/llm/join-deltas.ts';

const encoder = new TextEncoder();
const chat = (delta: object, rest: object = {}) =>
  `data: ${JSON.stringify({ id: 'c1', choices: [{ index: 0, delta, ...rest }] })}\n\n`;
const anthropic = (text: string) =>
  `event: content_block_delta\ndata: ${JSON.stringify({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } })}\n\n`;

const event = fc.oneof(
  { weight: 6, arbitrary: fc.string({ unit: 'grapheme' }).map((content) => chat({ content })) },
  fc
    .string({ unit: 'binary' })
    .map((reasoning_content) => chat({ content: null, reasoning_content })),
  fc.string().map((content) => chat({ role: 'assistant', content })),
  fc.string().map((content) => chat({ content }, { finish_reason: 'stop' })),
  fc
    .string()
    .map((content) => chat({ tool_calls: [{ index: 0, function: { arguments: content } }] })),
  fc.string().map((text) => anthropic(text)),
  fc.constantFrom(
    'data: [DONE]\n\n',
    ': still here\n\n',
    'data: garbage\n\n',
    'data: a\ndata: b\n\n',
    '\n',
    'data: {"delta":{"content":"\\"}\n\n',
  ),
);

/** Returns the content of a stream: the joined text of consecutive events that differ only in text, and all other events. */
function contentOf(stream: string): unknown[] {
  const content: { frame: string; text: string }[] = [];
  for (const one of stream.split(/\n\n+/)) {
    const { frame, text } = takeText(one.replace(/^\n/, ''));
    const last = content.at(-1);
    if (text !== null && last?.frame === frame) last.text += text;
    else content.push({ frame, text: text ?? '' });
  }
  return content;
}

function takeText(one: string): { frame: string; text: string | null } {
  // A dot would not match U+2028, which JSON may contain.
  const json = /^(?:event: [^\n]*\n)?data: (\{[^\n]*\})$/.exec(one)?.[1];
  if (json === undefined) return { frame: one, text: null };
  try {
    const data = JSON.parse(json);
    const delta = data.delta ?? data.choices?.[0].delta;
    const field = ['content', 'reasoning_content', 'text'].find(
      (name) => typeof delta?.[name] === 'string',
    );
    if (field === undefined) return { frame: one, text: null };
    const text = delta[field];
    delta[field] = '';
    return { frame: JSON.stringify(data), text };
  } catch {
    return { frame: one, text: null };
  }
}

const pieces = (bytes: Uint8Array, cuts: readonly number[]) => {
  const ends = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...ends, bytes.length].map((end, index) =>
    bytes.slice(index === 0 ? 0 : ends[index - 1], end),
  );
};

const throughJoiner = (sent: readonly Uint8Array[]) =>
  new Promise<string>((resolve, reject) => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const piece of sent) if (piece.length > 0) controller.enqueue(piece);
        controller.close();
      },
    });
    let whole = '';
    const sink = {
      text: (text: string) => {
        whole += text;
      },
      end: () => resolve(whole),
      error: reject,
      isFull: () => false,
    };
    new DeltaJoiner(body, sink, () => 0).read();
  });

it('yields the same text in fewer events, wherever the stream is split', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(event, { maxLength: 30 }),
      fc.array(fc.nat(), { maxLength: 8 }),
      async (events, cuts) => {
        const stream = events.join('');
        const joined = await throughJoiner(pieces(encoder.encode(stream), cuts));
        expect(contentOf(joined)).toEqual(contentOf(stream));
        expect(joined.length).toBeLessThanOrEqual(stream.length);
      },
    ),
  );
});

it('joins text that arrives together and leaves other events unchanged', () => {
  const join = (text: string, isBetweenEvents = true) => joinPiece(text, isBetweenEvents);
  expect(join(chat({ content: 'a"' }) + chat({ content: '\n😀' }))).toBe(
    chat({ content: 'a"\n😀' }),
  );
  expect(join(anthropic('a') + anthropic('b'))).toBe(anthropic('ab'));
  const others = [
    chat({ content: 'a' }) + chat({ content: 'b' }, { finish_reason: 'stop' }),
    chat({ content: 'a' }) + chat({ tool_calls: [] }),
    chat({ content: 'a' }).replaceAll('\n', '\r\n') +
      chat({ content: 'b' }).replaceAll('\n', '\r\n'),
  ];
  for (const other of others) expect(join(other)).toBe(other);
  // A piece that begins and ends in the middle of events.
  const cut =
    chat({ content: 'a' }).slice(9) +
    chat({ content: 'b' }) +
    chat({ content: 'c' }) +
    chat({ content: 'd' }).slice(0, -1);
  expect(join(cut, false)).toBe(
    chat({ content: 'a' }).slice(9) + chat({ content: 'bc' }) + chat({ content: 'd' }).slice(0, -1),
  );
});
