import { describe, expect, test } from 'vitest'
import { useApp } from '../support/app.ts'
import type { Answer } from '../support/client.ts'
import { onDeviceOf, type TotpPerson, tempToken, verify, withTotp } from './support.ts'

const app = useApp()

type Act = (one: TotpPerson, code: string) => Promise<Answer>
const post =
  (path: string): Act =>
  ({ client }, code) =>
    client.post(`/v0/auth/${path}`, { code })

/** Everything that takes a code of an account with TOTP on. What `disable` accepts can meet nothing afterwards. */
const acts = {
  verify: async ({ client, person }, code) => {
    const device = onDeviceOf(app, client)
    return verify(device, await tempToken(device, person), code)
  },
  reauthenticate: post('reauthenticate'),
  regenerate: post('totp/backup-codes/regenerate'),
  disable: post('totp/disable'),
} satisfies Record<string, Act>
type ActName = keyof typeof acts

describe.each<[ActName, ActName[], ActName[]]>([
  ['verify', ['verify', 'reauthenticate', 'regenerate', 'disable'], []],
  ['reauthenticate', ['verify', 'reauthenticate', 'regenerate', 'disable'], []],
  ['regenerate', ['verify', 'reauthenticate', 'regenerate'], ['disable']],
])('what %s accepted [MF1]', (first, refused, accepted) => {
  test(`is spent for ${refused.join(', ')}, and so is the step before`, async () => {
    const one = await withTotp(app)
    // Both are right, whether or not a step ends in between.
    const [older, used] = [await one.code(0), await one.code(1)]
    expect((await acts[first](one, used)).code).toBeUndefined()
    for (const name of refused)
      for (const code of [used, older])
        expect([name, (await acts[name](one, code)).code]).toEqual([name, 'totp:invalid_code'])
    for (const name of accepted) expect([name, (await acts[name](one, used)).code]).toEqual([name, undefined])
  })
})

test('a step later than the spent one is still good', async () => {
  const one = await withTotp(app)
  expect((await acts.reauthenticate(one, await one.code(0))).status).toBe(204)
  expect((await acts.reauthenticate(one, await one.code(1))).status).toBe(204)
})

test('a wrong try spends nothing', async () => {
  const one = await withTotp(app)
  for (const name of ['verify', 'reauthenticate', 'regenerate', 'disable'] as const)
    expect((await acts[name](one, '000000')).code).toBe('totp:invalid_code')
  expect((await acts.verify(one, await one.code())).status).toBe(204)
})
