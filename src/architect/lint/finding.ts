import type { AgentConfig } from '../../agents/index.ts';
import type { Finding } from '../../db/schema/architect.ts';

export type { Finding };

/** A configuration that is checked, with the tools that it names, as far as they exist. */
export interface Subject {
  readonly config: AgentConfig;
  readonly tools: readonly {
    readonly name: string;
    readonly description: string;
    readonly effect: 'read' | 'write' | 'destructive';
  }[];
}

/** Checks one aspect of a configuration. Pure. */
export type Rule = (subject: Subject) => readonly Finding[];

export const instructionsAt = '/config/instructions';

/** Maximum characters of a quotation in a finding. */
const maxQuoteChars = 120;

/** Returns the beginning of a text as a quotation in one line. */
export function quote(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return `“${line.length > maxQuoteChars ? `${line.slice(0, maxQuoteChars)}…` : line}”`;
}
