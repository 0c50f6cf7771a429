import { type Data, isData } from './dialect.ts';

/** Returns an object with changes applied; the same object when they change nothing. */
export function withChanges<Value extends Data>(value: Value, changes: Data): Value {
  const names = Object.keys(changes).filter((name) => changes[name] !== value[name]);
  if (names.length === 0) return value;
  const changed: Record<string, unknown> = { ...value };
  for (const name of names) {
    if (changes[name] === undefined) delete changed[name];
    else changed[name] = changes[name];
  }
  return changed as Value;
}

/** Returns a text field. Numbers are converted; other types are removed. */
export const toText = (value: unknown): unknown =>
  value === undefined || value === null || typeof value === 'string'
    ? value
    : typeof value === 'number'
      ? String(value)
      : undefined;

/** Returns an object field. Other types are removed. */
export const objectOrNone = (value: unknown): unknown =>
  value === null || isData(value) ? value : undefined;

/** Returns a number field. Digits are converted; other types are removed. */
export function toNumber(value: unknown): unknown {
  if (value === undefined || value === null || typeof value === 'number') return value;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
  return Number.isFinite(number) ? number : undefined;
}

const isCount = /tokens$|TokenCount$/;

/** Returns token usage with numeric counts, including details. Other fields are removed. */
export function normalizeUsage(value: unknown): unknown {
  if (value === undefined || value === null) return value;
  if (!isData(value)) return undefined;
  const changes: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(value)) {
    if (isCount.test(name)) changes[name] = toNumber(field);
    // Google's details are lists by modality.
    else if (/_details$/.test(name) || (/details?$/i.test(name) && !Array.isArray(field)))
      changes[name] = normalizeUsage(field);
  }
  return withChanges(value, changes);
}

/** Maps a list and removes entries that map to null; returns the same list when nothing changes. */
export function mapList<Value>(
  list: readonly Value[],
  change: (value: Value, index: number) => Value,
): readonly Value[] {
  const changed = list.map(change);
  return changed.every((value, index) => value === list[index]) ? list : changed;
}
