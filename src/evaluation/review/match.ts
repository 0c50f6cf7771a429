import type { ItemReason, RuleCondition } from '../../db/schema/reviews.ts';
import type { Coverage, RunStatus } from '../../db/schema/runs.ts';
import { idHex } from '../../shared/id.ts';
import { nanoPerUsd } from '../../shared/money.ts';
import { day, hour } from '../../shared/time.ts';
import type { RuleRow } from './rule-store.ts';

/** What rules look at: an ended run, or a bad rating of its answer. */
export interface ReviewFact {
  readonly run_id: string;
  readonly version_id: string;
  readonly session_id: string | null;
  readonly message_id: string;
  /** Time of the end or of the rating. */
  readonly at: number;
  readonly is_down_vote: boolean;
  readonly status: RunStatus;
  readonly confidence: number | null;
  readonly coverage: Coverage | null;
  readonly cost_nano_usd: number | null;
  readonly has_failed_tool: boolean;
  /** Null if no rule reads it, or there is none. */
  readonly question: string | null;
  readonly answer: string | null;
}

const failed: ReadonlySet<RunStatus> = new Set(['failed', 'interrupted', 'limit_exceeded']);

/** A number from 0 to 1 that follows from the random bits of a run’s id. */
export const drawOf = (run_id: string): number =>
  Number.parseInt(idHex(run_id).slice(-8), 16) / 2 ** 32;

const plain = (text: string | null) => (text ?? '').normalize('NFC').toLowerCase();

function matches(condition: RuleCondition, fact: ReviewFact): boolean {
  if (condition.type === 'down_voted') return fact.is_down_vote;
  if (fact.is_down_vote) return false;
  switch (condition.type) {
    case 'no_coverage':
      return fact.coverage === 'none';
    case 'error':
      return failed.has(fact.status);
    case 'tool_failed':
      return fact.has_failed_tool;
    case 'low_confidence':
      return fact.confidence !== null && fact.confidence < condition.below;
    case 'cost':
      return fact.cost_nano_usd !== null && fact.cost_nano_usd > condition.above_usd * nanoPerUsd;
    case 'sample':
      return drawOf(fact.run_id) < condition.share;
    case 'text': {
      const texts = [
        ...(condition.in === 'answer' ? [] : [plain(fact.question)]),
        ...(condition.in === 'question' ? [] : [plain(fact.answer)]),
      ];
      return condition.contains.some((part) => texts.some((text) => text.includes(plain(part))));
    }
  }
}

/** A turn that rules add to the queue. */
interface NewItem extends Pick<ReviewFact, 'run_id' | 'version_id' | 'session_id' | 'message_id'> {
  readonly reasons: readonly ItemReason[];
  readonly assignee: string | null;
  readonly due_at: number | null;
}

export interface Selection {
  readonly items: readonly NewItem[];
  /** Turns that each rule has added today, of the rules that have added some now. */
  readonly counts: ReadonlyMap<string, number>;
}

/** Selects the turns that the rules add, within what each may still add today. The first rule that matches assigns the turn. */
export function selectTurns(
  rules: readonly RuleRow[],
  facts: readonly ReviewFact[],
  now: number,
): Selection {
  const today = Math.floor(now / day);
  const used = new Map(
    rules.map(({ id, counted_day, day_count }) => [id, counted_day === today ? day_count : 0]),
  );
  const counts = new Map<string, number>();
  const items = new Map<string, NewItem>();
  for (const fact of facts)
    for (const rule of rules) {
      const count = used.get(rule.id) ?? 0;
      if (fact.at < rule.active_from || count >= rule.daily_limit) continue;
      if (!matches(rule.condition, fact)) continue;
      used.set(rule.id, count + 1);
      counts.set(rule.id, count + 1);
      const { run_id, version_id, session_id, message_id } = fact;
      const { assignee, due_in_hours } = rule;
      const due_at = due_in_hours === null ? null : now + due_in_hours * hour;
      const former = items.get(run_id);
      const reason = { reason: rule.condition.type, rule_id: rule.id };
      items.set(run_id, {
        ...(former ?? { run_id, version_id, session_id, message_id, assignee, due_at }),
        reasons: [...(former?.reasons ?? []), reason],
      });
    }
  return { items: [...items.values()], counts };
}
