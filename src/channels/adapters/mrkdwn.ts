/** Converts Markdown to Slack's mrkdwn. Code is left as it is, besides the characters that Slack reserves. */
export const toMrkdwn = (text: string): string =>
  text
    .split(/(```[\s\S]*?```|`[^`\n]*`)/)
    .map((part, index) => (index % 2 === 1 ? escaped(part) : convert(part)))
    .join('');

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const convert = (text: string): string =>
  escaped(text)
    .replace(/\[([^\]\n]{1,500})\]\((https?:[^\s)|]{1,2000})\)/g, '<$2|$1>')
    .replace(/\*\*([^*\n]+)\*\*/g, '*$1*')
    .replace(/^#{1,6} +(.+)$/gm, '*$1*')
    .replace(/^( *)[-*] +/gm, '$1• ')
    .replace(/~~([^~\n]+)~~/g, '~$1~');

/** Returns the plain text of a message: without the mention of the bot, with links and reserved characters restored. */
export const fromMrkdwn = (text: string, bot: string | undefined): string =>
  text
    .replaceAll(bot === undefined ? /^<@[A-Z0-9]+>/g : `<@${bot}>`, '')
    .replace(/<(https?:[^|>]+)\|([^>]+)>/g, '$2 ($1)')
    .replace(/<((?:https?|mailto):[^|>]+)(?:\|[^>]*)?>/g, '$1')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .trim();
