import type { Ctx } from '../../platform/context.ts';
import type { Branch } from '../../sessions/index.ts';
import { unsupported } from './errors.ts';
import { checkFiles } from './input-files.ts';
import { findItems, isReference } from './item-references.ts';
import { itemsOf } from './items.ts';
import { filesOfItems } from './responses-input.ts';
import { InputItem } from './responses-schema.ts';

interface Before {
  readonly branch: Branch | null;
  readonly waiting: readonly { readonly id: string }[];
}

/**
 * Items as a conversation keeps them until its next response: what they refer to stands in the place of references,
 * and files are there. Throws `validation_failed`, `not_found`.
 */
export async function toWaitable(
  ctx: Ctx,
  items: readonly InputItem[],
  { branch, waiting }: Before,
): Promise<InputItem[]> {
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

/** A stored item as it would have been sent. Only files of `/v1/files` have ids that may be sent. */
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
      'A reference to an item with a file that is not in `/v1/files` is not supported: send the item itself.',
    );
  return InputItem.parse(item);
}
