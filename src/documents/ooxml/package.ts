import { DocumentFault } from '../fault.ts';
import { readDublinCore } from '../properties/dublin-core.ts';
import type { DocumentProperties } from '../properties/properties.ts';
import { descendants, elementsOf, parseXml, type XmlElement } from './xml.ts';
import { budgetOf, type InflateBudget, readZip } from './zip.ts';

export interface Part {
  readonly name: string;
  readonly root: XmlElement;
}

interface Relationship {
  readonly id: string;
  /** Last step of the type's address: `hyperlink`. */
  readonly type: string;
  /** Name of a part; the address when external. */
  readonly target: string;
  readonly isExternal: boolean;
}

/** A kind of Office document. */
export interface PackageKind {
  /** Name in messages: "Word document". */
  readonly title: string;
  /** Root element of the main part. */
  readonly root: string;
  /** Usual name of the main part, for packages whose relationships are damaged. */
  readonly mainName: RegExp;
}

const limits = { entries: 5000, inflated: 200 * 1024 * 1024, ratio: 100 };
/** Returns the budget of a document, which the documents inside of it share. */
export const packageBudget = (bytes: Uint8Array): InflateBudget => budgetOf(bytes, limits);

/** Parts that are read: XML, and documents that a text embeds. Others only count towards the limits. */
function isReadable(name: string): boolean {
  const file = name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
  return (
    /\.(?:xml|rels|vml|x?html?|mht|mhtml|rtf|txt)$|chunk/i.test(file) ||
    (/\.do[ct][xm]$/i.test(file) && !/embeddings/i.test(name))
  );
}

/**
 * Returns the name under which a part is kept. Names are compared without case (ECMA-376, part 2, 6.2.2.3); targets
 * may be percent-encoded, and some writers separate folders by backslashes.
 */
function keyOf(name: string): string {
  const path = name.replaceAll('\\', '/').toLowerCase();
  if (!path.includes('%')) return path;
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Parts and relationships of an Office document (ECMA-376, part 2). Parts are parsed on demand. */
export class OfficePackage {
  readonly #parts: ReadonlyMap<string, Uint8Array>;
  readonly #parsed: Map<string, XmlElement>;
  readonly #relations = new Map<string, ReadonlyMap<string, Relationship>>();

  /** `parsed` are parts that are translated from another format, by names in lower case. */
  constructor(
    parts: ReadonlyMap<string, Uint8Array>,
    parsed: ReadonlyMap<string, XmlElement> = new Map(),
  ) {
    this.#parts = new Map([...parts].map(([name, bytes]) => [keyOf(name), bytes]));
    this.#parsed = new Map(parsed);
  }

  /** Returns the main part. Throws `unsupported` for another kind of document. */
  main({ title, root, mainName }: PackageKind): Part {
    const named = this.related('', 'officeDocument')?.name ?? '';
    const candidates = [named, ...[...this.#parts.keys()].filter((name) => mainName.test(name))];
    for (const name of candidates) {
      const part = this.#parts.has(keyOf(name)) ? this.part(name) : null;
      if (part !== null && elementsOf(part.root)[0]?.name === root) return part;
    }
    throw new DocumentFault('unsupported', `The file is not a ${title}.`);
  }

  /** Returns the core properties (ECMA-376, part 2, 11). */
  properties(): DocumentProperties {
    const [name] = this.relatedNames('', 'core-properties');
    const bytes = name === undefined ? null : this.bytes(name);
    return bytes === null ? {} : readDublinCore(bytes);
  }

  part(name: string): Part | null {
    const root = this.#parsed.get(name) ?? this.#parse(name);
    return root === null ? null : { name, root };
  }

  bytes(name: string): Uint8Array | null {
    return this.#parts.get(keyOf(name)) ?? null;
  }

  /** Returns the first part that `from` has a relationship of this type to; null for none. */
  related(from: string, type: string): Part | null {
    const [name] = this.relatedNames(from, type);
    return name === undefined ? null : this.part(name);
  }

  /** Returns the names of all parts that `from` has a relationship of this type to. */
  relatedNames(from: string, type: string): string[] {
    return [...this.#relationships(from).values()]
      .filter((found) => found.type === type && !found.isExternal)
      .map(({ target }) => target);
  }

  /** Returns the name of the part that `from` references by this id; null for none. */
  target(from: string, id: string | undefined): string | null {
    const found = this.#relationships(from).get(id ?? '');
    return found === undefined || found.isExternal ? null : found.target;
  }

  /** Returns the part that `from` references by this id; null for none. */
  targetPart(from: string, id: string | undefined): Part | null {
    const name = this.target(from, id);
    return name === null ? null : this.part(name);
  }

  /** Returns the last step of the type of a relationship; null for none. */
  targetType(from: string, id: string | undefined): string | null {
    return this.#relationships(from).get(id ?? '')?.type ?? null;
  }

  /** Returns the external address that `from` references by this id, which is never fetched. */
  address(from: string, id: string | undefined): string | null {
    const found = this.#relationships(from).get(id ?? '');
    return found?.isExternal === true ? found.target : null;
  }

  #parse(name: string): XmlElement | null {
    const bytes = this.#parts.get(keyOf(name));
    if (bytes === undefined) return null;
    const root = parseXml(bytes);
    this.#parsed.set(name, root);
    return root;
  }

  #relationships(from: string): ReadonlyMap<string, Relationship> {
    const known = this.#relations.get(from);
    if (known !== undefined) return known;
    const slash = from.lastIndexOf('/') + 1;
    const folder = from.slice(0, slash);
    const root = this.part(`${folder}_rels/${from.slice(slash)}.rels`)?.root;
    const entries = root === undefined ? [] : [...descendants(root, 'Relationship')];
    const relations = new Map(
      entries.map(({ attributes: { Id: id = '', Type = '', Target = '', TargetMode } }) => {
        const isExternal = TargetMode === 'External';
        const target = isExternal ? Target : resolve(folder, Target);
        return [id, { id, type: Type.split('/').at(-1) ?? '', target, isExternal }] as const;
      }),
    );
    this.#relations.set(from, relations);
    return relations;
  }
}

/**
 * Reads an Office document. Throws `DocumentFault`: as `too_large` where `read` runs out of stack,
 * as `corrupt` for its other errors.
 */
export async function readPackage<T>(
  bytes: Uint8Array<ArrayBuffer>,
  kind: PackageKind,
  read: (parts: OfficePackage, main: Part) => Promise<T> | T,
  budget = packageBudget(bytes),
): Promise<T> {
  const parts = new OfficePackage(await readZip(bytes, limits, isReadable, budget));
  return withFaults(kind, () => read(parts, parts.main(kind)));
}

/** Runs a reader of a document's parts, and throws its errors as `readPackage` does. */
export async function withFaults<T>(
  { title }: Pick<PackageKind, 'title'>,
  read: () => Promise<T> | T,
): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof DocumentFault) throw error;
    if (error instanceof RangeError)
      throw new DocumentFault('too_large', 'The document is nested too deeply.', error);
    throw new DocumentFault('corrupt', `The ${title} is damaged.`, error);
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
