import type { KnowledgeSource } from '../../../client/index.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { sourceTexts } from '../../texts/knowledge-sources.ts';
import { Badge } from '../../ui/page.tsx';
import { Bar } from './file-status.tsx';
import { sum } from './lists.ts';

const tones = { queued: 'info', syncing: 'info', ready: 'good', failed: 'bad' } as const;

export const isReading = ({ status }: Pick<KnowledgeSource, 'status'>): boolean =>
  status === 'queued' || status === 'syncing';

/** Pages whose files are in the base. */
export const storedPages = ({ added, updated, unchanged }: KnowledgeSource['counts']): number =>
  added + updated + unchanged;

/** How far the reading of a source is, and why it failed. */
export function SourceState({ source }: { readonly source: KnowledgeSource }) {
  const texts = useTexts(sourceTexts);
  const { status, counts, error, name } = source;
  const { pending } = counts;
  const all = sum(Object.values(counts));
  return (
    <div className="knowledge-status">
      <Badge tone={tones[status]}>{texts.statuses[status]}</Badge>
      {isReading(source) && pending > 0 && (
        <>
          <span className="small muted">{texts.pagesLeft(pending)}</span>
          <Bar label={name} share={1 - pending / all} words={texts.pagesLeft(pending)} />
        </>
      )}
      {error !== null && <span className="small">{error.detail}</span>}
    </div>
  );
}
