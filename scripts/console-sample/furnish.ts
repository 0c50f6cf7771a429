// A workspace with something on every screen of the console, made through the API: for its pictures, and for the tests that visit all screens.
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import type { Client } from '../client.ts';
import { startPeer } from '../demo-peer.ts';
import { handbook, manual } from '../sample.ts';
import { furnishImprovement } from './improvement.ts';
import { decideWith } from './model.ts';
import type { Say } from './say.ts';
import type { Things } from './screens.ts';
import { furnishSettings } from './settings.ts';

export interface Made {
  readonly id: string;
}

/** Everything that the parts of the sample share. */
export interface Kit {
  readonly api: Client;
  readonly say: Say;
  /** The address of the model and the order service. */
  readonly peer: string;
  make<Result = Made>(path: string, json?: object): Promise<Result>;
}

export interface Furnished {
  readonly things: Things;
  /** Ends the model that answers for the agents. */
  stop(): Promise<void>;
}

export const model = 'openai-compatible/stand-in';

/** Fills the workspace of the client. Its server has to allow addresses of this machine. */
export async function furnish(api: Client, say: Say): Promise<Furnished> {
  const peer = await startPeer(decideWith(say));
  const kit: Kit = {
    ...{ api, say, peer: peer.url },
    make: (path, json = {}) => api.call('POST', path, { json }),
  };
  try {
    return { things: await furnishAll(kit, peer), stop: () => peer.stop() };
  } catch (error) {
    await peer.stop();
    throw error;
  }
}

async function furnishAll(
  kit: Kit,
  peer: { readonly model_key: string; readonly order_key: string },
): Promise<Things> {
  const { api, say } = kit;
  await api.call('PUT', '/providers/openai-compatible', {
    json: { api_key: peer.model_key, base_url: `${kit.peer}/v1` },
  });
  const price = { input: 0.25, output: 2 };
  await api.call('PUT', '/prices', {
    json: {
      overrides: [
        { model, ...price },
        { model: say('openai-compatible/other', 'id'), ...price },
      ],
    },
  });
  const tools = await furnishTools(kit, peer.order_key);
  const knowledge = await furnishKnowledge(kit);
  const agent = await furnishAgent(kit, knowledge.base);
  const sessions = await furnishSessions(kit, agent.agent);
  const [improvement, settings, server] = await Promise.all([
    furnishImprovement(kit, agent.agent, sessions.message),
    furnishSettings(kit, agent.agent),
    connectServer(kit, agent.agent),
  ]);
  return {
    ...{ ...tools, ...knowledge, ...agent, ...sessions, ...improvement, ...settings, server },
    ...{ v1: '1', v2: '2', month: new Date().toISOString().slice(0, 7) },
  };
}

async function furnishTools({ make, say, peer }: Kit, key: string) {
  const fields = { type: 'string', description: say('Number of the order') };
  const properties = { order: fields, note: { type: 'string' } };
  const shared = {
    input_schema: { type: 'object', properties, required: ['order'] },
    headers: { 'x-shop': say('cafe', 'id') },
    secret_headers: { Authorization: `Bearer ${key}` },
  };
  const [tool] = await Promise.all([
    make('/tools', {
      ...{
        name: 'order_status',
        effect: 'read',
        url: `${peer}/orders/{order}?note={note}`,
        ...shared,
      },
      description: say('Looks up an order.'),
    }),
    make('/tools', {
      ...{ name: 'order_beans', effect: 'write', method: 'POST', url: `${peer}/purchases` },
      ...{ description: say('Orders coffee beans.'), body: { type: 'json' }, ...shared },
    }),
  ]);
  return { tool: tool.id };
}

async function furnishKnowledge({ api, make, say }: Kit) {
  const { id: base } = await make('/knowledge-bases', {
    ...{ name: say('Manual and rules', 'name'), description: say('Read by the staff.') },
  });
  const send = async (name: string, { path, media_type }: typeof manual, extra = '') => {
    const form = new FormData();
    const content = Buffer.concat([readFileSync(path), Buffer.from(extra)]);
    form.append('file', new Blob([content], { type: media_type }), name);
    return api.call<Made>('POST', `/knowledge-bases/${base}/files`, { form });
  };
  const [file, textFile] = await Promise.all([
    send(`${say('manual', 'name')}.pdf`, manual),
    send(`${say('handbook', 'name')}.md`, handbook, `\n${say('Open daily.')}\n`),
  ]);
  await api.call('PATCH', `/files/${textFile.id}`, {
    json: {
      ...{ title: say('Rules', 'name'), author: say('Ada', 'name'), tags: [say('rules', 'tag')] },
      metadata: { year: 2026, shop: say('north', 'name') },
    },
  });
  const [source, batch] = await Promise.all([
    make(`/knowledge-bases/${base}/sources`, {
      ...{ type: 'url', url: 'http://127.0.0.1:9/care', name: say('Website', 'name') },
      tags: [say('web', 'tag')],
    }),
    make(`/knowledge-bases/${base}/batches`, {
      files: [{ url: 'http://127.0.0.1:9/leave.txt', name: `${say('leave', 'name')}.txt` }],
    }),
  ]);
  await untilDone(api, `/files/${file.id}`);
  await untilDone(api, `/files/${textFile.id}`);
  await make(`/knowledge-bases/${base}/golden-questions`, {
    data: [{ question: say('How long does descaling take?'), expected: [{ file_id: file.id }] }],
  });
  const evaluation = await make(`/knowledge-bases/${base}/evaluations`, { mode: 'keyword' });
  const ids = { file: file.id, text_file: textFile.id, source: source.id, batch: batch.id };
  return { base, knowledge_evaluation: evaluation.id, ...ids };
}

async function furnishAgent({ make, say }: Kit, base: string) {
  const config = {
    ...{ instructions: `You help the staff of a café. ${say('Be brief.')} {{shop}}`, model },
    ...{ knowledge: { base_ids: [base] }, tools: ['order_status', 'order_beans'] },
    ...{ welcome_message: say('Ask me about the machine.'), approvals: { write: 'always' } },
    starter_questions: [say('How long does descaling take?', 'name')],
    inputs: [{ name: 'shop', label: say('Shop', 'name'), type: 'text', required: false }],
  };
  const agent = await make<Made & { slug: string }>('/agents', {
    ...{ name: say('Café assistant', 'name'), slug: 'cafe', tags: [say('shop', 'tag')], config },
    description: say('Answers questions about the espresso machine.'),
  });
  await make(`/agents/${agent.id}/versions`, {
    config: { instructions: `Answer in one sentence. ${say('Be exact.')}` },
    ...{ change_summary: say('Shorter answers', 'name'), reason: say('Asked for', 'name') },
    label: 'candidate',
  });
  const architect = await make('/architect/sessions', { model, base_ids: [base] });
  return { agent: agent.id, architect: architect.id };
}

async function furnishSessions({ api, make, say }: Kit, agent: string) {
  const person = say('guest-1', 'id');
  const open = (title: string) =>
    make(`/agents/${agent}/sessions`, {
      ...{ title: say(title, 'name'), end_user_id: person },
      metadata: { table: say('window', 'name') },
    });
  const ask = (id: string, message: string) =>
    make<Made & { run_id: string }>(`/sessions/${id}/messages`, { message });
  const [session, handed] = await Promise.all([open('Descaling'), open('A broken cup')]);
  const [answer] = await Promise.all([
    ask(session.id, say('How long does descaling take?')),
    ask(handed.id, say('Where is my order 4711?')),
    ask(handed.id, 'Please break').catch(() => null),
    make(`/agents/${agent}/runs`, { message: `Please buy: order beans. ${say('Now.')}` }),
    make(`/agents/${agent}/runs`, { message: 'Please break.' }).catch(() => null),
    make(`/end-users/${encodeURIComponent(person)}/memories`, {
      ...{ agent_id: agent, text: say('Drinks tea.', 'id') },
    }),
  ]);
  await api.call('PUT', `/messages/${answer.id}/feedback`, {
    json: { rating: 'down', comment: say('Too short'), tags: [say('short', 'tag')] },
  });
  await make(`/sessions/${handed.id}/hand-over`, {
    ...{ reason: say('Wants a person', 'name'), note: say('A guest is waiting.') },
  });
  await make(`/sessions/${handed.id}/replies`, {
    ...{ text: say('I will look into it.'), author_name: say('Ada', 'name') },
  });
  const { data } = await api.call<{ data: Made[] }>('GET', '/runs?status=failed');
  const ids = { session: session.id, handed_over: handed.id, message: answer.id };
  return { ...ids, run: answer.run_id, failed_run: data[0]?.id ?? '', person };
}

/** Connects the agent as a server of tools, whose descriptions are what people wrote. */
async function connectServer({ api, make }: Kit, agent: string): Promise<string> {
  const { slug } = await api.call<{ slug: string }>('GET', `/agents/${agent}`);
  const auth = { type: 'header', header: 'authorization', value: `Bearer ${api.key}` };
  const url = `${api.url}/mcp/agents/${slug}`;
  return (await make('/tools/mcp', { name: 'cafe', url, auth })).id;
}

const ended = ['ready', 'failed', 'completed', 'cancelled'];

/** Waits until something has been worked off. */
export async function untilDone(api: Client, path: string): Promise<void> {
  for (;;) {
    const { status } = await api.call<{ status: string }>('GET', path);
    if (ended.includes(status)) return;
    await wait(200);
  }
}
