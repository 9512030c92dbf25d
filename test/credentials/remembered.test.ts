import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { rememberSessions } from '../../src/credentials/remembered.ts'
import type { Remembered } from '../../src/credentials/signed-in.ts'

function sessionOf(userId: string, more: Partial<Remembered['value']['user']> = {}): Remembered {
  const user = {
    id: userId,
    email: 'somebody@example.com',
    handle: 'somebody',
    displayName: 'Somebody',
    bio: null,
    profileImage: null,
    bannerImage: null,
    hasPassword: true,
    totpEnabled: false,
    passkeys: 0,
    isBanned: false,
    bannedUntil: null,
    banReason: null,
    createdAt: new Date(),
    roles: [],
    ...more,
  }
  const value = { sessionId: randomUUID(), isFresh: true, deviceId: null, rememberMe: false, methods: [], user }
  return { value, transaction: 10, goodUntil: Number.POSITIVE_INFINITY }
}

describe('memory is bounded', () => {
  test.each([
    ['by entries: 512 a MiB', { email: '', displayName: '' }, 512],
    ['by bytes, where they are long', { bio: 'x'.repeat(500), displayName: 'y'.repeat(12) }, 251],
  ])('%s; the oldest go first', (_, more, most) => {
    const memory = rememberSessions({ mostMib: 1 })
    for (let index = 0; index < 1000; index++) memory.store(`key ${index}`, sessionOf(`user ${index}`, more))
    expect(memory.size).toBe(most)
    expect([memory.find('key 0'), memory.find('key 999')?.value.user.id]).toEqual([undefined, 'user 999'])
  })

  test('without any nothing is kept, and what changed still counts', () => {
    const memory = rememberSessions({ mostMib: 0 })
    expect(memory.store('key', sessionOf('user'))).toBe(true)
    expect([memory.size, memory.find('key')]).toEqual([0, undefined])
    memory.forget(['user'], 11)
    expect(memory.store('key', sessionOf('user'))).toBe(false)
  })

  test('beyond ten thousand accounts that changed, whoever changed before is still covered', () => {
    const memory = rememberSessions({ mostMib: 1 })
    memory.forget(['first'], 11)
    memory.forget(
      Array.from({ length: 10_050 }, (_, index) => `user ${index}`),
      11,
    )
    expect(memory.store('key', sessionOf('first'))).toBe(false)
    expect(memory.store('key', { ...sessionOf('first'), transaction: 11 })).toBe(true)
  })
})
