import type { AgentConfig } from '../../agents/index.ts';
import type { Change } from './change.ts';
import type { Evidence, Observed } from './evidence.ts';

/** Complaints that a sentence in the instructions answers. */
const complaints: readonly {
  readonly words: RegExp;
  readonly sentence: string;
  readonly reason: string;
}[] = [
  {
    words:
      /\b(?:too long|too wordy|verbose|long-winded|shorter|zu lang|kürzer|trop long|demasiado larg[oa])\b|長すぎ|太长|طويل/iu,
    sentence: 'Answer in at most three sentences, or in a list for steps.',
    reason: 'People found answers too long.',
  },
  {
    words:
      /\b(?:too short|incomplete|more detail|missing (?:details?|steps?)|not enough|zu kurz|unvollständig|ausführlicher|incomplet|incomplet[oa])\b|短すぎ|不完整|ناقص/iu,
    sentence: 'Give all steps, conditions and deadlines that the documents name.',
    reason: 'People missed details.',
  },
  {
    words:
      /\b(?:wrong language|in english|not in my language|falsche sprache|auf deutsch|mauvaise langue|en español|idioma)\b|日本語で|用中文|بالعربية/iu,
    sentence: 'Answer in the language of the last message.',
    reason: 'Answers were in the wrong language.',
  },
  {
    words:
      /\b(?:rude|unfriendly|impolite|cold|unfreundlich|unhöflich|impoli|grosero)\b|失礼|不礼貌|وقح/iu,
    sentence: 'Stay friendly and respectful, also when you decline.',
    reason: 'People found the tone unfriendly.',
  },
  {
    words:
      /\b(?:confusing|unclear|hard to understand|jargon|unverständlich|unklar|confus[oe]?)\b|分かりにくい|不清楚|غير واضح/iu,
    sentence: 'Use plain words, and explain technical terms at their first use.',
    reason: 'People did not understand answers.',
  },
];

const untrue =
  /\b(?:wrong|incorrect|false|made up|makes? (?:things )?up|invent(?:ed|s)?|hallucinat\w*|outdated|not true|falsch|erfunden|stimmt nicht|faux|inventé|incorrecto|inventad[oa])\b|間違|错误|不对|خطأ/iu;

/** Weak answers from which the search is changed: a number, and a share of all answers. */
const manyWeak = { count: 3, share: 0.15 };
const maxTopK = 20;
const maxIds = 20;

const idsOf = (evidence: readonly Evidence[]) =>
  [...new Set(evidence.map(({ id }) => id))].slice(0, maxIds);

/** Proposes changes by rules. Each has evidence; without evidence there are none. */
export function changesByRules(config: AgentConfig, { evidence, runs }: Observed): Change[] {
  const feedback = evidence.filter(({ source }) => source === 'feedback');
  const weak = evidence.filter(({ source }) => source === 'weak_answer');
  const missed = evidence.filter((one) => one.source === 'evaluation' && one.is_answerable);
  const answered = evidence.filter((one) => one.source === 'evaluation' && !one.is_answerable);
  const isOften =
    weak.length >= manyWeak.count && weak.length >= manyWeak.share * Math.max(runs, 1);
  return [
    ...instructionChanges(config, feedback),
    ...groundingChanges(config, [
      ...feedback.filter(({ comment }) => untrue.test(comment)),
      ...answered,
    ]),
    ...searchChanges(config, [...(isOften ? weak : []), ...missed]),
  ];
}

function instructionChanges(
  { instructions }: AgentConfig,
  feedback: readonly Evidence[],
): Change[] {
  const matched = complaints
    .map((one) => ({ ...one, found: feedback.filter(({ comment }) => one.words.test(comment)) }))
    .filter(({ found, sentence }) => found.length > 0 && !instructions.includes(sentence));
  if (matched.length === 0) return [];
  const added = matched.map(({ sentence }) => `- ${sentence}`).join('\n');
  return [
    {
      field: 'instructions',
      value: `${instructions.trimEnd()}\n\n# From feedback\n${added}`.trim(),
      reason: matched.map(({ reason }) => reason).join(' '),
      evidence: idsOf(matched.flatMap(({ found }) => found)),
    },
  ];
}

function groundingChanges({ knowledge }: AgentConfig, found: readonly Evidence[]): Change[] {
  if (found.length === 0 || knowledge.base_ids.length === 0) return [];
  const about = { evidence: idsOf(found) };
  return [
    ...(knowledge.scope === 'only'
      ? []
      : [
          {
            ...about,
            field: 'knowledge.scope' as const,
            value: 'only',
            reason:
              'Answers were wrong, or given where the documents hold none: answer from the documents only.',
          },
        ]),
    ...(knowledge.citations
      ? []
      : [
          {
            ...about,
            field: 'knowledge.citations' as const,
            value: true,
            reason: 'Answers were wrong: citations let people check them.',
          },
        ]),
  ];
}

function searchChanges({ knowledge, model }: AgentConfig, found: readonly Evidence[]): Change[] {
  if (found.length === 0 || knowledge.base_ids.length === 0) return [];
  const { mode, top_k, min_score, rewrite_query } = knowledge;
  const about = { evidence: idsOf(found) };
  const changes: Change[] = [];
  if (mode !== 'hybrid')
    changes.push({
      ...about,
      field: 'knowledge.mode',
      value: 'hybrid',
      reason: 'Searches missed passages: search by words and by meaning.',
    });
  if (min_score > 0)
    changes.push({
      ...about,
      field: 'knowledge.min_score',
      value: 0,
      reason: 'Searches missed passages: the minimum score may have left them out.',
    });
  if (top_k < maxTopK)
    changes.push({
      ...about,
      field: 'knowledge.top_k',
      value: Math.min(maxTopK, top_k * 2),
      reason: 'Searches missed passages: read more of them.',
    });
  if (!rewrite_query && !model.startsWith('builtin/'))
    changes.push({
      ...about,
      field: 'knowledge.rewrite_query',
      value: true,
      reason: 'Searches missed passages: let the model write the queries.',
    });
  return changes;
}
