import { useState } from 'preact/hooks';
import { useUi } from './ui';

/** Before the first line: who we are, whether someone is there, and who the visitor is if they like to say. */
export function Start() {
  const { session, t } = useUi();
  const { site } = session.model.value;
  const away = site?.online === false;
  return (
    <div class="start">
      <div class="hello">
        <p class="greeting">{t('widget.start.title')}</p>
        <p class="lead">{t(away ? 'widget.start.away' : 'widget.start.text')}</p>
      </div>
      <About away={away} />
    </div>
  );
}

function About({ away }: { away: boolean }) {
  const { memory, t } = useUi();
  const [person, setPerson] = useState(memory.person);
  const set = (change: Partial<typeof person>) => {
    const next = { ...person, ...change };
    setPerson(next);
    memory.person = { name: next.name.trim(), email: next.email.trim() };
  };
  return (
    <details class="about" open={away}>
      <summary>{person.name ? t('widget.about.as', { name: person.name }) : t('widget.about')}</summary>
      <label>
        <span>{t('widget.about.name')}</span>
        <input class="box" type="text" autocomplete="name" maxLength={80} value={person.name} onInput={(e) => set({ name: e.currentTarget.value })} />
      </label>
      <label>
        <span>{t('widget.about.email')}</span>
        <input class="box" type="email" autocomplete="email" maxLength={200} value={person.email} onInput={(e) => set({ email: e.currentTarget.value })} />
      </label>
      <p class="hint">{t('widget.about.hint')}</p>
    </details>
  );
}
