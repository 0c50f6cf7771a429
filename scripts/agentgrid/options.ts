import { parseArgs } from 'node:util';
import { usageError } from './exit.ts';

export const help = `agentgrid COMMAND [MANIFEST…] [options]

Commands
  validate            read the manifests; with a key, check them against the workspace
  plan                show what would change, what it would cost, and with --eval how it answers
  diff                the changes of the configuration alone
  apply               make the changes of a plan
  eval                run the datasets of the manifests against a version
  export AGENT…       write manifests of existing agents

A MANIFEST is a file, or a directory with files named *.agent.json. Default: the current directory.

Options
  --url URL               the server; default AGENTGRID_URL. The key is read from AGENTGRID_API_KEY
  --json                  print JSON on stdout
  --junit FILE            write checks as JUnit XML
  --timeout SECONDS       limit of an evaluation (1800); a request has 60 seconds
  --no-color              as with NO_COLOR
plan
  --eval                  compare the draft with the active version on the dataset
  --out FILE              write the plan for apply
  --detailed-exitcode     exit with 3 if there are changes
  --markdown FILE         write the plan for a pull request
apply
  --plan HASH|FILE        the plan that was reviewed
  --no-activate           create versions without activating them
  --label LABEL           point a label at each version
  --reason TEXT           reason of the activation, for the record
  --override-reason TEXT  why an admin activates without the evaluation that the agent requires
eval
  --version VERSION       number, id or label; default the active version
export
  --out DIR               directory of the files; default the current one
  --force                 replace files

Exit codes: 0 done or no changes, 1 a check failed or a plan is out of date, 2 invalid usage or manifest,
3 changes are pending (--detailed-exitcode), 4 the API or the network failed, 130 interrupted.`;

const commands = ['validate', 'plan', 'diff', 'apply', 'eval', 'export'] as const;
type Command = (typeof commands)[number];

const text = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;

const common = ['url', 'json', 'junit', 'timeout', 'no-color', 'help'];
const own: Readonly<Record<Command, readonly string[]>> = {
  validate: [],
  plan: ['eval', 'out', 'detailed-exitcode', 'markdown'],
  diff: ['detailed-exitcode'],
  apply: ['plan', 'no-activate', 'label', 'reason', 'override-reason'],
  eval: ['version'],
  export: ['out', 'force'],
};

export type Options = ReturnType<typeof readOptions>;

/** Reads the arguments. Throws a `CommandError` with the reason. */
export function readOptions(args: readonly string[]) {
  const { values, positionals } = parse(args);
  const [name, ...targets] = positionals;
  const command = commands.find((one) => one === name) ?? null;
  if (values.help || name === 'help') return { ...values, command: null, targets, seconds: 0 };
  if (command === null)
    throw usageError(
      name === undefined
        ? `Name a command: ${commands.join(', ')}. See agentgrid --help.`
        : `Unknown command "${name}". The commands are ${commands.join(', ')}.`,
    );
  const allowed = new Set([...common, ...own[command]]);
  for (const [option, value] of Object.entries(values))
    if (value !== undefined && value !== false && !allowed.has(option))
      throw usageError(`--${option} is not an option of ${command}.`);
  const seconds = Number(values.timeout ?? 1800);
  if (!(seconds >= 1 && seconds <= 86_400))
    throw usageError(`--timeout must be 1 to 86400 seconds, not "${values.timeout}".`);
  return { ...values, command, targets, seconds };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        url: text,
        json: flag,
        junit: text,
        timeout: text,
        'no-color': flag,
        help: { ...flag, short: 'h' },
        eval: flag,
        out: text,
        'detailed-exitcode': flag,
        markdown: text,
        plan: text,
        'no-activate': flag,
        label: text,
        reason: text,
        'override-reason': text,
        version: text,
        force: flag,
      },
    });
  } catch (error) {
    throw usageError((error as Error).message.split('. To specify')[0] ?? 'Invalid arguments.');
  }
}
