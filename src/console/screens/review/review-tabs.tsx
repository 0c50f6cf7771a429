import { useTexts } from '../../texts/catalogue.ts';
import { reviewTexts } from '../../texts/review.ts';
import { Tabs } from '../../ui/tabs.tsx';

export function ReviewTabs() {
  const texts = useTexts(reviewTexts);
  return (
    <Tabs
      label={texts.title}
      tabs={[
        { to: '/', label: texts.queue },
        { to: '/rules', label: texts.rules },
        { to: '/summary', label: texts.summary },
      ]}
    />
  );
}
