import { isLine } from './log';
import type { ConversationEvent } from './protocol';

/** What became of a line after it was said. */
export type Fate = { readonly text: string } | 'deleted';

/** The latest fate of each line that was edited or deleted, by its `seq`. */
export function fates(events: readonly ConversationEvent[]): ReadonlyMap<number, Fate> {
  const found = new Map<number, Fate>();
  for (const { seq, kind, target = 0, text = '', deleted } of events) {
    if (kind === 'deleted') found.set(target, 'deleted');
    else if (deleted) found.set(kind === 'edited' ? target : seq, 'deleted');
    else if (kind === 'edited') found.set(target, { text });
  }
  return found;
}

/**
 * Whether a line may still be edited or deleted by who said it. The server decides; this is for showing
 * the buttons.
 *
 * @param within how long after it was said, ms: `edit_ms` of `welcome`
 */
export function amendable(event: ConversationEvent, within: number, now: number): boolean {
  return (isLine(event.kind) || event.kind === 'note') && now - Date.parse(event.at) < within;
}
