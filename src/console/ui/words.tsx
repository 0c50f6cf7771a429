/** A sentence of the API, in which names of fields and values stand between backticks. */
export const Words = ({ children }: { readonly children: string }) =>
  children.split('`').map((part, index) =>
    // biome-ignore lint/suspicious/noArrayIndexKey: parts keep their order.
    index % 2 === 0 ? part : <code key={index}>{part}</code>,
  );
