import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chatStream } from '../../../src/protocols/openai/chat-stream.ts';
import { responsesStream } from '../../../src/protocols/openai/responses-stream.ts';
import type { Message, RunEvent, StreamProtocol } from '../../../src/runs/index.ts';
import { textOfEvents } from '../../../src/runs/stream/event-log.ts';
import { newId } from '../../../src/shared/id.ts';

const run_id = newId('run');
const message_id = newId('msg');
const version = { id: newId('ver'), number: 7 };
const started: RunEvent = {
  type: 'start',
  run_id,
  message_id,
  user_message_id: newId('msg'),
  version,
};

const finished = (text: string): RunEvent => {
  const usage = {
    input_tokens: 1,
    output_tokens: 1,
    cache_read_tokens: null,
    reasoning_tokens: null,
    cost_usd: 0,
  };
  const run = {
    id: run_id,
    status: 'completed',
    finish_reason: 'stop',
    version_id: version.id,
    ended_at: '2026-11-20T09:30:00.000Z',
    usage,
  };
  return {
    type: 'finish',
    message: {
      id: message_id,
      text,
      parts: [{ type: 'text', text }],
      citations: [],
      run_id,
      run,
    } as unknown as Message,
  };
};

const echo = { model: 'support', tools: [], store: true, metadata: {} };
const kinds: readonly [string, StreamProtocol, object][] = [
  ['chat', chatStream, { model: 'support', include_usage: true, tools: [] }],
  ['responses', responsesStream, { echo, tools: [] }],
];

const framesOf = (kind: StreamProtocol, options: object, events: readonly RunEvent[]): string[] => {
  const encoder = kind.make(options as Record<string, unknown>);
  return events.flatMap((event) => encoder.frames(event));
};
// biome-ignore lint/suspicious/noExplicitAny: frames of any protocol.
const dataOf = (frame: string): any =>
  JSON.parse(
    frame
      .split('\n')
      .find((line) => line.startsWith('data: '))
      ?.slice(6) ?? '',
  );
const idOf = (frame: string) => Number(/^id: (\d+)$/m.exec(frame)?.[1]);

const textIn = (frames: readonly string[]): string =>
  frames
    .map(dataOf)
    .reduce(
      (text, data) =>
        text +
        (data.choices?.[0]?.delta.content ??
          (data.type === 'response.output_text.delta' ? data.delta : '')),
      '',
    );

const rounds = fc.array(
  fc.array(
    fc.oneof(fc.string({ minLength: 1, unit: 'grapheme' }), fc.constantFrom(' ', '\n', 'a ', ' b')),
  ),
  {
    minLength: 1,
    maxLength: 4,
  },
);

describe.each(kinds)('the stream of %s', (_name, kind, options) => {
  it('contains the text of the stored message in numbered, reproducible frames', () => {
    fc.assert(
      fc.property(rounds, (deltas) => {
        const events = deltas.flatMap((some, ordinal): RunEvent[] => [
          { type: 'start-step', ordinal },
          ...some.map((delta): RunEvent => ({ type: 'text-delta', delta })),
        ]);
        const text = textOfEvents(events);
        const all = [started, ...events, finished(text)];
        const frames = framesOf(kind, options, all);
        expect(textIn(frames)).toBe(text);
        expect(frames.map(idOf)).toEqual(frames.map((_, index) => index + 1));
        expect(framesOf(kind, options, all)).toEqual(frames);
      }),
    );
  });

  it('replays a run without stored events from its message', () => {
    const frames = framesOf(kind, options, [
      { type: 'text-delta', delta: 'All of it' },
      finished('All of it'),
    ]);
    expect(textIn(frames)).toBe('All of it');
    for (const data of frames.map(dataOf))
      expect(data.id ?? data.response?.id ?? data.item_id ?? data.item?.id).toBeDefined();
  });

  it('omits calls of the agent’s tools', () => {
    const tool = { tool_call_id: 'call_1', tool_name: 'calculator' };
    const events: RunEvent[] = [
      { type: 'tool-input-start', ...tool },
      { type: 'tool-input-delta', tool_call_id: 'call_1', delta: '{}' },
      { type: 'tool-input-available', ...tool, input: {} },
      { type: 'tool-output-available', tool_call_id: 'call_1', output: 4, latency_ms: 1 },
    ];
    expect(framesOf(kind, options, [started, ...events])).toEqual(
      framesOf(kind, options, [started]),
    );
  });
});
