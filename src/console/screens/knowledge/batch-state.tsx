import type { FileBatch } from '../../../client/index.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { sourceTexts } from '../../texts/knowledge-sources.ts';
import { useFormat } from '../../ui/format.ts';
import { Badge } from '../../ui/page.tsx';
import { Bar } from './file-status.tsx';
import { sum } from './lists.ts';

const tones = {
  queued: 'info',
  in_progress: 'info',
  completed: 'good',
  failed: 'bad',
  cancelled: 'neutral',
} as const;

export const isImporting = ({ status }: Pick<FileBatch, 'status'>): boolean =>
  status === 'queued' || status === 'in_progress';

/** How far an import is, and why it failed. */
export function BatchState({ batch }: { readonly batch: FileBatch }) {
  const texts = useTexts(sourceTexts);
  const { number } = useFormat();
  const { status, counts, error, name } = batch;
  const all = sum(Object.values(counts));
  const words = texts.progressOf(number(all - counts.pending), number(all));
  return (
    <div className="knowledge-status">
      <Badge tone={tones[status]}>{texts.importStates[status]}</Badge>
      {isImporting(batch) && all > 0 && (
        <>
          <span className="small muted">{words}</span>
          <Bar label={name ?? texts.list} share={1 - counts.pending / all} words={words} />
        </>
      )}
      {error !== null && <span className="small">{error.detail}</span>}
    </div>
  );
}
