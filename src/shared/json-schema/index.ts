export { schemaProblem } from './check.ts';
export { isNode, type SchemaNode } from './keywords.ts';
export { parsePattern, type Term, UnsupportedPatternError } from './pattern-syntax.ts';
export { hasReferences, inlineReferences } from './references.ts';
export { relaxSchema } from './relax.ts';
export { isWithinDepth, schemaErrors } from './validate.ts';
