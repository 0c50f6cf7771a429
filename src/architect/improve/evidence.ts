import { batch } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import { selectBadFeedback, selectFailedResults, selectWeakTurns } from './evidence-store.ts';

/** One observation that something went wrong. Its id is that of the message, or of the golden question. */
export interface Evidence {
  readonly source: 'feedback' | 'weak_answer' | 'evaluation';
  readonly id: string;
  readonly question: string;
  /** What people said, for feedback. */
  readonly comment: string;
  readonly answer: string;
  readonly is_answerable: boolean;
}

export interface Observed {
  readonly evidence: readonly Evidence[];
  /** Answers with knowledge in the period. */
  readonly runs: number;
}

/** Reads what went wrong with an agent since a time, in one round trip. */
export async function readEvidence(
  ctx: Ctx,
  agent_id: string,
  base_ids: readonly string[],
  since: number,
): Promise<Observed> {
  const { db, workspace_id } = ctx;
  const [feedback, turns, results] = await batch(db, [
    selectBadFeedback(db, workspace_id, agent_id, since),
    selectWeakTurns(db, workspace_id, agent_id, since),
    selectFailedResults(db, workspace_id, base_ids),
  ]);
  const none = { question: '', comment: '', answer: '', is_answerable: true };
  return {
    runs: turns[0]?.runs ?? 0,
    evidence: [
      ...feedback.map(
        ({ message_id, comment, tags, question, answer }): Evidence => ({
          source: 'feedback',
          id: message_id,
          question: question ?? '',
          comment: [comment ?? '', ...(JSON.parse(tags) as string[])].join(' ').trim(),
          answer: answer ?? '',
          is_answerable: true,
        }),
      ),
      ...turns.flatMap(({ message_id, question }): Evidence[] =>
        message_id === null
          ? []
          : [{ ...none, source: 'weak_answer', id: message_id, question: question ?? '' }],
      ),
      ...results.map(
        ({ question_id, question, is_answerable }): Evidence => ({
          ...none,
          source: 'evaluation',
          id: question_id,
          question,
          is_answerable: Boolean(is_answerable),
        }),
      ),
    ],
  };
}
