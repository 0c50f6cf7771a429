import type { RunWithSteps } from '../../../client/index.ts';
import { api } from '../../api/api.ts';
import { useCan } from '../../app/session.tsx';
import { MessageView } from '../../chat/message-view.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { sessionTexts } from '../../texts/sessions.ts';
import { Section } from '../../ui/page.tsx';
import { Loading } from '../../ui/states.tsx';

/** What was asked and answered in a run, also without a conversation. */
export function Said({ run: { question_id, answer_id } }: { readonly run: RunWithSteps }) {
  const texts = useTexts(sessionTexts);
  const mayRead = useCan('messages:read');
  return (
    <Section title={texts.said}>
      {mayRead ? (
        <div className="conversation">
          {question_id === null && answer_id === null && (
            <p className="muted">{texts.saidErased}</p>
          )}
          {question_id !== null && <One id={question_id} />}
          {answer_id !== null && <One id={answer_id} />}
        </div>
      ) : (
        <p className="muted">{texts.notForRole}</p>
      )}
    </Section>
  );
}

function One({ id }: { readonly id: string }) {
  const texts = useTexts(sessionTexts);
  const { data, error } = api.useQuery('get', '/api/v1/messages/{message}', {
    params: { path: { message: id } },
  });
  if (data !== undefined) return <MessageView message={data} />;
  if (error !== null) return <p className="muted">{texts.saidErased}</p>;
  return <Loading>{texts.loadingOne}</Loading>;
}
