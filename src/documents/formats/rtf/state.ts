import type { XmlElement } from '../../ooxml/xml.ts';
import type { Field } from './fields.ts';
import type { Flow, ParagraphFormat } from './flow.ts';
import type { CellDefinition, RowDefinition } from './table.ts';

/** The destination of text: the document, a property that is collected, or nothing. */
export type Destination =
  | 'text'
  | 'fonts'
  | 'styles'
  | 'label'
  | 'instruction'
  | 'form'
  | 'choice'
  | 'author'
  | 'shape'
  | 'name'
  | 'value'
  | 'math'
  | 'unicode'
  | 'skip';

/** Destinations whose text is a property. */
export type Collected = 'label' | 'instruction' | 'choice' | 'author' | 'name' | 'value';
export const isCollected = (destination: Destination): destination is Collected =>
  /^(?:label|instruction|choice|author|name|value)$/.test(destination);

/** A table row as far as its definition is read. */
export interface OpenRow extends RowDefinition {
  left: number;
  isHeader: boolean;
  readonly cells: CellDefinition[];
  continuesLeft: boolean;
  continuesAbove: boolean;
}

export const newRow = (): OpenRow => ({
  left: 0,
  isHeader: false,
  cells: [],
  continuesLeft: false,
  continuesAbove: false,
});

/** Properties of text, which a group inherits and restores at its end. */
export interface State {
  destination: Destination;
  /** Destination around alternatives of the same text. */
  outer: Destination;
  flow: Flow;
  isMargin: boolean;
  isHidden: boolean;
  isDeleted: boolean;
  isTiny: boolean;
  isStruck: boolean;
  isBold: boolean;
  position: 'sup' | 'sub' | null;
  font: number;
  /** Characters that follow a Unicode character for readers that do not know it. */
  fallback: number;
  style: number;
  outline: number | null;
  level: number;
  isInTable: boolean;
  tableDepth: number | null;
  row: OpenRow;
  field: Field | null;
  math: XmlElement | null;
}

export const plainText = {
  isHidden: false,
  isDeleted: false,
  isTiny: false,
  isStruck: false,
  isBold: false,
  position: null,
} as const;

export const plainParagraph = {
  style: 0,
  outline: null,
  level: 0,
  isInTable: false,
  tableDepth: null,
} as const;

export const newState = (flow: Flow): State => ({
  destination: 'text',
  outer: 'text',
  flow,
  isMargin: false,
  ...plainText,
  font: -1,
  fallback: 1,
  ...plainParagraph,
  row: newRow(),
  field: null,
  math: null,
});

export interface StyleEntry {
  name: string;
  outline: number | null;
}

/** Returns the format of the paragraph that ends; `depth` is at least `minDepth`. */
export function paragraphFormat(
  state: State,
  styles: ReadonlyMap<number, StyleEntry>,
  minDepth = 0,
): ParagraphFormat {
  const style = styles.get(state.style);
  const name = (style?.name ?? '').toLowerCase();
  const named = /^heading ([1-9])\b/.exec(name)?.[1];
  const outline = state.outline ?? style?.outline ?? null;
  const depth = state.isInTable || (state.tableDepth ?? 0) > 1 ? (state.tableDepth ?? 1) : 0;
  return {
    style: name,
    heading:
      named !== undefined
        ? Number(named)
        : name === 'title'
          ? 1
          : name === 'subtitle'
            ? 2
            : outline !== null && outline < 6
              ? outline + 1
              : null,
    level: state.level,
    depth: Math.max(minDepth, depth),
  };
}
