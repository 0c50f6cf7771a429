import type { Experiment } from '../../../client/index.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { experimentEndTexts } from '../../texts/experiment-end.ts';
import { Empty } from '../../ui/states.tsx';
import { Results } from './results.tsx';

/** The results of an experiment that has started, and how it ended. */
export function Outcome({ experiment }: { readonly experiment: Experiment }) {
  const texts = useTexts(experimentEndTexts);
  const { status, ended_at, winner_id, variants } = experiment;
  if (status === 'draft') return <Empty title={texts.notStarted}>{texts.notStartedHint}</Empty>;
  const winner = variants.find(({ id }) => id === winner_id);
  return (
    <>
      {ended_at !== null && (
        <p className="note note-good">
          {winner === undefined ? texts.without : texts.with(winner.name, winner.version_number)}{' '}
          {texts.last}
        </p>
      )}
      <Results experiment={experiment} />
    </>
  );
}
