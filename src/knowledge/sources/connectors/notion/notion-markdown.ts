import { tableRow, tableRule } from '../../../../documents/index.ts';
import { type Block, fieldOf, plainText, richTextOf } from './notion-objects.ts';

/** Writes blocks as Markdown. Pages and databases below them are documents of their own, so they become links. */
export function toMarkdown(blocks: readonly Block[]): string {
  const written = blocks.map((block) => ({ block, text: writeBlock(block) }));
  return written
    .filter(({ text }) => text !== '')
    .map(({ block, text }, index, all) => {
      const previous = all[index - 1]?.block.type;
      const isTight = listTypes.has(block.type) && previous === block.type;
      return index === 0 ? text : `${isTight ? '\n' : '\n\n'}${text}`;
    })
    .join('');
}

const listTypes = new Set(['bulleted_list_item', 'numbered_list_item', 'to_do', 'toggle']);

function writeBlock(block: Block): string {
  const { type, children } = block;
  const content = block[type];
  const text = inline(fieldOf(content, 'rich_text'));
  const level = /^heading_([1-6])$/.exec(type)?.[1];
  if (level !== undefined)
    return joined(text === '' ? '' : `${'#'.repeat(Number(level))} ${text}`, toMarkdown(children));
  switch (type) {
    case 'bulleted_list_item':
    case 'toggle':
      return item('- ', text, children);
    case 'numbered_list_item':
      return item('1. ', text, children);
    case 'to_do':
      return item(fieldOf(content, 'checked') === true ? '- [x] ' : '- [ ] ', text, children);
    case 'quote':
    case 'callout':
      return quoted(joined(text, toMarkdown(children)));
    case 'code':
      return joined(fenced(content), inline(fieldOf(content, 'caption')));
    case 'equation':
      return `$$\n${String(fieldOf(content, 'expression') ?? '')}\n$$`;
    case 'divider':
      return '---';
    case 'table':
      return tableOf(children);
    case 'child_page':
    case 'child_database':
      return link(String(fieldOf(content, 'title') ?? ''), pageAddress(block.id));
    case 'link_to_page':
      return linkToPage(content);
    case 'bookmark':
    case 'embed':
    case 'link_preview':
      return joined(address(content, 'url'), inline(fieldOf(content, 'caption')));
    case 'image':
    case 'video':
    case 'audio':
    case 'file':
    case 'pdf':
      return media(type, content);
    default:
      return joined(text, toMarkdown(children));
  }
}

const joined = (...parts: readonly string[]) => parts.filter((part) => part !== '').join('\n\n');

/** A list item whose children are indented below it. */
function item(marker: string, text: string, children: readonly Block[]): string {
  const indent = ' '.repeat(marker.startsWith('1') ? 3 : 2);
  const below = toMarkdown(children);
  return below === '' && text === ''
    ? ''
    : `${marker}${text}${below === '' ? '' : `\n${below.replaceAll(/^(?=.)/gm, indent)}`}`;
}

const quoted = (text: string) => (text === '' ? '' : text.replaceAll(/^/gm, '> '));

function fenced(content: unknown): string {
  const code = plainText(fieldOf(content, 'rich_text'));
  const longest = Math.max(2, ...(code.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  const language = String(fieldOf(content, 'language') ?? '');
  return `${fence}${language === 'plain text' ? '' : language}\n${code}\n${fence}`;
}

function tableOf(rows: readonly Block[]): string {
  const cells = rows.map((row) => {
    const found = fieldOf(row.table_row, 'cells');
    return Array.isArray(found) ? found.map((cell) => inline(cell)) : [];
  });
  const [header, ...others] = cells;
  if (header === undefined) return '';
  return [tableRow(header), tableRule(header.length), ...others.map(tableRow)].join('\n');
}

const pageAddress = (id: string) => `https://www.notion.so/${id.replaceAll('-', '')}`;

const link = (text: string, url: string) => `[${text.trim() === '' ? url : text.trim()}](${url})`;

function linkToPage(content: unknown): string {
  const id = fieldOf(content, String(fieldOf(content, 'type')));
  return typeof id === 'string' ? link('', pageAddress(id)) : '';
}

function address(content: unknown, name: string): string {
  const url = fieldOf(content, name);
  return typeof url === 'string' && url !== '' ? `<${url}>` : '';
}

/** A file that Notion stores has an address that expires, so only its name and caption are kept. */
function media(type: string, content: unknown): string {
  const caption = inline(fieldOf(content, 'caption'));
  const name = String(fieldOf(content, 'name') ?? '').trim();
  const url = fieldOf(content, 'external', 'url');
  const label = [name, caption].filter((part) => part !== '').join(': ');
  if (typeof url !== 'string') return label;
  return `${type === 'image' ? '!' : ''}${link(label, url)}`;
}

/** Writes rich text with its links, formulas and emphasis. */
function inline(value: unknown): string {
  return richTextOf(value)
    .map(({ type, plain_text, href, annotations = {}, equation }) => {
      if (type === 'equation') return `$${equation?.expression ?? plain_text}$`;
      const marked = marksOf(annotations).reduce(
        (text, mark) => wrapped(text, mark),
        plain_text.replaceAll('\n', '  \n'),
      );
      if (href === null || href === undefined || href === '') return marked;
      return link(marked, href.startsWith('/') ? `https://www.notion.so${href}` : href);
    })
    .join('')
    .trim();
}

const marksOf = ({ code, italic, bold, strikethrough }: Record<string, unknown>): string[] => [
  ...(code === true ? ['`'] : []),
  ...(italic === true ? ['*'] : []),
  ...(bold === true ? ['**'] : []),
  ...(strikethrough === true ? ['~~'] : []),
];

/** Marks begin and end at a character that is not a space. */
function wrapped(text: string, mark: string): string {
  const [, before = '', inner = '', after = ''] = /^(\s*)([\s\S]*?)(\s*)$/.exec(text) ?? [];
  return inner === '' ? text : `${before}${mark}${inner}${mark}${after}`;
}
