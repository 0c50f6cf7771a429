import { useCallback, useEffect, useMemo, useState } from 'react';
import { useSearchParams } from 'wouter';
import type { Agent, Problem } from '../../../../client/index.ts';
import { useCan } from '../../../app/session.tsx';
import { builderTexts } from '../../../texts/agent-builder.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { uiTexts } from '../../../texts/ui.ts';
import { Form } from '../../../ui/form.tsx';
import { JsonField } from '../../../ui/json-field.tsx';
import { useUrlState } from '../../../ui/use-url-state.ts';
import { GreetingPart, MemoryPart, MetadataPart } from './behaviour-parts.tsx';
import { BuilderContext, type Building, useBuilder } from './context.tsx';
import { DraftBar, OutdatedNote } from './draft-bar.tsx';
import { Findings } from './findings.tsx';
import { InputsPart } from './inputs-part.tsx';
import { InstructionsPart } from './instructions-part.tsx';
import { KnowledgePart } from './knowledge-part.tsx';
import { LimitsPart, SafetyPart } from './limits-parts.tsx';
import { ModelPart } from './model-part.tsx';
import { OutputPart } from './output-part.tsx';
import { partOf } from './parts.ts';
import { Preview } from './preview.tsx';
import { SaveDialog } from './save-dialog.tsx';
import { ToolsPart } from './tools-part.tsx';
import { useAgentDraft } from './use-agent-draft.ts';
import { useChecks } from './use-checks.ts';

const defaults = { view: 'form', panel: 'form' };

/** `/agents/{agent}`: the draft, and a conversation with it. */
export function Builder({ agent }: { readonly agent: Agent }) {
  const texts = useTexts(builderTexts);
  const mayWrite = useCan('agents:write') && agent.archived_at === null;
  const [{ view, panel }, setState] = useUrlState(defaults);
  const building = useBuilding(agent, mayWrite);
  const [isSaving, setSaving] = useState(false);
  const { draft, problem, isLive, report } = building;
  const refuse = useCallback(
    (refused: Problem) => {
      setSaving(false);
      report(refused);
    },
    [report],
  );
  const isJson = view === 'json';
  return (
    <BuilderContext value={building}>
      <div className="builder" data-panel={panel}>
        <div className="panel-switch" role="group" aria-label={texts.panels}>
          {(['form', 'preview'] as const).map((name) => (
            <button
              key={name}
              type="button"
              className="tab"
              aria-pressed={panel === name}
              onClick={() => setState({ panel: name })}
            >
              {name === 'form' ? texts.configure : texts.preview}
            </button>
          ))}
        </div>
        <div className="builder-form">
          {mayWrite && (
            <DraftBar
              onSave={() => setSaving(true)}
              view={isJson ? 'json' : 'form'}
              onView={(next) => setState({ view: next })}
            />
          )}
          <OutdatedNote />
          <Form
            problem={problem}
            isLive={isLive}
            onSubmit={() => draft.isChanged && mayWrite && setSaving(true)}
          >
            <fieldset disabled={!mayWrite} className="plain-fieldset">
              {isJson ? <WholeJson /> : <Parts />}
            </fieldset>
          </Form>
        </div>
        {mayWrite && (
          <div className="builder-preview">
            <Preview />
          </div>
        )}
      </div>
      {isSaving && <SaveDialog onClose={() => setSaving(false)} onRefused={refuse} />}
    </BuilderContext>
  );
}

function useBuilding(
  agent: Agent,
  mayWrite: boolean,
): Building & { readonly isLive: boolean; readonly report: (problem: Problem) => void } {
  const draft = useAgentDraft(agent);
  const checks = useChecks(agent.id, draft.patch, mayWrite);
  const [refused, setRefused] = useState<Problem | null>(null);
  const [params] = useSearchParams();
  const [open, setOpen] = useState<readonly string[]>(() => [params.get('part') ?? 'model']);
  const toggle = useCallback(
    (part: string, isOpen: boolean) =>
      setOpen((before) =>
        before.includes(part) === isOpen
          ? before
          : isOpen
            ? [...before, part]
            : before.filter((one) => one !== part),
      ),
    [],
  );
  // What was refused is checked again once something changes.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above.
  useEffect(() => setRefused(null), [draft.config]);
  const report = useCallback(
    (problem: Problem) => {
      setRefused(problem);
      for (const { pointer } of problem.violations) {
        const part = partOf(pointer);
        if (part !== null) toggle(part, true);
      }
    },
    [toggle],
  );
  const { findings } = checks;
  const problem = refused ?? checks.problem;
  const isLive = refused === null;
  return useMemo(
    () => ({ agent, draft, findings, problem, isLive, open, toggle, report }),
    [agent, draft, findings, problem, isLive, open, toggle, report],
  );
}

const Parts = () => (
  <>
    <InstructionsPart />
    <Findings />
    <ModelPart />
    <KnowledgePart />
    <ToolsPart />
    <InputsPart />
    <GreetingPart />
    <OutputPart />
    <MemoryPart />
    <SafetyPart />
    <LimitsPart />
    <MetadataPart />
  </>
);

/** The configuration as the API has it. */
function WholeJson() {
  const texts = useTexts(builderTexts);
  const ui = useTexts(uiTexts);
  const { agent, draft, problem } = useBuilder();
  return (
    <>
      {problem !== null && problem.violations.length > 0 && (
        <ul className="note note-bad plain-list">
          {problem.violations.map(({ pointer, detail }) => (
            <li key={pointer + detail}>
              <code>{pointer}</code> {detail}
            </li>
          ))}
        </ul>
      )}
      <JsonField
        label={texts.wholeJson}
        hint={texts.wholeJsonHint}
        rows={30}
        value={draft.config}
        draftKey={`agent.${agent.id}.json`}
        check={(value) =>
          typeof value === 'object' && value !== null && !Array.isArray(value) ? null : ui.notObject
        }
        onChange={draft.replace}
      />
      <Findings />
    </>
  );
}
