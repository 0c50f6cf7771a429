/** Prefixes that are declared at a place of a document, and the names that they give there. */
interface Scope {
  readonly uris: ReadonlyMap<string, string>;
  readonly elements: Map<string, string>;
  readonly attributes: Map<string, string>;
}

const xml = 'http://www.w3.org/XML/1998/namespace';
const maxNames = 20_000;
const letterX = 120;

/**
 * Resolves the namespaces of a document while it is parsed. Names are kept for each scope: the parser's own resolution
 * makes five objects of each attribute, most of the cost of a large sheet.
 */
export class Namespaces {
  /** Usual prefix of each namespace, with its colon. */
  readonly #prefixes: ReadonlyMap<string, string>;
  /** The scope outside of each open element that declares prefixes, and the depth of that element. */
  readonly #outer: { readonly scope: Scope; readonly depth: number }[] = [];
  #scope: Scope = scopeOf(new Map([['xml', xml]]));

  constructor(prefixes: ReadonlyMap<string, string>) {
    this.#prefixes = prefixes;
  }

  /** Enters an element with the declarations among its attributes. */
  enter(attributes: Readonly<Record<string, string>>, depth: number): void {
    let uris: Map<string, string> | null = null;
    for (const name in attributes) {
      if (name.charCodeAt(0) !== letterX || !name.startsWith('xmlns')) continue;
      const prefix = name === 'xmlns' ? '' : name[5] === ':' ? name.slice(6) : null;
      if (prefix !== null) {
        uris ??= new Map(this.#scope.uris);
        uris.set(prefix, attributes[name] ?? '');
      }
    }
    if (uris === null) return;
    this.#outer.push({ scope: this.#scope, depth });
    this.#scope = scopeOf(uris);
  }

  leave(depth: number): void {
    if (this.#outer.at(-1)?.depth === depth) this.#scope = this.#outer.pop()?.scope ?? this.#scope;
  }

  /** Returns the name of an element with the usual prefix of its namespace; `?:` for one that is not known. */
  element(name: string): string {
    const known = this.#scope.elements.get(name);
    if (known !== undefined) return known;
    const [prefix, local] = split(name);
    const uri = this.#scope.uris.get(prefix) ?? '';
    return remember(this.#scope.elements, name, (this.#prefixes.get(uri) ?? '?:') + local);
  }

  /** Returns the name of an attribute; without a prefix for an unknown namespace, and empty for a declaration. */
  attribute(name: string): string {
    const known = this.#scope.attributes.get(name);
    if (known !== undefined) return known;
    const [prefix, local] = split(name);
    const uri = prefix === '' ? '' : (this.#scope.uris.get(prefix) ?? '');
    const isDeclaration = name === 'xmlns' || prefix === 'xmlns';
    const resolved = isDeclaration
      ? ''
      : (uri === '' ? '' : (this.#prefixes.get(uri) ?? '')) + local;
    return remember(this.#scope.attributes, name, resolved);
  }
}

const scopeOf = (uris: ReadonlyMap<string, string>): Scope => ({
  uris,
  elements: new Map(),
  attributes: new Map(),
});

const split = (name: string): [string, string] => {
  const colon = name.indexOf(':');
  return colon < 0 ? ['', name] : [name.slice(0, colon), name.slice(colon + 1)];
};

function remember(names: Map<string, string>, name: string, resolved: string): string {
  if (names.size < maxNames) names.set(name, resolved);
  return resolved;
}
