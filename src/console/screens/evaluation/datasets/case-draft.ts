import type { Case, CaseInput } from '../../../../client/index.ts';

/** A case as a person enters it. `further` holds what has no fields of its own, as JSON. */
export interface CaseDraft {
  readonly input: string;
  readonly answer: string;
  readonly facts: string;
  readonly refuses: '' | 'yes' | 'no';
  readonly tags: string;
  readonly further: string;
}

export const emptyCase: CaseDraft = {
  ...{ input: '', answer: '', facts: '', refuses: '', tags: '', further: '' },
};

export function caseDraftOf({ input, conversation, inputs, expected, tags }: Case): CaseDraft {
  const { answer, facts, refuses, citations, tool_calls } = expected;
  const further = {
    ...(conversation.length > 0 && { conversation }),
    ...(Object.keys(inputs).length > 0 && { inputs }),
    ...(citations !== undefined && { citations }),
    ...(tool_calls !== undefined && { tool_calls }),
  };
  return {
    input,
    answer: answer ?? '',
    facts: facts?.join('\n') ?? '',
    refuses: refuses === undefined ? '' : refuses ? 'yes' : 'no',
    tags: tags.join(', '),
    further: Object.keys(further).length === 0 ? '' : JSON.stringify(further, null, 2),
  };
}

type Further = Pick<CaseInput, 'conversation' | 'inputs'> &
  Pick<NonNullable<CaseInput['expected']>, 'citations' | 'tool_calls'>;

/** Returns the JSON of `further`; null if it is none. */
export function furtherOf(text: string): Further | null {
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : null;
  } catch {
    return null;
  }
}

export function caseOf({ input, answer, facts, refuses, tags, further }: CaseDraft): CaseInput {
  const { conversation = [], inputs = {}, citations, tool_calls } = furtherOf(further) ?? {};
  const lines = facts.split('\n').filter((line) => line.trim() !== '');
  return {
    ...{ input, conversation, inputs },
    expected: {
      ...(answer.trim() !== '' && { answer }),
      ...(lines.length > 0 && { facts: lines }),
      ...(refuses !== '' && { refuses: refuses === 'yes' }),
      ...(citations !== undefined && { citations }),
      ...(tool_calls !== undefined && { tool_calls }),
    },
    tags: tags
      .split(',')
      .map((tag) => tag.trim())
      .filter((tag) => tag !== ''),
  };
}
