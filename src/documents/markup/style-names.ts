/** Names, in lower case, that word processors give to styles for code. */
export const codeStyle =
  /^(?:source code|code|code ?block|html preformatted|preformatted(?: text)?|macro text|verbatim|program ?listing|sourcecode)$/;

/** Names, in lower case, that word processors give to styles for quotations. */
export const quoteStyle = /^(?:(?:intense )?quote|quotations|block (?:text|quotation))$/;
