import { equalDigests, fromBase64Url, hmac, toBase64Url } from './digest.ts';
import { Failure } from './failure.ts';

export interface PageQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface Page<Item> {
  readonly data: Item[];
  readonly next_cursor: string | null;
}

/** The scope in which a cursor is valid: one workspace, one list, one set of filters. */
export interface CursorScope {
  /** Signs cursors; those that the former secret signed stay valid while it is set. */
  readonly secret: { readonly current: string; readonly previous: string | null };
  readonly workspace_id: string;
  readonly list: string;
  readonly filters?: Readonly<Record<string, unknown>>;
}

const bindTo = (scope: CursorScope, position: string) =>
  JSON.stringify([
    scope.workspace_id,
    scope.list,
    Object.entries(scope.filters ?? {})
      .filter(([, v]) => v !== undefined)
      .sort(),
    position,
  ]);

/** Returns a cursor for a position, which only the same scope accepts. */
export async function encodeCursor(scope: CursorScope, position: string): Promise<string> {
  return signed(scope, position, scope.secret.current);
}

const signed = async (scope: CursorScope, position: string, secret: string): Promise<string> =>
  `${toBase64Url(new TextEncoder().encode(position))}.${await hmac(secret, bindTo(scope, position))}`;

/** Returns the position of a cursor. Throws `invalid_cursor`. */
export async function decodeCursor(scope: CursorScope, cursor: string): Promise<string> {
  try {
    const position = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      fromBase64Url(cursor.split('.')[0] ?? ''),
    );
    // Compares the whole text, since the same bytes have several base64 encodings.
    const { current, previous } = scope.secret;
    for (const secret of previous === null ? [current] : [current, previous])
      if (equalDigests(cursor, await signed(scope, position, secret))) return position;
  } catch {
    // Neither base64url nor UTF-8: the same failure as for a wrong signature.
  }
  throw new Failure(
    'invalid_cursor',
    'The cursor is malformed, expired, or was made for another list or other filters. Start again without it.',
  );
}

/**
 * Returns one page by keyset pagination. `readRows` gets the last position and the number of rows
 * to read, which is one more than the page to detect a next page, and returns rows in list order.
 */
export async function readPage<Row, Item>(
  scope: CursorScope,
  query: PageQuery,
  readRows: (after: string | null, limit: number) => Promise<Row[]>,
  positionOf: (row: Row) => string,
  toItem: (row: Row) => Item,
): Promise<Page<Item>> {
  const after = query.cursor === undefined ? null : await decodeCursor(scope, query.cursor);
  const rows = await readRows(after, query.limit + 1);
  const shown = rows.slice(0, query.limit);
  const last = shown.at(-1);
  const next_cursor =
    rows.length > query.limit && last !== undefined
      ? await encodeCursor(scope, positionOf(last))
      : null;
  return { data: shown.map(toItem), next_cursor };
}
