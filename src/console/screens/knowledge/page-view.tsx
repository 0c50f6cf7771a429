import { keepPreviousData } from '@tanstack/react-query';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useEffect } from 'react';
import { api } from '../../api/api.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { fileScreenTexts } from '../../texts/knowledge-file.ts';
import { IconButton } from '../../ui/button.tsx';
import { useFormat } from '../../ui/format.ts';
import { Failed, Loading } from '../../ui/states.tsx';
import { PdfPage } from './pdf-page.tsx';
import { usePassage } from './use-passage.ts';

/** One page of a PDF as a reader shows it, with the boxes of the marked passage. */
export default function PageView({ id }: { readonly id: string }) {
  const texts = useTexts(fileScreenTexts);
  const { number } = useFormat();
  const { page: named, range, revision, query, change } = usePassage();
  const { data: marked } = api.useQuery(
    'get',
    '/api/v1/files/{file}/boxes',
    { params: { path: { file: id }, query: { ...query, ...(range ?? {}) } } },
    { enabled: range !== null, placeholderData: keepPreviousData },
  );
  const boxes = (range !== null && marked?.boxes) || [];
  // A link may name a passage without its page.
  const page = named ?? boxes[0]?.page ?? (range !== null && marked === undefined ? null : 1);
  const reading = api.useQuery(
    'get',
    '/api/v1/files/{file}/pages/{page}',
    { params: { path: { file: id, page: page ?? 1 }, query } },
    { enabled: page !== null, placeholderData: keepPreviousData },
  );
  const { data, error, refetch } = reading;
  const show = (next: number | null | undefined) => next != null && change({ page: `${next}` });
  useEffect(() => {
    if (page !== null && named === null && range !== null) change({ page: `${page}` });
  }, [page, named, range, change]);
  if (data === undefined || page === null)
    return error === null ? (
      <Loading>{texts.loadingPage}</Loading>
    ) : (
      <Failed problem={error} onRetry={refetch} />
    );
  const isUnknown = range !== null && marked !== undefined && marked.boxes === null;
  return (
    <div className="section">
      <div className="knowledge-pages">
        <IconButton
          label={texts.previous}
          disabled={data.previous_page === null}
          onClick={() => show(data.previous_page)}
        >
          <ChevronLeft size={16} aria-hidden="true" />
        </IconButton>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            const wanted = Number(new FormData(event.currentTarget).get('page'));
            show(Math.min(Math.max(1, wanted || 1), data.page_count));
          }}
        >
          <input
            key={data.page}
            name="page"
            inputMode="numeric"
            className="control"
            aria-label={texts.pageNumber}
            defaultValue={data.page}
          />
        </form>
        <span className="muted" aria-live="polite">
          {texts.pageOf(number(data.page), number(data.page_count))}
        </span>
        <IconButton
          label={texts.next}
          disabled={data.next_page === null}
          onClick={() => show(data.next_page)}
        >
          <ChevronRight size={16} aria-hidden="true" />
        </IconButton>
      </div>
      {isUnknown && <p className="note note-warn">{texts.noBoxes}</p>}
      <PdfPage
        id={id}
        revision={revision}
        page={data.page}
        size={data.width === null || data.height === null ? null : [data.width, data.height]}
        boxes={boxes.filter((box) => box.page === data.page)}
        onText={() => change({ view: 'text' })}
      />
    </div>
  );
}
