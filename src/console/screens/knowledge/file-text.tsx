import { keepPreviousData } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { Problem } from '../../../client/index.ts';
import { api } from '../../api/api.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { fileScreenTexts } from '../../texts/knowledge-file.ts';
import { Button } from '../../ui/button.tsx';
import { Failed, Loading } from '../../ui/states.tsx';
import { usePassage } from './use-passage.ts';

const part = 20_000;
const max = 100_000;
const around = 3000;

/** The extracted text, in parts, with the passage of the address marked. */
export function FileText({ id }: { readonly id: string }) {
  const texts = useTexts(fileScreenTexts);
  const { range, page, query } = usePassage();
  const [shown, setShown] = useState({ start: 0, end: part });
  const mark = useRef<HTMLElement>(null);
  const isWhole = range === null && page === null;
  const start = range?.start ?? null;
  const end = range?.end ?? null;
  useEffect(() => {
    if (start !== null && end !== null)
      setShown({ start: Math.max(0, start - around), end: Math.min(end, start + part) + around });
  }, [start, end]);
  const { data, error, refetch } = api.useQuery(
    'get',
    '/api/v1/files/{file}/text',
    {
      params: {
        path: { file: id },
        query: { ...query, ...(range === null && page !== null ? { page } : shown) },
      },
    },
    { placeholderData: keepPreviousData },
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: another passage, or its text has come.
  useEffect(() => void mark.current?.scrollIntoView({ block: 'center' }), [start, end, data]);
  const failure: unknown = error;
  if (data === undefined) {
    if (failure instanceof Problem && failure.status === 404)
      return <p className="muted">{texts.noText}</p>;
    return failure === null ? (
      <Loading>{texts.loadingText}</Loading>
    ) : (
      <Failed problem={failure} onRetry={refetch} />
    );
  }
  const isPart = isWhole || range !== null;
  const inside =
    range !== null && range.start < data.end && range.end > data.start
      ? {
          from: Math.max(0, range.start - data.start),
          to: Math.min(data.text.length, range.end - data.start),
        }
      : null;
  return (
    <div className="section">
      {isPart && data.start > 0 && (
        <p className="more">
          <Button
            isSmall
            onClick={() =>
              setShown(({ start, end }) => {
                const next = Math.max(0, start - part);
                return { start: next, end: Math.min(end, next + max) };
              })
            }
          >
            {texts.before}
          </Button>
        </p>
      )}
      <section className="knowledge-text" tabIndex={0} aria-label={texts.text}>
        {inside === null ? (
          data.text
        ) : (
          <>
            {data.text.slice(0, inside.from)}
            <mark ref={mark}>{data.text.slice(inside.from, inside.to)}</mark>
            {data.text.slice(inside.to)}
          </>
        )}
      </section>
      {isPart && data.end < data.length && (
        <p className="more">
          <Button
            isSmall
            onClick={() =>
              setShown(({ start, end }) => {
                const next = Math.min(data.length, end + part);
                return { start: Math.max(start, next - max), end: next };
              })
            }
          >
            {texts.after}
          </Button>
        </p>
      )}
    </div>
  );
}
