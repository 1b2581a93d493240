/** A Slack message as lines of a terminal: its text, and each attachment behind a bar of its colour. */

const ANSI = { danger: 31, good: 32, warning: 33 };
const WORDS = { danger: 'red', good: 'green', warning: 'yellow' };

/**
 * @param {{ ts: string, text?: string, attachments?: object[] }} message as Slack keeps it
 * @param {{ edited: boolean, coloured: boolean }} how whether it was printed before; whether the terminal shows colours
 * @returns {string} without a trailing newline; control characters of the message are shown, not obeyed
 */
export function printed(message, { edited, coloured }) {
  const head = `${edited ? 'edited' : 'posted'}  ts ${message.ts}`;
  const attachments = (message.attachments ?? []).flatMap((attachment) => attachmentLines(attachment, coloured));
  return [head, ...textLines(message.text), ...attachments].join('\n');
}

function attachmentLines(attachment, coloured) {
  const colour = WORDS[attachment.color] ?? attachment.color ?? 'grey';
  const bar = coloured ? `\u001b[${ANSI[attachment.color] ?? 90}m\u2503\u001b[0m` : `[${colour}]`;
  const lines = [
    ...textLines(attachment.title),
    ...textLines(attachment.text),
    ...(attachment.fields ?? []).map(({ title, value }) => `${title}: ${plain(value)}`),
    ...textLines(attachment.footer),
  ];
  return lines.map((line) => `${bar} ${line}`);
}

function textLines(text) {
  return text ? plain(text).split('\n') : [];
}

/** Slack escapes three characters; a terminal obeys control characters, so those are shown as a mark. */
function plain(text) {
  const unescaped = String(text).replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
  return unescaped.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, '\ufffd');
}
