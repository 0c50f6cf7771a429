import type { KnowledgeBase } from '../../../../client/index.ts';
import { api } from '../../../api/api.ts';
import { agentFilterTexts } from '../../../texts/agent-filter.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { uiTexts } from '../../../texts/ui.ts';
import { CheckField, NumberField } from '../../../ui/field.tsx';
import { useFormat } from '../../../ui/format.ts';
import { isRecord } from '../../../ui/is-same.ts';
import { JsonField } from '../../../ui/json-field.tsx';
import { useBuilder, useSection } from './context.tsx';

/** Whether the newest documents are searched, or those of a revision of each base. */
export function PinField() {
  const texts = useTexts(agentFilterTexts);
  const ui = useTexts(uiTexts);
  const { agent } = useBuilder();
  const [{ base_ids, revisions }, set] = useSection('knowledge');
  const { data } = api.useQuery('get', '/api/v1/knowledge-bases', {
    params: { query: { limit: 100 } },
  });
  const bases = (data?.data ?? []).filter(({ id }) => base_ids.includes(id));
  const present = () => Object.fromEntries(bases.map(({ id, revision }) => [id, revision]));
  return (
    <>
      <CheckField
        label={texts.pin}
        hint={texts.pinHint}
        pointer="/config/knowledge/revisions"
        checked={revisions !== null}
        disabled={revisions === null && bases.length === 0}
        onChange={(isOn) => set({ revisions: isOn ? present() : null })}
      />
      {revisions !== null && (
        <div className="side-by-side">
          <div className="schema-form">
            {bases.map((base) => (
              <Revision
                key={base.id}
                base={base}
                value={revisions[base.id] ?? null}
                onChange={(revision) => {
                  const { [base.id]: _, ...others } = revisions;
                  set({
                    revisions: revision === null ? others : { ...others, [base.id]: revision },
                  });
                }}
              />
            ))}
          </div>
          <JsonField
            label={texts.pinJson}
            rows={4}
            value={revisions}
            draftKey={`agent.${agent.id}.revisions`}
            check={(value) => (isRecord(value) ? null : ui.notObject)}
            onChange={(next) => set({ revisions: next })}
          />
        </div>
      )}
    </>
  );
}

function Revision({
  base: { id, name, revision, oldest_revision },
  value,
  onChange,
}: {
  readonly base: KnowledgeBase;
  readonly value: number | null;
  readonly onChange: (revision: number | null) => void;
}) {
  const texts = useTexts(agentFilterTexts);
  const { number } = useFormat();
  return (
    <NumberField
      label={texts.revision(name)}
      hint={texts.revisionHint(number(oldest_revision), number(revision))}
      pointer={`/config/knowledge/revisions/${id}`}
      min={oldest_revision}
      max={revision}
      step={1}
      value={value}
      onChange={onChange}
    />
  );
}
