/** A piece of a message: plain text, or a link when `href` is there. Joined, the texts are the message. */
export interface Part {
  readonly text: string;
  readonly href?: string;
}

/*
 * A link may follow anything but an ASCII letter, digit or one of a few signs, since Chinese and
 * Japanese put no space before it; and it ends at white space, quotes, angle brackets, CJK
 * punctuation (U+3000-303F, U+FF00-FFEF) or a character that turns the writing direction.
 */
const STOP = '\\s<>"\u201C\u201D\u2018\u2019\u0000-\u001F\u007F\u3000-\u303F\uFF00-\uFFEF\u200E\u200F\u202A-\u202E\u2066-\u2069';
const LINK = new RegExp(
  `(?<![A-Za-z0-9+.\\-_])(?:https?://[^${STOP}]+|(?:mailto:)?[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@[A-Za-z0-9-]+(?:\\.[A-Za-z0-9-]+)+)`,
  'gi',
);
const CLOSERS: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

/** Splits a message into text and links: http, https and e-mail addresses only. Makes no HTML. */
export function linkify(text: string): readonly Part[] {
  const parts: Part[] = [];
  let from = 0;
  for (const match of text.matchAll(LINK)) {
    const shown = trimEnd(match[0]);
    const href = target(shown);
    if (href === undefined) continue;
    if (match.index > from) parts.push({ text: text.slice(from, match.index) });
    parts.push({ text: shown, href });
    from = match.index + shown.length;
  }
  if (from < text.length) parts.push({ text: text.slice(from) });
  return parts;
}

/**
 * Leaves out punctuation that ends the sentence rather than the link, and brackets opened before it.
 * Signs are counted once: a visitor may send a line that is nothing but brackets.
 */
function trimEnd(link: string): string {
  const signs = new Map<string, number>();
  for (const sign of link) signs.set(sign, (signs.get(sign) ?? 0) + 1);
  let end = link.length;
  for (; end > 0; end--) {
    const last = link[end - 1]!;
    const opener = CLOSERS[last];
    const ends = opener === undefined ? /[.,;:!?'*_~]/.test(last) : signs.get(last)! > (signs.get(opener) ?? 0);
    if (!ends) break;
    signs.set(last, signs.get(last)! - 1);
  }
  return link.slice(0, end);
}

/** Where the link leads; undefined when it is none, or pretends to be somewhere else (`https://bank.com@evil.example`). */
function target(link: string): string | undefined {
  if (!/^https?:/i.test(link)) return /^mailto:/i.test(link) ? link : `mailto:${link}`;
  try {
    const url = new URL(link);
    return url.hostname !== '' && url.username === '' && url.password === '' ? url.href : undefined;
  } catch {
    return undefined;
  }
}
