/** Attributes and title of the lines above a block: `[source,ruby]` and `.Title`. */
export interface BlockStyle {
  readonly attributes: string;
  readonly title: string;
}
