import { fates } from '../../widget/core/amend';
import { isLine, type Log } from '../../widget/core/log';
import type { ConversationEvent } from '../../widget/core/protocol';

/** Lines and notes that are still there, oldest first. */
export function said(log: Log): readonly ConversationEvent[] {
  const amended = fates(log.events);
  return log.events.filter((event) => (isLine(event.kind) || event.kind === 'note') && amended.get(event.seq) !== 'deleted');
}

/** How many of them came after `seq`. */
export function countLines(log: Log, seq: number): number {
  return said(log).filter((event) => event.seq > seq).length;
}

/** The `seq` at which the visitor's last `unread` lines begin; undefined when that needs no mark. */
export function fromTheEnd(log: Log, unread: number): number | undefined {
  const lines = said(log);
  const theirs = lines.filter((event) => event.from.type === 'visitor');
  const first = theirs.at(-Math.min(unread, theirs.length))?.seq;
  // With nothing before them, all lines are new.
  return first !== undefined && (log.first > 1 || lines.some((event) => isLine(event.kind) && event.seq < first)) ? first : undefined;
}
