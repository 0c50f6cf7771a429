import { barChart, lineChart } from './chart.ts';
import { parseCsv, toCsv } from './csv.ts';
import { formatLine, toJson } from './format.ts';
import { define, hideOtherGlobals } from './globals.ts';
import type { GuestError, GuestHost } from './host.ts';
import { parseNumber } from './numbers.ts';
import { groupRows, joinRows, mean, median, quantile, sortRows, sum } from './rows.ts';

/** Prepares the sandbox, and returns a function that runs the code and returns the outcome as JSON. It does not throw. */
export function install(host: GuestHost): (main: () => unknown) => Promise<string> {
  hideOtherGlobals();
  const library = {
    ...{ parseCsv, toCsv, parseNumber, groupRows, sortRows, joinRows },
    ...{ sum, mean, median, quantile, lineChart, barChart },
  };
  for (const [name, value] of Object.entries({ ...library, ...filesOf(host) })) define(name, value);
  define('input', JSON.parse(host.input));
  define('console', consoleOf(host));
  const write = JSON.stringify;
  return async (main) => {
    try {
      return `{"result":${toJson(await main())}}`;
    } catch (error) {
      return write({ error: describe(error) });
    }
  };
}

function filesOf({ names, readText, readBytes, write }: GuestHost) {
  const known = (name: unknown): string => {
    if (typeof name === 'string' && names.includes(name)) return name;
    const available = names.length === 0 ? 'The code has no files' : `Files: ${names.join(', ')}`;
    throw new Error(`no file is named "${String(name)}". ${available}`);
  };
  return {
    files: Object.freeze([...names]),
    readFile: (name: unknown) => readText(known(name)),
    readBytes: (name: unknown) => readBytes(known(name)),
    writeFile(name: unknown, content: unknown) {
      if (typeof name !== 'string') throw new TypeError('writeFile expects a name and the content');
      const isBytes = content instanceof Uint8Array;
      write(name, isBytes || typeof content === 'string' ? content : toJson(content, 2));
    },
  };
}

function consoleOf({ log }: GuestHost) {
  const line =
    (level: string) =>
    (...values: readonly unknown[]) =>
      log(level, formatLine(values));
  const table = (rows: unknown) =>
    log('log', Array.isArray(rows) ? toCsv(rows) : formatLine([rows]));
  return {
    ...{ log: line('log'), info: line('info'), warn: line('warn'), error: line('error') },
    ...{ debug: line('debug'), table },
  };
}

/** Anything can be thrown, also an object whose properties throw. */
function describe(error: unknown): GuestError {
  try {
    if (error instanceof Error) {
      const { name, message, stack } = error;
      return { name: String(name), message: String(message), stack: String(stack) };
    }
    return { name: 'Error', message: formatLine([error]), stack: '' };
  } catch {
    return { name: 'Error', message: 'a value that cannot be read was thrown', stack: '' };
  }
}
