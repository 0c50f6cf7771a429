/** Operators of the parser that build and paint paths (`OPS` of pdf.js). */
const operators = {
  moveTo: 13,
  lineTo: 14,
  curveTo: 15,
  curveTo3: 17,
  closePath: 18,
  rectangle: 19,
  stroke: 20,
  closeStroke: 21,
  fill: 22,
  eoFill: 23,
  closeEOFillStroke: 27,
  endPath: 28,
} as const;

/** A straight line on a page, horizontal or vertical: two points, with y upwards. */
export type Rule = readonly [x0: number, y0: number, x1: number, y1: number];

/** Maximum thickness of a filled shape that is a line, in points. */
const maxThickness = 2.5;
/** Shorter lines are parts of letters and symbols. */
const minLength = 4;
/** A page with more lines is a drawing. */
const maxRules = 8000;
/** Points of one path; lines of tables have a few. */
const maxPoints = 2000;

/** Collects the lines that a page draws, while the parser reads its content. */
export class DrawnRules {
  #rules: Rule[] = [];
  #isDrawing = false;
  /** Subpaths of the open path, in points of the page. */
  #paths: number[][] = [];
  #points = 0;

  watch(operator: number, args: readonly unknown[] | null, ctm: ArrayLike<number>): void {
    if (operator < operators.moveTo || operator > operators.endPath || this.#isDrawing) return;
    const [a, b, c, d] = (args ?? []) as number[];
    if (operator === operators.moveTo) this.#begin(ctm, [a, b]);
    else if (operator === operators.lineTo) this.#add(ctm, [a, b]);
    else if (operator === operators.rectangle) this.#addRectangle(ctm, [a, b, c, d]);
    else if (operator === operators.closePath) this.#close();
    // Curves are ignored; the path continues behind them.
    else if (operator <= operators.curveTo3) this.#paths.push([]);
    else this.#paint(operator);
  }

  /** Returns the lines of the page, and forgets them; none of a page that is a drawing. */
  take(): readonly Rule[] {
    const rules = this.#isDrawing ? [] : this.#rules;
    this.#rules = [];
    this.#isDrawing = false;
    this.#paths = [];
    this.#points = 0;
    return rules;
  }

  #begin(ctm: ArrayLike<number>, point: readonly (number | undefined)[]): void {
    this.#paths.push([]);
    this.#add(ctm, point);
  }

  #add(ctm: ArrayLike<number>, [x = 0, y = 0]: readonly (number | undefined)[]): void {
    this.#points += 1;
    if (this.#points > maxPoints) return;
    if (this.#paths.length === 0) this.#paths.push([]);
    this.#paths
      .at(-1)
      ?.push(
        (ctm[0] ?? 1) * x + (ctm[2] ?? 0) * y + (ctm[4] ?? 0),
        (ctm[1] ?? 0) * x + (ctm[3] ?? 1) * y + (ctm[5] ?? 0),
      );
  }

  #addRectangle(
    ctm: ArrayLike<number>,
    [x = 0, y = 0, width = 0, height = 0]: readonly (number | undefined)[],
  ): void {
    this.#begin(ctm, [x, y]);
    this.#add(ctm, [x + width, y]);
    this.#add(ctm, [x + width, y + height]);
    this.#add(ctm, [x, y + height]);
    this.#close();
  }

  #close(): void {
    const path = this.#paths.at(-1);
    if (path !== undefined && path.length > 4) path.push(path[0] ?? 0, path[1] ?? 0);
  }

  #paint(operator: number): void {
    const isStroked = operator !== operators.fill && operator !== operators.eoFill;
    if (operator === operators.closeStroke) this.#close();
    if (operator !== operators.endPath && this.#points <= maxPoints)
      for (const path of this.#paths) {
        if (isThin(path)) this.#keep(boxOf(path));
        else if (isStroked) this.#keepSides(path);
      }
    this.#paths = [];
    this.#points = 0;
    if (this.#rules.length > maxRules) this.#isDrawing = true;
  }

  #keepSides(path: readonly number[]): void {
    for (let at = 0; at + 3 < path.length; at += 2)
      this.#keep(path.slice(at, at + 4) as unknown as Rule);
  }

  #keep([x0, y0, x1, y1]: Rule): void {
    const [across, up] = [Math.abs(x1 - x0), Math.abs(y1 - y0)];
    if (Math.max(across, up) < minLength || Math.min(across, up) > maxThickness) return;
    if (across > up)
      this.#rules.push([Math.min(x0, x1), (y0 + y1) / 2, Math.max(x0, x1), (y0 + y1) / 2]);
    else this.#rules.push([(x0 + x1) / 2, Math.min(y0, y1), (x0 + x1) / 2, Math.max(y0, y1)]);
  }
}

function boxOf(path: readonly number[]): Rule {
  const [xs, ys] = [0, 1].map((axis) => path.filter((_, index) => index % 2 === axis));
  return [
    Math.min(...(xs ?? [])),
    Math.min(...(ys ?? [])),
    Math.max(...(xs ?? [])),
    Math.max(...(ys ?? [])),
  ];
}

function isThin(path: readonly number[]): boolean {
  if (path.length < 4) return false;
  const [x0, y0, x1, y1] = boxOf(path);
  return Math.min(x1 - x0, y1 - y0) <= maxThickness;
}
