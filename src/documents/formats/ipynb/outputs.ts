import { DocumentFault } from '../../fault.ts';
import { fenced } from '../../markup/nest.ts';
import { writeMarkdown } from '../../markup/write-markdown.ts';
import { readPage } from '../html/visible-page.ts';
import { fieldsOf, joined, listOf } from './notebook.ts';

/** Characters of one output that are kept. */
const maxOutput = 20_000;
const shortened = '[The rest of this output was left out.]';

type Fields = Readonly<Record<string, unknown>>;

/** Returns the outputs of a cell as Markdown: tables and formatted text as such, other text in code blocks. */
export function readOutputs(outputs: readonly Fields[]): string[] {
  const blocks: string[] = [];
  let stream = '';
  const endStream = () => {
    const text = consoleText(stream);
    stream = '';
    if (text !== '') blocks.push(fenced(cut(text)));
  };
  for (const output of outputs) {
    if (output.output_type === 'stream') {
      stream += joined(output.text);
      continue;
    }
    endStream();
    const block =
      output.output_type === 'error' || output.output_type === 'pyerr'
        ? errorText(output)
        : richText(output);
    if (block !== '') blocks.push(block);
  }
  endStream();
  return blocks;
}

function errorText(output: Fields): string {
  const name = [joined(output.ename), joined(output.evalue)].filter(Boolean).join(': ');
  const trace = consoleText(listOf(output.traceback).map(joined).join('\n'));
  const text = trace === '' ? name : trace;
  return text === '' ? '' : fenced(cut(text));
}

/** Media types of an output from the richest; before nbformat 4 they have short names. */
const readers: readonly (readonly [RegExp, (text: string) => string])[] = [
  [/^(?:text\/)?html$/, htmlText],
  [/^(?:text\/)?markdown$/, (text) => cut(withoutData(text).trim())],
  [/^(?:text\/)?latex$/, (text) => cut(text.trim())],
  [/^(?:text(?:\/plain)?)$/, plainText],
];

/** Returns an empty text for HTML that is too large to parse, so that the next representation is read. */
function htmlText(html: string): string {
  try {
    return cut(writeMarkdown(readPage(html).body));
  } catch (error) {
    if (error instanceof DocumentFault) return '';
    throw error;
  }
}

/** Reads the richest representation that has text. The text beside a picture or a script only names an object. */
function richText(output: Fields): string {
  const data = output.data === undefined ? output : fieldsOf(output.data);
  const types = Object.keys(data);
  const isPicture = types.some((type) => /^(?:image\/|png$|jpeg$|svg$)/.test(type));
  for (const [pattern, read] of readers) {
    const type = types.find((name) => pattern.test(name));
    if (type === undefined || (isPicture && read === plainText)) continue;
    const text = read(joined(data[type]));
    if (text !== '') return text;
  }
  return '';
}

function plainText(text: string): string {
  const shown = consoleText(text);
  return shown === '' || /^<[\w.]+(?: object)?(?: at 0x[\da-f]+)?>$/i.test(shown)
    ? ''
    : fenced(cut(shown));
}

/** Text as a terminal shows it: without colors, each line after its last carriage return. */
const consoleText = (text: string): string =>
  text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they begin the codes of colors.
    .replaceAll(/\u001b\[[\d;?]*[A-Za-z]/g, '')
    .replaceAll('\r\n', '\n')
    .split('\n')
    .map((line) => line.replace(/\r+$/, '').split('\r').at(-1)?.trimEnd() ?? '')
    .join('\n')
    .replace(/^\n+/, '')
    .trimEnd();

/** Cuts a text that is too long after a line. */
function cut(text: string): string {
  if (text.length <= maxOutput) return text;
  const end = text.lastIndexOf('\n', maxOutput);
  return `${text.slice(0, end > 0 ? end : maxOutput)}\n\n${shortened}`;
}

/** Removes pictures that are stored in the text, and keeps their descriptions. */
export const withoutData = (text: string): string =>
  text
    .replaceAll(/!\[([^\]\n]{0,1000})\]\((?:data|attachment):[^)\s]*[^)\n]{0,1000}\)/g, '$1')
    .replaceAll(/data:image\/[\w.+-]{1,40};base64,[\w+/=%-]+/g, '');
