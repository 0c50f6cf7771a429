import { type ComponentProps, lazy, Suspense } from 'react';
import { diffTexts } from '../../texts/agent-versions.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { Loading } from '../../ui/states.tsx';

const DiffView = lazy(() => import('./diff-view.tsx'));

/** The differences of two configurations; what compares them is loaded with its first use. */
export function Diff(props: ComponentProps<typeof DiffView>) {
  const texts = useTexts(diffTexts);
  return (
    <Suspense fallback={<Loading>{texts.comparing}</Loading>}>
      <DiffView {...props} />
    </Suspense>
  );
}
