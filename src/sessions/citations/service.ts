import type { z } from '@hono/zod-openapi';
import { getPage, getText } from '../../knowledge/index.ts';
import type { Ctx } from '../../platform/context.ts';
import type { FileCitation } from '../../runs/index.ts';
import { Failure, notFound } from '../../shared/failure.ts';
import { getMessage } from '../tree/list-messages.ts';
import type { CitedPage } from './schema.ts';

type Citation = z.output<typeof FileCitation>;

/** Text before and after the quote of a format without pages. */
const contextChars = 3000;

/**
 * Returns the page that an answer cites. Who may read the answer may read it: an answer is withheld from those who may not
 * read its files. Throws `not_found`.
 */
export async function getCitedPage(ctx: Ctx, message: string, number: number): Promise<CitedPage> {
  const { citations } = await getMessage(ctx, message);
  const cited = citations.find((one) => one.number === number);
  if (cited?.type !== 'file') throw notFound('citation');
  // The reader was authorized by the message.
  const reader: Ctx = { ...ctx, actor: { type: 'system', name: 'citations' }, groups: null };
  return readCited(reader, cited).catch((error: unknown) => {
    // The file has been processed again or purged since, and only the quote is kept.
    if (!(error instanceof Failure) || error.status >= 500) throw error;
    return {
      ...nameOf(cited),
      page_count: null,
      text: cited.quote,
      start: 0,
      end: cited.quote.length,
    };
  });
}

const nameOf = ({ file_id, file_name, page }: Citation) => ({ file_id, file_name, page });

async function readCited(ctx: Ctx, cited: Citation): Promise<CitedPage> {
  const { file_id, page, start, end, revision } = cited;
  const at = revision === null ? {} : { revision };
  if (page !== null) {
    const found = await getPage(ctx, file_id, page, {
      start: undefined,
      end: undefined,
      chunk: undefined,
      revision: undefined,
      ...at,
    });
    return toCited(cited, found.text, found.start, found.page_count);
  }
  const from = Math.max(0, start - contextChars);
  const to = end + contextChars;
  const { text, start: first } = await getText(ctx, file_id, {
    start: from,
    end: to,
    page: undefined,
    revision: undefined,
    ...at,
  });
  return toCited(cited, text, first, null);
}

/** `first` is the offset of `text` in the text of the file. */
function toCited(
  cited: Citation,
  text: string,
  first: number,
  page_count: number | null,
): CitedPage {
  const bound = (offset: number) => Math.min(text.length, Math.max(0, offset - first));
  return {
    ...nameOf(cited),
    ...{ page_count, text, start: bound(cited.start), end: bound(cited.end) },
  };
}
