import { type Atom, areDisjoint, type Term } from './pattern-syntax.ts';

/** Upper bound of the work of a backtracking match: `ways · n ^ degree` steps for a string of n characters. */
export interface Cost {
  readonly ways: number;
  readonly degree: number;
}

/** Properties of a term that bound the work of repeating it. */
interface Shape extends Cost {
  /** From any position there is at most one match, found without backtracking. */
  readonly isDeterministic: boolean;
  /** The first or last character of the term, unless that is optional or repeated. */
  readonly first: Atom | null;
  readonly last: Atom | null;
  readonly atoms: readonly Atom[];
  /** Quantifiers whose number of repetitions is not fixed. */
  readonly variable: number;
  readonly hasChoice: boolean;
}

/** Repetitions up to this number are counted one by one. */
const maxCounted = 8;

/** Returns null for a pattern whose work cannot be bounded by a polynomial, such as nested repetition. */
export const costOf = (alternatives: readonly (readonly Term[])[]): Cost | null =>
  choiceShape(alternatives);

function choiceShape(alternatives: readonly (readonly Term[])[]): Shape | null {
  const shapes = alternatives.map(sequenceShape);
  if (!shapes.every((shape) => shape !== null)) return null;
  const [only] = shapes;
  if (only !== undefined && shapes.length === 1) return only;
  const isDisjoint = shapes.every(({ first }, index) =>
    shapes
      .slice(index + 1)
      .every((other) => first && other.first && areDisjoint(first, other.first)),
  );
  const ways = shapes.map((shape) => shape.ways);
  return {
    ways: isDisjoint ? Math.max(...ways) : ways.reduce((sum, one) => sum + one, 0),
    degree: Math.max(...shapes.map(({ degree }) => degree)),
    isDeterministic: isDisjoint && shapes.every((shape) => shape.isDeterministic),
    first: null,
    last: null,
    atoms: shapes.flatMap(({ atoms }) => atoms),
    variable: shapes.reduce((sum, shape) => sum + shape.variable, 0),
    hasChoice: true,
  };
}

function sequenceShape(terms: readonly Term[]): Shape | null {
  const shapes = terms.map(termShape);
  if (!shapes.every((shape) => shape !== null)) return null;
  return {
    ways: shapes.reduce((product, { ways }) => product * ways, 1),
    degree: shapes.reduce((sum, { degree }) => sum + degree, 0),
    isDeterministic: shapes.every((shape) => shape.isDeterministic),
    first: shapes[0]?.first ?? null,
    last: shapes.at(-1)?.last ?? null,
    atoms: shapes.flatMap(({ atoms }) => atoms),
    variable: shapes.reduce((sum, { variable }) => sum + variable, 0),
    hasChoice: shapes.some(({ hasChoice }) => hasChoice),
  };
}

const nothing: Shape = {
  ways: 1,
  degree: 0,
  isDeterministic: true,
  first: null,
  last: null,
  atoms: [],
  variable: 0,
  hasChoice: false,
};

function termShape({ body, min, max }: Term): Shape | null {
  const inner =
    body.type === 'assertion'
      ? nothing
      : body.type === 'atom'
        ? { ...nothing, first: body.atom, last: body.atom, atoms: [body.atom] }
        : choiceShape(body.alternatives);
  if (inner === null) return null;
  const isFixed = min === max;
  if (isFixed && max <= 1) return max === 1 ? inner : nothing;
  const repeated: Shape = {
    ...inner,
    first: null,
    last: null,
    isDeterministic: isFixed && inner.isDeterministic,
    variable: inner.variable + (isFixed ? 0 : 1),
  };
  if (isFixed && inner.isDeterministic) return repeated;
  if (max - min <= maxCounted && (inner.isDeterministic || max <= 1))
    return { ...repeated, ways: inner.ways + (max - min) };
  if (inner.isDeterministic || isSeparated(inner)) return { ...repeated, ways: 1, degree: 1 };
  if (max > maxCounted) return null;
  return { ...repeated, ways: (inner.ways + 1) ** max, degree: inner.degree * max };
}

/** Each repetition begins or ends with a character that occurs nowhere else in it, so its bounds are certain. */
function isSeparated({ first, last, atoms, variable, hasChoice }: Shape): boolean {
  if (hasChoice || variable > 1) return false;
  const separates = (separator: Atom | null) =>
    separator !== null && atoms.every((atom) => atom === separator || areDisjoint(separator, atom));
  return separates(first) || separates(last);
}
