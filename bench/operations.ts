/** The operations of `bench/cost.ts` and of the test of their budgets. */
export type Call = (
  method: string,
  path: string,
  json?: unknown,
  headers?: Record<string, string>,
) => Promise<{ readonly status: number; readonly headers: Headers; readonly body: unknown }>;

export interface Cost {
  readonly operation: string;
  /** D1 round trips before the response, or before the first output of a stream. */
  readonly trips: number;
  readonly rows_read: number;
  readonly rows_written: number;
  /** Maximum number of round trips (docs/performance.md). */
  readonly budget: number;
}

const stream = { accept: 'text/event-stream' };

/** Fills a workspace and runs every budgeted operation once. The key cache is warm. */
export async function measureOperations(
  call: Call,
  untilReady: (file: string) => Promise<void>,
): Promise<Cost[]> {
  const plain = await idOf(
    call('POST', '/agents', { name: 'Plain', config: { knowledge: { base_ids: [] } } }),
  );
  const informed = await idOf(call('POST', '/agents', { name: 'Informed' }));
  const upload = await call('POST', `/agents/${informed}/files`, {
    name: 'a.md',
    text: '# Tea\n\nGreen tea is steeped at 80 °C for two minutes.',
  });
  const file = (upload.body as { data: { id: string }[] }).data[0]?.id ?? '';
  await untilReady(file);
  const session = await idOf(call('POST', `/agents/${plain}/sessions`, {}));
  const other = await idOf(call('POST', `/agents/${informed}/sessions`, {}));
  const illustrated = await idOf(call('POST', `/agents/${plain}/sessions`, {}));
  const attachment = await idOf(
    call('POST', `/sessions/${illustrated}/attachments`, { name: 'tea.txt', text: 'Tea is hot.' }),
  );
  const question = { message: 'How hot is green tea steeped?' };
  // One search before the measurement, so that the isolate has cached the vectors of the base.
  await call('POST', `/sessions/${other}/messages`, question);

  const costs: Cost[] = [];
  const measure = async (operation: string, budget: number, ...request: Parameters<Call>) => {
    const { status, headers } = await call(...request);
    if (status >= 400) throw new Error(`${operation} answered ${status}`);
    costs.push({ operation, budget, ...readServerTiming(headers.get('server-timing') ?? '') });
  };
  await measure('get an agent', 1, 'GET', `/agents/${plain}`);
  await measure('get a session', 1, 'GET', `/sessions/${session}`);
  await measure('get a file', 1, 'GET', `/files/${file}`);
  await measure('list agents', 1, 'GET', '/agents');
  await measure('list versions', 1, 'GET', `/agents/${plain}/versions`);
  await measure('list sessions', 1, 'GET', `/agents/${plain}/sessions`);
  await measure('list messages', 1, 'GET', `/sessions/${other}/messages`);
  await measure('list files', 1, 'GET', `/agents/${informed}/files`);
  await measure('get an attachment', 1, 'GET', `/attachments/${attachment}`);
  await measure('list attachments', 1, 'GET', `/sessions/${illustrated}/attachments`);
  await measure('list API keys', 1, 'GET', '/api-keys');
  await measure('create a session', 2, 'POST', `/agents/${plain}/sessions`, {});
  await measure('search a knowledge base', 3, 'POST', `/agents/${informed}/search`, {
    query: 'green tea',
  });
  const ask = (of: string) => ['POST', `/sessions/${of}/messages`, question, stream] as const;
  const open = async (agent: string) => idOf(call('POST', `/agents/${agent}/sessions`, {}));
  await measure('chat turn, cold session, no knowledge', 2, ...ask(session));
  await measure('chat turn, hot session, no knowledge', 1, ...ask(session));
  await measure('chat turn, cold session, with retrieval', 4, ...ask(await open(informed)));
  await measure('chat turn, hot session, with retrieval', 3, ...ask(other));
  return costs;
}

const idOf = async (answer: ReturnType<Call>): Promise<string> =>
  ((await answer).body as { id: string }).id;

export function readServerTiming(
  header: string,
): Pick<Cost, 'trips' | 'rows_read' | 'rows_written'> {
  const [, trips, rows_read, rows_written] =
    /db;dur=[\d.]+;desc="(\d+) trips (\d+) read (\d+) written"/.exec(header) ?? [];
  return { trips: Number(trips), rows_read: Number(rows_read), rows_written: Number(rows_written) };
}
