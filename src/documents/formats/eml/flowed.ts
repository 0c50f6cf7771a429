const quoteMarks = /^>*/;

/**
 * Joins the lines of `format=flowed` text that a client has wrapped (RFC 3676, 4). Only lines of one quote depth are
 * joined, and the mark of a signature is a line of its own.
 */
export function unflow(text: string, deletesSpace: boolean): string {
  const lines: string[] = [];
  let open: { marks: string; parts: string[] } | null = null;
  const close = () => {
    if (open !== null)
      lines.push(`${open.marks === '' ? '' : `${open.marks} `}${open.parts.join('')}`);
    open = null;
  };
  for (const line of text.split('\n')) {
    const marks = quoteMarks.exec(line)?.[0] ?? '';
    const content = line.slice(marks.length).replace(/^ /, '');
    const isSignature = content === '-- ';
    const current = open as { marks: string; parts: string[] } | null;
    if (current !== null && (current.marks !== marks || isSignature)) close();
    open ??= { marks, parts: [] };
    const isSoft = content.endsWith(' ') && !isSignature;
    open.parts.push(isSoft && deletesSpace ? content.slice(0, -1) : content);
    if (!isSoft) close();
  }
  close();
  return lines.join('\n');
}
