export { schemaProblem } from './check.ts';
export { isNode, type SchemaNode } from './keywords.ts';
export { hasReferences, inlineReferences } from './references.ts';
export { schemaErrors } from './validate.ts';
