import { z } from '@hono/zod-openapi';
import { Id } from '../../http/schema.ts';
import { FileCitation, type Message, Run } from '../../runs/index.ts';
import { citedIn } from './answer.ts';

/** Fields of a run that OpenAI's API lacks. OpenAI clients ignore unknown fields. */
export const Extras = z
  .object({
    run_id: Id('run'),
    finish_reason: Run.shape.finish_reason,
    cost_usd: Run.shape.usage.shape.cost_usd,
    confidence: Run.shape.confidence,
    downgrade: Run.shape.downgrade,
    files: Run.shape.files,
  })
  .openapi('OpenAIExtras');
export type Extras = z.output<typeof Extras>;

export const extrasOf = ({
  id,
  finish_reason,
  usage,
  confidence,
  downgrade,
  files,
}: Run): Extras => ({
  run_id: id,
  finish_reason,
  cost_usd: usage.cost_usd,
  confidence,
  downgrade,
  files,
});

const citation = FileCitation.shape;

const place = {
  start_index: z.int().describe('Offset of the citation marker in the text'),
  end_index: z.int(),
};

/** The extras of a chat completion. Its citations have the fields that `url_citation` annotations lack. */
export const ChatExtras = Extras.extend({
  citations: z
    .array(
      z.union([
        z.object({
          file_id: Id('file'),
          filename: z.string(),
          page: z.int().nullable(),
          quote: z.string().describe('Text quoted from the document'),
          revision: citation.revision,
          page_size: citation.page_size,
          boxes: citation.boxes,
          ...place,
        }),
        z.object({
          url: z.string().describe('Address of a web page'),
          title: z.string(),
          quote: z.string().describe('Text quoted from the page'),
          ...place,
        }),
      ]),
    )
    .describe('Citations in the order of the `annotations`'),
}).openapi('OpenAIChatExtras');
export type ChatExtras = z.output<typeof ChatExtras>;

export const chatExtrasOf = (
  message: Pick<Message, 'text' | 'citations'>,
  run: Run,
): ChatExtras => ({
  ...extrasOf(run),
  citations: citedIn(message).map(({ citation: cited, marker, index }) => {
    const at = { start_index: index, end_index: index + marker.length };
    if (cited.type === 'url')
      return { url: cited.url, title: cited.title, quote: cited.quote, ...at };
    const { file_id, file_name: filename, page, quote, revision, page_size, boxes } = cited;
    return { file_id, filename, page, quote, revision, page_size, boxes, ...at };
  }),
});
