import { DocumentFault } from '../../fault.ts';

type Fields = Readonly<Record<string, unknown>>;

export interface Notebook {
  readonly language: string;
  readonly cells: readonly Cell[];
}

export interface Cell {
  readonly kind: 'markdown' | 'code' | 'raw' | 'heading';
  readonly source: string;
  /** Level of a heading cell, which notebooks before version 4 have. */
  readonly level: number;
  readonly outputs: readonly Fields[];
}

const maxCells = 50_000;

/** Reads a notebook of nbformat 2 to 4. Throws `corrupt` and `too_large`. */
export function readNotebook(json: string): Notebook {
  const notebook = parse(json);
  const metadata = fieldsOf(notebook.metadata);
  const cells = [
    ...listOf(notebook.cells),
    ...listOf(notebook.worksheets).flatMap((sheet) => listOf(fieldsOf(sheet).cells)),
  ].map(fieldsOf);
  if (!Array.isArray(notebook.cells) && !Array.isArray(notebook.worksheets))
    throw new DocumentFault('corrupt', 'The notebook has no cells.');
  if (cells.length > maxCells)
    throw new DocumentFault('too_large', `The notebook has more than ${maxCells} cells.`);
  const language =
    nameOf(fieldsOf(metadata.language_info).name) ??
    nameOf(fieldsOf(metadata.kernelspec).language) ??
    cells.map((cell) => nameOf(cell.language)).find((name) => name !== null) ??
    'python';
  return { language, cells: cells.map(readCell) };
}

function parse(json: string): Fields {
  try {
    return fieldsOf(JSON.parse(json));
  } catch (error) {
    if (error instanceof RangeError)
      throw new DocumentFault('too_large', 'The notebook is nested too deeply.', error);
    throw new DocumentFault('corrupt', 'The notebook is not valid JSON.', error);
  }
}

const readCell = (cell: Fields): Cell => ({
  kind:
    cell.cell_type === 'markdown' || cell.cell_type === 'code' || cell.cell_type === 'heading'
      ? cell.cell_type
      : 'raw',
  source: joined(cell.source ?? cell.input),
  level: typeof cell.level === 'number' ? Math.min(6, Math.max(1, Math.trunc(cell.level))) : 1,
  outputs: listOf(cell.outputs).map(fieldsOf),
});

export const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? (value as Fields) : {};

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/**
 * Returns text that a notebook stores as one string or as a list of lines. Before nbformat 3 the lines have no line feed.
 */
export function joined(value: unknown): string {
  if (!Array.isArray(value)) return typeof value === 'string' ? value : '';
  const lines = value.filter((line) => typeof line === 'string');
  return lines.join(lines.some((line) => line.includes('\n')) ? '' : '\n');
}

/** The name of a language in lower case, as code fences have it; null for anything else. */
const nameOf = (value: unknown): string | null =>
  typeof value === 'string' && /^[\w+#.-]{1,30}$/.test(value) ? value.toLowerCase() : null;
