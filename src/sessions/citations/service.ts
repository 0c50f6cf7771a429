import { getPage, getText } from '../../knowledge/index.ts';
import type { Ctx } from '../../platform/context.ts';
import { Failure } from '../../shared/failure.ts';
import { documentOf } from './document.ts';
import { type Citation, findCitation } from './find-citation.ts';
import type { CitedPage } from './schema.ts';

/** A page without the document that it is of. */
type Page = Omit<CitedPage, 'document'>;

/** Text before and after the quote of a format without pages. */
const contextChars = 3000;

/**
 * Returns the page that an answer cites. Who may read the answer may read it: an answer is withheld from those who may not
 * read its files. Throws `not_found`.
 */
export async function getCitedPage(
  ctx: Ctx,
  message: string,
  number: number,
  origin: string,
): Promise<CitedPage> {
  const cited = await findCitation(ctx, message, number);
  const [page, document] = await Promise.all([
    getPageOf(ctx, cited),
    documentOf(ctx, message, cited, origin),
  ]);
  return { ...page, document };
}

function getPageOf(ctx: Ctx, cited: Citation): Promise<Page> {
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

async function readCited(ctx: Ctx, cited: Citation): Promise<Page> {
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
function toCited(cited: Citation, text: string, first: number, page_count: number | null): Page {
  const bound = (offset: number) => Math.min(text.length, Math.max(0, offset - first));
  return {
    ...nameOf(cited),
    ...{ page_count, text, start: bound(cited.start), end: bound(cited.end) },
  };
}
