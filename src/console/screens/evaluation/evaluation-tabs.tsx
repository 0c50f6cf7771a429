import { useCan } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { evaluationTexts } from '../../texts/evaluation.ts';
import { Tabs } from '../../ui/tabs.tsx';

export function EvaluationTabs() {
  const texts = useTexts(evaluationTexts);
  const mayReadDatasets = useCan('datasets:read');
  const mayReadJudges = useCan('judges:read');
  const tabs = [
    { to: '/', label: texts.evaluations },
    ...(mayReadDatasets ? [{ to: '/datasets', label: texts.datasets }] : []),
    ...(mayReadJudges ? [{ to: '/judges', label: texts.judges }] : []),
    { to: '/replays', label: texts.replays },
    { to: '/shadows', label: texts.shadows },
  ];
  return <Tabs label={texts.title} tabs={tabs} />;
}
