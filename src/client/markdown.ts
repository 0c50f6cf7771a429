import { lexer, type Token, type Tokens } from 'marked';

type Properties = Readonly<Record<string, unknown>>;

/** Creates an element of a framework, such as `createElement` of React or `h` of Preact. */
export type CreateElement<Shown> = (
  tag: string,
  properties: Properties | null,
  ...children: Shown[]
) => Shown;

interface Options<Shown> {
  readonly create: CreateElement<Shown>;
  /** Returns what is shown for the citation `[1]`, or null to leave the text as it is. */
  readonly cite: ((number: number) => Shown | null) | null;
}

/**
 * Renders the Markdown of an answer as elements, without HTML: markup in the text is shown as text. Images are links, and
 * nothing that an answer names is loaded before a person follows it.
 */
export const renderMarkdown = <Shown>(
  text: string,
  options: Options<Shown | string | null>,
): (Shown | string | null)[] =>
  new Renderer(options).blocks(lexer(text, { gfm: true, async: false }));

/**
 * Returns where a link leads, such as `example.com`, unless its text is that address: a text may name any other. Names that look
 * like others are in the form of the domain name system (`xn--…`).
 */
export function hostBeside(text: string, href: string): string | null {
  const { protocol, host, pathname } = new URL(href);
  const place = protocol === 'mailto:' ? pathname : host;
  const [, said] = /^(?:https?:\/\/|mailto:)?([^\s/?#]+)(?:[/?#]\S*)?$/i.exec(text.trim()) ?? [];
  return said?.toLowerCase() === place.toLowerCase() ? null : place;
}

class Renderer<Shown> {
  readonly #options: Options<Shown | string | null>;
  #isInLink = false;

  constructor(options: Options<Shown | string | null>) {
    this.#options = options;
  }

  blocks = (tokens: readonly Token[]) => tokens.flatMap((token) => this.#block(token));

  #create(
    tag: string,
    properties: Properties | null,
    children: readonly (Shown | string | null)[],
  ) {
    return this.#options.create(tag, properties, ...children);
  }

  #block(token: Token): (Shown | string | null)[] {
    switch (token.type) {
      case 'space':
      case 'def':
        return [];
      case 'heading': {
        // Headings of an answer are below those of the page.
        const level = Math.min(6, (token as Tokens.Heading).depth + 2);
        return [this.#create(`h${level}`, null, this.#inlines(token.tokens))];
      }
      case 'paragraph':
        return [this.#create('p', null, this.#inlines(token.tokens))];
      case 'text':
        return 'tokens' in token && token.tokens !== undefined
          ? this.#inlines(token.tokens)
          : this.#withCitations(decode(token.text));
      case 'code':
        return [this.#create('pre', { tabIndex: 0 }, [this.#create('code', null, [token.text])])];
      case 'blockquote':
        return [this.#create('blockquote', null, this.blocks(token.tokens ?? []))];
      case 'list':
        return [this.#list(token as Tokens.List)];
      case 'table':
        return [this.#table(token as Tokens.Table)];
      case 'hr':
        return [this.#create('hr', null, [])];
      default:
        return [this.#create('p', null, [token.raw])];
    }
  }

  #list({ ordered, start, items }: Tokens.List) {
    const shown = items.map((item) =>
      this.#create('li', null, [
        item.task ? (item.checked ? '☑ ' : '☐ ') : null,
        ...this.blocks(item.tokens),
      ]),
    );
    return ordered
      ? this.#create('ol', { start: Number(start) || 1 }, shown)
      : this.#create('ul', null, shown);
  }

  #table({ header, rows }: Tokens.Table) {
    const row = (cells: readonly Tokens.TableCell[], tag: string) =>
      this.#create(
        'tr',
        null,
        cells.map((cell) => this.#create(tag, null, this.#inlines(cell.tokens))),
      );
    const table = this.#create('table', null, [
      this.#create('thead', null, [row(header, 'th')]),
      this.#create(
        'tbody',
        null,
        rows.map((cells) => row(cells, 'td')),
      ),
    ]);
    return this.#create('div', { className: 'table', tabIndex: 0, role: 'group' }, [table]);
  }

  #inlines = (tokens: readonly Token[] = []) => tokens.flatMap((token) => this.#inline(token));

  #inline(token: Token): readonly (Shown | string | null)[] {
    const inner = () => this.#inlines(('tokens' in token && token.tokens) || []);
    switch (token.type) {
      case 'strong':
      case 'em':
      case 'del':
        return [this.#create(token.type, null, inner())];
      case 'codespan':
        return [this.#create('code', null, [token.text])];
      case 'br':
        return [this.#create('br', null, [])];
      case 'link': {
        this.#isInLink = true;
        const shown = token.href === token.text ? [token.text] : inner();
        this.#isInLink = false;
        return this.#link(token.href, token.text, shown);
      }
      case 'image': {
        const text = token.text === '' ? token.href : token.text;
        return this.#isInLink ? [text] : this.#link(token.href, text, [text]);
      }
      case 'text':
      case 'escape':
        return 'tokens' in token && token.tokens !== undefined
          ? inner()
          : this.#withCitations(decode(token.text));
      default:
        return [token.raw];
    }
  }

  /** A link that opens only by a click, elsewhere, and says where; what it shows alone for any other scheme. */
  #link(
    href: string,
    text: string,
    shown: readonly (Shown | string | null)[],
  ): readonly (Shown | string | null)[] {
    const url = URL.canParse(href) ? new URL(href) : null;
    if (url === null || !['https:', 'http:', 'mailto:'].includes(url.protocol)) return shown;
    const host = hostBeside(text, url.href);
    // Apart from the direction of the text, which may turn what follows it.
    const beside =
      host === null ? [] : [' ', this.#create('bdi', { className: 'link-host' }, [`(${host})`])];
    const rel = 'noopener noreferrer nofollow';
    const properties = { href: url.href, title: url.href, target: '_blank', rel };
    return [this.#create('a', properties, [...shown, ...beside])];
  }

  /** Replaces `[1]` by the button of the citation. */
  #withCitations(text: string): (Shown | string | null)[] {
    const { cite } = this.#options;
    if (cite === null || !text.includes('[')) return [text];
    return text
      .split(/(\[\d{1,3}\])/)
      .map((part) => (/^\[\d+\]$/.test(part) ? (cite(Number(part.slice(1, -1))) ?? part) : part));
  }
}

const entities: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&nbsp;': '\u00a0',
};

/** Elements get text, in which an entity is not read again. */
const decode = (text: string) =>
  text.replaceAll(/&(?:amp|lt|gt|quot|#39|nbsp);/g, (entity) => entities[entity] ?? entity);
