import { createMCPClient } from '@ai-sdk/mcp';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as Transport1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { Agent, MCPServerStreamableHttp, OpenAIProvider, Runner } from '@openai/agents';
import { describe, expect, it } from 'vitest';
import { question, type Stage, says, sentTo } from './stage.ts';

interface Structured {
  readonly content: { readonly type: string; readonly text?: string }[];
  readonly structuredContent?: Record<string, unknown>;
  readonly isError?: boolean;
}

/** The features of a client library, in the same words for all of them. */
interface Caller {
  tools(): Promise<{ name: string }[]>;
  call(
    name: string,
    args: Record<string, unknown>,
    onprogress?: (message: string) => void,
  ): Promise<Structured>;
  read?(uri: string): Promise<unknown>;
  prompts?(): Promise<{ name: string }[]>;
  close(): Promise<void>;
}

type Open = (url: string, key: string) => Promise<Caller>;

const info = { name: 'test', version: '1' };
const requestInit = (key: string) => ({ headers: { authorization: `Bearer ${key}` } });

const version2 =
  (mode: 'auto' | 'legacy'): Open =>
  async (url, key) => {
    const client = new Client(info, { versionNegotiation: { mode } });
    await client.connect(
      new StreamableHTTPClientTransport(new URL(url), { requestInit: requestInit(key) }),
    );
    return {
      tools: async () => (await client.listTools()).tools,
      call: async (name, args, onprogress) =>
        (await client.callTool(
          { name, arguments: args },
          { onprogress: ({ message = '' }) => onprogress?.(message) },
        )) as Structured,
      read: (uri) => client.readResource({ uri }),
      prompts: async () => (await client.listPrompts()).prompts,
      close: () => client.close(),
    };
  };

const version1: Open = async (url, key) => {
  const client = new Client1(info);
  // Its own types do not match under exactOptionalPropertyTypes.
  await client.connect(
    new Transport1(new URL(url), { requestInit: requestInit(key) }) as Parameters<
      typeof client.connect
    >[0],
  );
  return {
    tools: async () => (await client.listTools()).tools,
    call: async (name, args, onprogress) =>
      (await client.callTool({ name, arguments: args }, undefined, {
        onprogress: ({ message = '' }) => onprogress?.(message),
      })) as Structured,
    read: (uri) => client.readResource({ uri }),
    prompts: async () => (await client.listPrompts()).prompts,
    close: () => client.close(),
  };
};

const aiSdk: Open = async (url, key) => {
  const transport = { type: 'http' as const, url, headers: requestInit(key).headers };
  const client = await createMCPClient({ transport });
  const tools = await client.tools();
  return {
    tools: async () => Object.keys(tools).map((name) => ({ name })),
    call: async (name, args) =>
      (await tools[name]?.execute?.(args, {
        toolCallId: '1',
        messages: [],
      } as never)) as Structured,
    read: (uri) => client.readResource({ uri }),
    close: () => client.close(),
  };
};

const agents: Open = async (url, key) => {
  const server = new MCPServerStreamableHttp({ url, requestInit: requestInit(key) });
  await server.connect();
  return {
    tools: () => server.listTools(),
    call: async (name, args) => (await server.callToolResult(name, args)) as Structured,
    read: (uri) => server.readResource(uri),
    close: () => server.close(),
  };
};

const clients: readonly (readonly [string, Open])[] = [
  ['@modelcontextprotocol/client (auto)', version2('auto')],
  ['@modelcontextprotocol/client (default)', version2('legacy')],
  ['@modelcontextprotocol/sdk', version1],
  ['@ai-sdk/mcp', aiSdk],
  ['@openai/agents', agents],
];

/** Tests of MCP clients against a server; `stage` is available once they run. */
export function mcpClients(stage: () => Stage): void {
  const urlOf = (agent: string) => `${new URL(stage().url).origin}/mcp/agents/${agent}`;

  describe.each(clients)('MCP: %s', (_name, open) => {
    it('lists the tools, asks, searches, and reads a document', async () => {
      const { model, file_id } = await stage().citingAgent();
      const client = await open(urlOf(model), stage().key);
      const names = (await client.tools()).map(({ name }) => name);
      expect(names).toEqual([expect.stringMatching(/^ask_/), 'search', 'fetch', 'get_answer']);
      const steps: string[] = [];
      const [ask = ''] = names;
      const asked = await client.call(ask, { message: question }, (step) => steps.push(step));
      expect(asked.structuredContent).toMatchObject({
        status: 'completed',
        answer: expect.stringContaining('two hundred litres'),
        citations: [{ file_id, number: 1 }],
      });
      if (client.prompts !== undefined) {
        expect(steps).toContain('Writing the answer.');
        expect(await client.prompts()).toEqual([]);
      }
      const { session_id } = asked.structuredContent ?? {};
      const more = await client.call(ask, { message: question, session_id });
      expect(more.structuredContent?.session_id).toBe(session_id);
      const found = await client.call('search', { query: 'carbon filter' });
      expect(found.structuredContent).toMatchObject({ results: [{ id: file_id }] });
      const document = await client.call('fetch', { id: file_id });
      expect(document.structuredContent?.text).toContain('# Filters');
      const read = await client.read?.(`agentgrid://files/${file_id}`);
      expect(JSON.stringify(read)).toContain('two hundred litres');
      const failed = await client.call('fetch', { id: 'file_01kajv2q5ve0mt8h2vj3c6x7ra' });
      expect(failed).toMatchObject({ isError: true });
      expect(failed.content[0]?.text).toContain('No such file');
      await client.close();
    });

    it('throws the error of a key that is not valid', async () => {
      const { model } = await stage().agent([says('x')]);
      await expect(open(urlOf(model), 'ag_nobody')).rejects.toThrow(/401|unauthenticated/i);
    });
  });

  it('an agent of @openai/agents asks an agent of this server', async () => {
    const asked = await stage().agent([says('It is 42.')], { by: 'openai' });
    const ask = `ask_${asked.model.replaceAll('-', '_')}`.slice(0, 48);
    const caller = await stage().agent([
      {
        tool_calls: [{ id: 'call_1', name: ask, arguments: { message: 'What is it?' } }],
        usage: { input_tokens: 1, output_tokens: 1 },
      },
      says('They say 42.'),
    ]);
    const requestOptions = requestInit(stage().key);
    const server = new MCPServerStreamableHttp({
      url: urlOf(asked.model),
      requestInit: requestOptions,
    });
    await server.connect();
    expect((await server.listTools())[0]?.name).toBe(ask);
    const runner = new Runner({
      modelProvider: new OpenAIProvider({
        ...{ apiKey: stage().key, baseURL: stage().url },
        useResponses: false,
      }),
      tracingDisabled: true,
    });
    const agent = new Agent({ name: 'Caller', model: caller.model, mcpServers: [server] });
    const { finalOutput } = await runner.run(agent, 'Find out.');
    expect(finalOutput).toBe('They say 42.');
    expect(JSON.stringify((await sentTo(caller))[1].messages)).toContain('It is 42.');
    await server.close();
  });
}
