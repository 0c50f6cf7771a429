/** LaTeX of characters in formulas. Others are written as they are. */
const commands: Readonly<Record<string, string>> = Object.fromEntries(
  `α alpha β beta γ gamma δ delta ε varepsilon ϵ epsilon ζ zeta η eta θ theta ϑ vartheta ι iota κ kappa λ lambda μ mu ν nu ξ xi π pi
ϖ varpi ρ rho ϱ varrho σ sigma ς varsigma τ tau υ upsilon φ varphi ϕ phi χ chi ψ psi ω omega Γ Gamma Δ Delta Θ Theta Λ Lambda Ξ Xi
Π Pi Σ Sigma Υ Upsilon Φ Phi Ψ Psi Ω Omega ∞ infty × times ÷ div ± pm ∓ mp ⋅ cdot · cdot ∘ circ ∗ ast ⊕ oplus ⊗ otimes ≤ leq ≥ geq
≠ neq ≈ approx ≡ equiv ≅ cong ∼ sim ≃ simeq ∝ propto ≪ ll ≫ gg ∈ in ∉ notin ∋ ni ⊂ subset ⊃ supset ⊆ subseteq ⊇ supseteq ∪ cup
∩ cap ∖ setminus ∅ emptyset ∀ forall ∃ exists ∄ nexists ¬ neg ∧ wedge ∨ vee ⊢ vdash ⊨ models ⊥ perp ∥ parallel ∠ angle → to ← leftarrow
↔ leftrightarrow ⇒ Rightarrow ⇐ Leftarrow ⇔ Leftrightarrow ↦ mapsto ↑ uparrow ↓ downarrow ⟶ longrightarrow ⟹ Longrightarrow ∂ partial
∇ nabla ∆ Delta ℏ hbar ℓ ell ℜ Re ℑ Im ℵ aleph ′ prime … ldots ⋯ cdots ⋮ vdots ⋱ ddots ∴ therefore ∵ because † dagger ⟨ langle ⟩ rangle
⌊ lfloor ⌋ rfloor ⌈ lceil ⌉ rceil ‖ Vert | vert ∑ sum ∏ prod ∐ coprod ∫ int ∬ iint ∭ iiint ∮ oint ∯ oiint ∰ oiiint ⋃ bigcup ⋂ bigcap
⋁ bigvee ⋀ bigwedge ⨁ bigoplus ⨂ bigotimes ⨀ bigodot ⨄ biguplus ⨆ bigsqcup √ surd \\ backslash`
    .split(/\s+/)
    .flatMap((word, index, words) => (index % 2 === 0 ? [[word, `\\${words[index + 1]}`]] : [])),
);

/** Characters that LaTeX writes in another way. */
const replaced: Readonly<Record<string, string>> = {
  ...commands,
  '{': '\\{',
  '}': '\\}',
  '&': '\\&',
  '%': '\\%',
  '#': '\\#',
  $: '\\$',
  '–': '-',
  '−': '-',
  '\u2061': '',
  '\u2062': '',
  '\u200b': '',
  '\u00a0': ' ',
};

/** Writes the characters of a formula in LaTeX. Each command is followed by a space. */
export const latexOf = (text: string): string =>
  [...text.replaceAll(/[\u{1d400}-\u{1d7ff}]/gu, (letter) => letter.normalize('NFKC'))]
    .map((character) => {
      const found = replaced[character] ?? character;
      return /^\\[A-Za-z]/.test(found) ? `${found} ` : found;
    })
    .join('');

/** Accents by their combining characters. */
export const accents: Readonly<Record<string, string>> = {
  '\u0300': 'grave',
  '\u0301': 'acute',
  '\u0302': 'hat',
  '\u0303': 'tilde',
  '\u0304': 'bar',
  '\u0305': 'overline',
  '\u0306': 'breve',
  '\u0307': 'dot',
  '\u0308': 'ddot',
  '\u030a': 'mathring',
  '\u030c': 'check',
  '\u0332': 'underline',
  '\u20d6': 'overleftarrow',
  '\u20d7': 'vec',
  '\u20db': 'dddot',
  '\u20e1': 'overleftrightarrow',
  '^': 'hat',
  '~': 'tilde',
  '¯': 'bar',
  '‾': 'overline',
  '→': 'vec',
};

/** Names of functions that LaTeX knows. */
export const functions = new Set(
  'arccos arcsin arctan arg cos cosh cot coth csc deg det dim exp gcd hom inf ker lg lim liminf limsup ln log max min Pr sec sin sinh sup tan tanh'.split(
    ' ',
  ),
);
