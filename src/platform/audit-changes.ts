import { canonicalJson, sha256 } from '../shared/digest.ts';

/** A change of a resource. Only the fields of `after` are compared. Neither side may contain a secret. */
export interface AuditedChange {
  readonly before: object;
  readonly after: object;
}

/** Longer values, as JSON, are recorded by their hash. */
const maxChars = 500;

/** Fields that every change sets. */
const ignored: ReadonlySet<string> = new Set(['updated_at', 'revision']);

type Changes = Record<string, { readonly before: unknown; readonly after: unknown }>;

/** Returns the fields whose values differ, each with its value before and after, or its hash. */
export async function changesOf({ before, after }: AuditedChange): Promise<Changes> {
  const former = before as Readonly<Record<string, unknown>>;
  const fields = Object.entries(after).filter(
    ([name, value]) =>
      !ignored.has(name) && value !== undefined && !isSame(former[name] ?? null, value),
  );
  const changes = fields.map(async ([name, value]) => [
    name,
    { before: await shown(former[name] ?? null), after: await shown(value) },
  ]);
  return Object.fromEntries(await Promise.all(changes));
}

const isSame = (a: unknown, b: unknown) => canonicalJson(a) === canonicalJson(b);

async function shown(value: unknown): Promise<unknown> {
  const text = canonicalJson(value);
  return text.length <= maxChars ? value : `sha256:${await sha256(text)}`;
}
