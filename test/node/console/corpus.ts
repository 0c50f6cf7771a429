import type { Say } from '../../../scripts/console-sample/say.ts';

/** A host that nothing on a screen may ask for. */
export const elsewhere = 'planted.example';

const code = 'window.planted=1';
/** Turns the letters that follow around, without an end. */
const bidi = '\u202e\u2066reversed\u200b\u200d';
const short = [
  `<b id=planted onclick=${code}>`,
  `<svg/onload=${code}>`,
  '<i class=planted>',
  '{{7*7}}<%= 7*7 %>',
  '=1+1',
];
const names = [
  `<img src=x onerror=${code}>`,
  `"><script>${code}</script>`,
  `<svg onload=${code} class=planted>`,
  `<img src=//${elsewhere}/n>`,
  `[a](javascript:${code})`,
  `![b](https://${elsewhere}/m)`,
  `<a href=javascript:${code} class=planted>x`,
  `x:url(//${elsewhere}/c)`,
  '{{constructor.constructor(1)}}#{7*7}',
  'Wordwithoutanyspacesthatislongerthanmostphonesarewideandgoeson',
  '=HYPERLINK("//planted.example")',
];
const texts = [
  ...names,
  `<iframe srcdoc="<script>parent.planted=1</script>"></iframe>`,
  `<style class=planted>@import '//${elsewhere}/s';body{background:url(//${elsewhere}/b)}</style>`,
  `<link rel=stylesheet href=//${elsewhere}/l><base href=//${elsewhere}/>`,
  `<form action=//${elsewhere}/f><button id=planted>Sign in</button></form>`,
  `<meta http-equiv=refresh content="0;url=//${elsewhere}/r">`,
  `<video autoplay src=//${elsewhere}/v onerror=${code}></video>`,
  `<math><a xlink:href="javascript:${code}" class=planted>y</a></math>`,
  `<details open ontoggle=${code}>z</details>`,
  `![pixel](//${elsewhere}/p?d=1 "t") [![c](https://${elsewhere}/q)](https://${elsewhere}/w)`,
  `[data](data:text/html,<script>${code}</script>) <https://${elsewhere}/auto> [ref]: https://${elsewhere}/ref`,
  `[mail](vbscript:x) [file](file:///etc/hosts) [blob](blob:https://${elsewhere}/1)`,
  bidi,
];

/** Texts of people with bad intentions that do nothing but set `window.planted`, add elements named so, or ask `elsewhere`. */
export function corpus(): Say {
  let next = 0;
  const one = (of: readonly string[]) => of[next++ % of.length] ?? '';
  return (text, kind = 'text') => {
    switch (kind) {
      case 'text':
        return `${text}\n\n${texts.join('\n\n')}`;
      case 'name':
        return `${text} ${one(names)}`;
      case 'tag':
        return one(short).toLowerCase();
      case 'id':
        return `${text}"><img/src=x/onerror=${code}>`;
    }
  };
}
