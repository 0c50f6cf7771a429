type Part = Readonly<Record<string, unknown>>;

interface Response {
  readonly headers?: Part;
  readonly content?: Readonly<Record<string, { readonly examples?: Part }>>;
}

interface Document {
  readonly paths?: object | undefined;
  readonly components?: object | undefined;
}

/** Moves the headers and examples of responses to the components, each once: they are most of the document otherwise. */
export function withSharedComponents<Whole extends Document>(document: Whole): Whole {
  const headers = new Components('headers');
  const examples = new Components('examples');
  const shared = ({ headers: own, content, ...rest }: Response): Response => ({
    ...rest,
    ...(own === undefined ? {} : { headers: headers.share(own) }),
    ...(content === undefined
      ? {}
      : {
          content: mapValues(content, (media) =>
            media.examples === undefined
              ? media
              : { ...media, examples: examples.share(media.examples) },
          ),
        }),
  });
  const given = (document.paths ?? {}) as Readonly<Record<string, Part>>;
  const paths = mapValues(given, (path) =>
    mapValues(path, (operation) =>
      hasResponses(operation)
        ? { ...operation, responses: mapValues(operation.responses, shared) }
        : operation,
    ),
  );
  const components = {
    ...document.components,
    headers: headers.all(),
    examples: examples.all(),
  };
  return { ...document, paths, components };
}

const hasResponses = (
  operation: unknown,
): operation is { readonly responses: Readonly<Record<string, Response>> } =>
  typeof operation === 'object' && operation !== null && 'responses' in operation;

const mapValues = <Value, Result>(
  object: Readonly<Record<string, Value>>,
  map: (value: Value) => Result,
): Record<string, Result> =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [name, map(value)]));

/** Components of one kind. Different ones of the same name get a number. */
class Components {
  readonly #kind: string;
  readonly #byName = new Map<string, unknown>();
  readonly #names = new Map<string, string>();

  constructor(kind: string) {
    this.#kind = kind;
  }

  /** Returns references in place of the parts. */
  share(parts: Part): Part {
    return Object.fromEntries(
      Object.entries(parts).map(([name, part]) => [
        name,
        { $ref: `#/components/${this.#kind}/${this.#nameOf(name, part)}` },
      ]),
    );
  }

  all(): Record<string, unknown> {
    return Object.fromEntries(this.#byName);
  }

  #nameOf(name: string, part: unknown): string {
    const content = JSON.stringify([name, part]);
    const known = this.#names.get(content);
    if (known !== undefined) return known;
    let own = name;
    for (let count = 2; this.#byName.has(own); count += 1) own = `${name}_${count}`;
    this.#byName.set(own, part);
    this.#names.set(content, own);
    return own;
  }
}
