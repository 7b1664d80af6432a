const PATHS = {
  clip: 'm20.5 11.5-8.6 8.6a5.5 5.5 0 0 1-7.8-7.8l8.9-8.9a3.7 3.7 0 0 1 5.2 5.2l-8.9 8.9a1.8 1.8 0 0 1-2.6-2.6l8.2-8.2',
  cross: 'm6 6 12 12M18 6 6 18',
  download: 'M12 4v11m-5-5 5 5 5-5M5 20h14',
  image: 'M4 4h16v16H4ZM4 16l5-5 4 4 3-3 4 4M15.500 8.500h.01',
  document: 'M6 3h8l4 4v14H6ZM14 3v4h4M9 12h6M9 16h6',
  archive: 'M6 3h12v18H6ZM11 6h2M11 9h2M11 12h2M11 15h2v3h-2Z',
  media: 'M4 5h16v14H4ZM10 9l5 3-5 3Z',
  other: 'M6 3h8l4 4v14H6ZM14 3v4h4',
} as const;

/** A line drawing of a file or of what can be done with it; screen readers skip it. */
export function FileIcon({ name }: { name: keyof typeof PATHS }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
