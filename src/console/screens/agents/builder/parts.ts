/** The parts of the builder, with the fields of the configuration that each shows. */
export const partPointers = {
  model: ['/config/model', '/config/fallback_models'],
  knowledge: ['/config/knowledge'],
  tools: ['/config/tools', '/config/web'],
  inputs: ['/config/inputs'],
  greeting: ['/config/welcome_message', '/config/starter_questions'],
  output: ['/config/output_schema'],
  memory: ['/config/memory'],
  safety: ['/config/approvals', '/config/hand_over'],
  limits: ['/config/settings', '/config/limits'],
  metadata: ['/config/metadata'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** Returns the part that shows a field; null for the instructions, which are always shown. */
export const partOf = (pointer: string): string | null =>
  Object.entries(partPointers).find(([, pointers]) =>
    pointers.some((one) => pointer === one || pointer.startsWith(`${one}/`)),
  )?.[0] ?? null;
