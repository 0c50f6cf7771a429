import { lexer, type Token, type Tokens } from 'marked';
import type { ComponentChildren } from 'preact';

/**
 * Renders the Markdown of an answer as elements, without HTML: markup in the text is shown as text. Images are links, and
 * nothing that an answer names is loaded before a person follows it.
 */
export function Markdown({
  text,
  onCite,
}: {
  readonly text: string;
  readonly onCite: ((number: number) => ComponentChildren) | null;
}) {
  return <>{blocks(lexer(text, { gfm: true, async: false }), { onCite })}</>;
}

interface Options {
  readonly onCite: ((number: number) => ComponentChildren) | null;
}

const blocks = (tokens: readonly Token[], options: Options): ComponentChildren[] =>
  tokens.map((token) => block(token, options));

function block(token: Token, options: Options): ComponentChildren {
  switch (token.type) {
    case 'space':
    case 'def':
      return null;
    case 'heading': {
      // Headings of an answer are below those of the page.
      const level = Math.min(6, (token as Tokens.Heading).depth + 2);
      const Tag = `h${level}` as 'h3';
      return <Tag>{inlines(token.tokens ?? [], options)}</Tag>;
    }
    case 'paragraph':
      return <p>{inlines(token.tokens ?? [], options)}</p>;
    case 'text':
      return token.tokens === undefined
        ? withCitations(decode(token.text), options)
        : inlines(token.tokens, options);
    case 'code':
      return (
        <pre tabIndex={0}>
          <code>{token.text}</code>
        </pre>
      );
    case 'blockquote':
      return <blockquote>{blocks(token.tokens ?? [], options)}</blockquote>;
    case 'list':
      return list(token as Tokens.List, options);
    case 'table':
      return table(token as Tokens.Table, options);
    case 'hr':
      return <hr />;
    default:
      return <p>{token.raw}</p>;
  }
}

function list({ ordered, start, items }: Tokens.List, options: Options): ComponentChildren {
  const shown = items.map((item) => (
    <li>
      {item.task ? (item.checked ? '☑ ' : '☐ ') : null}
      {blocks(item.tokens, options)}
    </li>
  ));
  return ordered ? <ol start={Number(start) || 1}>{shown}</ol> : <ul>{shown}</ul>;
}

const table = ({ header, rows }: Tokens.Table, options: Options): ComponentChildren => (
  <div class="table" tabIndex={0} role="group">
    <table>
      <thead>
        <tr>
          {header.map((cell) => (
            <th>{inlines(cell.tokens, options)}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr>
            {row.map((cell) => (
              <td>{inlines(cell.tokens, options)}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);

const inlines = (tokens: readonly Token[], options: Options): ComponentChildren[] =>
  tokens.map((token) => inline(token, options));

function inline(token: Token, options: Options): ComponentChildren {
  const inner = () => inlines(('tokens' in token && token.tokens) || [], options);
  switch (token.type) {
    case 'strong':
      return <strong>{inner()}</strong>;
    case 'em':
      return <em>{inner()}</em>;
    case 'del':
      return <del>{inner()}</del>;
    case 'codespan':
      return <code>{token.text}</code>;
    case 'br':
      return <br />;
    case 'link':
      return link(token.href, token.href === token.text ? token.text : inner());
    case 'image':
      return link(token.href, token.text === '' ? token.href : token.text);
    case 'text':
    case 'escape':
      return 'tokens' in token && token.tokens !== undefined
        ? inner()
        : withCitations(decode(token.text), options);
    default:
      return token.raw;
  }
}

/** A link that opens only by a click, elsewhere; the text alone for any other scheme. */
function link(href: string, shown: ComponentChildren): ComponentChildren {
  const url = URL.canParse(href) ? new URL(href) : null;
  if (url === null || !['https:', 'http:', 'mailto:'].includes(url.protocol)) return shown;
  return (
    <a href={url.href} title={url.href} target="_blank" rel="noopener noreferrer nofollow">
      {shown}
    </a>
  );
}

/** Replaces `[1]` by the button of the citation. */
function withCitations(text: string, { onCite }: Options): ComponentChildren {
  if (onCite === null || !text.includes('[')) return text;
  return text
    .split(/(\[\d{1,3}\])/)
    .map((part) => (/^\[\d+\]$/.test(part) ? (onCite(Number(part.slice(1, -1))) ?? part) : part));
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
