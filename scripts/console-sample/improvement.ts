import { type Kit, type Made, model, untilDone } from './furnish.ts';

/** Datasets, evaluations, judges, replays, experiments and reviews of an agent with two versions. */
export async function furnishImprovement(kit: Kit, agent: string, message: string) {
  const [evaluation, experiments, review] = await Promise.all([
    furnishEvaluation(kit, agent),
    furnishExperiments(kit, agent),
    furnishReview(kit, agent, message),
  ]);
  return { ...evaluation, ...experiments, ...review };
}

async function furnishEvaluation({ api, make, say }: Kit, agent: string) {
  const [dataset, judge] = await Promise.all([
    make('/datasets', {
      ...{ name: say('Questions of the staff', 'name'), description: say('Asked in November.') },
      agent_id: agent,
    }),
    make('/judges', {
      ...{
        name: say('States the time', 'name'),
        model,
        rubric: say('The answer states the time.'),
      },
      examples: [
        {
          input: say('How long?'),
          answer: say('An hour.'),
          score: 1,
          reason: say('It does', 'name'),
        },
      ],
    }),
  ]);
  const { data } = await make<{ data: Made[] }>(`/datasets/${dataset.id}/cases`, {
    data: [
      {
        ...{ input: say('How long does descaling take?'), tags: [say('care', 'tag')] },
        expected: { answer: say('45 minutes'), facts: [say('45 minutes', 'name')] },
      },
      { input: say('Please break'), conversation: [{ role: 'user', text: say('Hello') }] },
    ],
  });
  const evaluation = await make(`/datasets/${dataset.id}/evaluations`, {
    ...{ agent, versions: [1, 2] },
    scorers: [{ type: 'contains', name: say('Time', 'tag'), texts: [say('45 minutes', 'name')] }],
  });
  const day = 86_400_000;
  const period = {
    from: new Date(Date.now() - day).toISOString(),
    to: new Date(Date.now() + day).toISOString(),
  };
  const limits = { version: 2, max_cost_usd: 1 };
  const replay = await make(`/agents/${agent}/replays`, {
    ...{ ...limits, ...period, label: say('Version 2 on November', 'name') },
  });
  const shadow = await make(`/agents/${agent}/shadows`, {
    ...{ ...limits, share: 0.5, label: say('Beside the guests', 'name') },
  });
  await untilDone(api, `/evaluations/${evaluation.id}`);
  return {
    ...{ dataset: dataset.id, case: data[0]?.id ?? '', evaluation: evaluation.id },
    ...{ judge: judge.id, replay: replay.id, shadow: shadow.id },
  };
}

async function furnishExperiments({ make, say }: Kit, agent: string) {
  const fields = (name: string) => ({
    ...{ name: say(name, 'name'), hypothesis: say('Guests prefer short answers.') },
    primary_metric: { metric: 'feedback_score', minimum_effect: 0.1 },
    guard_metrics: [{ metric: 'error_rate', minimum_effect: 0.1 }],
    variants: [
      { name: say('Long', 'id'), version: 1, weight: 50, is_control: true },
      { name: say('Short', 'id'), version: 2, weight: 50 },
    ],
  });
  const draft = await make(`/agents/${agent}/experiments`, fields('Polite answers'));
  const running = await make(`/agents/${agent}/experiments`, fields('Short answers'));
  await make(`/experiments/${running.id}/start`);
  return { experiment: running.id, draft_experiment: draft.id };
}

async function furnishReview({ make, say }: Kit, agent: string, message: string) {
  const item = await make('/review-items', { message_id: message });
  await make(`/review-items/${item.id}/verdicts`, {
    ...{ verdict: 'partly', note: say('Names no interval.'), better_answer: say('45 minutes.') },
    labels: [say('interval', 'tag')],
  });
  await make(`/agents/${agent}/review-rules`, {
    ...{
      name: say('Says minutes', 'name'),
      condition: { type: 'text', contains: [say('minutes', 'tag')] },
    },
  });
  return { item: item.id };
}
