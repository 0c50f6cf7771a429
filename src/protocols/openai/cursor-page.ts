import { z } from '@hono/zod-openapi';

/** How OpenAI's lists are asked for: by the id behind which they go on. */
export const cursorQuery = (most: number) => ({
  after: z
    .string()
    .max(200)
    .optional()
    .describe('The id of the last item that you have; the list goes on behind it'),
  limit: z
    .string()
    .regex(/^\d{1,5}$/, 'Must be a whole number.')
    .transform(Number)
    .refine((value) => value >= 1 && value <= most, `Must be 1 to ${most}.`)
    .openapi({ type: 'integer', minimum: 1, maximum: most, example: 20 as never })
    .optional()
    .describe(`Most items of a page: 1 to ${most}`),
  order: z.enum(['asc', 'desc']).optional().describe('By creation; `desc` unless given'),
});

export const cursorPageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({
    object: z.literal('list'),
    data: z.array(item),
    first_id: z.string().nullable(),
    last_id: z.string().nullable().describe('`after` of the next page'),
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
