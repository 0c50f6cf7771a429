import type { CodeError, CodeOutcome } from '../../platform/ports.ts';

const maxLogs = 4000;

/** Returns the console as text. */
export const consoleText = ({ logs }: Pick<CodeOutcome, 'logs'>): string =>
  logs
    .map(({ level, text }) => (level === 'log' || level === 'info' ? text : `${level}: ${text}`))
    .join('\n');

/** Returns an error as a model can mend it: what is wrong, in which line, and what the console had until then. */
export function explainError(
  error: CodeError,
  code: string,
  outcome: Pick<CodeOutcome, 'logs'>,
): string {
  const source = error.line === null ? undefined : code.split('\n')[error.line - 1]?.trim();
  const place =
    error.line === null
      ? ''
      : ` (line ${error.line}${source === undefined || source === '' ? '' : `: ${source.slice(0, 200)}`})`;
  const hint = hintFor(error, code);
  const logs = consoleText(outcome);
  const console =
    logs === ''
      ? ''
      : `\nConsole until then:\n${logs.length > maxLogs ? `…${logs.slice(-maxLogs)}` : logs}`;
  return `${error.name}: ${error.message}${place}${hint === null ? '' : `\n${hint}`}${console}`;
}

const hints: readonly (readonly [RegExp, string])[] = [
  [
    /\b(import|require|export)\b/,
    'Modules do not exist here: leave out import, export and require. The functions of the tool description are globals.',
  ],
  [
    /\b(fetch|XMLHttpRequest|WebSocket)\b/,
    'No network is available here. Read the data from files or from the code.',
  ],
  [/\b(setTimeout|setInterval|setImmediate)\b/, 'There are no timers here.'],
  [
    /\b(Intl|TextEncoder|TextDecoder|URL|structuredClone|Buffer|process|crypto|document|window)\b/,
    'Only the JavaScript language itself and the functions of the tool description exist here.',
  ],
];

/** Returns advice for code that expects what is not there; null for none. */
function hintFor({ type, name, message }: CodeError, code: string): string | null {
  const isMissing =
    name === 'ReferenceError' || /not a function|of undefined|could not be|module/i.test(message);
  const where = type === 'syntax' ? code : isMissing ? `${message}\n${code}` : '';
  return hints.find(([names]) => names.test(where))?.[1] ?? null;
}
