// npm start: a local AgentGrid with a demo workspace and a sample agent. `--help` lists the flags.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Client, openClient } from './client.ts';
import { compactDatabases } from './compact.ts';
import { openWorkspace, signInLink } from './demo-workspace.ts';
import { type DirectoryLock, lockDirectory } from './lock.ts';
import { ensureSample, type Sample, waitUntilRead } from './sample.ts';
import { checkPort, freePort, startServer } from './server.ts';
import { openState, readDevVars, type State, saveState, statePath } from './state.ts';

const help = `npm start -- [flags]
  --port N           listen there (8787; 0 takes any free port)
  --persist-to DIR   keep the data there (.wrangler/state)
  --var NAME:VALUE   a variable for the Worker; may be repeated
  --no-sample        make no sample agent
  --json             print one line { url, key, root_key, workspace_id } when ready, logs to stderr`;

function readFlags() {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '8787' },
      'persist-to': { type: 'string', default: '.wrangler/state' },
      var: { type: 'string', multiple: true, default: [] },
      'no-sample': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`--port must be 0 to 65535, not "${values.port}".`);
  for (const item of values.var) {
    if (!/^[A-Za-z_]\w*:/.test(item)) throw new Error(`--var must be NAME:VALUE, not "${item}".`);
  }
  return {
    ...values,
    port,
    directory: resolve(values['persist-to']),
    root_key: values.var.findLast((item) => item.startsWith('ROOT_KEY:')),
  };
}

/** Prints messages for people; with --json to stderr, since stdout contains only the ready line. */
let say: (text: string) => void = console.log;

async function main(signal: AbortSignal): Promise<void> {
  const flags = readFlags();
  if (flags.help) return console.log(help);
  if (flags.json) say = console.error;
  // First, since it waits for remaining processes of an earlier server, which may still use the port.
  const lock = await lockDirectory(flags.directory, signal);
  signal.addEventListener('abort', () => lock.stopping());
  try {
    const port = flags.port === 0 ? await freePort() : flags.port;
    await checkPort(port);
    signal.throwIfAborted();
    await serve({ ...flags, port }, lock, signal);
  } finally {
    lock.release();
  }
}

async function serve(
  flags: ReturnType<typeof readFlags>,
  lock: DirectoryLock,
  signal: AbortSignal,
): Promise<void> {
  const { directory, port } = flags;
  const state = openState(directory, flags.root_key?.slice('ROOT_KEY:'.length));
  say('Starting AgentGrid …');
  await removeTraces(directory, state);
  const onLine = (line: string) => void (isNoise(line) || console.error(line));
  const { root_key, encryption_keys } = state;
  const secrets = { root_key, encryption_keys, dev_vars: readDevVars() };
  const onGroup = (leader: number) => lock.addGroup(leader);
  const server = await startServer(
    { port, directory, ...secrets, vars: flags.var, onLine, onGroup },
    signal,
  );
  try {
    const { isNew, ...workspace } = await openWorkspace(server.url, directory, state);
    const client = openClient(server.url, workspace.key);
    const sample = flags['no-sample'] ? null : await trySample(client, directory, state);
    if (sample !== null && !flags.json) await tryRead(client, sample, signal);
    if (flags.json) console.log(JSON.stringify({ url: server.url, ...workspace, root_key }));
    else {
      const link = await signInLink(server.url, state, workspace.workspace_id);
      say(banner(server.url, link, isNew ? workspace.key : null, statePath(directory), sample));
    }
    const last = await server.ended;
    if (!signal.aborted) throw new Error(`The server ended by itself. It printed last:\n${last}`);
  } finally {
    await server.stop();
  }
}

/** Removes what erased end users left in free space of the database since the last start; logs a failure. */
async function removeTraces(directory: string, state: State): Promise<void> {
  const { compacted_at = 0 } = state;
  try {
    const last = await compactDatabases(directory, compacted_at);
    if (last === compacted_at) return;
    state.compacted_at = last;
    saveState(directory, state);
  } catch (error) {
    console.error(`The database could not be compacted: ${messageOf(error)}`);
  }
}

/** Creates the sample; logs a failure, since the server is usable without it. */
async function trySample(client: Client, directory: string, state: State): Promise<Sample | null> {
  try {
    return await ensureSample(client, directory, state);
  } catch (error) {
    console.error(`The sample agent could not be made: ${messageOf(error)}`);
    return null;
  }
}

/** Waits for the documents, so that the command in the banner works at once. */
async function tryRead(client: Client, sample: Sample, signal: AbortSignal): Promise<void> {
  try {
    await waitUntilRead(client, sample.agent_id, { within: 30_000, signal });
  } catch (error) {
    if (!signal.aborted) console.error(`The sample documents are not ready: ${messageOf(error)}`);
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

const readKey = (path: string) => `$(node -p 'JSON.parse(fs.readFileSync("${path}")).key')`;

function banner(
  url: string,
  link: string,
  newKey: string | null,
  path: string,
  sample: Sample | null,
): string {
  const key =
    newKey === null ? `in ${path}` : `${newKey}\n               (shown this once; kept in ${path})`;
  const lines = [
    '',
    `  AgentGrid    ${url}`,
    `  reference    ${url}/docs`,
    `  admin key    ${key}`,
    `  sign in      ${link}\n               (once, within 10 minutes)`,
  ];
  lines.push(
    '',
    '  In another shell, for the commands here and in the README:',
    '',
    `  export KEY=${newKey ?? readKey(path)}`,
  );
  if (sample !== null) {
    lines.push(
      ...['', '  Ask the sample agent, which has read two documents:', ''],
      `  curl -N ${url}/api/v1/sessions/${sample.session_id}/messages \\`,
      `    -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' -H 'Accept: text/event-stream' \\`,
      `    -d '{"message":"How long does descaling take?"}'`,
    );
  }
  return [...lines, '', '  Ctrl-C stops it; the data stays.', ''].join('\n');
}

/** Lines of wrangler that are not shown: bindings, its log of requests, cron ticks. */
const isNoise = (line: string) =>
  /^(\[wrangler:info\]|\[custom build\]|⎔|🪵|Your Worker has access|Binding |env\.|\s*$)/u.test(
    line,
  ) || line.includes('/cdn-cgi/handler/scheduled');

/**
 * npm forwards SIGINT and SIGTERM to its child, so package.json replaces the shell by this process with `exec`. If npm is
 * killed, or a shell in between does not forward signals, this process can only detect a new parent.
 */
function onParentGone(stop: () => void): void {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  setInterval(() => process.ppid === parent || stop(), 250).unref();
}

const stopping = new AbortController();
onParentGone(() => stopping.abort());
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => stopping.abort());
try {
  await main(stopping.signal);
} catch (error) {
  if (!stopping.signal.aborted) {
    console.error(messageOf(error));
    process.exitCode = 1;
  }
}
process.exit();
