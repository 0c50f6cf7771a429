import { Decimal } from 'decimal.js';
import jsep from 'jsep';

/** The expression has no value. The message gives the reason and is read by the model. */
export class InvalidExpressionError extends Error {
  override readonly name = 'InvalidExpressionError';
}

/** 40 digits, with exponents bounded so that no number takes long to print. */
const Number40 = Decimal.clone({
  precision: 40,
  maxE: 9_000,
  minE: -9_000,
  toExpPos: 30,
  toExpNeg: -30,
});
type Value = InstanceType<typeof Number40>;

jsep.removeAllUnaryOps();
jsep.removeAllBinaryOps();
jsep.removeAllLiterals();
for (const sign of ['+', '-']) jsep.addUnaryOp(sign);
for (const [operator, precedence] of [
  ['+', 9],
  ['-', 9],
  ['*', 10],
  ['/', 10],
  ['%', 10],
] as const)
  jsep.addBinaryOp(operator, precedence);
jsep.addBinaryOp('^', 12, true);
/** Parentheses stay in the tree, since -2^2 and (-2)^2 differ. */
interface Parser {
  readonly code: number;
  gobbleGroup(): jsep.Expression | false;
}
jsep.hooks.add('gobble-token', function (this: Parser, env: { node?: unknown }) {
  if (this.code === '('.charCodeAt(0)) env.node = { type: 'Group', argument: this.gobbleGroup() };
});

const outOfRange = 'The value is too large or too small, or something is divided by zero.';

const constants: ReadonlyMap<string, Value> = new Map([
  ['pi', Number40.acos(-1)],
  ['e', Number40.exp(1)],
]);

const functions: ReadonlyMap<
  string,
  { readonly min: number; readonly max: number; readonly apply: (...values: Value[]) => Value }
> = new Map(
  Object.entries({
    abs: unary((x) => x.abs()),
    sqrt: unary((x) => x.sqrt()),
    cbrt: unary((x) => x.cbrt()),
    floor: unary((x) => x.floor()),
    ceil: unary((x) => x.ceil()),
    trunc: unary((x) => x.trunc()),
    exp: unary((x) => exponential(x)),
    ln: unary((x) => x.ln()),
    log10: unary((x) => x.log(10)),
    log2: unary((x) => x.log(2)),
    sin: unary((x) => angle(x).sin()),
    cos: unary((x) => angle(x).cos()),
    tan: unary((x) => angle(x).tan()),
    asin: unary((x) => x.asin()),
    acos: unary((x) => x.acos()),
    atan: unary((x) => x.atan()),
    round: {
      min: 1,
      max: 2,
      apply: (x: Value, places?: Value) =>
        x.toDecimalPlaces(wholePlaces(places), Decimal.ROUND_HALF_UP),
    },
    min: { min: 1, max: 100, apply: (...values: Value[]) => Number40.min(...values) },
    max: { min: 1, max: 100, apply: (...values: Value[]) => Number40.max(...values) },
    sum: { min: 1, max: 100, apply: (...values: Value[]) => Number40.sum(...values) },
    mean: {
      min: 1,
      max: 100,
      apply: (...values: Value[]) => Number40.sum(...values).div(values.length),
    },
  }),
);

/** Maximum decimal exponent of a value. The library would take minutes for larger ones. */
const maxDigits = 9_000;

function exponential(x: Value): Value {
  if (x.abs().gt(maxDigits * Math.LN10)) throw new InvalidExpressionError(outOfRange);
  return x.exp();
}

function power(base: Value, exponent: Value): Value {
  const digits = base.abs().log(10).abs().mul(exponent.abs());
  if (digits.isFinite() && digits.gt(maxDigits)) throw new InvalidExpressionError(outOfRange);
  return base.pow(exponent);
}

function angle(x: Value): Value {
  if (x.abs().gt(1e15)) throw new InvalidExpressionError('An angle is at most 10^15 radians.');
  return x;
}

function unary(apply: (x: Value) => Value) {
  return { min: 1, max: 1, apply };
}

function wholePlaces(places: Value | undefined): number {
  if (places === undefined) return 0;
  if (!places.isInteger() || places.lt(0) || places.gt(40))
    throw new InvalidExpressionError('round takes 0 to 40 decimal places.');
  return places.toNumber();
}

/**
 * Returns the value of an arithmetic expression, exact for decimals. Evaluates a fixed grammar and never
 * runs the expression as code. Throws `InvalidExpressionError`.
 */
export function evaluate(expression: string): string {
  const value = calculate(parse(expression));
  if (value.isNaN()) throw new InvalidExpressionError('The expression has no real value.');
  if (!value.isFinite()) throw new InvalidExpressionError(outOfRange);
  return value.toString();
}

function parse(expression: string): jsep.Expression {
  try {
    return jsep(expression);
  } catch (error) {
    throw new InvalidExpressionError(
      `Invalid expression: ${error instanceof Error ? error.message : 'syntax error'}.`,
    );
  }
}

function calculate(node: jsep.Expression): Value {
  switch (node.type) {
    case 'Literal':
      return literal(node as jsep.Literal);
    case 'Identifier':
      return constant((node as jsep.Identifier).name);
    case 'Group':
      return calculate(inner(node));
    case 'UnaryExpression':
      return signed(
        (node as jsep.UnaryExpression).operator,
        calculate((node as jsep.UnaryExpression).argument),
      );
    case 'BinaryExpression':
      return binary(node as jsep.BinaryExpression);
    case 'CallExpression':
      return call(node as jsep.CallExpression);
    default:
      throw new InvalidExpressionError(
        'Only numbers, + - * / % ^, parentheses and functions are allowed, one expression per call.',
      );
  }
}

function inner({ argument }: jsep.Expression): jsep.Expression {
  if (argument === false || argument === undefined)
    throw new InvalidExpressionError('The parentheses are empty.');
  return argument as jsep.Expression;
}

function literal({ raw, value }: jsep.Literal): Value {
  if (typeof value !== 'number') throw new InvalidExpressionError('Only numbers are allowed.');
  return new Number40(raw);
}

function constant(name: string): Value {
  const value = constants.get(name.toLowerCase());
  if (value === undefined)
    throw new InvalidExpressionError(`Unknown constant: ${name}. Constants: pi, e.`);
  return value;
}

const signed = (operator: string, value: Value): Value => (operator === '-' ? value.neg() : value);

function binary({ operator, left, right }: jsep.BinaryExpression): Value {
  // A power binds tighter than a sign: -2^2 is -4.
  if (operator === '^' && left.type === 'UnaryExpression') {
    const { operator: sign, argument } = left as jsep.UnaryExpression;
    return signed(sign, binary({ type: 'BinaryExpression', operator, left: argument, right }));
  }
  const [a, b] = [calculate(left), calculate(right)];
  if (operator === '+') return a.add(b);
  if (operator === '-') return a.sub(b);
  if (operator === '*') return a.mul(b);
  if (operator === '/') return a.div(b);
  return operator === '%' ? a.mod(b) : power(a, b);
}

function call({ callee, arguments: given }: jsep.CallExpression): Value {
  const name = callee.type === 'Identifier' ? (callee as jsep.Identifier).name.toLowerCase() : '';
  const known = functions.get(name);
  if (known === undefined)
    throw new InvalidExpressionError(
      `Unknown function: ${name}. Functions: ${[...functions.keys()].join(', ')}.`,
    );
  if (given.length < known.min || given.length > known.max)
    throw new InvalidExpressionError(`${name} takes ${known.min} to ${known.max} values.`);
  return known.apply(...given.map(calculate));
}
