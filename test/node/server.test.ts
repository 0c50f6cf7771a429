import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Client, openClient } from '../../scripts/client.ts';
import { type SpawnedServer, spawnServer } from '../../scripts/spawned-server.ts';
import { familyOf, stillRunning } from './support/processes.ts';

// One data directory through the life of a server: started, loaded, killed under load, started again, stopped.
const directory = mkdtempSync(join(tmpdir(), 'agentgrid-server-'));
let server: SpawnedServer;
let client: Client;

beforeAll(async () => {
  server = await spawnServer(directory, ['--no-sample']);
  client = openClient(server.url, server.key);
});
afterAll(async () => {
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
});

describe('a new server', () => {
  it('prints one line for scripts, and stores its secrets readable only by their owner', async () => {
    expect(server.stdout).toHaveLength(1);
    expect(Object.keys(JSON.parse(server.stdout[0] ?? '')).sort()).toEqual([
      'key',
      'root_key',
      'url',
      'workspace_id',
    ]);
    expect(await client.call('GET', '/users/me')).toMatchObject({
      workspace_id: server.workspace_id,
      role: 'admin',
    });
    expect(server.stderr.join('\n')).not.toContain(server.key);
    expect(statSync(join(directory, 'agentgrid.json')).mode & 0o077).toBe(0);
  });

  it('serves the reference with everything it loads, from itself (R71)', async () => {
    const page = await fetch(`${server.url}/docs`);
    const html = await page.text();
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    const links = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link = '']) => link);
    expect(links.length).toBeGreaterThanOrEqual(4);
    expect(links.filter((link) => !link.startsWith('/'))).toEqual([]);
    for (const link of links)
      expect([link, (await fetch(server.url + link)).status]).toEqual([link, 200]);
  });

  it('does not serve the explorer of wrangler, which shows all data without a key', async () => {
    const { status } = await fetch(`${server.url}/cdn-cgi/local/explorer/api/d1/database`);
    expect(status).toBe(404);
  });

  it('refuses to start twice on a port, and names a solution', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    const second = mkdtempSync(join(tmpdir(), 'agentgrid-second-'));
    await expect(spawnServer(second, ['--port', String(port)])).rejects.toThrow(
      `Port ${port} cannot be used (EADDRINUSE). Choose another`,
    );
    taken.close();
    rmSync(second, { recursive: true });
  });

  it('refuses to start twice on a data directory, and keeps running', async () => {
    const says = `${directory} is in use by another AgentGrid (process ${server.child.pid}). Stop it, or choose another`;
    await expect(spawnServer(directory, ['--no-sample'])).rejects.toThrow(says);
    expect(await client.call('GET', '/users/me')).toMatchObject({
      workspace_id: server.workspace_id,
    });
  });
});

interface Acknowledged {
  readonly files: Set<string>;
  readonly messages: Map<string, { readonly role: string; readonly text: string }[]>;
  versions: number;
}

describe('a server that is killed under load (R60, R66)', () => {
  const acknowledged: Acknowledged = { files: new Set(), messages: new Map(), versions: 1 };
  let agent: { id: string; base_id: string };

  it('is killed during uploads, messages and changes', async () => {
    agent = await client.call('POST', '/agents', { json: { name: 'Killed' } });
    const sessions = await Promise.all(
      [1, 2].map(() =>
        client.call<{ id: string }>('POST', `/agents/${agent.id}/sessions`, { json: {} }),
      ),
    );
    for (const { id } of sessions) acknowledged.messages.set(id, []);
    const stop = new AbortController();
    const load = [
      repeat(stop.signal, (turn) => uploadOne(agent.base_id, turn)),
      repeat(stop.signal, (turn) => uploadOne(agent.base_id, turn + 100_000)),
      ...sessions.map(({ id }) => repeat(stop.signal, (turn) => sendOne(id, turn))),
      repeat(stop.signal, (turn) => changeOne(agent.id, turn)),
    ];
    const isLoaded = () =>
      acknowledged.files.size >= 20 && countMessages() >= 20 && acknowledged.versions >= 5;
    await vi.waitUntil(isLoaded, { timeout: 150_000, interval: 10 });
    await vi.waitUntil(async () => (await listUnfinished()).length > 0, {
      timeout: 150_000,
      interval: 10,
    });
    for (const pid of familyOf(server.child.pid)) process.kill(pid, 'SIGKILL');
    stop.abort();
    await Promise.all(load);
    expect(await server.stop()).toBeNull();
  });

  it('has every acknowledged write after a restart, with the same key', async () => {
    const before = server;
    server = await spawnServer(directory, ['--no-sample']);
    client = openClient(server.url, server.key);
    expect([server.workspace_id, server.key]).toEqual([before.workspace_id, before.key]);
    for (const id of acknowledged.files)
      expect(await client.call('GET', `/files/${id}`)).toMatchObject({ id });
    for (const [session, texts] of acknowledged.messages) {
      const kept = await readAll<{ seq: number; role: string; text: string }>(
        `/sessions/${session}/messages?limit=100`,
      );
      expect(kept).toEqual(
        expect.arrayContaining(texts.map((text) => expect.objectContaining(text))),
      );
      expect(kept.map(({ seq }) => seq).sort((a, b) => a - b)).toEqual(
        kept.map((_, index) => index + 1),
      );
    }
    const versions = await readAll<{ number: number }>(`/agents/${agent.id}/versions?limit=100`);
    expect(versions.length).toBeGreaterThanOrEqual(acknowledged.versions);
    expect(versions.map(({ number }) => number).sort((a, b) => a - b)).toEqual(
      versions.map((_, index) => index + 1),
    );
  });

  it('finishes files in progress within a minute, without a request', async () => {
    await vi.waitUntil(async () => (await listUnfinished()).length === 0, {
      timeout: 150_000,
      interval: 500,
    });
    const files = await readAll<{ status: string; error: unknown }>(
      `/knowledge-bases/${agent.base_id}/files?limit=100`,
    );
    expect(files.filter(({ status }) => status !== 'ready')).toEqual([]);
  });

  it('continues sessions that had an active run', async () => {
    for (const session of acknowledged.messages.keys())
      await vi.waitFor(() => sendOne(session, -1), { timeout: 150_000, interval: 1000 });
  });

  const isUnfinished = ({ status }: { status: string }) =>
    status !== 'ready' && status !== 'failed';
  const listUnfinished = async () =>
    (await readAll<{ status: string }>(`/knowledge-bases/${agent.base_id}/files?limit=100`)).filter(
      isUnfinished,
    );
  const countMessages = () =>
    [...acknowledged.messages.values()].reduce((sum, texts) => sum + texts.length, 0);

  async function uploadOne(base_id: string, turn: number): Promise<boolean> {
    const text = `# Locker ${turn}\n\n${`Locker number ${turn} belongs to person ${turn} and opens with the code ${turn * 7}. `.repeat(40)}`;
    const { data } = await client.call<{ data: { id: string }[] }>(
      'POST',
      `/knowledge-bases/${base_id}/files`,
      {
        json: { name: `locker-${turn}.md`, text },
      },
    );
    for (const { id } of data) acknowledged.files.add(id);
    return true;
  }

  async function sendOne(session: string, turn: number): Promise<boolean> {
    const question = `Whose is locker number ${turn}?`;
    const answer = await client.call<{ text: string }>('POST', `/sessions/${session}/messages`, {
      json: { message: question },
    });
    acknowledged.messages
      .get(session)
      ?.push({ role: 'user', text: question }, { role: 'assistant', text: answer.text });
    return true;
  }

  async function changeOne(agent_id: string, turn: number): Promise<boolean> {
    const changed = await client.call<{ active_version: { number: number } }>(
      'PATCH',
      `/agents/${agent_id}`,
      {
        json: { config: { instructions: `Answer in ${turn + 1} words.` } },
      },
    );
    acknowledged.versions = Math.max(acknowledged.versions, changed.active_version.number);
    return true;
  }

  /** Sends requests one after the other until the server is gone. */
  async function repeat(
    signal: AbortSignal,
    act: (turn: number) => Promise<unknown>,
  ): Promise<void> {
    for (let turn = 0; !signal.aborted; turn += 1) {
      try {
        await act(turn);
      } catch (error) {
        if (error instanceof TypeError) return;
        throw error;
      }
    }
  }

  async function readAll<Item>(path: string): Promise<Item[]> {
    const items: Item[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const query: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page: { data: Item[]; next_cursor: string | null } = await client.call(
        'GET',
        path + query,
      );
      items.push(...page.data);
      cursor = page.next_cursor;
    }
    return items;
  }
});

describe('a server that is stopped', () => {
  it('ends with exit code 0 and leaves no process behind', async () => {
    const family = familyOf(server.child.pid);
    expect(family.length).toBeGreaterThanOrEqual(4);
    expect(await server.stop('SIGTERM')).toBe(0);
    expect(stillRunning(family)).toEqual([]);
    expect(server.stdout).toHaveLength(1);
    expect(readFileSync(join(directory, 'agentgrid.json'), 'utf8')).toContain(server.key);
    expect(existsSync(join(directory, 'agentgrid.lock'))).toBe(false);
  });
});
