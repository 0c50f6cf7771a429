/** An object type whose optional fields are absent instead of `undefined`. */
export type DefinedFields<Fields extends object> = {
  [Name in keyof Fields]: Exclude<Fields[Name], undefined>;
};

/**
 * Returns a copy without the fields that are `undefined`, so that spreading it over a row or over
 * defaults replaces only what was given.
 */
export const definedFields = <Fields extends object>(fields: Fields): DefinedFields<Fields> =>
  Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as DefinedFields<Fields>;
