// Datasets and evaluations with known scores, in front of a server that answers everything else.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

type Json = Record<string, unknown>;

export interface EvaluationService {
  readonly url: string;
  /** The score of each target of the next evaluation. */
  scores: number[];
  isEndless: boolean;
  readonly started: Json[];
  readonly cases: Json[];
  readonly cancelled: number;
  stop(): Promise<void>;
}

export async function startEvaluationService(target: string): Promise<EvaluationService> {
  const started: Json[] = [];
  const cases: Json[] = [];
  let reads = 0;
  let made = 0;
  const state = { scores: [1], isEndless: false, cancelled: 0 };

  const summaryOf = (score: number, index: number) => {
    const estimate = { cases: 2, score: { value: score, low: 0, high: 1 }, pass_rate: null };
    return {
      target: index,
      overall: estimate,
      scorers: [{ name: 'contains', type: 'contains', ...estimate, failed: 0 }],
      run_cost_usd: 0.01,
      latency_ms: { p50: 10, p95: 20 },
    };
  };
  const evaluation = () => {
    reads += 1;
    const isDone = reads > 2 && !state.isEndless;
    return {
      id: 'eval_1',
      status: isDone ? 'completed' : 'running',
      targets: state.scores.map((_, index) => ({ version: { number: 1 }, is_draft: index === 1 })),
      progress: { total: 4, done: isDone ? 4 : 1 },
      cost_usd: 0.01,
      summary: isDone ? state.scores.map(summaryOf) : null,
      error: null,
    };
  };
  const dataset = { id: 'ds_1', name: 'cafe: cases.jsonl' };
  const importLines = (content: string) => {
    for (const line of content.split('\n').filter((one) => one.trim() !== '')) {
      const {
        question,
        input = question,
        answer,
        expected = { answer },
        tags = [],
      } = JSON.parse(line);
      if (!cases.some((one) => one.input === input)) {
        made += 1;
        cases.push({ id: `case_${made}`, input, expected, tags });
      }
    }
    return { created_count: cases.length };
  };
  const page = (data: Json[]) => ({ data, next_cursor: null });

  const routes: [RegExp, (body: Json, match: RegExpExecArray) => unknown][] = [
    [/^GET \/datasets$/, () => page(made > 0 ? [dataset] : [])],
    [/^POST \/datasets$/, () => dataset],
    [/^GET \/datasets\/ds_1\/cases$/, () => page(cases)],
    [/^POST \/datasets\/ds_1\/import$/, (body) => importLines(String(body.content))],
    [
      /^DELETE \/datasets\/ds_1\/cases\/(\w+)$/,
      (_, [, id]) =>
        void cases.splice(
          cases.findIndex((one) => one.id === id),
          1,
        ),
    ],
    [
      /^PATCH \/datasets\/ds_1\/cases\/(\w+)$/,
      (body, [, id]) => Object.assign(cases.find((one) => one.id === id) ?? {}, body),
    ],
    [
      /^POST \/datasets\/ds_1\/evaluations$/,
      (body) => {
        started.push(body);
        reads = 0;
        return evaluation();
      },
    ],
    [/^GET \/evaluations\/eval_1$/, evaluation],
    [
      /^GET \/evaluations\/eval_1\/comparison$/,
      () => ({
        overall: {
          wins: 1,
          losses: 0,
          ties: 1,
          score_difference: { value: 0.25, low: -0.1, high: 0.6 },
        },
        flaky: [{}],
        clusters: [{ by: 'tag', value: 'hours', lost: 1, cases: 2 }],
        cost_usd: { base: 0.01, value: 0.02 },
        latency_ms: { base: 10, value: null },
      }),
    ],
    [
      /^POST \/evaluations\/eval_1\/cancel$/,
      () => {
        state.cancelled += 1;
        return {};
      },
    ],
  ];

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const text = Buffer.concat(pieces).toString('utf8');
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const name = `${request.method} ${pathname.replace('/api/v1', '')}`;
    for (const [form, reply] of routes) {
      const match = form.exec(name);
      if (match === null) continue;
      const body = reply(text === '' ? {} : JSON.parse(text), match);
      return void response
        .writeHead(body === undefined ? 204 : 200, { 'content-type': 'application/json' })
        .end(body === undefined ? '' : JSON.stringify(body));
    }
    const { host: _, connection: __, 'content-length': ___, ...headers } = request.headers;
    const passed = await fetch(`${target}${request.url}`, {
      method: request.method ?? 'GET',
      headers: headers as Record<string, string>,
      body: text === '' ? null : text,
    });
    response
      .writeHead(passed.status, { 'content-type': passed.headers.get('content-type') ?? '' })
      .end(await passed.text());
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: Error) => response.destroy(error));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  return Object.assign(state, {
    url: `http://127.0.0.1:${port}`,
    started,
    cases,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  });
}
