import { Link } from 'wouter';
import { api } from '../../../api/api.ts';
import { placeOf } from '../../../app/places.ts';
import { useCan } from '../../../app/session.tsx';
import { agentKnowledgeTexts } from '../../../texts/agent-knowledge.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import {
  CheckField,
  NumberField,
  SelectField,
  TextAreaField,
  TextField,
} from '../../../ui/field.tsx';
import { useFormat } from '../../../ui/format.ts';
import { Failed, Loading } from '../../../ui/states.tsx';
import { Part, useBuilder, useSection } from './context.tsx';
import { FilterField } from './filter-field.tsx';
import { partPointers } from './parts.ts';
import { PinField } from './pin-field.tsx';

export function KnowledgePart() {
  const texts = useTexts(agentKnowledgeTexts);
  const [knowledge, set] = useSection('knowledge');
  const { base_ids, scope, mode } = knowledge;
  return (
    <Part
      name="knowledge"
      title={texts.knowledge}
      summary={`${texts.baseCount(base_ids.length)} · ${texts.scopes[scope]}`}
      pointers={partPointers.knowledge}
    >
      <Bases />
      <PinField />
      <SelectField
        label={texts.scope}
        hint={texts.scopeHint}
        pointer="/config/knowledge/scope"
        value={scope}
        choices={(['only', 'first', 'general'] as const).map((value) => ({
          value,
          label: texts.scopes[value],
        }))}
        onChange={(value) => set({ scope: value })}
      />
      <TextAreaField
        label={texts.noAnswer}
        hint={texts.noAnswerHint}
        pointer="/config/knowledge/no_answer"
        rows={2}
        value={knowledge.no_answer}
        onChange={(value) => set({ no_answer: value })}
      />
      <CheckField
        label={texts.citations}
        pointer="/config/knowledge/citations"
        checked={knowledge.citations}
        onChange={(citations) => set({ citations })}
      />
      <details className="more-settings">
        <summary className="more-title">{texts.retrieval}</summary>
        <div className="part-body">
          <SelectField
            label={texts.mode}
            pointer="/config/knowledge/mode"
            value={mode}
            choices={(['hybrid', 'vector', 'keyword'] as const).map((value) => ({
              value,
              label: texts.modes[value],
            }))}
            onChange={(value) => set({ mode: value })}
          />
          <RetrievalNumbers />
          <TextField
            label={texts.reranker}
            hint={texts.rerankerHint}
            pointer="/config/knowledge/reranker"
            value={knowledge.reranker ?? ''}
            onChange={(value) => set({ reranker: value === '' ? null : value })}
          />
          <CheckField
            label={texts.rewrite}
            hint={texts.rewriteHint}
            pointer="/config/knowledge/rewrite_query"
            checked={knowledge.rewrite_query}
            onChange={(rewrite_query) => set({ rewrite_query })}
          />
          <FilterField />
        </div>
      </details>
    </Part>
  );
}

const numbers = [
  ['top_k', 1, 50, 1],
  ['min_score', 0, 1, 0.05],
  ['diversity', 0, 1, 0.05],
  ['context_tokens', 0, 4000, 50],
] as const;

function RetrievalNumbers() {
  const texts = useTexts(agentKnowledgeTexts);
  const [knowledge, set] = useSection('knowledge');
  return (
    <div className="row-fields">
      {numbers.map(([name, min, max, step]) => (
        <NumberField
          key={name}
          label={texts.retrievalNumbers[name]}
          pointer={`/config/knowledge/${name}`}
          {...{ min, max, step }}
          value={knowledge[name]}
          onChange={(value) => set({ [name]: value })}
        />
      ))}
    </div>
  );
}

function Bases() {
  const texts = useTexts(agentKnowledgeTexts);
  const format = useFormat();
  const { agent } = useBuilder();
  const mayRead = useCan('knowledge:read');
  const [{ base_ids, revisions }, set] = useSection('knowledge');
  const { data, error, refetch } = api.useQuery('get', '/api/v1/knowledge-bases', {
    params: { query: { limit: 100 } },
  });
  if (data === undefined)
    return error === null ? (
      <Loading>{texts.loadingBases}</Loading>
    ) : (
      <Failed problem={error} onRetry={refetch} />
    );
  // Own bases of other agents are theirs, unless this one searches them already.
  const shown = data.data
    .filter(
      ({ id, agent_id }) => agent_id === null || agent_id === agent.id || base_ids.includes(id),
    )
    .sort((a, b) => Number(b.id === agent.base_id) - Number(a.id === agent.base_id));
  const unknown = base_ids.filter((id) => !data.data.some((base) => base.id === id));
  const toggle = (id: string, isOn: boolean) => {
    // A revision of a base that is not searched would be refused.
    const { [id]: _, ...pins } = revisions ?? {};
    set({
      base_ids: isOn ? [...base_ids, id] : base_ids.filter((one) => one !== id),
      ...(revisions !== null && !isOn && { revisions: pins }),
    });
  };
  return (
    <fieldset className="choices">
      <legend className="field-label">{texts.bases}</legend>
      {shown.map(({ id, name, chunk_count, description }) => (
        <CheckField
          key={id}
          label={id === agent.base_id ? texts.ownBase(name) : name}
          hint={
            <>
              {texts.chunks(format.number(chunk_count))}
              {description !== '' && ` · ${description}`}
            </>
          }
          checked={base_ids.includes(id)}
          onChange={(isOn) => toggle(id, isOn)}
        />
      ))}
      {unknown.map((id) => (
        <CheckField key={id} label={<code>{id}</code>} checked onChange={() => toggle(id, false)} />
      ))}
      {mayRead && (
        <Link className="small" href={placeOf(`/knowledge/${agent.base_id}`)}>
          {texts.openBase}
        </Link>
      )}
    </fieldset>
  );
}
