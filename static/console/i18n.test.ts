import { expect, test } from 'vitest';
import { translator, type Params, type Plural } from '../../widget/core/i18n';
import golden from '../../views/testdata/i18n.json';

interface Case {
  readonly name: string;
  readonly locale: string;
  readonly message: string | Plural;
  readonly params: Params;
  readonly want: string;
}

// Go reads the same file (views/messages_test.go), so both sides mean the same by a message.
test.each(golden as unknown as Case[])('$name', ({ locale, message, params, want }) => {
  expect(translator(locale, { key: message })('key', params)).toBe(want);
});
