import type { SessionWithMessages } from '../../../client/index.ts';
import { client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useCan, useSession } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { sessionTexts } from '../../texts/sessions.ts';
import { Button } from '../../ui/button.tsx';
import { TextAreaField } from '../../ui/field.tsx';
import { Form } from '../../ui/form.tsx';
import { ProblemNote } from '../../ui/states.tsx';
import { useDraft } from '../../ui/use-draft.ts';

/** Takes a conversation over from the agent, answers it, and hands it back. */
export function HandOverPanel({ session }: { readonly session: SessionWithMessages }) {
  const texts = useTexts(sessionTexts);
  const mayManage = useCan('hand_overs:manage');
  const path = { session: session.id };
  const refresh = ['/api/v1/sessions', '/api/v1/inbox'];
  const take = useAction(
    (_: undefined, header) =>
      client.POST('/api/v1/sessions/{session}/hand-over', { params: { path, header }, body: {} }),
    { refresh },
  );
  if (!mayManage) return null;
  if (session.handled_by === 'human') return <Reply session={session} />;
  return (
    <div className="section">
      <p className="muted">{texts.takeOverHint}</p>
      <Button isBusy={take.isRunning} onClick={() => take.run(undefined)}>
        {texts.takeOver}
      </Button>
      <ProblemNote problem={take.problem} />
    </div>
  );
}

function Reply({ session }: { readonly session: SessionWithMessages }) {
  const texts = useTexts(sessionTexts);
  const { person } = useSession();
  const path = { session: session.id };
  const refresh = ['/api/v1/sessions', '/api/v1/inbox'];
  const draft = useDraft(`reply.${session.id}`, '');
  const summary = useDraft(`hand-back.${session.id}`, '');
  const reply = useAction(
    (text: string, header) =>
      client.POST('/api/v1/sessions/{session}/replies', {
        params: { path, header },
        body: { text, author_name: person.name },
      }),
    { refresh, onDone: draft.discard },
  );
  const handBack = useAction(
    (text: string, header) =>
      client.POST('/api/v1/sessions/{session}/hand-back', {
        params: { path, header },
        body: text.trim() === '' ? {} : { summary: text },
      }),
    { refresh, onDone: summary.discard },
  );
  return (
    <>
      <Form problem={reply.problem} onSubmit={() => reply.run(draft.value)} label={texts.reply}>
        <TextAreaField
          label={texts.reply}
          pointer="/text"
          hint={texts.replyHint(person.name)}
          value={draft.value}
          onChange={draft.change}
          required
        />
        <Button type="submit" kind="primary" isBusy={reply.isRunning}>
          {texts.send}
        </Button>
      </Form>
      <Form
        problem={handBack.problem}
        onSubmit={() => handBack.run(summary.value)}
        label={texts.handBack}
      >
        <TextAreaField
          label={texts.summary}
          pointer="/summary"
          hint={texts.summaryHint}
          value={summary.value}
          onChange={summary.change}
        />
        <Button type="submit" isBusy={handBack.isRunning}>
          {texts.handBack}
        </Button>
      </Form>
    </>
  );
}
