import { createContext, type ReactNode, use, useId } from 'react';
import type { Agent, AgentConfig, Finding, Problem } from '../../../../client/index.ts';
import { builderTexts } from '../../../texts/agent-builder.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { Badge } from '../../../ui/page.tsx';
import type { Section } from '../config.ts';
import type { AgentDraft } from './use-agent-draft.ts';

export interface Building {
  readonly agent: Agent;
  readonly draft: AgentDraft;
  readonly findings: readonly Finding[];
  readonly problem: Problem | null;
  /** Names of the parts that are open. */
  readonly open: readonly string[];
  readonly toggle: (part: string, isOpen: boolean) => void;
}

export const BuilderContext = createContext<Building | null>(null);

export function useBuilder(): Building {
  const building = use(BuilderContext);
  if (building === null) throw new Error('Outside of the builder.');
  return building;
}

/** The fields of a section, and how they are changed; null resets a field to its default. */
export function useSection<Name extends Section>(
  name: Name,
): readonly [
  AgentConfig[Name],
  (
    changes: { readonly [Field in keyof AgentConfig[Name]]?: AgentConfig[Name][Field] | null },
  ) => void,
] {
  const { draft } = useBuilder();
  const section = draft.config[name];
  return [
    section,
    (changes) => draft.change({ [name]: { ...section, ...changes } } as Partial<AgentConfig>),
  ];
}

/** A part of the configuration that can be folded; its summary says what is set. */
export function Part({
  name,
  title,
  summary,
  pointers,
  children,
}: {
  readonly name: string;
  readonly title: string;
  readonly summary: ReactNode;
  /** JSON Pointers of its fields, whose violations it announces. */
  readonly pointers: readonly string[];
  readonly children: ReactNode;
}) {
  const texts = useTexts(builderTexts);
  const { open, toggle, problem } = useBuilder();
  const isOpen = open.includes(name);
  const violations = (problem?.violations ?? []).filter((one) => isWithin(one.pointer, pointers));
  const id = useId();
  return (
    <section className="part" aria-labelledby={id}>
      <details open={isOpen} onToggle={({ currentTarget }) => toggle(name, currentTarget.open)}>
        <summary className="part-title">
          <h2 id={id}>{title}</h2>
          {violations.length > 0 && <Badge tone="bad">{texts.violations(violations.length)}</Badge>}
          <span className="part-summary muted">{summary}</span>
        </summary>
        {isOpen && <div className="part-body">{children}</div>}
      </details>
    </section>
  );
}

const isWithin = (pointer: string, pointers: readonly string[]): boolean =>
  pointers.some((one) => pointer === one || pointer.startsWith(`${one}/`));
