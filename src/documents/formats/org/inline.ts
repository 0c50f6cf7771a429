const link = /\[\[([^[\]]{1,2000})\](?:\[([^[\]]{1,2000})\])?\]/g;
const verbatim = /([=~])(\S|\S[^\n]{0,300}?\S)\1(?=[\s\-.,;:!?'")}[]|$)/g;
const emphasis = /(^|[\s\-('"{])([*/_])(\S|\S[^\n]{0,300}?\S)\2(?=[\s\-.,;:!?'")}[]|$)/g;
const struck = /(^|[\s\-('"{])\+(\S|\S[^\n]{0,300}?\S)\+(?=[\s\-.,;:!?'")}[]|$)/g;
const entities: Readonly<Record<string, string>> = {
  '\\\\': '',
  '---': '—',
  '--': '–',
};

/** Returns a line without marks: links as Markdown or their text, code in backticks. */
export function inlineOrg(text: string): string {
  return text
    .split(/(`[^`\n]*`)/)
    .map((part) =>
      part
        .replaceAll(link, (_, target: string, label?: string) => shownLink(target, label))
        .replaceAll(/<<<?([^<>\n]{1,200})>>>?/g, '$1')
        .replaceAll(verbatim, (_, _mark, code: string) =>
          code.includes('`') ? code : `\`${code}\``,
        )
        .replaceAll(emphasis, '$1$3')
        .replaceAll(/([_^])\{([^{}\n]{1,200})\}/g, '$1$2')
        .replaceAll(/\\\(([^\n]{1,2000}?)\\\)/g, '$$$1$$')
        .replaceAll(struck, '$1~~$2~~')
        .replaceAll(
          /\[fn:([\w-]{0,60})(?::([^\]]{0,2000}))?\]/g,
          (_, name: string, note?: string) =>
            note === undefined ? `[${name}]` : ` (${note.trim()})`,
        )
        .replaceAll(
          /\\\\\s*$|(?<![-|+])-{2,3}(?![-|+>])/g,
          (mark) => entities[mark.trim()] ?? mark,
        ),
    )
    .join('');
}

/** Targets inside of the document, and files beside it, are left out. */
function shownLink(target: string, label: string | undefined): string {
  if (!/^(?:https?|mailto):/i.test(target)) return label ?? target.replace(/^(?:file:|[*#])/, '');
  if (label === undefined || label === target) return target.replace(/^mailto:/i, '');
  return /^https?:/i.test(target)
    ? `[${label}](${target.replaceAll('(', '%28').replaceAll(')', '%29')})`
    : label;
}
