import { EllipsisVertical } from 'lucide';
import type { Summary } from '../../../widget/core/protocol';
import { t } from '../boot';
import { supervises } from '../colleagues';
import { isMine, mayAnswer } from '../lists';
import type { DialogName } from './context';
import { useSurroundings } from './context';
import { Icon } from './icon';
import { Menu, MenuItem } from './menu';

/** Priorities that have a name; others are shown as numbers. */
const LEVELS = [6, 3, 0, -3] as const;

/** What is done with a conversation more seldom. */
export function MoreMenu({ summary }: { readonly summary: Summary }) {
  const { store, dialog } = useSurroundings();
  const me = store.me.value;
  const above = supervises(me?.role);
  const invites = summary.state === 'active' && (mayAnswer(summary, me?.id) || above);
  const dismisses = isMine(summary, me?.id) || above;
  const open = summary.state !== 'closed';
  if (!open && !above) return null;
  return (
    <Menu class="more" label={t('more')} button={<Icon node={EllipsisVertical} size={20} />}>
      {(close) => {
        const ask = (name: DialogName) => () => {
          close();
          dialog.value = name;
        };
        return (
          <>
            {invites ? <MenuItem onChoose={ask('invite')}>{t('invite')}</MenuItem> : null}
            {(summary.guests ?? [])
              .filter(({ id }) => dismisses && id !== me?.id)
              .map(({ id, name }) => (
                <MenuItem
                  key={id}
                  onChoose={() => {
                    close();
                    void store.moves.dismiss(summary.id, id);
                  }}
                >
                  {t('guests.dismiss', { name })}
                </MenuItem>
              ))}
            {above ? <MenuItem onChoose={ask('why')}>{t('why')}</MenuItem> : null}
            {open ? <Priorities summary={summary} onDone={close} /> : null}
          </>
        );
      }}
    </Menu>
  );
}

function Priorities({ summary, onDone }: { readonly summary: Summary; onDone(): void }) {
  const { store } = useSurroundings();
  const levels = [...new Set<number>([...LEVELS, summary.priority])].sort((a, b) => b - a);
  return (
    <div role="group" aria-label={t('priority')}>
      <p class="menu-label">{t('priority')}</p>
      {levels.map((level) => (
        <MenuItem
          key={level}
          kind="radio"
          checked={level === summary.priority}
          onChoose={() => {
            onDone();
            if (level !== summary.priority) void store.moves.prioritize(summary.id, level);
          }}
        >
          {priorityName(level)}
        </MenuItem>
      ))}
    </div>
  );
}

/** What a priority is called. */
export function priorityName(priority: number): string {
  const names: Readonly<Record<number, string>> = { 6: t('priority.urgent'), 3: t('priority.high'), 0: t('priority.normal'), [-3]: t('priority.low') };
  return names[priority] ?? t('priority.number', { number: priority > 0 ? `+${priority}` : `−${-priority}` });
}
