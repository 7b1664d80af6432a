import type { Summary } from '../../../widget/core/protocol';
import { t } from '../boot';
import { isGuest, isMine, isWaiting, ringsAt } from '../lists';
import { conversationURL } from '../route';
import { memo } from './memo';
import { priorityName } from './more-menu';
import { Ago, Avatar, visitorName, Waiting } from './person';

interface RowProps {
  readonly summary: Summary;
  readonly me: string | undefined;
  readonly selected: boolean;
  /** The one row that Tab leads to. */
  readonly tabbable: boolean;
  readonly typing: boolean;
  /** Show who has it. */
  readonly owner: boolean;
  /** Show which site it came from. */
  readonly site: boolean;
}

/** One conversation in a list. */
export const Row = memo(function Row({ summary, me, selected, tabbable, typing, owner, site }: RowProps) {
  const name = visitorName(summary.visitor);
  const since = waitingSince(summary, me);
  const unread = isMine(summary, me) ? summary.unread : 0;
  return (
    <li class={`row${selected ? ' selected' : ''}${unread > 0 ? ' unread' : ''}`} data-id={summary.id}>
      <a href={conversationURL(summary.id)} tabIndex={tabbable ? 0 : -1} aria-current={selected ? 'true' : undefined} data-row={summary.id}>
        <Avatar id={summary.visitor.id} name={summary.visitor.name} online={summary.visitor.online} />
        <span class="row-top">
          <span class="row-name clip">{name}</span>
          {site ? <span class="row-site clip">{summary.site.name}</span> : null}
          <span class="row-time">{since === undefined ? <Ago at={summary.last?.at ?? summary.queued_at} /> : <Waiting since={since} />}</span>
        </span>
        <span class="row-bottom">
          <span class="row-line clip">{typing ? <span class="row-typing">{t('row.typing')}</span> : <LastLine summary={summary} me={me} />}</span>
          <Marks summary={summary} me={me} owner={owner} />
          {unread > 0 ? <span class="badge">{unread > 99 ? '99+' : unread}</span> : null}
        </span>
        <span class="hidden">
          {summary.visitor.online ? t('online') : t('offline')}
          {unread > 0 ? `, ${t('row.unread', { count: unread })}` : ''}
        </span>
      </a>
    </li>
  );
});

/** What sets it apart from others: whom it rings at, who has it, how urgent it is. */
function Marks({ summary, me, owner }: Pick<RowProps, 'summary' | 'me' | 'owner'>) {
  const { priority } = summary;
  return (
    <>
      {priority === 0 || summary.state === 'closed' ? null : (
        <span class={`row-priority${priority > 0 ? ' high' : ''}`} title={t('priority.of', { name: priorityName(priority) })}>
          <span aria-hidden="true">{`${priority > 0 ? '▲' : '▼'}${Math.abs(priority)}`}</span>
          <span class="hidden">{t('priority.of', { name: priorityName(priority) })}</span>
        </span>
      )}
      <Standing summary={summary} me={me} owner={owner} />
    </>
  );
}

function Standing({ summary, me, owner }: Pick<RowProps, 'summary' | 'me' | 'owner'>) {
  if (summary.state === 'offered') {
    return <span class="row-owner ringing clip">{ringsAt(summary, me) ? t('row.rings.me') : t('row.rings', { name: summary.owner?.name ?? '' })}</span>;
  }
  if (isGuest(summary, me)) return <span class="row-owner clip">{t('row.guest', { name: summary.owner?.name ?? '' })}</span>;
  if (!owner || summary.owner?.id === me) return null;
  const text = summary.owner?.name ?? t(isWaiting(summary) ? 'row.waiting' : 'row.message');
  return <span class="row-owner clip">{text}</span>;
}

/** Since when the visitor waits for somebody, or for my answer. */
function waitingSince(summary: Summary, me: string | undefined): string | undefined {
  if (isWaiting(summary)) return summary.queued_at;
  const unanswered = isMine(summary, me) && summary.visitor.online && summary.last?.from.type === 'visitor';
  return unanswered ? summary.last?.at : undefined;
}

function LastLine({ summary, me }: { readonly summary: Summary; readonly me: string | undefined }) {
  const last = summary.last;
  if (!last) return <span class="quiet">{t('row.nothing')}</span>;
  const text = last.text === '' ? t('deleted') : last.text;
  if (last.from.type !== 'agent') return <>{text}</>;
  const who = last.from.id === me ? t('you') : last.from.name;
  return <>{t('row.by', { name: who, text })}</>;
}
