import type { Log } from './ports.ts';

const secretPattern =
  /\b(ag_[0-9A-Za-z]{8})[0-9A-Za-z]+|(\bBearer )\S+|\b(sk-[0-9A-Za-z]{4}|gsk_|AIza)[0-9A-Za-z_.-]+/g;

/**
 * Writes one JSON object per line, without line breaks or escape codes from input and without keys.
 */
export function createLog(base: Readonly<Record<string, unknown>>): Log {
  const write =
    (level: 'info' | 'warn' | 'error') =>
    (event: string, fields: Readonly<Record<string, unknown>> = {}) => {
      const line = JSON.stringify({ level, event, ...base, ...fields }, (_key, value: unknown) =>
        value instanceof Error
          ? { name: value.name, message: value.message, stack: value.stack, cause: value.cause }
          : value,
      );
      console[level](line.replaceAll(secretPattern, '$1$2$3[redacted]'));
    };
  return { info: write('info'), warn: write('warn'), error: write('error') };
}
