import type { Message, ReviewItem } from '../../../client/index.ts';
import { api } from '../../api/api.ts';
import { CitedPassage } from '../../chat/cited-passage.tsx';
import { MessageView } from '../../chat/message-view.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { reviewTexts } from '../../texts/review.ts';
import { Empty, Failed, Loading } from '../../ui/states.tsx';

/** The question and the answer that are reviewed, with their citations and calls of tools. */
export function Turn({ item }: { readonly item: ReviewItem }) {
  const texts = useTexts(reviewTexts);
  const { message_id, is_withheld, content_erased, question } = item;
  const isReadable = !is_withheld && !content_erased;
  const { data, error, refetch } = api.useQuery(
    'get',
    '/api/v1/messages/{message}',
    { params: { path: { message: message_id } } },
    { enabled: isReadable },
  );
  if (is_withheld) return <Empty title={texts.withheld}>{texts.withheldHint}</Empty>;
  if (content_erased) return <Empty title={texts.erased}>{texts.erasedHint}</Empty>;
  if (error !== null) return <Failed problem={error} onRetry={refetch} />;
  if (data === undefined) return <Loading>{texts.loadingTurn}</Loading>;
  return (
    <div className="conversation">
      {question !== null && <MessageView message={asQuestion(data, question)} />}
      <MessageView message={data} />
      {data.citations.length > 0 && (
        <ol className="small">
          {data.citations.map((one) => (
            <li key={one.number}>
              <CitedPassage citation={one} />
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}

/** The question has no message of its own in the queue: its text is shown in the form of one. */
const asQuestion = (answer: Message, text: string): Message => ({
  ...answer,
  ...{ role: 'user', text, parts: [], citations: [], attachments: [], author: null },
  is_withheld: false,
});
