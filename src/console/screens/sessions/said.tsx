import { useQueries } from '@tanstack/react-query';
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
          <Messages ids={[question_id, answer_id].filter((id) => id !== null)} />
        </div>
      ) : (
        <p className="muted">{texts.notForRole}</p>
      )}
    </Section>
  );
}

/** Both at once, in the place of a usual answer: what is below moves little. */
function Messages({ ids }: { readonly ids: readonly string[] }) {
  const texts = useTexts(sessionTexts);
  const readings = useQueries({
    queries: ids.map((message) =>
      api.queryOptions('get', '/api/v1/messages/{message}', { params: { path: { message } } }),
    ),
  });
  if (readings.some(({ isPending }) => isPending))
    return <Loading height={240}>{texts.loadingOne}</Loading>;
  return readings.map(({ data }, index) =>
    data === undefined ? (
      <p key={ids[index]} className="muted">
        {texts.saidErased}
      </p>
    ) : (
      <MessageView key={data.id} message={data} />
    ),
  );
}
