import type { Ctx } from '../../platform/context.ts';
import type { Branch } from '../../sessions/index.ts';
import type { WaitingItemRow } from './conversations-store.ts';
import { unsupported } from './errors.ts';
import { checkFiles } from './input-files.ts';
import { InputItem } from './input-item-schema.ts';
import { findItems, isReference } from './item-references.ts';
import { itemsOf, sentItem } from './items.ts';
import { filesOfItems } from './responses-input.ts';

/** Maximum characters of one item; a database row has at most 2 MB. */
const maxItem = 500_000;

interface Before {
  readonly branch: Branch | null;
  readonly waiting: readonly { readonly id: string }[];
}

/**
 * Returns items in the form in which a conversation stores them until its next response: references are replaced by the
 * referenced items, and files are checked to exist. Throws `validation_failed` and `not_found`.
 */
export async function toWaitable(
  ctx: Ctx,
  items: readonly InputItem[],
  { branch, waiting }: Before,
): Promise<InputItem[]> {
  const decision = items.findIndex(
    (item) => 'type' in item && item.type === 'mcp_approval_response',
  );
  if (decision >= 0)
    throw unsupported(
      `/items/${decision}`,
      'Decisions are not supported as items of a conversation. Send them as the `input` of a response.',
    );
  const ids = items.flatMap((item) => (isReference(item) ? [item.id] : []));
  const held = new Set([
    ...waiting.map(({ id }) => id),
    ...itemsOf(branch?.rows ?? []).map(({ item }) => item.id),
  ]);
  const found = await findItems(ctx, ids, held, branch?.session.end_user_id ?? null);
  const whole = items.flatMap((item, index): InputItem[] => {
    if (!isReference(item)) return [item];
    const stored = found.get(item.id);
    return stored === undefined ? [] : [toSent(stored.item, `/items/${index}`)];
  });
  await checkFiles(ctx, filesOfItems({ input: [...items] }, '/items'));
  return whole;
}

/**
 * Returns a stored item in the form of a request. Throws `validation_failed` for an item with a
 * file that is not in `/v1/files`.
 */
function toSent(
  { id: _, ...item }: { readonly id: string; readonly content?: unknown },
  at: string,
): InputItem {
  const parts = Array.isArray(item.content)
    ? (item.content as { readonly file_id?: string | null }[])
    : [];
  if (parts.some(({ file_id }) => file_id?.startsWith('upl_') === false))
    throw unsupported(
      at,
      'References to items with files that are not in `/v1/files` are not supported. Send the item itself.',
    );
  return InputItem.parse(item);
}

const prefixes: Readonly<Record<string, string>> = {
  function_call: 'fc',
  function_call_output: 'fco',
};

/**
 * Returns the rows of items that wait for the next response. Throws `validation_failed` for an item
 * that is too large.
 */
export function toWaitingRows(
  ctx: Ctx,
  conversation_id: string,
  items: readonly InputItem[],
): WaitingItemRow[] {
  return items.flatMap((item, index) => {
    const at = `/items/${index}`;
    if (JSON.stringify(item).length > maxItem)
      throw unsupported(
        at,
        `Items of more than ${maxItem} characters are not supported. Upload files to \`/v1/files\`.`,
      );
    if (sentItem('', item) === null) return [];
    const id = ctx.newId('msg').replace('msg', prefixes[item.type ?? ''] ?? 'msg');
    return [
      {
        id,
        workspace_id: ctx.workspace_id,
        conversation_id,
        position: 0,
        item: { ...item },
        created_at: ctx.now(),
      },
    ];
  });
}
