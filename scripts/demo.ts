// npm run demo: answers from real documents, in a minute; `-- --tools`: an answer that needs a tool and a document;
// `-- --agent`: an agent that answers over MCP, calculates, and orders once a person approves;
// `-- --experiment`: two versions, simulated users, and a recommendation.
// `-- --url URL --key KEY` uses a running server. `--help` lists the flags.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Client, openClient } from './client.ts';
import { demonstrateAgent } from './demo-agent.ts';
import { demonstrateDocuments } from './demo-documents.ts';
import { demonstrateExperiment } from './demo-experiment.ts';
import { step } from './demo-print.ts';
import { demonstrateTools } from './demo-tools.ts';
import { type SpawnedServer, spawnServer } from './spawned-server.ts';

const help = `npm run demo -- [flags]
  --url URL --key KEY      use a server that is up, with a key of role admin
  --tools                  an agent that answers from an HTTP tool and a document, instead of documents and versions
  --agent                  an agent that answers over MCP, runs code on a table, and orders once a person approves
  --experiment             an A/B test of two versions with simulated users, up to its recommendation
With --tools:
  --model PROVIDER/NAME    a real model instead of the stand-in
  --api-key KEY            key of its provider, if the workspace has none
  --base-url URL           base URL of its provider, if not the default`;

function readFlags() {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({
    options: {
      url: text,
      key: text,
      tools: flag,
      agent: flag,
      experiment: flag,
      model: text,
      'api-key': text,
      'base-url': text,
      help: flag,
    },
  });
  const {
    url,
    key,
    tools,
    agent,
    experiment,
    model,
    'api-key': api_key,
    'base-url': base_url,
  } = values;
  if ((url === undefined) !== (key === undefined)) throw new Error('--url and --key go together.');
  if ([tools, agent, experiment].filter(Boolean).length > 1)
    throw new Error('--tools, --agent and --experiment are different demos.');
  if (model !== undefined && !tools) throw new Error('--model requires --tools.');
  if (model === undefined && (api_key ?? base_url) !== undefined)
    throw new Error('--api-key and --base-url require --model.');
  if (model !== undefined && !/^[a-z0-9_-]+\/\S+$/.test(model))
    throw new Error(`--model must be PROVIDER/NAME, not "${model}".`);
  return {
    ...values,
    tools,
    agent,
    experiment,
    wanted: model === undefined ? null : { name: model, api_key, base_url },
  };
}

const stopping = new AbortController();

async function main(): Promise<void> {
  const flags = readFlags();
  if (flags.help) return console.log(help);
  const demonstrate = (client: Client) => {
    if (flags.agent) return demonstrateAgent(client, stopping.signal);
    if (flags.experiment) return demonstrateExperiment(client, stopping.signal);
    return flags.tools
      ? demonstrateTools(client, { wanted: flags.wanted, signal: stopping.signal })
      : demonstrateDocuments(client, stopping.signal);
  };
  const isLocal =
    flags.tools || flags.agent || flags.experiment ? ['--var', 'ALLOW_PRIVATE_NETWORK:true'] : [];
  if (flags.url !== undefined) await demonstrate(openClient(flags.url, flags.key ?? ''));
  else await withServer(isLocal, demonstrate);
  console.log('\nDone.');
}

/** Runs the demo on a new, empty server, which is removed afterwards. */
async function withServer(
  flags: readonly string[],
  demonstrate: (client: Client) => Promise<void>,
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'agentgrid-demo-'));
  let server: SpawnedServer | undefined;
  try {
    step('Starting a server');
    server = await spawnServer(directory, ['--no-sample', ...flags]);
    const { stop } = server;
    stopping.signal.addEventListener('abort', () => void stop());
    console.log(`  ${server.url}`);
    await demonstrate(openClient(server.url, server.key));
  } finally {
    await server?.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Returns the message with its cause, which contains the reason of a failed connection. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopping.abort());
try {
  await main();
} catch (error) {
  console.error(
    `\n${stopping.signal.aborted ? 'Stopped.' : `The demo failed: ${messageOf(error)}`}`,
  );
  process.exitCode = 1;
}
