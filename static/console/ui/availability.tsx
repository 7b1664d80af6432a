import type { Availability } from '../../../widget/core/protocol';
import { t } from '../boot';
import { useSurroundings } from './context';
import { Menu, MenuItem } from './menu';

const STATUSES: readonly Availability[] = ['online', 'away', 'offline'];

/** Whether one is here: what was chosen, and that nobody seems to be at the desk. */
export function AvailabilityMenu() {
  const { store } = useSurroundings();
  const me = store.me.value;
  if (!me) return <span class="availability-space" />;
  const empty = store.deskIsEmpty.value;
  const seen = empty ? 'away' : me.status;
  const button = (
    <>
      <span class={`dot ${seen}`} />
      <span class="availability-name">{t(`status.${seen}`)}</span>
    </>
  );
  return (
    <Menu class="availability" label={t('availability', { status: empty ? t('desk.empty') : t(`status.${seen}`) })} button={button}>
      {(close) =>
        STATUSES.map((status) => (
          <MenuItem
            key={status}
            kind="radio"
            checked={me.status === status}
            onChoose={() => {
              close();
              void store.setAvailability(status);
            }}
          >
            <span class={`dot ${status}`} />
            <span class="menu-two">
              <span>{t(`status.${status}`)}</span>
              <span class="quiet">{t(`status.${status}.hint`)}</span>
            </span>
          </MenuItem>
        ))
      }
    </Menu>
  );
}

/** Whether one takes new chats, apart from being here, and how many one has. */
export function Accepting() {
  const { store } = useSurroundings();
  const me = store.me.value;
  if (!me) return <div class="accepting" />;
  const open = store.load.value;
  return (
    <div class="accepting">
      <button type="button" class="accepting-switch" role="switch" aria-checked={me.accepting} onClick={() => void store.setAccepting(!me.accepting)}>
        <span class="slide" aria-hidden="true" />
        {t('accepting')}
      </button>
      <span class={`load${open >= me.limit ? ' full' : ''}`}>{t('load.chats', { open, count: me.limit })}</span>
      <p class="desk-empty" role="status">
        {store.deskIsEmpty.value ? t('desk.empty') : ''}
      </p>
    </div>
  );
}
