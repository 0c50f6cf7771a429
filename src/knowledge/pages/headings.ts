/** A heading with its offsets in the text of the file. */
export interface Heading {
  readonly level: number;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Returns the headings of a Markdown text that begins at `from` of its file. */
export function headingsOf(text: string, from: number): Heading[] {
  const headings: Heading[] = [];
  let fence: string | null = null;
  let at = from;
  for (const line of text.split('\n')) {
    const [, open] = /^ {0,3}(`{3,}|~{3,})/.exec(line) ?? [];
    if (open !== undefined && fence === null) fence = open;
    else if (open !== undefined && fence !== null && open.startsWith(fence)) fence = null;
    const [mark = '', hashes = ''] = /^(#{1,6})[ \t]+(?=\S)/.exec(line) ?? [];
    if (fence === null && mark !== '') {
      const title = line.slice(mark.length).trimEnd();
      const start = at + mark.length;
      headings.push({ level: hashes.length, text: title, start, end: start + title.length });
    }
    at += line.length + 1;
  }
  return headings;
}
