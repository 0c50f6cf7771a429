/** State that the blocks of a document share. */
export interface RstDocument {
  /** Styles of underlines in the order of their first use, which is the order of levels. */
  readonly styles: string[];
  /** Texts of `|name|`. */
  readonly substitutions: ReadonlyMap<string, string>;
}

const substitution = /^\s*\.\. \|([^|]{1,100})\| (?:replace|unicode):: (.{0,1000})$/;

export const newDocument = (lines: readonly string[]): RstDocument => ({
  styles: [],
  substitutions: new Map(
    lines.flatMap((line): [string, string][] => {
      const [, name, text] = substitution.exec(line) ?? [];
      return name === undefined || text === undefined ? [] : [[name, text]];
    }),
  ),
});

/** Roles whose text is code. */
const codeRoles =
  /^(?:code|literal|file|samp|kbd|command|program|option|envvar|(?:py:|c:|cpp:|js:|rst:)?(?:class|func|meth|mod|attr|exc|data|const|obj|any|type|macro|member|dir|role)|source|keyword|token|makevar|regexp|pep-code)$/;

/** Returns text without its markup: literals as code, references by their text, formulas between dollar signs. */
export function inlineRst(text: string, { substitutions }: RstDocument): string {
  return text
    .split(/(``[^`](?:[^`]|`(?!`))*``|(?<![\w`]):[\w:+.-]{1,40}:`[^`]{1,1000}`)/)
    .map((part, index) => {
      if (index % 2 === 0) return plain(part, substitutions);
      const [, role = '', inner = ''] = /^:([\w:+.-]+):`([^`]+)`$/.exec(part) ?? [];
      return role === '' ? codeOf(part.slice(2, -2)) : roleText(role, inner);
    })
    .join('');
}

const codeOf = (text: string) => (text.includes('`') ? text : `\`${text}\``);

function plain(text: string, substitutions: ReadonlyMap<string, string>): string {
  return text
    .replaceAll(/`([^`<]{0,500}?)\s*<([^`<>]{1,2000})>`__?/g, (_all, label: string, url: string) =>
      label === '' ? url : label,
    )
    .replaceAll(/(?<![\w`])`([^`]{1,1000})`_{0,2}(?![`\w])/g, '$1')
    .replaceAll(/\[(#?[\w.-]{0,40}|\*)\]_(?!\w)/g, (_all, name: string) => `[${name}]`)
    .replaceAll(
      /(?<![\w|\\])\|([^|\s](?:[^|]{0,98}[^|\s])?)\|_{0,2}(?![\w|])/g,
      (all, name: string) => substitutions.get(name) ?? all,
    )
    .replaceAll(/(?<![\w*\\])\*\*(?=[^\s*])([^*]{1,2000})\*\*(?![\w*])/g, '$1')
    .replaceAll(/(?<![\w*\\])\*(?=[^\s*])([^*]{1,2000})\*(?![\w*])/g, '$1')
    .replaceAll(/(?<![\w:/.@-])([A-Za-z][\w-]{0,80}[A-Za-z0-9])_(?=[\s.,;:!?)]|$)/g, '$1')
    .replaceAll(/\\([\s\S])/g, (_all, character: string) =>
      /\s/.test(character) ? '' : character,
    );
}

function roleText(role: string, inner: string): string {
  const text = /^(.*?)\s*<[^<>]*>$/s.exec(inner)?.[1] ?? inner;
  if (role === 'math') return `$${inner}$`;
  if (role === 'sup' || role === 'superscript') return `^${inner}`;
  if (role === 'sub' || role === 'subscript') return `_${inner}`;
  if (role === 'pep' || role === 'rfc') return `${role.toUpperCase()} ${text}`;
  const short = text.startsWith('~') ? (text.split('.').at(-1) ?? text) : text.replace(/^!/, '');
  return codeRoles.test(role) ? `\`${short}\`` : short;
}
