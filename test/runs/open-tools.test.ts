import { describe, expect, it } from 'vitest';
import { newChat, readFrames } from '../support/chat.ts';

const call = { id: 'call_1', name: 'current_time', arguments: { zone: 'Europe/Zurich' } };

describe('a tool call that a run does not execute', () => {
  it('ends in the stream before the run', async () => {
    const config = { tools: ['current_time'], limits: { tool_calls: 0 } };
    const { stream } = await newChat(
      { rounds: [{ text: ['Let me see. '], tool_calls: [call] }] },
      { config },
    );
    const types = (await readFrames(await stream({ message: 'Tell me the time.' }))).map(
      ({ data }) => data.type,
    );
    expect(types).toContain('tool-input-start');
    expect(types.filter((type) => type === 'tool-input-error')).toHaveLength(1);
    expect(types.indexOf('tool-input-error')).toBeLessThan(types.indexOf('finish-step'));
    expect(types.filter((type) => type === 'text-start')).toHaveLength(1);
    expect(types.lastIndexOf('text-delta')).toBeLessThan(types.indexOf('tool-input-start'));
  });
});
