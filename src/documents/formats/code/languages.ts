/** How declarations are found in the lines of a language. */
export interface Language {
  /** Name after the fence of a code block. */
  readonly fence: string;
  /** Declarations whose body can hold further ones. The last group that matches is the name. */
  readonly containers: RegExp | null;
  /** Declarations without inner ones, at the top level. */
  readonly symbols: RegExp | null;
  /** Declarations within a container. */
  readonly members: RegExp | null;
  /** Lines that belong to the declaration below them: comments, decorators, attributes. */
  readonly leading: RegExp;
}

const slashes = /^\s*(?:\/\/|\/\*|\*|@\w|#\[|\[[A-Z])/;
const hashes = /^\s*(?:#|@)/;
const none = { containers: null, symbols: null, members: null };

const modifiers =
  '(?:(?:public|private|protected|internal|static|final|abstract|sealed|virtual|override|async|partial|readonly|synchronized|native|default|open|inline|suspend|data|inner|companion|lateinit|implicit|lazy|case|unsafe|extern|new|fileprivate|mutating|convenience|required|class|tailrec|operator|infix|external|expect|actual|value|annotation|enum|const|transient|volatile|strictfp|non-sealed|file)\\s+)*';

/** Words that begin a statement and look like a call or a definition. */
const noStatement =
  '(?!(?:if|for|while|switch|catch|return|else|do|try|throw|new|with|using|lock|foreach|await|yield|case|delete|typeof|super|this)\\b)';

const script: Omit<Language, 'fence'> = {
  containers:
    /^(?:export\s+)?(?:default\s+)?(?:declare\s+)?(?:abstract\s+)?(?:class|namespace|module)\s+([\w$.]+)/,
  symbols:
    /^(?:export\s+)?(?:default\s+)?(?:declare\s+)?(?:async\s+)?(?:function\s*\*?\s*|interface\s+|type\s+|(?:const\s+)?enum\s+|(?:const|let|var)\s+)([\w$]+)/,
  members: new RegExp(
    `^\\s+(?:(?:public|private|protected|static|async|readonly|override|abstract|get|set|declare|accessor)\\s+)*\\*?\\s*${noStatement}([\\w$#]+)\\s*(?:<[^>()]*>)?(?:\\([^;]*$|\\([^;]*\\{|\\s*=\\s*(?:async\\s*)?(?:\\([^)]*\\)|\\w+)\\s*=>)`,
  ),
  leading: slashes,
};

/** Functions of languages that put a type before the name: the last word before the bracket. */
const typed = `${noStatement}([A-Za-z_~][\\w\\s<>\\[\\].,?&*:~]*\\()[^;{]*(?:\\{|$)`;
const typedMember = new RegExp(`^\\s+${typed}`);

export const languages = {
  javascript: { fence: 'javascript', ...script },
  typescript: { fence: 'typescript', ...script },
  python: {
    fence: 'python',
    containers: /^class\s+(\w+)/,
    symbols: /^(?:async\s+)?def\s+(\w+)/,
    members: /^\s+(?:async\s+)?def\s+(\w+)/,
    leading: hashes,
  },
  go: {
    fence: 'go',
    containers: null,
    symbols:
      /^func\s+(?:\(\s*(?:\w+\s+)?\*?([\w.]+)(?:\[[^\]]*\])?\s*\)\s*)?(\w+)|^(?:type|var|const)\s+(\w+)/,
    members: null,
    leading: slashes,
  },
  rust: {
    fence: 'rust',
    containers:
      /^(?:pub(?:\([^)]*\))?\s+)?(?:unsafe\s+)?(?:(?:mod|trait)\s+(\w+)|impl(?:<[^\s{]*>)?\s+([^{]{1,200}))/,
    symbols:
      /^(?:pub(?:\([^)]*\))?\s+)?(?:default\s+)?(?:const\s+)?(?:async\s+)?(?:unsafe\s+)?(?:extern\s+"[^"]*"\s+)?(?:fn|struct|enum|union|type|static|const|macro_rules!)\s+(\w+)/,
    members: /^\s+(?:pub(?:\([^)]*\))?\s+)?(?:const\s+)?(?:async\s+)?(?:unsafe\s+)?fn\s+(\w+)/,
    leading: slashes,
  },
  java: {
    fence: 'java',
    containers: new RegExp(`^${modifiers}(?:class|interface|enum|record|@interface)\\s+(\\w+)`),
    symbols: null,
    members: typedMember,
    leading: slashes,
  },
  kotlin: {
    fence: 'kotlin',
    containers: new RegExp(`^${modifiers}(?:class|interface|object)\\s+(\\w+)`),
    symbols: new RegExp(
      `^${modifiers}(?:fun\\s+(?:<[^>]*>\\s*)?(?:[\\w<>?.]+\\.)?(\\w+)|(?:val|var|typealias)\\s+(\\w+))`,
    ),
    members: new RegExp(`^\\s+${modifiers}fun\\s+(?:<[^>]*>\\s*)?(?:[\\w<>?.]+\\.)?(\\w+)`),
    leading: slashes,
  },
  scala: {
    fence: 'scala',
    containers: new RegExp(`^${modifiers}(?:class|trait|object|enum)\\s+(\\w+)`),
    symbols: new RegExp(`^${modifiers}(?:def|val|type|given)\\s+(\\w+)`),
    members: new RegExp(`^\\s+${modifiers}def\\s+(\\w+)`),
    leading: slashes,
  },
  swift: {
    fence: 'swift',
    containers: new RegExp(
      `^${modifiers}(?:class|struct|enum|protocol|extension|actor)\\s+([\\w.]+)`,
    ),
    symbols: new RegExp(`^${modifiers}(?:func|let|var|typealias)\\s+(\\w+)`),
    members: new RegExp(`^\\s+${modifiers}(?:func\\s+([^\\s(<]+)|(init|deinit|subscript)\\b)`),
    leading: slashes,
  },
  c: {
    fence: 'c',
    containers: null,
    symbols: new RegExp(
      `^(?:typedef\\s+)?(?:struct|union|enum)\\s+(\\w+)[^;(]*$|^#\\s*define\\s+(\\w+)|^(?!typedef\\b|extern\\s+")${typed}`,
    ),
    members: null,
    leading: slashes,
  },
  cpp: {
    fence: 'cpp',
    containers:
      /^(?:template\s*<[^{]*>\s*)?(?:(?:class|struct)\s+(?:[A-Z_]+\s+)?(\w+)[^;()]*$|(?:inline\s+)?namespace\s+([\w:]+))/,
    symbols: new RegExp(
      `^(?:enum(?:\\s+class)?|union)\\s+(\\w+)|^#\\s*define\\s+(\\w+)|^(?!typedef\\b|extern\\s+")${typed}`,
    ),
    members: typedMember,
    leading: slashes,
  },
  csharp: {
    fence: 'csharp',
    containers: new RegExp(
      `^(?:\\s{0,4}|\\t)${modifiers}(?:class|interface|struct|enum|record(?:\\s+struct)?|namespace)\\s+([\\w.]+)`,
    ),
    symbols: null,
    members: typedMember,
    leading: slashes,
  },
  php: {
    fence: 'php',
    containers: new RegExp(`^${modifiers}(?:class|interface|trait|enum)\\s+(\\w+)`),
    symbols: /^(?:function\s+&?|const\s+)(\w+)/,
    members: new RegExp(`^\\s+${modifiers}function\\s+&?(\\w+)`),
    leading: /^\s*(?:\/\/|\/\*|\*|#)/,
  },
  ruby: {
    fence: 'ruby',
    containers: /^ {0,4}(?:class|module)\s+([\w:]+)/,
    symbols: /^def\s+([\w.?!=]+)/,
    members: /^\s+(?:private\s+|protected\s+)?def\s+([\w.?!=]+)/,
    leading: hashes,
  },
  lua: {
    fence: 'lua',
    containers: null,
    symbols: /^(?:local\s+)?function\s+([\w.:]+)|^(?:local\s+)?([\w.]+)\s*=\s*function\b/,
    members: null,
    leading: /^\s*--/,
  },
  r: {
    fence: 'r',
    containers: null,
    symbols: /^([\w.]+)\s*(?:<-|=)\s*function\b/,
    members: null,
    leading: hashes,
  },
  shell: {
    fence: 'sh',
    containers: null,
    symbols: /^(?:function\s+([\w:-]+)|([\w:-]+)\s*\(\)\s*\{?)/,
    members: null,
    leading: /^\s*#(?!!)/,
  },
  sql: {
    fence: 'sql',
    containers: null,
    symbols:
      /^\s*(?:create\s+(?:or\s+(?:replace|alter)\s+)?(?:global\s+|local\s+)?(?:temp(?:orary)?\s+)?(?:unique\s+)?(?:materialized\s+|virtual\s+)?(?:table|view|index|function|procedure|trigger|type|schema|sequence)(?:\s+concurrently)?(?:\s+if\s+not\s+exists)?|alter\s+table(?:\s+only)?(?:\s+if\s+exists)?)\s+([\w."`[\]]+)/i,
    members: null,
    leading: /^\s*(?:--|\/\*|\*)/,
  },
  css: { fence: 'css', ...none, leading: slashes },
  toml: { fence: 'toml', ...none, symbols: /^\[\[?([^\]]+)\]/, leading: hashes },
  ini: { fence: 'ini', ...none, symbols: /^\[([^\]]+)\]/, leading: /^\s*[#;]/ },
} as const satisfies Readonly<Record<string, Language>>;

export type LanguageName = keyof typeof languages;
