import { describe, expect, it } from 'vitest';
import { extractDocument } from '../../src/documents/extract.ts';
import { DocumentFault } from '../../src/documents/fault.ts';
import { formats } from '../../src/documents/formats.ts';

const read = async (source: string) =>
  (await extractDocument(formats.latex, Uint8Array.from(new TextEncoder().encode(source)))).text;

describe('LaTeX', () => {
  it('has title, sections, formulas, lists and notes, and neither comments nor definitions', async () => {
    expect(
      await read(String.raw`\documentclass{article}
\newcommand{\ours}{FastNet}
\title{On Nets}\author{Ann Lee \and Bob R\'ez}
\begin{document}\maketitle % hidden
\begin{abstract}We propose \ours{} at 50\%~\cite{a,b}.\end{abstract}
\section{Intro}\label{s}
Math $x_i^2$ is \textbf{bold}.\footnote{A note.}
\begin{itemize}\item One \begin{enumerate}\item sub\end{enumerate}\item Two\end{itemize}
\begin{equation}\label{e} E = mc^2 \end{equation}
\input{other}\end{document}`),
    ).toBe(
      '# On Nets\n\nAnn Lee, Bob Réz\n\n## Abstract\n\nWe propose FastNet at 50% [a, b].\n\n## Intro\n\nMath $x_i^2$ is bold.[1]\n\n- One\n  1. sub\n- Two\n\n$$E = mc^2$$\n\n[1] A note.',
    );
  });

  it('keeps the position of raised and lowered text, and the text of roles', async () => {
    expect(
      await read(
        String.raw`\begin{document}10\textsuperscript{4} m, H\textsubscript{2}O, 3\textsuperscript{rd}, \DUrole{keyword}{def} \PY{n}{x}, week\DUfootnotemark{a}{b}{1}\end{document}`,
      ),
    ).toBe('10^4 m, H_2O, 3rd, def x, week[1]');
  });

  it('reads headings inside the targets of links, and inline formulas as they are written', async () => {
    expect(
      await read(String.raw`\begin{document}\hypertarget{over-view}{%
\section{Overview}\label{over-view}}
Water flows at \(v = \sqrt{2 g h}\) out.
\hypertarget{h2o}{%
\subsection{\texorpdfstring{H\textsubscript{2}O}{H2O}}\label{h2o}}
Done.
\end{document}`),
    ).toBe('## Overview\n\nWater flows at $v = \\sqrt{2 g h}$ out.\n\n### H2O\n\nDone.');
  });

  it('reads tables with spans, and keeps listings', async () => {
    expect(
      await read(String.raw`\begin{tabular}{lcc}\toprule M & \multicolumn{2}{c}{Score} \\ \midrule A \& B & 1 & 2 \\ \bottomrule\end{tabular}
\begin{lstlisting}[language=Python]
x = 1 % 2
\end{lstlisting}`),
    ).toBe(
      '| M | Score | Score |\n| --- | --- | --- |\n| A & B | 1 | 2 |\n\n```python\nx = 1 % 2\n```',
    );
  });

  it('is refused when its groups are nested too deeply', async () => {
    const fault = await read('{'.repeat(10_000)).catch((error: unknown) => error);
    expect(fault instanceof DocumentFault && fault.code).toBe('too_large');
  });
});
