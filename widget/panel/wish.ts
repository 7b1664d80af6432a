import { signal } from '@preact/signals';

/** What the visitor chose, where they may leave a message or wait; empty before they did. */
export const wish = signal<'' | 'leave' | 'wait'>('');
