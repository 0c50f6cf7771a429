import { DocumentFault } from '../../fault.ts';
import { descendants, elementsOf, parseXml, type XmlElement } from '../../ooxml/xml.ts';

export interface Part {
  readonly name: string;
  readonly root: XmlElement;
}

interface Relationship {
  readonly type: string;
  readonly target: string;
}

/** Parts and relationships of a Word document (ECMA-376, part 2). Parts are parsed on demand. */
export class WordPackage {
  readonly #parts: ReadonlyMap<string, Uint8Array>;
  readonly #parsed = new Map<string, XmlElement>();

  constructor(parts: ReadonlyMap<string, Uint8Array>) {
    this.#parts = parts;
  }

  /** Returns the main part. Throws `unsupported` for another kind of document. */
  get main(): Part {
    const named = [...this.#relationships('').values()].find(
      ({ type }) => type === 'officeDocument',
    )?.target;
    const name = [named, 'word/document.xml', ...this.#parts.keys()].find(
      (candidate) =>
        candidate !== undefined &&
        this.#parts.has(candidate) &&
        /(?:^|\/)document\d*\.xml$/i.test(candidate),
    );
    const part = this.part(named !== undefined && this.#isWord(named) ? named : (name ?? ''));
    if (part === null) throw new DocumentFault('unsupported', 'The file is not a Word document.');
    return part;
  }

  #isWord(name: string): boolean {
    return this.#parts.has(name) && elementsOf(this.part(name)?.root)[0]?.name === 'w:document';
  }

  part(name: string): Part | null {
    const root = this.#parsed.get(name) ?? this.#parse(name);
    return root === null ? null : { name, root };
  }

  bytes(name: string): Uint8Array | null {
    return this.#parts.get(name) ?? null;
  }

  /** Returns the first part that `from` has a relationship of this type to; null for none. */
  related(from: string, type: string): Part | null {
    const found = [...this.#relationships(from).values()].find(
      (relationship) => relationship.type === type,
    );
    return found === undefined ? null : this.part(found.target);
  }

  /** Returns the name of the part that `from` references by this id; null for none. */
  target(from: string, id: string | undefined): string | null {
    return this.#relationships(from).get(id ?? '')?.target ?? null;
  }

  #parse(name: string): XmlElement | null {
    const bytes = this.#parts.get(name);
    if (bytes === undefined) return null;
    const root = parseXml(bytes);
    this.#parsed.set(name, root);
    return root;
  }

  /** Returns relationships by id. External targets are excluded. */
  #relationships(from: string): ReadonlyMap<string, Relationship> {
    const slash = from.lastIndexOf('/') + 1;
    const folder = from.slice(0, slash);
    const root = this.part(`${folder}_rels/${from.slice(slash)}.rels`)?.root;
    if (root === undefined) return new Map();
    return new Map(
      [...descendants(root, 'Relationship')]
        .filter(({ attributes }) => attributes.TargetMode !== 'External')
        .map(({ attributes }): [string, Relationship] => [
          attributes.Id ?? '',
          {
            type: (attributes.Type ?? '').split('/').at(-1) ?? '',
            target: resolve(folder, attributes.Target ?? ''),
          },
        ]),
    );
  }
}

function resolve(folder: string, target: string): string {
  const steps = (target.startsWith('/') ? target.slice(1) : folder + target).split('/');
  const path: string[] = [];
  for (const step of steps) {
    if (step === '..') path.pop();
    else if (step !== '.' && step !== '') path.push(step);
  }
  return path.join('/');
}
