/**
 * Element names of DocBook 4 and 5, JATS and BITS, TEI P5, DITA 1.3 and USPTO patents by what they are to a
 * reader. A name that means different things in two of them is resolved by the reader, from its parent or children.
 */
const names = {
  section:
    'article book set part chapter appendix preface partintro section sect1 sect2 sect3 sect4 sect5 simplesect refentry refsynopsisdiv refsect1 refsect2 refsect3 refsection glossary glossdiv bibliography bibliodiv colophon dedication acknowledgements qandadiv sec ack app app-group ref-list fn-group boxed-text div div1 div2 div3 div4 div5 div6 div7 topic concept task reference troubleshooting glossentry glossgroup context prereq postreq result condition cause remedy refsyn abstract trans-abstract topichead topicref sub-article response claims book-part notes map bookmap',
  paragraph:
    'p para simpara ab shortdesc opener closer salute signed dateline byline trailer stage speaker docTitle titlePart docAuthor docDate imprimatur attrib cmd stepresult stepxmp bridgehead epigraph argument postscript claim claim-text refname address figDesc msgtext sp lg verse-group answer question claim-ref-group',
  formal:
    'figure fig example informalfigure informalexample table-wrap supplementary-material media formalpara sidebar bodydiv sectiondiv statement speech',
  title: 'title head heading label caption subtitle article-title alttitle',
  bulleted:
    'itemizedlist simplelist ul sl choices steps-unordered calloutlist listBibl listPerson listPlace listEvent listOrg',
  numbered: 'orderedlist ol procedure substeps steps',
  list: 'list',
  item: 'listitem list-item item li sli step substep choice member callout',
  definitions: 'variablelist glosslist def-list dl parml',
  table: 'table informaltable simpletable properties choicetable array tables',
  code: 'programlisting screen literallayout synopsis preformat codeblock pre eg msgblock lines',
  'inline-code':
    'code literal command filename classname methodname function varname option parameter constant structfield envar userinput computeroutput prompt markup tag sgmltag codeph filepath cmdname apiname systemoutput synph monospace tt parmname msgph xmlelement xmlatt gi att val',
  quotation: 'blockquote disp-quote lq',
  'inline-quotation': 'quote q soCalled',
  superscript: 'superscript sup',
  subscript: 'subscript sub',
  struck: 'strike del',
  link: 'ulink link ext-link uri xref ref ptr self-uri',
  footnote: 'footnote fn',
  admonition: 'note warning caution important tip danger hazardstatement',
  formula:
    'inlineequation informalequation equation disp-formula inline-formula formula equation-block equation-inline mathml math maths tex-math',
  line: 'l verse-line line',
  break: 'lb br break',
  joined:
    'cmdsynopsis funcsynopsis menucascade menuchoice keycombo authorgroup refnamediv affiliation personname aff institution-wrap',
  person: 'name string-name author editor othercredit',
  citation: 'element-citation nlm-citation biblioentry biblStruct',
  'front-matter':
    'info bookinfo articleinfo chapterinfo sectioninfo appendixinfo prefaceinfo partinfo setinfo refentryinfo journal-meta article-meta book-meta book-part-meta front-stub teiHeader us-bibliographic-data-grant us-bibliographic-data-application',
  skipped:
    'indexterm index-term index remark beginpage toc lot prolog titlealts draft-comment required-cleanup data data-about unknown resourceid keydef refmeta refclass graphic inline-graphic imageobject videoobject audioobject areaspec pb cb gb milestone fw anchor object-id permissions related-article processing-meta drawings us-claim-statement rdg sic orig titleabbrev standOff facsimile xenoData ditavalref reltable bookmeta topicmeta script style',
} as const;

export type Role = keyof typeof names;

const roles: ReadonlyMap<string, Role> = new Map(
  (Object.entries(names) as [Role, string][]).flatMap(([role, list]) =>
    list.split(' ').map((name): [string, Role] => [name, role]),
  ),
);

export const roleOf = (name: string): Role | null => roles.get(name) ?? null;

/** Headings that documents leave to their style sheet. */
export const impliedTitles: Readonly<Record<string, string>> = {
  abstract: 'Abstract',
  ack: 'Acknowledgments',
  acknowledgements: 'Acknowledgements',
  'ref-list': 'References',
  bibliography: 'Bibliography',
  glossary: 'Glossary',
  refsynopsisdiv: 'Synopsis',
  claims: 'Claims',
  prereq: 'Before you begin',
  result: 'Result',
  postreq: 'Next steps',
};

/** Labels that documents leave to their style sheet. */
export const admonitionLabels: Readonly<Record<string, string>> = {
  note: 'Note',
  warning: 'Warning',
  caution: 'Caution',
  important: 'Important',
  tip: 'Tip',
  danger: 'Danger',
  hazardstatement: 'Hazard',
};
