import { fromBase64, toBase64 } from '../base64.ts';
import type { CodeError, CodeJob, CodeOutcome, CodeRunner } from '../ports.ts';
import { CodeOutput, OutputFault, outputLimits } from './output.ts';
import {
  codeFile,
  memoryError,
  readOutcome,
  syntaxError,
  timeoutError,
  toFunction,
  unsettledError,
} from './program.ts';
import { Slots } from './slots.ts';

/** A request may have four dynamic Workers in flight (Cloudflare, "Dynamic Workers"). */
const slots = new Slots(4);
/** Starting an isolate and handing over the files are not part of the time of the code. */
const overhead_ms = 5000;
/** Bytes of the reply: the files in base64, the result and the console, in which a character may take six bytes. */
const maxReply =
  Math.ceil(outputLimits.bytes * 1.4) + 6 * (outputLimits.result + outputLimits.logs) + 1_000_000;

/** Reads the request, runs the code, and replies with the outcome. Nothing else of the Worker reaches into the sandbox. */
const mainModule = `
const encode = (bytes) => bytes.toBase64();
export default {
  fetch: async (request) => {
    const { input, files } = await request.json();
    const [logs, written] = [[], []];
    const fileOf = (name) => files.find((file) => file.name === name);
    const write = JSON.stringify;
    const respond = (body) => new Reply(body);
    const run = install({
      input,
      names: files.map(({ name }) => name),
      readText: (name) => fileOf(name).text,
      readBytes: (name) => {
        const { bytes, text } = fileOf(name);
        return bytes === null ? new Encoder().encode(text) : Uint8Array.fromBase64(bytes);
      },
      log: (level, text) => {
        if (logs.length <= ${outputLimits.lines}) logs.push([level, text.slice(0, ${outputLimits.logs})]);
      },
      write: (name, content) => {
        if (written.length === 1000) throw new Error('too many files were written');
        written.push([name, typeof content === 'string' ? content : null, typeof content === 'string' ? null : encode(content)]);
      },
    });
    const outcome = await run(main);
    return respond(write({ outcome, logs, written }));
  },
};
`;

interface Reply {
  readonly outcome: string;
  readonly logs: readonly (readonly [string, string])[];
  readonly written: readonly (readonly [string, string | null, string | null])[];
}

/** Runs code in an isolate of its own, which the platform bounds in CPU time and memory. */
export const createLoaderRunner = (loader: WorkerLoader): CodeRunner => ({
  name: 'worker_loader',
  run: (job) => slots.use(() => run(loader, job)),
});

async function run(loader: WorkerLoader, job: CodeJob): Promise<CodeOutcome> {
  const output = new CodeOutput();
  const used = { cpu_ms: null, ticks: null };
  try {
    const main = await toFunction(job.code, job.language);
    const reply = await withDeadline(ask(loader, main, job), job.limits.time_ms + overhead_ms);
    if (reply === null) return output.outcome({ error: timeoutError(job.limits.time_ms) }, used);
    return output.outcome(collect(reply, output), used);
  } catch (error) {
    return output.outcome({ error: faultOf(error, job.limits.time_ms) }, used);
  }
}

async function ask(loader: WorkerLoader, main: string, job: CodeJob): Promise<Reply> {
  const { default: guest } = await import('../../../dist/guest.txt');
  // Not get(): it would run other code under the same name with the globals of former code.
  const worker = loader.load({
    compatibilityDate: '2026-10-20',
    compatibilityFlags: ['no_nodejs_compat', 'no_nodejs_compat_v2'],
    mainModule: 'main.js',
    modules: {
      'main.js': `import main from './${codeFile}';\nconst [Reply, Encoder] = [Response, TextEncoder];\nconst install = ${guest};${mainModule}`,
      [codeFile]: `export default (${main});`,
    },
    env: {},
    globalOutbound: null,
    limits: { cpuMs: job.limits.time_ms, subRequests: 1 },
  });
  const files = job.files.map(({ name, text, bytes }) => ({
    ...{ name, text },
    bytes: bytes === undefined ? null : toBase64(bytes),
  }));
  const body = JSON.stringify({ input: JSON.stringify(job.input ?? null), files });
  const entrypoint = worker.getEntrypoint();
  const response = await entrypoint.fetch('https://code.invalid/', { method: 'POST', body });
  return JSON.parse(await readBounded(response)) as Reply;
}

async function readBounded(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  for await (const bytes of response.body ?? []) {
    size += bytes.byteLength;
    if (size > maxReply) throw new OutputFault('the code left too much behind');
    text += decoder.decode(bytes, { stream: true });
  }
  return text + decoder.decode();
}

/** Returns null once the time is over. The CPU time is bounded by the platform; this bounds code that waits. */
async function withDeadline<Result>(
  work: Promise<Result>,
  time_ms: number,
): Promise<Result | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), time_ms);
  });
  work.catch(() => undefined);
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
  }
}

/** The reply is made by the sandbox: it is read as untrusted. */
function collect(reply: Reply, output: CodeOutput) {
  for (const [level, text] of reply.logs) output.log(String(level), String(text));
  for (const [name, text, bytes] of reply.written)
    output.write(String(name), text ?? fromBase64(String(bytes)));
  return readOutcome(String(reply.outcome));
}

function faultOf(error: unknown, time_ms: number): CodeError {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  if (/CPU time limit/i.test(message)) return timeoutError(time_ms);
  if (/memory limit/i.test(message)) return memoryError;
  if (/code had hung|never generate a response/i.test(message)) return unsettledError;
  if (error instanceof OutputFault)
    return { type: 'output', name: error.name, message, line: null };
  if (error instanceof SyntaxError || /Failed to start Worker/.test(message))
    return startFault(error, message);
  return { type: 'exception', name, message: message.slice(0, 2000), line: null };
}

/** Reads the message of workerd: the error, then a trace with its place. */
function startFault(error: unknown, message: string): CodeError {
  const [, detail = ''] = /Uncaught \w*Error: ([^\n]*)/.exec(message) ?? [];
  if (detail === '') return syntaxError(error);
  return syntaxError(
    Object.assign(new SyntaxError(detail.replace(/\s+at \S+:\d+(:\d+)?.*$/, '')), {
      stack: message,
    }),
  );
}
