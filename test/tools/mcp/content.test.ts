import { describe, expect, it } from 'vitest';
import { newWorkspace } from '../../support/api.ts';
import { newChat, readFrames } from '../../support/chat.ts';
import { playScript } from '../../support/provider/client.ts';
import { addServer, calls, search } from './support.ts';

const png =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';
const parts = {
  ...search,
  result: {
    content: [
      { type: 'text', text: 'Two findings.' },
      { type: 'image', data: png, mimeType: 'image/png' },
      { type: 'image', data: 'PHN2Zy8+', mimeType: 'image/svg+xml' },
      { type: 'audio', data: 'AAAA', mimeType: 'audio/wav' },
      { type: 'resource_link', uri: 'file:///a.txt', name: 'a.txt', description: 'A file' },
      { type: 'resource', resource: { uri: 'note:1', mimeType: 'text/plain', text: 'Note.' } },
    ],
    structuredContent: { found: 2 },
  },
};
const output = {
  text: 'Two findings.',
  structured: { found: 2 },
  content: [
    { type: 'image', mime_type: 'image/png', bytes: 70 },
    { type: 'image', mime_type: 'image/svg+xml', bytes: 6 },
    { type: 'audio', mime_type: 'audio/wav', bytes: 3 },
    { type: 'resource_link', uri: 'file:///a.txt', name: 'a.txt', description: 'A file' },
    { type: 'resource', uri: 'note:1', mime_type: 'text/plain', text: 'Note.' },
  ],
};
const rounds = [{ tool_calls: [calls('tickets__search', { query: 'x' })] }, { text: ['Done.'] }];
const config = { tools: ['tickets__search'], approvals: { write: 'never' } };

describe('results of MCP tools', () => {
  it('keep all kinds of content, and show images to models that see', async () => {
    const workspace = await newWorkspace();
    await addServer(workspace, { tools: [parts] });
    for (const [provider, model, sees] of [
      ['anthropic', 'claude-sonnet-4-5', true],
      ['openai-compatible', 'scripted', false],
    ] as const) {
      const scripted = await playScript({ rounds });
      const base_url =
        provider === 'anthropic' ? scripted.base_url.anthropic : scripted.base_url.compatible;
      await workspace.put(`/providers/${provider}`, { api_key: scripted.api_key, base_url });
      const agent = await workspace.post('/agents', {
        name: crypto.randomUUID(),
        config: { ...config, model: `${provider}/${model}` },
      });
      expect(agent.status, JSON.stringify(agent.body)).toBe(201);
      const run = await workspace.post(`/agents/${agent.body.id}/runs`, { message: 'Hi' });
      expect(run.status, JSON.stringify(run.body)).toBe(200);
      const { body } = await workspace.get(`/runs/${run.body.run?.id ?? run.body.id}`);
      const step = body.steps.find(({ type }: { type: string }) => type === 'tool');
      expect(step.output).toEqual(output);
      const [, second] = await scripted.requests();
      const sent = JSON.stringify(second?.body);
      expect(sent).toContain('Two findings.');
      expect(sent.includes(png)).toBe(sees);
      expect(JSON.stringify(body)).not.toContain(png);
    }
  });

  it('follow the progress that the server reports', async () => {
    const chat = await newChat({ rounds });
    const { workspace, agent } = chat;
    const progress = ['Reading\u200b.', ...Array.from({ length: 80 }, (_, n) => `Page ${n}`)];
    const tools = [{ ...search, progress, result: { content: [{ type: 'text', text: 'ok' }] } }];
    await addServer(workspace, { era: 'legacy', streams: true, tools });
    await workspace.patch(`/agents/${agent}`, { config });
    const frames = (await readFrames(await chat.stream({ message: 'Hi' }))).map(({ data }) => data);
    const updates = frames.filter(({ type }) => type === 'data-tool-progress');
    expect(updates).toHaveLength(50);
    expect(updates[0]).toMatchObject({
      data: { toolCallId: 'call_1', progress: 1, total: null, message: 'Reading.' },
    });
    const types = frames.map(({ type }) => type);
    expect(types.indexOf('data-tool-progress')).toBeLessThan(
      types.indexOf('tool-output-available'),
    );
  });
});
