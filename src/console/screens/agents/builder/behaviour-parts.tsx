import { agentBehaviourTexts } from '../../../texts/agent-behaviour.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { CheckField, NumberField, TextAreaField } from '../../../ui/field.tsx';
import { useFormat } from '../../../ui/format.ts';
import { JsonField } from '../../../ui/json-field.tsx';
import { LinesField } from '../../../ui/lines-field.tsx';
import { Part, useBuilder, useSection } from './context.tsx';
import { partPointers } from './parts.ts';

export function GreetingPart() {
  const texts = useTexts(agentBehaviourTexts);
  const { draft } = useBuilder();
  const { welcome_message, starter_questions } = draft.config;
  return (
    <Part
      name="greeting"
      title={texts.greeting}
      summary={
        welcome_message === null && starter_questions.length === 0
          ? texts.none
          : (welcome_message ?? texts.starterCount(starter_questions.length))
      }
      pointers={partPointers.greeting}
    >
      <TextAreaField
        label={texts.welcome}
        pointer="/config/welcome_message"
        rows={2}
        value={welcome_message ?? ''}
        onChange={(text) => draft.change({ welcome_message: text === '' ? null : text })}
      />
      <LinesField
        label={texts.starters}
        hint={texts.startersHint}
        pointer="/config/starter_questions"
        rows={3}
        value={starter_questions}
        onChange={(questions) => draft.change({ starter_questions: questions })}
      />
    </Part>
  );
}

export function MemoryPart() {
  const texts = useTexts(agentBehaviourTexts);
  const format = useFormat();
  const [memory, set] = useSection('memory');
  return (
    <Part
      name="memory"
      title={texts.memory}
      summary={`${texts.tokens(format.number(memory.window_tokens))}${memory.remember ? ` · ${texts.remembers}` : ''}`}
      pointers={partPointers.memory}
    >
      <NumberField
        label={texts.window}
        hint={texts.windowHint}
        pointer="/config/memory/window_tokens"
        min={0}
        step={256}
        value={memory.window_tokens}
        onChange={(window_tokens) => set({ window_tokens })}
      />
      <CheckField
        label={texts.summary}
        pointer="/config/memory/summary"
        checked={memory.summary}
        onChange={(summary) => set({ summary })}
      />
      <CheckField
        label={texts.remember}
        hint={texts.rememberHint}
        pointer="/config/memory/remember"
        checked={memory.remember}
        onChange={(remember) => set({ remember })}
      />
      {memory.remember && (
        <NumberField
          label={texts.rememberTokens}
          pointer="/config/memory/remember_tokens"
          min={50}
          max={8000}
          value={memory.remember_tokens}
          onChange={(remember_tokens) => set({ remember_tokens })}
        />
      )}
    </Part>
  );
}

export function MetadataPart() {
  const texts = useTexts(agentBehaviourTexts);
  const { agent, draft } = useBuilder();
  const { metadata } = draft.config;
  const names = Object.keys(metadata);
  return (
    <Part
      name="metadata"
      title={texts.metadata}
      summary={names.length === 0 ? texts.none : names.join(', ')}
      pointers={partPointers.metadata}
    >
      <JsonField
        label={texts.metadataJson}
        hint={texts.metadataHint}
        pointer="/config/metadata"
        rows={4}
        value={metadata}
        draftKey={`agent.${agent.id}.metadata`}
        onChange={(next) => draft.change({ metadata: next })}
      />
    </Part>
  );
}
