/** Elements that HTML knows as empty as well. */
const voidTags = /^(?:area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr)$/i;
const emptyTag = /<([A-Za-z_][\w:.-]*)((?:\s(?:[^<>"'/]|"[^"]*"|'[^']*'|\/(?!>))*)?)\/>/y;

/**
 * Rewrites XHTML so that an HTML parser reads the same: closes empty elements such as `<title/>`, and
 * turns CDATA sections into text. Linear in its length.
 */
export function htmlOfXhtml(xhtml: string): string {
  let html = '';
  let done = 0;
  for (let at = xhtml.indexOf('<'); at >= 0; at = xhtml.indexOf('<', at)) {
    const [open, close] = sectionAt(xhtml, at);
    if (open !== '') {
      const end = xhtml.indexOf(close, at + open.length);
      if (end < 0) break;
      if (open === '<![CDATA[') {
        html += xhtml.slice(done, at) + escaped(xhtml.slice(at + open.length, end));
        done = end + close.length;
      }
      at = end + close.length;
      continue;
    }
    emptyTag.lastIndex = at;
    const [tag, name = '', attributes = ''] = emptyTag.exec(xhtml) ?? [];
    if (tag !== undefined && !voidTags.test(name)) {
      html += `${xhtml.slice(done, at)}<${name}${attributes}></${name}>`;
      done = at + tag.length;
    }
    at += tag?.length ?? 1;
  }
  return html + xhtml.slice(done);
}

const sections = [
  ['<!--', '-->'],
  ['<![CDATA[', ']]>'],
] as const;

const sectionAt = (text: string, at: number): readonly [string, string] =>
  sections.find(([open]) => text.startsWith(open, at)) ?? ['', ''];

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
