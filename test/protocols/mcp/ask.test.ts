import { describe, expect, it } from 'vitest';
import { call, callTool, generations, newScene } from './support.ts';

const says = (...text: string[]) => ({ text, usage: { input_tokens: 5, output_tokens: 2 } });

describe.each(generations)('MCP %s', (generation) => {
  it('asks an agent as a tool and continues the conversation', async () => {
    const { key, slug, workspace, scripted } = await newScene({
      rounds: [says('Hello ', 'there.'), says('Again.')],
    });
    const listed = await call(key, 'tools/list', {}, { generation });
    console.log(JSON.stringify(listed, null, 1).slice(0, 3000));
    const first = await callTool(key, `ask_${slug}`, { message: 'Hi' }, { generation, meta: { progressToken: 7 } });
    console.log(JSON.stringify(first, null, 1));
  });
});
