import { client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useCan } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { sessionTexts } from '../../texts/sessions.ts';
import { Button } from '../../ui/button.tsx';
import { ProblemNote } from '../../ui/states.tsx';
import { useToast } from '../../ui/toast.tsx';

/** Puts an answer into the review queue. */
export function ToReview({ message }: { readonly message: string }) {
  const texts = useTexts(sessionTexts);
  const toast = useToast();
  const mayWrite = useCan('reviews:write');
  const add = useAction(
    (_: undefined, header) =>
      client.POST('/api/v1/review-items', {
        params: { header },
        body: { message_id: message },
      }),
    { refresh: ['/api/v1/review-items'], onDone: () => toast(texts.inReview) },
  );
  if (!mayWrite) return null;
  return (
    <>
      <Button kind="quiet" isSmall isBusy={add.isRunning} onClick={() => add.run(undefined)}>
        {texts.toReview}
      </Button>
      <ProblemNote problem={add.problem} />
    </>
  );
}
