import type { CreateGoldenQuestions } from '../../../client/index.ts';
import { client } from '../../api/api.ts';

type Given = CreateGoldenQuestions['data'][number];

/** A question as a file has it: what answers it is named by the id or the name of a file. */
interface Row {
  readonly line: number;
  readonly question: string;
  readonly answers: readonly { readonly file: string; readonly text: string }[];
}

/** What is wrong with a line. */
interface LineFault {
  readonly line: number;
  readonly kind: 'no_question' | 'not_json' | 'no_file';
  /** The file that was not found. */
  readonly file?: string;
}

export interface ReadQuestions {
  readonly questions: readonly Given[];
  readonly faults: readonly LineFault[];
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');

/** Columns `question`, `file` and `text`; several lines with the same question are one with several answers. */
async function readCsv(content: string): Promise<Row[]> {
  const { default: papa } = await import('papaparse');
  const { data } = papa.parse<Record<string, string>>(content.replace(/^\uFEFF/, ''), {
    ...{ header: true, skipEmptyLines: 'greedy' },
    transformHeader: (name) => name.trim().toLowerCase(),
  });
  const rows = new Map<string, Row>();
  for (const [index, record] of data.entries()) {
    const question = textOf(record.question);
    const file = textOf(record.file) || textOf(record.file_id);
    const answers = file === '' ? [] : [{ file, text: textOf(record.text) }];
    const before = rows.get(question);
    rows.set(question, {
      line: before?.line ?? index + 2,
      question,
      answers: [...(before?.answers ?? []), ...answers],
    });
  }
  return [...rows.values()];
}

/** `{"question": …, "expected": [{"file": …, "text": …}]}` in each line. */
function readLines(content: string): (Row | LineFault)[] {
  return content.split(/\r?\n/).flatMap((text, index): (Row | LineFault)[] => {
    const line = index + 1;
    if (text.trim() === '') return [];
    try {
      const { question, expected } = JSON.parse(text);
      const answers = (Array.isArray(expected) ? expected : []).map((one) => ({
        file: textOf(one?.file) || textOf(one?.file_id),
        text: textOf(one?.text),
      }));
      return [{ line, question: textOf(question), answers }];
    } catch {
      return [{ line, kind: 'not_json' }];
    }
  });
}

/** Finds the ids of files of a base by their names; each name is looked up once. */
function finderOf(kb: string): (file: string) => Promise<string | null> {
  const found = new Map<string, Promise<string | null>>();
  const look = async (name: string) => {
    const params = { path: { kb }, query: { q: name.slice(0, 200), limit: 100 } };
    const { data } = await client.GET('/api/v1/knowledge-bases/{kb}/files', { params });
    return data?.data.find((one) => one.name === name)?.id ?? null;
  };
  return (file) => {
    if (/^file_[0-9a-z]{26}$/.test(file)) return Promise.resolve(file);
    const known = found.get(file) ?? look(file);
    found.set(file, known);
    return known;
  };
}

/** Reads golden questions from a CSV table or JSON Lines, with what cannot be read of them. */
export async function readQuestions(
  kb: string,
  content: string,
  isCsv: boolean,
): Promise<ReadQuestions> {
  const rows = isCsv ? await readCsv(content) : readLines(content);
  const find = finderOf(kb);
  const questions: Given[] = [];
  const faults: LineFault[] = [];
  for (const row of rows) {
    if ('kind' in row) faults.push(row);
    else if (row.question === '') faults.push({ line: row.line, kind: 'no_question' });
    else {
      const expected: Given['expected'] = [];
      for (const { file, text } of row.answers) {
        const file_id = await find(file);
        if (file_id === null) faults.push({ line: row.line, kind: 'no_file', file });
        else expected.push({ file_id, ...(text !== '' && { text }) });
      }
      questions.push({ question: row.question, expected });
    }
  }
  return { questions, faults };
}
