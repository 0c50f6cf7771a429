import { z } from 'zod';

export const RichText = z.array(
  z.looseObject({
    type: z.string().optional(),
    plain_text: z.string(),
    href: z.string().nullish(),
    annotations: z
      .looseObject({
        bold: z.boolean().optional(),
        italic: z.boolean().optional(),
        strikethrough: z.boolean().optional(),
        code: z.boolean().optional(),
      })
      .optional(),
    equation: z.looseObject({ expression: z.string() }).nullish(),
  }),
);
export type RichText = z.output<typeof RichText>;

const Property = z.looseObject({ type: z.string() });
export type Property = z.output<typeof Property>;

export const NotionPage = z.looseObject({
  object: z.string(),
  id: z.string(),
  url: z.string().default(''),
  last_edited_time: z.string().optional(),
  in_trash: z.boolean().default(false),
  is_archived: z.boolean().default(false),
  properties: z.record(z.string(), Property).default({}),
});
export type NotionPage = z.output<typeof NotionPage>;

/** The content of a block is below its type. */
const NotionBlock = z.looseObject({
  id: z.string(),
  type: z.string(),
  has_children: z.boolean().default(false),
});

const listOf = <Item extends z.ZodType>(item: Item) =>
  z.object({
    results: z.array(item),
    has_more: z.boolean().default(false),
    next_cursor: z.string().nullish(),
  });

export const PageList = listOf(NotionPage);
export const BlockList = listOf(NotionBlock);

/** A block with those below it. */
export type Block = z.output<typeof NotionBlock> & { readonly children: readonly Block[] };

/** A field of a block's content, or of a property. */
export const fieldOf = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (inner, name) =>
      typeof inner === 'object' && inner !== null
        ? (inner as Record<string, unknown>)[name]
        : undefined,
    value,
  );

export const richTextOf = (value: unknown): RichText => RichText.safeParse(value).data ?? [];

export const plainText = (value: unknown): string =>
  richTextOf(value)
    .map((part) => part.plain_text)
    .join('');

export const titleOf = ({ properties }: NotionPage): string =>
  plainText(Object.values(properties).find(({ type }) => type === 'title')?.title)
    .replaceAll(/\s+/g, ' ')
    .trim();
