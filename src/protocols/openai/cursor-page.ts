import { z } from '@hono/zod-openapi';

/**
 * Returns the query parameters of an OpenAI list, which continues after the id of an item. `max` is
 * the largest page size.
 */
export const cursorQuery = (max: number) => ({
  after: z
    .string()
    .max(200)
    .optional()
    .describe('Id of the last item of the previous page. The page starts after it'),
  limit: z
    .string()
    .regex(/^\d{1,5}$/, 'Must be a whole number.')
    .transform(Number)
    .refine((value) => value >= 1 && value <= max, `Must be 1 to ${max}.`)
    .openapi({ type: 'integer', minimum: 1, maximum: max, example: 20 as never })
    .optional()
    .describe(`Page size, 1 to ${max}`),
  order: z.enum(['asc', 'desc']).optional().describe('Order by creation time; `desc` by default'),
});

export const cursorPageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({
    object: z.literal('list'),
    data: z.array(item),
    first_id: z.string().nullable(),
    last_id: z.string().nullable().describe('Value of `after` for the next page'),
    has_more: z.boolean(),
  });

export interface CursorPage<Item> {
  readonly object: 'list';
  readonly data: Item[];
  readonly first_id: string | null;
  readonly last_id: string | null;
  readonly has_more: boolean;
}

export const toCursorPage = <Item extends { readonly id?: string | undefined }>(
  data: Item[],
  has_more: boolean,
): CursorPage<Item> => ({
  object: 'list',
  data,
  first_id: data[0]?.id ?? null,
  last_id: data.at(-1)?.id ?? null,
  has_more,
});
