/** The styles of the chat. The custom properties are the theme, which the embedding page may set (docs/guides/sharing.md). */
export const styles = `
:host {
  --accent: var(--agentgrid-accent, light-dark(#2f56c6, #8fb0ff));
  --accent-text: var(--agentgrid-accent-text, light-dark(#ffffff, #0b1220));
  --background: var(--agentgrid-background, light-dark(#ffffff, #16181d));
  --surface: var(--agentgrid-surface, light-dark(#eceef2, #272b34));
  --text: var(--agentgrid-text, light-dark(#1b1f27, #e6e9ef));
  --muted: var(--agentgrid-muted, light-dark(#565e6c, #a4adbc));
  --border: var(--agentgrid-border, light-dark(#dfe2e8, #333945));
  --danger: light-dark(#a82020, #ff9d97);
  --radius: var(--agentgrid-radius, 12px);
  color-scheme: light dark;
  font: 16px/1.5 var(--agentgrid-font, system-ui, sans-serif);
  color: var(--text);
}
:host([data-theme="light"]) { color-scheme: light; }
:host([data-theme="dark"]) { color-scheme: dark; }
:host([data-mode="page"]) { display: block; block-size: 100dvh; }
* { box-sizing: border-box; }
button, textarea, input { font: inherit; color: inherit; }
button { cursor: pointer; border: 1px solid transparent; border-radius: 8px; background: none; padding: 6px 12px; }
button:disabled { cursor: default; opacity: .55; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.hidden { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); margin: 0; }
.main { background: var(--accent); color: var(--accent-text); font-weight: 600; min-block-size: 40px; }
.main:disabled { background: var(--surface); color: var(--muted); opacity: 1; border-color: var(--border); }
.plain { text-decoration: underline; color: var(--text); }
.icon, .launcher { display: inline-grid; place-content: center; }
.icon { min-inline-size: 36px; min-block-size: 36px; padding: 0; color: var(--muted); }
.icon:is(:hover, [aria-pressed="true"]) { color: var(--text); }
.icon:hover { background: var(--surface); }
.launcher { position: fixed; inset-block-end: var(--agentgrid-offset, 20px); inset-inline-end: var(--agentgrid-offset, 20px); z-index: var(--agentgrid-z, 2147483000);
  inline-size: 56px; block-size: 56px; border-radius: 50%; padding: 0; background: var(--accent); color: var(--accent-text); font-size: 24px; box-shadow: 0 4px 16px #0005; }
.panel { position: fixed; inset-block-end: calc(var(--agentgrid-offset, 20px) + 68px); inset-inline-end: var(--agentgrid-offset, 20px); z-index: var(--agentgrid-z, 2147483000);
  inline-size: min(var(--agentgrid-width, 400px), calc(100vw - 16px)); block-size: min(var(--agentgrid-height, 640px), calc(100dvh - 104px));
  border: 1px solid var(--border); border-radius: var(--radius); overflow: hidden; box-shadow: 0 8px 40px #0006; background: var(--background); }
.chat { display: flex; flex-direction: column; block-size: 100%; background: var(--background); }
.chat > header, .cited > header { display: flex; align-items: center; gap: 8px; padding: 8px 12px; border-block-end: 1px solid var(--border); }
h1, .cited h2 { flex: 1; font-size: 17px; margin: 0; overflow-wrap: anywhere; }
.log { flex: 1; overflow: auto; padding: 16px; display: flex; flex-direction: column; gap: 16px; }
:host([data-mode="page"]) :is(.log, .composer, .note, .error) { padding-inline: max(16px, calc((100vw - 760px) / 2)); }
.welcome { margin: 0; white-space: pre-wrap; }
.starters, .files { list-style: none; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: 8px; }
.starters button { border-color: var(--border); text-align: start; }
.files li { background: var(--surface); border-radius: 8px; padding: 2px 8px; font-size: 14px; overflow-wrap: anywhere; }
article { max-inline-size: 100%; overflow-wrap: anywhere; }
article.user { align-self: flex-end; max-inline-size: 85%; background: var(--surface); border-radius: var(--radius); padding: 8px 14px; }
article.user p { white-space: pre-wrap; margin: 0; }
.text > :first-child { margin-block-start: 0; }
.text > :last-child { margin-block-end: 0; }
.text :is(h3, h4, h5, h6) { font-size: 1em; margin-block: 1em .4em; }
.text :is(ul, ol) { padding-inline-start: 1.5em; }
.text a { color: var(--accent); }
.link-host { font-size: 0.85em; overflow-wrap: anywhere; }
.text blockquote { margin-inline: 0; padding-inline-start: 12px; border-inline-start: 3px solid var(--border); }
pre { background: var(--surface); padding: 10px; border-radius: 8px; overflow: auto; direction: ltr; text-align: start; }
code { font: .9em ui-monospace, monospace; }
.table { overflow: auto; }
table { border-collapse: collapse; }
th, td { border: 1px solid var(--border); padding: 4px 8px; text-align: start; }
.cite { color: var(--accent); padding: 0 3px; text-decoration: underline; border-radius: 4px; text-align: start; }
.sources { margin-block-start: 8px; font-size: 14px; }
.sources h2 { font-size: 14px; margin: 0; color: var(--muted); }
.sources ol { margin: 0; padding-inline-start: 1.5em; }
.actions { display: flex; gap: 4px; margin-block-start: 4px; }
.actions [aria-pressed="true"] { background: var(--surface); border-color: var(--accent); }
.author { margin: 0; font-size: 14px; font-weight: 600; color: var(--muted); }
.open { color: var(--accent); font-size: 14px; }
.reason { color: var(--danger); }
.note, .error { margin: 0; padding: 6px 16px; font-size: 14px; color: var(--muted); }
.note:empty { padding: 0; }
.error { color: var(--danger); }
.notice { flex: 1; display: grid; place-content: center; text-align: center; padding: 16px; }
.composer { border-block-start: 1px solid var(--border); padding: 10px 12px; display: flex; flex-direction: column; gap: 8px; }
.composer .row { display: flex; align-items: flex-end; gap: 8px; }
textarea { flex: 1; min-inline-size: 0; resize: none; field-sizing: content; min-block-size: 40px; max-block-size: 160px; padding: 7px 10px; }
textarea, .verify input { background: var(--background); border: 1px solid var(--muted); border-radius: 8px; }
::placeholder { color: var(--muted); opacity: 1; }
.verify { flex: 1; display: flex; flex-direction: column; justify-content: center; gap: 12px; padding: 24px; max-inline-size: 440px; inline-size: 100%; margin-inline: auto; }
.verify label { display: flex; flex-direction: column; gap: 4px; }
.verify input { padding: 8px 10px; min-block-size: 40px; }
.verify .error { padding-inline: 0; }
.cited { inline-size: min(720px, 100vw - 24px); block-size: min(720px, 100dvh - 24px); padding: 0; border: 1px solid var(--border); border-radius: var(--radius); background: var(--background); color: var(--text); }
.cited[open] { display: flex; flex-direction: column; }
.cited::backdrop { background: #0008; }
.cited .page { flex: 1; overflow: auto; padding: 16px; white-space: pre-wrap; overflow-wrap: anywhere; }
.cited small { color: var(--muted); font-weight: normal; }
mark { background: light-dark(#ffe480, #6b4f00); color: inherit; }
.typing { display: flex; gap: 4px; margin: 0; }
.typing span { inline-size: 7px; block-size: 7px; border-radius: 50%; background: var(--muted); animation: blink 1.2s infinite; }
.typing span:nth-child(2) { animation-delay: .2s; }
.typing span:nth-child(3) { animation-delay: .4s; }
@keyframes blink { 50% { opacity: .2; } }
@media (prefers-reduced-motion: reduce) { .typing span { animation: none; } }
@media (max-width: 480px) { .panel { inset-inline: 8px; inline-size: auto; } }
`;

/** The styles of the page around the chat. */
export const pageStyles = `
html { color-scheme: light dark; background: light-dark(#ffffff, #16181d); }
body { margin: 0; }
`;
