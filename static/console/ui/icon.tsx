import { h } from 'preact';
import type { IconNode } from 'lucide';

/** Draws one of Lucide's icons. It has no name of its own: what it stands on needs one. */
export function Icon({ node, size = 18 }: { readonly node: IconNode; readonly size?: number }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" width={size} height={size} fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
      {node.map(([tag, attributes]) => h(tag, attributes as Record<string, string>))}
    </svg>
  );
}

/** Foyer's mark. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true">
      <path class="mark-bubble" d="M9 2h14a7 7 0 0 1 7 7v10a7 7 0 0 1-7 7h-8.6l-5.8 4.3A1 1 0 0 1 7 29.5V26a6 6 0 0 1-5-6V9a7 7 0 0 1 7-7Z" />
      <path class="mark-door" d="M11 22v-9.500a5 5 0 0 1 10 0V22h-2.600v-9.500a2.400 2.400 0 0 0-4.800 0V22Z" />
      <circle class="mark-door" cx="16" cy="16.500" r="1.400" />
    </svg>
  );
}
