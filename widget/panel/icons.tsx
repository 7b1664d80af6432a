const PATHS = {
  send: 'M12 19V5m-6 6 6-6 6 6',
  close: 'm6 9 6 6 6-6',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  check: 'm5 13 4 4L19 7',
  checks: 'm2 13 4 4L16 7m-4 9 1 1L23 7',
  clock: 'M12 7v5l3 2m6-2a9 9 0 1 1-18 0 9 9 0 0 1 18 0Z',
  alert: 'M12 8v5m0 3h.01M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0Z',
  down: 'M12 5v14m-6-6 6 6 6-6',
} as const;

/** A line drawing beside a text or inside a named button; screen readers skip it. */
export function Icon({ name }: { name: keyof typeof PATHS }) {
  return (
    <svg class={`icon icon-${name}`} viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
