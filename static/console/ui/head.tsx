import { ArrowRightLeft, ChevronLeft, CircleCheck, DoorOpen, PanelRight } from 'lucide';
import type { ComponentChildren } from 'preact';
import type { IconNode } from 'lucide';
import type { Named, Summary } from '../../../widget/core/protocol';
import { t } from '../boot';
import { isGuest, isLeft, isMine, isWaiting, ringsAt } from '../lists';
import { useSurroundings } from './context';
import { Icon } from './icon';
import { MoreMenu } from './more-menu';
import { Avatar, visitorName, Waiting } from './person';

/** Whom one talks to, how things stand, and what can be done with it. */
export function Head({ summary }: { readonly summary: Summary }) {
  const { store, prefs, dialog } = useSurroundings();
  const me = store.me.value?.id;
  const details = store.page.slim.value ? store.pane.value === 'details' : prefs.details.value;
  return (
    <header class="head">
      <button type="button" class="icon-button back" aria-label={t('back')} onClick={() => store.go(undefined)}>
        <Icon node={ChevronLeft} size={20} />
      </button>
      <Avatar id={summary.visitor.id} name={summary.visitor.name} online={summary.visitor.online} />
      <div class="head-text">
        <h2 class="clip">{visitorName(summary.visitor)}</h2>
        <p class="clip">
          {t(summary.visitor.online ? 'online' : 'offline')} · {standing(summary, me)}
        </p>
        {summary.guests?.length ? <p class="clip">{t('guests', { count: summary.guests.length, names: guestNames(summary.guests, me) })}</p> : null}
      </div>
      <div class="head-actions">
        {isMine(summary, me) ? (
          <>
            <Action node={ArrowRightLeft} onChoose={() => (dialog.value = 'transfer')}>
              {t('transfer')}
            </Action>
            <Action node={CircleCheck} onChoose={() => (dialog.value = 'close')}>
              {t('close')}
            </Action>
          </>
        ) : null}
        {isGuest(summary, me) ? (
          <Action node={DoorOpen} onChoose={() => void store.moves.dismiss(summary.id, me ?? '')}>
            {t('guests.leave')}
          </Action>
        ) : null}
        <MoreMenu summary={summary} />
        <button
          type="button"
          class="icon-button details-toggle"
          aria-pressed={details}
          aria-label={t('details')}
          title={t('details')}
          onClick={() => (store.page.slim.value ? (store.pane.value = details ? 'thread' : 'details') : (prefs.details.value = !details))}
        >
          <Icon node={PanelRight} size={20} />
        </button>
      </div>
    </header>
  );
}

interface ActionProps {
  readonly node: IconNode;
  readonly children: string;
  onChoose(): void;
}

function Action({ node, children, onChoose }: ActionProps) {
  return (
    <button type="button" class="button" onClick={onChoose} title={children}>
      <Icon node={node} size={16} /> <span>{children}</span>
    </button>
  );
}

function standing(summary: Summary, me: string | undefined): ComponentChildren {
  if (summary.state === 'closed') return t('standing.closed');
  if (ringsAt(summary, me)) return t('row.rings.me');
  if (summary.state === 'offered') return t('row.rings', { name: summary.owner?.name ?? '' });
  if (isLeft(summary)) return t('standing.message');
  if (isWaiting(summary)) {
    return (
      <>
        {t('standing.waiting')} <Waiting since={summary.queued_at} />
      </>
    );
  }
  return isMine(summary, me) ? t('standing.mine') : t('standing.theirs', { name: summary.owner?.name ?? '' });
}

function guestNames(guests: readonly Named[], me: string | undefined): string {
  return guests.map(({ id, name }) => (id === me ? t('you') : name)).join(t('comma'));
}
